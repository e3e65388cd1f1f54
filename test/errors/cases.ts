import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { httpApi } from '../../lib/cluster/http-api';
import { readKubeconfig } from '../../lib/cluster/kubeconfig';
import type { KubernetesApi } from '../../lib/cluster/kubernetes-api';
import { signingRequestRights } from '../../lib/cluster/signing-requests';
import { unreachable } from '../../lib/cluster/unreachable';
import { ReleafError, type ErrorCode } from '../../lib/model/errors';
import { otherRequest, pendingObjects, planted } from '../cluster/pending';
import { StandIn } from '../cluster/stand-in';
import {
  daysAfter,
  folderOf,
  signed,
  testCa,
  testRandomness,
  WEB_CONFIG,
  WEB_FILES,
} from '../harness';
import type { Files, RunOptions } from '../harness';
import { applied, pendingRequest, rendered, forged } from './situations';
import type { Rendered, Situations } from './situations';

/** A command line that is refused. */
export interface Case {
  /** As a person types it, in the folder. */
  readonly command: string;
  /** Files of the folder, or a folder that was made already. */
  readonly folder: (at: Situations) => Files | string | Promise<Files | string>;
  /** What else the run has. */
  readonly options?: (at: Situations, root: string) => RunOptions;
  /** Which lines tell, where it is not releaf that prints them. */
  readonly told?: RegExp;
}

const config = (from: string | RegExp, to: string): Files => {
  const text = WEB_CONFIG.replace(from, to);
  if (text === WEB_CONFIG) throw new Error(`${String(from)} is not in the config`);
  return { ...WEB_FILES, 'releaf.yaml': text };
};

const edited = (
  files: Files,
  file: string,
  from: string | RegExp,
  to: string | ((found: string) => string),
): Files => {
  const before = files[file] ?? '';
  const text = before.replace(from, typeof to === 'string' ? () => to : to);
  if (text === before) throw new Error(`${String(from)} is not in ${file}`);
  return { ...files, [file]: text };
};

/** `releaf fetch` of these certificates while revision 2 is pending. */
const fetched = (pem: (at: Situations) => string | Promise<string>, more: Files = {}): Case => ({
  command: 'releaf fetch web --from signed.pem',
  folder: async (at) => ({ ...at.again, 'signed.pem': await pem(at), ...more }),
  options: () => ({ now: daysAfter(1) }),
});

const LATER = { now: daysAfter(1) };

const cluster = (
  command: string,
  meet: (cluster: StandIn, request: string, root: string) => void,
): Case => {
  const made = new Map<string, StandIn>();
  return {
    command,
    folder: (at) => {
      const { root, cluster: standIn, request } = applied(at.requested);
      meet(standIn, request, root);
      made.set(root, standIn);
      return root;
    },
    options: (_, root) => ({ openCluster: () => Promise.resolve(made.get(root) ?? new StandIn()) }),
  };
};

const overlay = (change: (objects: Rendered[], of: (kind: string) => Rendered) => void): Case => ({
  command: 'kubectl kustomize overlays/prod | releaf verify --rendered -',
  folder: ({ overlaid }) => overlaid,
  options: ({ overlaid }) => ({
    stdin: rendered(overlaid, (objects) => {
      change(objects, (kind) => {
        const found = objects.find((one) => one.kind === kind);
        if (!found) throw new Error(`nothing is a ${kind}`);
        return found;
      });
    }),
  }),
});

const keyInClear = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

/** The team's own app, which uses the library. */
const app = (text: string): Files => ({
  'cdk8s.yaml': `app: '${process.execPath} ${require.resolve('jiti/package.json').replace('package.json', 'lib/jiti-cli.mjs')} main.ts'\n`,
  'main.ts': `import { ApiObject, App, Chart } from '${require.resolve('cdk8s')}';
import { loadCertificates, RotatingCertificate } from '${join(__dirname, '../../lib/index')}';
const app = new App();
const chart = new Chart(app, 'web');
const web = RotatingCertificate.from(chart, loadCertificates(), 'web');
${text}
app.synth();
`,
});

const requestPath = (name: string): string =>
  `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`;

const servers: Server[] = [];

/** The API server, as far as it says that it knows nobody. */
function unauthenticated(root: string): () => Promise<KubernetesApi> {
  const socketPath = join(root, 'api.sock');
  const server = createServer((_, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', reason: 'Unauthorized' }));
  });
  servers.push(server);
  return async () => {
    await new Promise<void>((listening) => server.listen(socketPath, listening));
    return httpApi({
      context: 'prod',
      server: 'http://api.example.com:6443',
      target: 'http://api.example.com:6443 (context prod)',
      options: { protocol: 'http:', socketPath },
      headers: {},
      secrets: [],
      timeout: 10_000,
    });
  };
}

