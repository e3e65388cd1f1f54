import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { readRequest } from '../../lib/x509/certificate-request';
import type { LocalCa } from '../../lib/x509/local-ca';
import { pendingObjects } from '../cluster/pending';
import { signsWith, StandIn } from '../cluster/stand-in';
import { blogPair, ec, kesSecret, secretObject, secretYaml } from '../config/adopt/openssl-secrets';
import {
  filesIn,
  folderOf,
  releaf,
  SEALING_CERTIFICATE,
  signed,
  testCa,
  type Files,
  type RunOptions,
} from '../harness';
import { ec as keysOf, forge } from '../rotation/chains';

const CONFIG = `version: 1
certificates:
  kes:
    dnsNames: [kes.example.com]
    key: ecdsa-p256
    signer: example.com/internal
    secret: { name: kes-tls, namespace: default }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
`;
const FILES: Files = { 'releaf.yaml': CONFIG, 'sealing.pem': SEALING_CERTIFICATE };

/** What an example needs. */
export interface Prepared {
  /** Where it is typed. */
  readonly folder: string;
  readonly options?: RunOptions;
  /** What kubectl prints. */
  readonly kubectl?: string;
  /** The cluster, for a process of its own. */
  readonly cluster?: StandIn;
  /** How it ends. @default 0 */
  readonly status?: number;
}
type Prepare = () => Promise<Prepared> | Prepared;

let known: Promise<LocalCa> | undefined;
let ca: LocalCa;

/** Files after commands; those of revision 1 are signed where `fetch` comes. */
async function after(files: Files, ...lines: readonly string[]): Promise<Files> {
  ca = await (known ??= testCa());
  const root = folderOf(files);
  for (const line of lines) {
    const request = filesIn(root)['certificates/kes/1/request.pem'];
    const stdin = request ? signed(ca, readRequest(request, 'request.pem')) : '';
    const ran = await releaf([...line.split(' '), '-C', root], { stdin });
    if (ran.status !== 0) throw new Error(ran.stderr);
  }
  return filesIn(root);
}

const requested = (): Promise<Files> => after(FILES, 'renew');
const issued = (): Promise<Files> => after(FILES, 'renew', 'fetch --from -');
const twice = (): Promise<Files> => after(FILES, 'renew', 'fetch --from -', 'renew --force');

const inFolder =
  (files: () => Files | Promise<Files>, more: Omit<Prepared, 'folder'> = {}): Prepare =>
  async () => ({ folder: folderOf(await files()), ...more });

const withoutOutput = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).filter(([file]) => !file.startsWith('dist/')));

/** Where GitOps has applied what is pending, and the signer signs. */
const applied =
  (files: () => Promise<Files> = requested): Prepare =>
  async () => {
    const folder = folderOf(await files());
    const cluster = new StandIn({ signer: signsWith(ca) });
    for (const object of pendingObjects(folder).values()) cluster.apply(object);
    return { folder, options: { openCluster: cluster.open } };
  };

/** Where what is asked for is signed at once. */
const signedNow: Prepare = async () => {
  const folder = folderOf(await after(FILES));
  return { folder, options: { openCluster: new StandIn({ signer: signsWith(ca) }).open } };
};

const approved: Prepare = async () => {
  const folder = folderOf(await requested());
  const cluster = new StandIn({ signer: signsWith(ca) });
  for (const object of pendingObjects(folder).values()) {
    cluster.apply(object);
    cluster.condition(object.metadata.name, 'Approved', 'KubectlApprove', 'approved by alice');
  }
  return { folder, options: { openCluster: cluster.open } };
};

const SEALED_SECRETS = '/api/v1/namespaces/kube-system/services';

function withController(): StandIn {
  const cluster = new StandIn();
  cluster.put('/version', { gitVersion: 'v1.34.1' });
  cluster.put(`${SEALED_SECRETS}/sealed-secrets-controller`, {
    spec: { ports: [{ name: 'http' }] },
  });
  cluster.texts.set(
    `${SEALED_SECRETS}/http:sealed-secrets-controller:http/proxy/v1/cert.pem`,
    SEALING_CERTIFICATE,
  );
  return cluster;
}

/** A cluster in which little is installed: doctor has something to tell. */
const asked = (): Prepare => async () => ({
  folder: folderOf(await issued()),
  options: { openCluster: withController().open },
  status: 1,
});

