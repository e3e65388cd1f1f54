// The application controller and the repo server of Argo CD in one program, so that what they share is linked once.
// The module's own main package has the other servers of Argo CD and its user interface, too.
package main

import (
	"os"

	appcontroller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/spf13/cobra"
)

func main() {
	program := &cobra.Command{Use: "argo-cd"}
	program.AddCommand(appcontroller.NewCommand(), reposerver.NewCommand())
	if program.Execute() != nil {
		os.Exit(1)
	}
}
