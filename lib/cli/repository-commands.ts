import { Option } from 'commander';
import { FORGES, PROFILES, SEALINGS } from '../config/init/choices';
import { ENGINES } from '../model/delivery-spec';
import { examples, json, type CommandLine, type FolderFlag } from './command-line';
import type { InitFlags } from './init';
import type { PullRequestFlags } from './pr';

/** Declares the commands that know of the repository around the folder. */
export function declareRepositoryCommands(line: CommandLine): void {
  line.program.commandsGroup('In the repository:');
  line
    .command('init', 'write config, ignore rules and a CI workflow; never overwrites')
    .addOption(new Option('--profile <profile>', 'what serves TLS').choices(PROFILES))
    .option('--name <name>', 'of its Service or Tenant: NAME, or NAMESPACE/NAME')
    .addOption(new Option('--delivery <engine>', 'who applies dist/').choices(ENGINES))
    .addOption(new Option('--sealing <way>', 'how private keys are sealed').choices(SEALINGS))
    .option('--signer <name>', 'Kubernetes signer name, or local')
    .addOption(new Option('--ci <forge>', 'where CI opens pull requests').choices(FORGES))
    .option('--yes', 'take what was found, and the defaults; ask nothing', false)
    .option('--dry-run', 'print what would be written; write nothing', false)
    .addHelpText(
      'after',
      examples(
        'releaf init                                  asks five questions at most',
        'releaf init --yes',
        'releaf init --yes --dry-run',
        'releaf init --yes --name shop/web --ci github',
        'releaf init --yes --profile minio-kes --name storage/minio --delivery argo-cd',
      ),
    )
    .action((flags: FolderFlag & InitFlags) =>
      line.inEach(flags, {
        names: [],
        json: false,
        run: async (context) => (await import('./init.js')).runInit(context, flags),
      }),
    );

  json(line.command('pr', 'title and body of the pull request: what changed, and what follows'))
    .option('--base <commit>', 'the state before', 'HEAD')
    .option('--head <commit>', 'the state after (default: the working tree)')
    .option('--title', 'print the title alone', false)
    .option('--out <file>', 'write the body there, and print the title')
    .addHelpText(
      'after',
      examples(
        'releaf pr',
        'releaf pr --base origin/main --out body.md',
        'releaf pr --base HEAD~1 --title',
      ),
    )
    .action(async (flags: FolderFlag & PullRequestFlags) => {
      const contexts = line.foldersOf(flags).map((folder) => line.contextOf(folder));
      line.done(await (await import('./pr.js')).runPullRequest(contexts, flags));
    });
}
