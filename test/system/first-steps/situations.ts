import { X25519 } from '../../age-identities';
import type { Files } from '../../harness';

/** A repository as a team has it, and what they type besides the commands that all of them type. */
export interface Situation {
  /** Name of its page in docs/first-steps/. */
  readonly page: string;
  readonly title: string;
  /** What stands above the transcript. */
  readonly about: string;
  readonly files: Files;
  /** Files to show on the page. */
  readonly shown: readonly string[];
  /** Makes the rest of the repository. */
  readonly made?: 'by cdk8s init typescript-app';
  readonly remote?: string;
  /** The folder to work in. @default - the top of the repository */
  readonly within?: string;
  /** What is typed before init. @default - nothing */
  readonly install?: readonly string[];
  readonly releaf: string;
  readonly init: string;
  /** Commands by which the team does what init asks for. */
  readonly asked: readonly string[];
  /** What init says of that; pasted, not thought of. */
  readonly told: readonly string[];
  /** The names, edited: the only lines of the config that change. */
  readonly names: readonly (readonly [from: string, to: string])[];
}

const FETCHED = 'releaf doctor --sealing-certificate > sealing-certificate.pem';
const SEALING_CERTIFICATE = 'cp ../cluster/sealing-certificate.pem .';

const IGNORE = `printf '\\n%s' .releaf-tmp/ '!/dist/' '!/dist/**' '' >> .gitignore`;
const IMPORT = "import { loadCertificates, RotatingCertificate } from 'releaf';";
const PLACE = "RotatingCertificate.from(this, loadCertificates(), 'web');";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: nginx
          image: nginx:1.29
          volumeMounts: [{ name: tls, mountPath: /tls, readOnly: true }]
      volumes:
        - name: tls
          secret: { secretName: web-tls }
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector: { app: web }
  ports: [{ port: 443, targetPort: 8443 }]
`;

export const SITUATIONS: readonly Situation[] = [
  {
    page: 'empty-repository',
    title: 'In an empty Git repository',
    about:
      'Nothing is there but Git. `kubectl apply -f dist/` will apply what releaf writes, and nobody opens pull requests by schedule.',
    files: {},
    shown: [],
    releaf: 'releaf',
    init: '--yes --name shop/web',
    asked: [SEALING_CERTIFICATE],
    told: [FETCHED],
    names: [['- web.shop.svc.cluster.local', '- web.example.com']],
  },
  {
    page: 'cdk8s-app',
    title: 'In a cdk8s app',
    about:
      'The app is as `cdk8s init typescript-app` leaves it. It stays what writes `dist/`; it gets the two lines that `init` tells, and GitOps needs its `dist/` in Git.',
    files: {},
    shown: ['main.ts'],
    made: 'by cdk8s init typescript-app',
    install: ['npm install --silent ../releaf.tgz'],
    releaf: 'npx releaf',
    init: '--yes --name shop/web',
    told: [FETCHED, IGNORE, IMPORT, PLACE],
    asked: [
      SEALING_CERTIFICATE,
      IGNORE,
      `sed -i "1i ${IMPORT}" main.ts`,
      `sed -i "s|// define resources here|${PLACE}|" main.ts`,
    ],
    names: [['- web.shop.svc.cluster.local', '- web.example.com']],
  },
  {
    page: 'argo-cd',
    title: 'In a repository of Argo CD',
    about:
      'An Application applies plain manifests: a Deployment that mounts a Secret of certificate and key, and its Service. `init` finds names, Secret and what must restart.',
    files: {
      'apps/web.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: web
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://github.com/acme/clusters.git
    targetRevision: HEAD
    path: web
    directory: { recurse: true }
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
  syncPolicy:
    automated: { prune: true, selfHeal: true }
`,
      'web/deployment.yaml': DEPLOYMENT,
      'web/service.yaml': SERVICE,
    },
    shown: ['apps/web.yaml', 'web/deployment.yaml'],
    remote: 'https://github.com/acme/clusters.git',
    within: 'web',
    releaf: 'releaf',
    init: '--yes',
    asked: ['cp ../../cluster/sealing-certificate.pem .'],
    told: [FETCHED],
    names: [],
  },
  {
    page: 'flux-sops',
    title: 'In a repository of Flux, with SOPS',
    about:
      "A folder of a cluster as `flux bootstrap` makes it, an application below it, and a `.sops.yaml` with the cluster's age key. `init` finds all of it; one line goes into the cluster's `kustomization.yaml`.",
    files: {
      '.sops.yaml': `creation_rules:
  - age: ${X25519.recipient}
`,
      'clusters/prod/flux-system/gotk-sync.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  ref: { branch: main }
  url: https://gitlab.com/acme/clusters.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./clusters/prod
  prune: true
  sourceRef: { kind: GitRepository, name: flux-system }
  decryption:
    provider: sops
    secretRef: { name: sops-age }
`,
      'clusters/prod/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - flux-system/gotk-sync.yaml
  - web
`,
      'clusters/prod/web/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - deployment.yaml
  - service.yaml
`,
      'clusters/prod/web/deployment.yaml': DEPLOYMENT,
      'clusters/prod/web/service.yaml': SERVICE,
    },
    shown: ['.sops.yaml', 'clusters/prod/kustomization.yaml'],
    remote: 'https://gitlab.com/acme/clusters.git',
    within: 'clusters/prod/web',
    releaf: 'releaf',
    init: '--yes',
    told: ['add to the resources of clusters/prod/kustomization.yaml'],
    asked: ["echo '  - web/dist/kustomizations/releaf.k8s.yaml' >> ../kustomization.yaml"],
    names: [],
  },
  {
    page: 'minio-helm-values',
    title: 'With a MinIO Tenant in Helm values',
    about:
      'The Tenant is made by the chart `tenant` of the MinIO operator from these values, with KES. `init` finds Tenant, replicas, and the places in the values that restart KES and MinIO and name the Secret.',
    files: {
      'minio/values.yaml': `# Values of the chart tenant
tenant:
  name: kes-tenant
  pools:
    - name: pool-0
      servers: 4
      volumesPerServer: 1
      size: 10Gi
  kes:
    image: { repository: quay.io/minio/kes, tag: 2025-03-12T09-35-18Z }
    replicas: 2
    configuration: |-
      address: :7373
      admin: { identity: disabled }
`,
    },
    shown: ['minio/values.yaml'],
    within: 'minio',
    releaf: 'releaf',
    init: '--yes',
    told: [FETCHED, '> ca.pem'],
    asked: ['cp ../../cluster/sealing-certificate.pem .', 'cp ../../cluster/ca.crt ca.pem'],
    names: [['namespace: default', 'namespace: storage']],
  },
];
