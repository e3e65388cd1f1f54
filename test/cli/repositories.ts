import { spawnSync } from 'node:child_process';
import { folderOf, type Files } from '../harness';

/** A Git repository with these files, none of them committed. */
export function repositoryOf(files: Files, remote?: string): string {
  const root = folderOf(files);
  git(root, 'init', '--quiet', '--initial-branch=main');
  if (remote !== undefined) git(root, 'remote', 'add', 'origin', remote);
  return root;
}

export function git(root: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Age recipient whose identity nobody has kept. */
export const RECIPIENT = 'age12l39qp7tfxsq7fkzeulxgqtsnsavu85c0tkvh5a4vt4vd3fywqtsuvv05s';

/** The repositories of newcomers. */
export const REPOSITORIES = {
  empty: { files: {} },
  /** As `cdk8s init typescript-app` leaves it. */
  cdk8s: {
    files: {
      'cdk8s.yaml': 'language: typescript\napp: npx ts-node main.ts\nimports:\n  - k8s\n',
      '.gitignore': '*.d.ts\n*.js\n!jest.config.js\nnode_modules\ndist/\n',
      'main.ts': "import { App } from 'cdk8s';\n",
    },
  },
  argoCd: {
    files: {
      '.github/CODEOWNERS': '* @shop\n',
      'apps/shop.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  project: default
  source: { repoURL: 'https://git.example.com/shop.git', path: web, targetRevision: HEAD }
  destination: { server: 'https://kubernetes.default.svc', namespace: shop }
`,
      'web/web.yaml': `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 443 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web, tier: front }
    spec:
      containers: [{ name: web, image: 'nginx:1.29' }]
      volumes:
        - name: tls
          secret: { secretName: web-tls }
`,
    },
  },
  flux: {
    remote: 'git@gitlab.example.com:team/fleet.git',
    files: {
      '.gitlab-ci.yml': 'stages: [test]\n',
      '.sops.yaml': `creation_rules:
  - path_regex: clusters/.*\\.yaml
    age: ${RECIPIENT}
`,
      'clusters/prod/flux-system/gotk-sync.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: fleet, namespace: flux-system }
spec: { interval: 1m, url: 'ssh://git@gitlab.example.com/team/fleet' }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: flux-system, namespace: flux-system }
spec:
  interval: 10m
  path: ./clusters/prod
  prune: true
  sourceRef: { kind: GitRepository, name: fleet }
  decryption: { provider: sops, secretRef: { name: age-identity } }
`,
    },
  },
  tenant: {
    remote: 'https://github.com/team/storage.git',
    files: {
      'values.yaml': `# MinIO of the team
tenant:
  name: myminio
  pools:
    - servers: 4
      name: pool-0
  kes:
    image: { repository: quay.io/minio/kes, tag: 2024-01-11T13-09-29Z }
    replicas: 3 # as many as zones
    configuration: |-
      address: :7373
`,
    },
  },
} as const satisfies Readonly<Record<string, { readonly files: Files; readonly remote?: string }>>;