/** The folder, with a CA beside it. */
const besideCa: Prepare = async () => {
  const files = Object.entries(await requested()).map(([file, text]) => [`cluster/${file}`, text]);
  const keys = keysOf();
  const all = {
    ...(Object.fromEntries(files) as Files),
    'pki/ca.crt': forge('CA on disk', { keys }).pem,
    'pki/ca.key': keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  return { folder: join(folderOf(all), 'cluster') };
};

/** Several folders, one for each cluster. */
const clusters: Prepare = async () => {
  const files = Object.entries(withoutOutput(await requested()));
  const of = (name: string) => files.map(([file, text]) => [`clusters/${name}/${file}`, text]);
  return { folder: folderOf(Object.fromEntries([...of('prod'), ...of('test')]) as Files) };
};

const git = (root: string, ...args: string[]): void => {
  execFileSync('git', ['-c', 'user.name=me', '-c', 'user.email=me@example.com', ...args], {
    cwd: root,
    stdio: 'ignore',
  });
};

/** A repository where the config is committed, and then a request, if that is to be committed at all. */
const repository =
  (commits = 2): Prepare =>
  async () => {
    const folder = folderOf(FILES);
    git(folder, 'init', '-q');
    git(folder, 'add', '.');
    git(folder, 'commit', '-q', '-m', 'config');
    git(folder, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
    await releaf(['renew', '-C', folder]);
    if (commits === 1) return { folder };
    git(folder, 'add', '.');
    git(folder, 'commit', '-q', '-m', 'renew');
    return { folder };
  };

const rendered = async (): Promise<Prepared> => {
  const files = await issued();
  const kubectl = parseAllDocuments(files['dist/kes.k8s.yaml'] ?? '')
    .map((document) => stringify(document.toJS()))
    .join('---\n');
  return { folder: folderOf(files), kubectl };
};

const secret = (): Files => ({ ...FILES, 'secret.yaml': secretYaml(webSecret()) });
const webSecret = () => ({
  ...kesSecret(blogPair(ec('P-256'))),
  name: 'web-tls',
  namespace: 'shop',
});

/** What each example of the help tells, and what it needs for that. One that is missing here fails. */
export const PREPARED: Readonly<Record<string, readonly [tells: string, prepare: Prepare]>> = {
  'releaf plan': ['there is no certificate yet', inFolder(() => FILES)],
  'releaf plan --check --json': ['"action": "renew"', inFolder(() => FILES, { status: 3 })],
  'releaf plan kes': ['next: releaf renew kes', inFolder(() => FILES)],
  'releaf plan --group namespace --max 10': ['default kes', inFolder(() => FILES)],
  'releaf plan -C clusters/*': ['clusters/test', clusters],
  'releaf renew': ['wrote    certificates/kes/1/', inFolder(() => FILES)],
  'releaf renew kes --force': ['wrote    certificates/kes/2/', inFolder(issued)],
  'releaf renew --dry-run': ['there is no certificate yet', inFolder(() => FILES)],
  'releaf renew kes --now': ['kes: revision 1 is issued', signedNow],
  'releaf sign --ca ../pki': ['issuer   CN=CA on disk', besideCa],
  'releaf sign kes --ca ../pki': ['issuer   CN=CA on disk', besideCa],
  'releaf sign --ca ../pki --print | releaf fetch --from -': ['issuer   CN=CA on disk', besideCa],
  'releaf rollback kes': [
    'revision 2 is withdrawn',
    async () => {
      const second = await twice();
      const request = readRequest(second['certificates/kes/2/request.pem'] ?? '', 'request.pem');
      const folder = folderOf(second);
      const stdin = signed(ca, request, { days: 100 });
      await releaf(['fetch', '--from', '-', '-C', folder], { stdin });
      return { folder };
    },
  ],
  'releaf synth': [
    'wrote    dist/kes.k8s.yaml',
    inFolder(async () => withoutOutput(await issued())),
  ],
  'releaf synth -C clusters/prod': ['wrote    dist/kes.k8s.yaml', clusters],
  'releaf verify': ['all right: 1 certificate, 1 issued', inFolder(issued)],
  'releaf verify --json': ['"ok": true', inFolder(issued)],
  'kubectl kustomize overlays/prod | releaf verify --rendered -': ['all right', rendered],
  'releaf status': ['2027-05-30 11:55', inFolder(issued)],
  'releaf status --json': ['"state": "ok"', inFolder(issued)],
  'releaf status --format markdown': ['### 1 healthy', inFolder(issued)],
  'releaf status --format html > status.html': ['<!doctype html>', inFolder(issued)],
  'releaf explain kes': ['renews on 2027-04-30 11:55 UTC', inFolder(issued)],
  'releaf explain kes --json': ['"objectName": "kes-1-', inFolder(issued)],
  'releaf approve': ['wrote    certificates/kes/1/certificate.pem', applied()],
  'releaf approve kes': ['wrote    certificates/kes/1/certificate.pem', applied()],
  'releaf approve kes --no-fetch --context prod': [
    'next: releaf fetch kes --context prod',
    applied(),
  ],
  'releaf approve kes --deny': ['next: releaf renew kes --force', applied()],
  'releaf fetch': ['kes: revision 1 is issued', approved],
  'releaf fetch kes --wait 5m': ['kes: revision 1 is issued', approved],
  'releaf fetch kes --from kes.pem': [
    'kes: revision 1 is issued',
    async () => {
      const files = await requested();
      const request = readRequest(files['certificates/kes/1/request.pem'] ?? '', 'request.pem');
      return { folder: folderOf({ ...files, 'kes.pem': signed(ca, request) }) };
    },
  ],
  "kubectl get csr kes-2-3f9ab2c1 -o jsonpath='{.status.certificate}' | base64 -d | releaf fetch --from -":
    [
      'kes: revision 1 is issued',
      async () => {
        const files = await requested();
        const request = readRequest(files['certificates/kes/1/request.pem'] ?? '', 'request.pem');
        return {
          folder: folderOf(files),
          kubectl: Buffer.from(signed(ca, request, { now: new Date() })).toString('base64'),
        };
      },
    ],
  'releaf doctor': ['failure  request api', asked()],
  'releaf doctor kes --endpoint kes.default.svc:7373': ['kes.default.svc:7373', asked()],
  'releaf doctor --sealing-certificate > sealing-certificate.pem': [
    '-----BEGIN CERTIFICATE-----',
    () => ({
      folder: folderOf({}),
      cluster: withController(),
    }),
  ],
  'releaf adopt default/kes-tenant-kes-tls': [
    'kes-tenant-kes: Secret default/kes-tenant-kes-tls (Opaque)',
    () => {
      const cluster = new StandIn();
      const pair = blogPair(ec('P-256'));
      cluster.put(
        '/api/v1/namespaces/default/secrets/kes-tenant-kes-tls',
        secretObject(kesSecret(pair)),
      );
      return { folder: folderOf(FILES), options: { openCluster: cluster.open } };
    },
  ],
  'releaf adopt secret.yaml --name web --signer example.com/internal': [
    'web: Secret shop/web-tls (Opaque)',
    inFolder(secret),
  ],
  'kubectl get secret web-tls -o yaml | releaf adopt -': [
    'Secret shop/web-tls (Opaque)',
    () => ({
      folder: folderOf(FILES),
      kubectl: secretYaml(webSecret()),
    }),
  ],
  'releaf init': [
    'wrote    releaf.yaml',
    inFolder(() => ({}), {
      options: {
        ask: {
          choose: (_, __, initial) => Promise.resolve(initial),
        },
      },
    }),
  ],
  'releaf init --yes': ['wrote    releaf.yaml', inFolder(() => ({}))],
  'releaf init --yes --dry-run': ['--- releaf.yaml', inFolder(() => ({}))],
  'releaf init --yes --name shop/web --ci github': [
    'wrote    .github/workflows/releaf.yaml',
    inFolder(() => ({})),
  ],
  'releaf init --yes --profile minio-kes --name storage/minio --delivery argo-cd': [
    'MinIO KES of Tenant storage/minio',
    inFolder(() => ({})),
  ],
  'releaf pr': ['Request a new certificate for kes', repository(1)],
  'releaf pr --base origin/main --out body.md': ['wrote    body.md', repository()],
  'releaf pr --base HEAD~1 --title': ['Request a new certificate for kes', repository()],
  'releaf demo': ['2. ', inFolder(() => ({}))],
  'releaf demo --dir /tmp/releaf-demo': ['2. ', inFolder(() => ({}))],
  'source <(releaf completion bash)': ['complete -F _releaf releaf', inFolder(() => ({}))],
  'releaf completion zsh > "${fpath[1]}/_releaf"': ['#compdef releaf', inFolder(() => ({}))],
  'releaf completion fish > ~/.config/fish/completions/releaf.fish': [
    'complete -c releaf',
    () => {
      const folder = folderOf({});
      mkdirSync(join(folder, '.config/fish/completions'), { recursive: true });
      return { folder };
    },
  ],
};
