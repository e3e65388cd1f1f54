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

/** Where GitOps has applied what is pending, and the signer signs. */
const applied =
  (files: () => Promise<Files> = requested): Prepare =>
  async () => {
    const folder = folderOf(await files());
    const cluster = new StandIn({ signer: signsWith(ca) });
    for (const object of pendingObjects(folder).values()) cluster.apply(object);
    return { folder, options: { openCluster: cluster.open } };
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
  const files = Object.entries(await requested());
  const of = (name: string) => files.map(([file, text]) => [`clusters/${name}/${file}`, text]);
  return { folder: folderOf(Object.fromEntries([...of('prod'), ...of('test')]) as Files) };
};

const git = (root: string, ...args: string[]): void => {
  execFileSync('git', ['-c', 'user.name=me', '-c', 'user.email=me@example.com', ...args], {
    cwd: root,
    stdio: 'ignore',
  });
};

/** A repository where the config is committed, and then a request. */
const repository: Prepare = async () => {
  const folder = folderOf(FILES);
  git(folder, 'init', '-q');
  git(folder, 'add', '.');
  git(folder, 'commit', '-q', '-m', 'config');
  git(folder, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  await releaf(['renew', '-C', folder]);
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

/** What each example of the help needs. One that is missing here fails. */
export const PREPARED: Readonly<Record<string, Prepare>> = {
  'releaf plan': inFolder(() => FILES),
  'releaf plan --check --json': inFolder(() => FILES, { status: 3 }),
  'releaf plan kes': inFolder(() => FILES),
  'releaf plan --group namespace --max 10': inFolder(() => FILES),
  'releaf plan -C clusters/*': clusters,
  'releaf renew': inFolder(() => FILES),
  'releaf renew kes --force': inFolder(issued),
  'releaf renew --dry-run': inFolder(() => FILES),
  'releaf renew kes --now': applied(issued),
  'releaf sign --ca ../pki': besideCa,
  'releaf sign kes --ca ../pki': besideCa,
  'releaf sign --ca ../pki --print | releaf fetch --from -': besideCa,
  'releaf rollback kes': async () => {
    const second = await twice();
    const request = readRequest(second['certificates/kes/2/request.pem'] ?? '', 'request.pem');
    const folder = folderOf(second);
    const stdin = signed(ca, request, { days: 100 });
    await releaf(['fetch', '--from', '-', '-C', folder], { stdin });
    return { folder };
  },
  'releaf synth': inFolder(issued),
  'releaf synth -C clusters/prod': clusters,
  'releaf verify': inFolder(issued),
  'releaf verify --json': inFolder(issued),
  'kubectl kustomize overlays/prod | releaf verify --rendered -': rendered,
  'releaf status': inFolder(issued),
  'releaf status --json': inFolder(issued),
  'releaf status --format markdown': inFolder(issued),
  'releaf status --format html > status.html': inFolder(issued),
  'releaf explain kes': inFolder(issued),
  'releaf explain kes --json': inFolder(issued),
  'releaf approve': applied(),
  'releaf approve kes': applied(),
  'releaf approve kes --no-fetch --context prod': applied(),
  'releaf approve kes --deny': applied(),
  'releaf fetch': approved,
  'releaf fetch kes --wait 5m': approved,
  'releaf fetch kes --from kes.pem': async () => {
    const files = await requested();
    const request = readRequest(files['certificates/kes/1/request.pem'] ?? '', 'request.pem');
    return { folder: folderOf({ ...files, 'kes.pem': signed(ca, request) }) };
  },
  "kubectl get csr kes-2-3f9ab2c1 -o jsonpath='{.status.certificate}' | base64 -d | releaf fetch --from -":
    async () => {
      const files = await requested();
      const request = readRequest(files['certificates/kes/1/request.pem'] ?? '', 'request.pem');
      return {
        folder: folderOf(files),
        kubectl: Buffer.from(signed(ca, request, { now: new Date() })).toString('base64'),
      };
    },
  'releaf doctor': asked(),
  'releaf doctor kes --endpoint kes.default.svc:7373': asked(),
  'releaf doctor --sealing-certificate > sealing-certificate.pem': () => ({
    folder: folderOf({}),
    cluster: withController(),
  }),
  'releaf adopt default/kes-tenant-kes-tls': () => {
    const cluster = new StandIn();
    const pair = blogPair(ec('P-256'));
    cluster.put(
      '/api/v1/namespaces/default/secrets/kes-tenant-kes-tls',
      secretObject(kesSecret(pair)),
    );
    return { folder: folderOf(FILES), options: { openCluster: cluster.open } };
  },
  'releaf adopt secret.yaml --name web --signer example.com/internal': inFolder(secret),
  'kubectl get secret web-tls -o yaml | releaf adopt -': () => ({
    folder: folderOf(FILES),
    kubectl: secretYaml(webSecret()),
  }),
  'releaf init': inFolder(() => ({}), {
    options: {
      ask: {
        choose: (_, __, initial) => Promise.resolve(initial),
      },
    },
  }),
  'releaf init --yes': inFolder(() => ({})),
  'releaf init --yes --dry-run': inFolder(() => ({})),
  'releaf init --yes --name shop/web --ci github': inFolder(() => ({})),
  'releaf init --yes --profile minio-kes --name storage/minio --delivery argo-cd': inFolder(
    () => ({}),
  ),
  'releaf pr': repository,
  'releaf pr --base origin/main --out body.md': repository,
  'releaf pr --base HEAD~1 --title': repository,
  'releaf demo': inFolder(() => ({})),
  'releaf demo --dir /tmp/releaf-demo': inFolder(() => ({})),
  'source <(releaf completion bash)': inFolder(() => ({})),
  'releaf completion zsh > "${fpath[1]}/_releaf"': inFolder(() => ({})),
  'releaf completion fish > ~/.config/fish/completions/releaf.fish': () => {
    const folder = folderOf({});
    mkdirSync(join(folder, '.config/fish/completions'), { recursive: true });
    return { folder };
  },
};