export const closeServers = (): void => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
};

/** A command line for every code. A code that is missing here does not compile. */
export const CASES: Readonly<Record<ErrorCode, Case>> = {
  CONFIG_MISSING: { command: 'releaf plan', folder: () => ({}) },
  CONFIG_INVALID: { command: 'releaf plan', folder: () => config('dnsNames', 'dnsName') },
  CERTIFICATE_ORPHANED: {
    command: 'releaf synth',
    folder: ({ issued }) => edited(issued, 'releaf.yaml', /web:\n/, 'shop:\n'),
  },
  CERTIFICATE_UNKNOWN: { command: 'releaf renew wep', folder: () => WEB_FILES },
  SIGNER_RULE: {
    command: 'releaf renew',
    folder: () => config('example.com/internal', 'kubernetes.io/kubelet-serving'),
  },
  SEALING_CERTIFICATE: {
    command: 'releaf renew',
    folder: async () => ({ ...WEB_FILES, 'sealing.pem': (await testCa()).certificate.pem }),
  },
  SEALING_RECIPIENTS: {
    command: 'releaf renew',
    folder: () => config(/sealing: .*/, 'sealing: { type: sops }'),
  },
  KEY_REUSE: {
    command: 'releaf renew',
    folder: ({ issued }) =>
      edited(
        issued,
        'releaf.yaml',
        '[web.example.com]',
        '[web.example.com, www.example.com]\n    keyPolicy: reuse',
      ),
  },
  CA_INVALID: {
    command: 'releaf sign --ca ../pki',
    folder: async ({ requested }) => {
      const root = folderOf({
        ...Object.fromEntries(
          Object.entries(requested).map(([file, text]) => [`cluster/${file}`, text]),
        ),
        'pki/ca.crt': (await testCa()).certificate.pem,
        'pki/ca.key': keyInClear(),
      });
      return join(root, 'cluster');
    },
  },
  FILE_UNREADABLE: {
    command: 'releaf fetch --from signed.pem',
    folder: ({ requested }) => requested,
  },
  FILE_UNWRITABLE: {
    command: 'releaf demo --dir infra',
    folder: () => ({ 'infra/README.md': '' }),
  },
  PATH_OUTSIDE: {
    command: 'releaf renew',
    folder: () => {
      const root = folderOf(config('sealing.pem', 'keys.pem'));
      symlinkSync('/etc/hostname', join(root, 'keys.pem'));
      return root;
    },
  },
  REVISION_INVALID: {
    command: 'releaf synth',
    folder: ({ issued }) => edited(issued, 'certificates/web/1/request.yaml', /usages:/, 'usage:'),
  },
  REVISION_MISSING: {
    command: 'releaf synth',
    folder: ({ issued }) =>
      Object.fromEntries(
        Object.entries(issued).filter(([file]) => !file.startsWith('certificates/')),
      ),
  },
  REVISION_EXISTS: {
    command: 'releaf renew',
    folder: () => WEB_FILES,
    options: (_, root) => ({
      randomness: {
        ...testRandomness,
        generateKey: (algorithm) => {
          mkdirSync(join(root, 'certificates/web/1/by-another-run'), { recursive: true });
          return testRandomness.generateKey(algorithm);
        },
      },
    }),
  },
  NOTHING_PENDING: {
    command: 'releaf fetch --from signed.pem',
    folder: ({ requested, ca }) => ({
      ...WEB_FILES,
      'signed.pem': signed(ca, pendingRequest(requested)),
    }),
  },
  PEM_INVALID: fetched(({ ca, again }) => signed(ca, pendingRequest(again)).slice(0, 300)),
  REQUEST_INVALID: {
    command: 'releaf verify',
    folder: ({ requested }) =>
      edited(requested, 'certificates/web/1/request.pem', /\n[^-]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
  },
  CERTIFICATE_INVALID: fetched(
    () => '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n',
  ),
  CERTIFICATE_KEY_MISMATCH: fetched(({ ca, overlaid }) => signed(ca, pendingRequest(overlaid))),
  CERTIFICATE_SWAPPED: {
    command: 'releaf verify',
    folder: ({ again }) => ({
      ...again,
      'certificates/web/2/certificate.pem': again['certificates/web/1/certificate.pem'] ?? '',
    }),
  },
  CERTIFICATE_ORDER: fetched(
    ({ ca, again }) => ca.certificate.pem + signed(ca, pendingRequest(again)),
  ),
  CERTIFICATE_NAMES: fetched(({ again }) => forged(again, { dnsNames: ['www.example.com'] })),
  CERTIFICATE_AMBIGUOUS: fetched(
    ({ ca, again }) =>
      signed(ca, pendingRequest(again), LATER) + signed(ca, pendingRequest(again), LATER),
  ),
  CERTIFICATE_EXPIRED: fetched(({ ca, again }) =>
    signed(ca, pendingRequest(again), { days: 10, now: daysAfter(-20) }),
  ),
  CERTIFICATE_NOT_YET_VALID: fetched(({ ca, again }) =>
    signed(ca, pendingRequest(again), { now: daysAfter(20) }),
  ),
  CERTIFICATE_OLDER: fetched(({ ca, again }) => signed(ca, pendingRequest(again), { days: 30 })),
  CERTIFICATE_CHAIN: {
    command: 'releaf fetch web --from signed.pem',
    folder: async ({ ca, requested }) => ({
      ...edited(requested, 'releaf.yaml', '    signer', '    ca: ca.pem\n    signer'),
      'ca.pem': (await testCa('another CA')).certificate.pem,
      'signed.pem': signed(ca, pendingRequest(requested)),
    }),
  },
  CERTIFICATE_UNFIT: fetched(({ again }) => forged(again, { signedWith: 'sha1 ecdsa' })),
  SECRET_RENAMED: {
    command: 'releaf synth',
    folder: ({ issued }) => edited(issued, 'releaf.yaml', 'web-tls', 'shop-tls'),
  },
  SEALED_KEY_CHANGED: {
    command: 'releaf verify',
    folder: ({ issued }) =>
      edited(issued, 'certificates/web/1/private-key.yaml', /: Ag./, (found) =>
        found === ': AgA' ? ': AgB' : ': AgA',
      ),
  },
  NO_ROLLBACK: { command: 'releaf rollback web', folder: ({ issued }) => issued },
  RESTART_FILE: {
    command: 'releaf synth',
    folder: ({ issued }) => ({
      ...edited(
        issued,
        'releaf.yaml',
        '    signer',
        '    restart: [{ file: web.yaml, annotations: spec.template.metadata.annotations }]\n    signer',
      ),
      'web.yaml': 'kind: Deployment\nspec:\n  template: [here, is, a, list]\n',
    }),
  },
  RESTART_WORKLOAD: {
    command: 'releaf synth',
    folder: ({ issued }) => ({
      ...issued,
      ...app(
        "web.restarts(new ApiObject(chart, 'tenant', { apiVersion: 'minio.min.io/v2', kind: 'Tenant', metadata: { name: 'kes' } }));",
      ),
    }),
    told: /^(?:ReleafError|Error|.*code:|.*hint:|.*RESTART_WORKLOAD)/,
  },
  SOPS_CHART: {
    command: 'releaf synth',
    folder: ({ sops }) => ({
      ...sops,
      ...app("new ApiObject(chart, 'more', { apiVersion: 'v1', kind: 'ConfigMap' });"),
    }),
    told: /SOPS_CHART/,
  },
  APP_FAILED: {
    command: 'releaf synth',
    folder: ({ issued }) => ({ ...issued, 'cdk8s.yaml': 'app: node main.js\n' }),
  },
  FOREIGN_FILE: {
    command: 'releaf synth',
    folder: ({ issued }) => ({ ...issued, 'dist/web.k8s.yaml': 'kind: Secret\n' }),
  },
  DIST_CHANGED: {
    command: 'releaf verify',
    folder: ({ issued }) => edited(issued, 'dist/web.k8s.yaml', 'web-tls', 'web-tls-by-hand'),
  },
  DIST_STALE: {
    command: 'releaf verify',
    folder: ({ issued }) => ({ ...issued, 'dist/old.k8s.yaml': issued['dist/web.k8s.yaml'] ?? '' }),
  },
  RENDERED_MISSING: overlay((objects, of) =>
    objects.splice(objects.indexOf(of('SealedSecret')), 1),
  ),
  RENDERED_TWICE: overlay((objects, of) => {
    const copy = structuredClone(of('SealedSecret'));
    copy.metadata.name = 'copy';
    objects.push(copy);
  }),
  RENDERED_MOVED: overlay((_, of) => {
    of('SealedSecret').metadata.namespace = 'prod';
  }),
  RENDERED_CHANGED: overlay((_, of) => {
    of('SealedSecret').spec.encryptedData['tls.key'] = 'AgB';
  }),
  RENDERED_METADATA: overlay((_, of) => {
    of('SealedSecret').metadata.annotations = { 'argocd.argoproj.io/hook': 'Skip' };
  }),
  RENDERED_RIGHTS: overlay((objects, of) => {
    const { name } = of('ClusterRole').metadata;
    const binding = {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' },
      ...{ metadata: { name: 'more' }, roleRef: { kind: 'ClusterRole', name } },
      subjects: [{ kind: 'User', name: 'mallory' }],
    };
    objects.push(binding as unknown as Rendered);
  }),
  RENDERED_RESTART: overlay((objects, of) => {
    objects.splice(objects.indexOf(of('Deployment')), 1);
  }),
  IGNORED_BY_GIT: {
    command: 'releaf verify',
    folder: ({ issued }) => {
      const root = folderOf({ ...issued, '.gitignore': 'dist/\n' });
      execFileSync('git', ['init', '-q', root]);
      return root;
    },
  },
  UNTRACKED_BY_GIT: {
    command: 'releaf verify',
    folder: ({ issued }) => {
      const root = folderOf(issued);
      const git = (...args: readonly string[]): void => {
        const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
        execFileSync('git', ['-C', root, ...who, ...args], { stdio: 'pipe' });
      };
      git('init', '--quiet');
      git('add', '--', '.', ':!certificates');
      git('commit', '--quiet', '--message', 'x');
      return root;
    },
  },
  PRIVATE_KEY_IN_CLEAR: {
    command: 'releaf verify',
    folder: ({ issued }) => ({
      ...issued,
      'web.key': keyInClear(),
    }),
  },
  CLUSTER_CONFIG: {
    command: 'releaf approve web --kubeconfig ./kubeconfig',
    folder: ({ requested }) => requested,
    options: () => ({
      openCluster: (options) => {
        readKubeconfig({} as never, options);
        throw new Error('there is a kubeconfig');
      },
    }),
  },
  CLUSTER_UNREACHABLE: cluster('releaf approve web', (standIn) => {
    standIn.before = () => {
      const error = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      throw unreachable('https://api.example.com:6443 (context prod)', error);
    };
  }),
  CLUSTER_UNAUTHENTICATED: {
    command: 'releaf approve web',
    folder: ({ requested }) => requested,
    options: (_, root) => ({ openCluster: unauthenticated(root) }),
  },
  CLUSTER_FORBIDDEN: cluster('releaf approve web', (standIn) => {
    standIn.missing = [signingRequestRights.approve('example.com/internal')];
  }),
  CLUSTER_REFUSED: cluster('releaf approve web --deny', (standIn, request) => {
    standIn.condition(request, 'Approved', 'KubectlApprove', 'approved by alice');
  }),
  REQUEST_MISSING: cluster('releaf approve web', (standIn, request) => {
    standIn.removeRequest(request);
  }),
  REQUEST_DIFFERS: cluster('releaf approve web', (standIn, request, root) => {
    standIn.removeRequest(request);
    for (const object of pendingObjects(root).values()) {
      standIn.apply(planted(object, { request: otherRequest() }), 'mallory');
    }
  }),
  REQUEST_CHANGED: cluster('releaf approve web', (standIn, request) => {
    standIn.before = ({ verb }) => {
      const live = standIn.request(request);
      if (verb !== 'update' || !live) return;
      const metadata = { ...live.metadata, resourceVersion: '1', uid: 'made-anew' };
      standIn.put(requestPath(request), { ...live, metadata });
    };
  }),
  REQUEST_DENIED: cluster('releaf approve web', (standIn, request) => {
    standIn.condition(request, 'Denied', 'NotNow', 'ask again next week');
  }),
  REQUEST_FAILED: cluster('releaf fetch web', (standIn, request) => {
    standIn.condition(request, 'Approved', 'KubectlApprove', 'approved by alice');
    standIn.condition(
      request,
      'Failed',
      'SignerValidationFailure',
      'subject organization is not system:nodes',
    );
  }),
  REQUEST_UNSIGNED: cluster('releaf fetch web', () => undefined),
  SECRET_UNFIT: {
    command: 'releaf adopt secret.yaml',
    folder: () => ({
      ...WEB_FILES,
      'secret.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web-tls, namespace: shop }\n',
    }),
  },
  GIT_STATE: {
    command: 'releaf pr --base origin/main',
    folder: ({ issued }) => {
      const root = folderOf(issued);
      execFileSync('git', ['init', '-q', root]);
      return root;
    },
  },
  ANSWER_MISSING: { command: 'releaf init', folder: () => ({}) },
  INTERRUPTED: {
    command: 'releaf init',
    folder: () => ({}),
    options: () => {
      const giveUp = (): never => {
        throw new ReleafError('INTERRUPTED', 'stopped; nothing was written');
      };
      return { ask: { choose: giveUp, type: giveUp } };
    },
  },
};
