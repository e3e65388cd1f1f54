import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { MARKER } from '../../lib/delivery/output-file';
import { folderOf, read, removeFolders, type Files } from '../harness';
import { output } from '../system/process';
import {
  apply,
  get,
  getRequest,
  kubectl,
  newNamespace,
  releafDone,
  secretData,
  signingCa,
} from './cluster';
import { startFlux, type Flux } from './engines/flux';
import { gitServer, type GitServer } from './engines/git-server';
import { digestOf, startNode, type NodeEvent, type TestNode } from './node';
import { expectPair } from './pair';
import { newAuthority } from './pki';
import { signal, tool } from './processes';
import { sealingCertificate } from './sealed-secrets';
import { until } from './until';

const MINUTE = 60_000;

/** Folder of releaf's config in the repository; the team's StatefulSet stands in it, too. */
const FOLDER = 'clusters/prod/kes';
const KIND = 'kustomizations.kustomize.toolkit.fluxcd.io';

let git: GitServer;
let flux: Flux;
let recipient: string;
let namespace: string;
let node: TestNode;

beforeAll(async () => {
  git = await gitServer();
  flux = await startFlux();
  const identity = join(folderOf({}), 'age.agekey');
  await output(tool('age-keygen'), ['-o', identity]);
  recipient = (await output(tool('age-keygen'), ['-y', identity])).trim();
  const fromFile = `--from-file=age.agekey=${identity}`;
  await kubectl(['create', 'secret', 'generic', 'sops-age', '-n', flux.namespace, fromFile]);
});

afterAll(async () => {
  await flux.stop();
  await git.close();
  removeFolders();
});

beforeEach(async () => {
  namespace = await newNamespace();
  node = await startNode({ namespaces: [namespace] });
});

afterEach(async () => {
  // With pruning, this takes away what it applied: the other Kustomizations, and what they applied.
  await kubectl(['delete', KIND, namespace, '-n', flux.namespace, '--ignore-not-found']);
  try {
    await until(
      'Flux has taken everything away',
      async () => (await kubectl(['get', KIND, '-n', flux.namespace, '-o', 'name'])) === '',
      // It ends a health check first.
      2 * MINUTE,
    );
  } finally {
    await node.stop();
  }
});

/** KES with two replicas, as a team writes it. */
const workload = (): string => `# the team's own
apiVersion: v1
kind: Service
metadata: { name: kes, namespace: ${namespace} }
spec:
  clusterIP: None
  selector: { app: kes }
  ports: [{ name: https, port: 7373 }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: kes, namespace: ${namespace} }
spec:
  serviceName: kes
  replicas: 2
  selector: { matchLabels: { app: kes } }
  template:
    metadata:
      labels: { app: kes }
    spec:
      containers:
        - name: kes
          image: quay.io/minio/kes:2025-03-12T09-35-18Z
          args: [server, --config=/etc/kes/server-config.yaml]
          volumeMounts: [{ name: tls, mountPath: /etc/kes/tls, readOnly: true }]
      volumes: [{ name: tls, secret: { secretName: kes-tls } }]
`;

const IN_PLACE = {
  restart: [
    {
      file: 'kes.k8s.yaml',
      annotations: 'spec.template.metadata.annotations',
      object: { kind: 'StatefulSet', name: 'kes' },
    },
  ],
};

const KES = (): object => ({
  profile: { name: 'minio-kes', statefulSet: 'kes', service: 'kes' },
  signer: 'kubernetes.io/kubelet-serving',
  secret: { namespace },
  ca: 'ca.pem',
});

const SOPS = (): object => ({ sealing: { type: 'sops', recipients: [recipient] } });

const kustomization = (content: object): string =>
  stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...content,
  });

/** The config, for one certificate that no other test has. */
const config = (certificate: object, delivery: object = {}): string =>
  stringify({
    version: 1,
    delivery: {
      type: 'flux',
      kustomizations: { source: { name: namespace }, path: FOLDER },
      ...delivery,
    },
    certificates: { [certificateName()]: certificate },
  });

const certificateName = (): string => `kes-${namespace}`;

/** What the cluster's Kustomization applies: those of releaf as they are. */
const WITHOUT_WORKLOAD: Files = {
  'clusters/prod/kustomization.yaml': kustomization({
    resources: ['kes/dist/kustomizations/releaf.k8s.yaml'],
  }),
};

/** The same with one for the workload. */
const fleet = (more: object = {}): Files => ({
  'clusters/prod/kustomization.yaml': kustomization({
    resources: ['kes/dist/kustomizations/releaf.k8s.yaml', 'kes.yaml'],
    ...more,
  }),
  'clusters/prod/kes.yaml': stringify({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'kes', namespace: flux.namespace },
    spec: {
      ...{ interval: '10m', path: `./${FOLDER}`, prune: true, wait: true, timeout: '1m' },
      sourceRef: { kind: 'GitRepository', name: namespace },
      dependsOn: [{ name: 'releaf-secrets' }],
    },
  }),
  [`${FOLDER}/kustomization.yaml`]: kustomization({ resources: ['kes.k8s.yaml'] }),
  [`${FOLDER}/kes.k8s.yaml`]: workload(),
});

/** A repository that a cluster follows. */
interface Fleet {
  /** Folder of releaf's config. */
  readonly folder: string;
  readonly releaf: (...args: readonly string[]) => Promise<string>;
  /** Merges what is there now, and has Flux fetch it: the revision. */
  readonly merge: (message: string) => Promise<string>;
}

function fleetOf(files: Files): Fleet {
  const root = folderOf({ [`${FOLDER}/ca.pem`]: signingCa(), ...files });
  const folder = join(root, FOLDER);
  let isFollowed = false;
  return {
    folder,
    releaf: async (...args) => (await releafDone([...args, '-C', folder])).stdout,
    async merge(message) {
      await git.commit(message, root);
      if (isFollowed) return flux.fetch(namespace);
      isFollowed = true;
      const revision = await flux.gitRepository(namespace, git.url, git.branch);
      await flux.kustomization(namespace, { sourceRef: namespace, path: './clusters/prod' });
      return revision;
    },
  };
}

const ready = (revision: string, ...names: readonly string[]): Promise<unknown> =>
  // A health check that runs ends first, which takes a minute at most.
  until(
    `${names.join(', ')} are Ready at ${revision}`,
    async () => {
      for (const name of names) {
        const state = await flux.state(name);
        if (state.ready !== 'True' || state.applied !== revision) {
          throw new Error(`${name}: ${JSON.stringify(state)}`);
        }
      }
      return true;
    },
    3 * MINUTE,
  );

/** The request of the certificate, as soon as it is in the cluster; there must be one. */
const theRequest = (): Promise<string> =>
  until('the request is in the cluster', async () => (await requests())[0]);

async function requests(): Promise<readonly string[]> {
  const selector = `releaf.dev/certificate=${certificateName()}`;
  const names = await kubectl(['get', 'csr', '-l', selector, '-o', 'name']);
  return names
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^.*\//, ''));
}

interface StatefulSet {
  readonly metadata: { readonly generation: number; readonly resourceVersion: string };
  readonly spec: { readonly template: { readonly metadata: { readonly annotations?: object } } };
}

const statefulSet = async (): Promise<StatefulSet> =>
  (await get<StatefulSet>('statefulset', 'kes', namespace))!;

const digestOfSecret = async (name = 'kes-tls'): Promise<string> =>
  digestOf(
    (await get<{ data: Readonly<Record<string, string>> }>('secret', name, namespace))!.data,
  );

/** Pods that started since an event, with the digest of their Secret. */
const started = (since: number): readonly (readonly [pod: string, digest: string | undefined])[] =>
  node.events
    .slice(since)
    .filter((event): event is Extract<NodeEvent, { type: 'started' }> => event.type === 'started')
    .filter(({ pod }) => pod.owner === 'StatefulSet/kes')
    .map(({ pod, secrets }) => [pod.name, secrets[0]?.digest]);

/** What nobody may touch when nothing changed, with the resourceVersion of each. */
async function resourceVersions(): Promise<string> {
  const kinds = 'secret,configmap,statefulset,service,job,controllerrevision,pod,sealedsecret';
  return kubectl([
    ...['get', kinds, '-n', namespace],
    ...['-o', 'custom-columns=KIND:.kind,NAME:.metadata.name,VERSION:.metadata.resourceVersion'],
  ]);
}

/** resourceVersion of what was written last of a kind; they count for all kinds together, in one etcd. */
async function newestVersion(kind: string): Promise<number> {
  const versions = 'jsonpath={.items[*].metadata.resourceVersion}';
  const list = await kubectl(['get', kind, '-n', namespace, '-o', versions]);
  return Math.max(...list.split(' ').map(Number));
}

/** Events about objects of a namespace but that something was found as it should be. */
async function eventsIn(where: string): Promise<readonly string[]> {
  const columns = '{.metadata.uid} {.count} {.reason} {.involvedObject.name}: {.message}{"\\n"}';
  const list = await kubectl([
    ...['get', 'events', '-n', where],
    ...['-o', `jsonpath={range .items[*]}${columns}{end}`],
  ]);
  return list.split('\n').filter((line) => !/^\S+ \d* ReconciliationSucceeded /.test(line));
}

it(
  'brings both pull requests of a renewal, decrypts, restarts after the Secret, and then touches nothing',
  async () => {
    const { folder, releaf, merge } = fleetOf({
      ...fleet(),
      [`${FOLDER}/releaf.yaml`]: config({ ...KES(), ...SOPS(), ...IN_PLACE }),
    });

    await releaf('synth');
    await ready(
      await merge('nothing is issued yet'),
      namespace,
      'releaf-secrets',
      'releaf-requests',
    );
    await until('a pod waits for the Secret', () =>
      node.events.some(({ type }) => type === 'waiting'),
    );

    await releaf('renew');
    await merge('the first request');
    await theRequest();
    await releaf('approve');
    const first = await merge('the first certificate');
    await ready(first, 'releaf-secrets', 'kes', 'releaf-requests');
    expect(await requests()).toEqual([]);
    const firstDigest = await digestOfSecret();

    const before = await statefulSet();
    await releaf('renew', '--force', certificateName());
    const asked = await merge('request the next one');
    const request = await theRequest();
    await ready(asked, 'releaf-secrets', 'kes');
    expect((await getRequest(request))?.status).toEqual({});
    expect((await flux.state('releaf-requests')).ready).not.toBe('True');
    const waiting = await until(
      'Flux has waited long enough',
      async () => {
        const state = await flux.state('releaf-requests');
        return state.ready === 'False' && state;
      },
      2 * MINUTE,
    );
    expect(waiting.message).toMatch(/^health check failed after 1m/);
    expect(waiting.message).toContain(
      `timeout waiting for: [CertificateSigningRequest/${request} status: 'InProgress']`,
    );
    expect((await statefulSet()).metadata.generation).toBe(before.metadata.generation);
    expect(await digestOfSecret()).toBe(firstDigest);

    await releaf('approve');
    await kubectl(['delete', 'csr', request]); // as the collector does, an hour later
    expect(await flux.reconcile('releaf-secrets')).toMatchObject({ ready: 'True' });
    await kubectl([
      ...['annotate', KIND, 'releaf-requests', '-n', flux.namespace, '--overwrite'],
      '--field-manager=flux',
      `reconcile.fluxcd.io/requestedAt=${new Date().toISOString()}`,
    ]);
    await until('the request is back', async () => (await getRequest(request))?.status);

    const since = node.events.length;
    const suspend = (suspended: boolean): Promise<string> =>
      kubectl([
        ...['patch', KIND, 'releaf-secrets', '-n', flux.namespace, '--type=merge'],
        ...['--field-manager=flux', '--patch', JSON.stringify({ spec: { suspend: suspended } })],
      ]);
    await suspend(true);
    const issued = await merge('take the certificate');
    await until('the workload waits for the Secret of the same revision', async () => {
      const { message } = await flux.state('kes');
      return message === "dependency 'flux-system/releaf-secrets' revision is not up to date";
    });
    expect((await statefulSet()).metadata.generation).toBe(before.metadata.generation);
    await suspend(false);
    await ready(issued, namespace, 'releaf-secrets', 'kes', 'releaf-requests');
    expect(await requests()).toEqual([]);

    const data = await secretData('kes-tls', namespace);
    await expectPair({ privateKey: data['private.key']!, certificate: data['public.crt']! }, [
      '-purpose',
      'sslserver',
      '-verify_hostname',
      `kes-1.kes.${namespace}.svc.cluster.local`,
    ]);
    const digest = await digestOfSecret();
    expect(digest).not.toBe(firstDigest);
    expect(started(since)).toEqual([
      ['kes-1', digest],
      ['kes-0', digest],
    ]);
    expect((await statefulSet()).metadata.generation).toBe(before.metadata.generation + 1);
    expect(await newestVersion('controllerrevision')).toBeGreaterThan(
      await newestVersion('secret'),
    );
    expect(read(folder, 'kes.k8s.yaml')).toContain("# the team's own\n");

    const untouched = await resourceVersions();
    const told = [await eventsIn(namespace), await eventsIn(flux.namespace)];
    for (let minute = 1; minute <= 5; minute++) {
      const end = Date.now() + MINUTE;
      for (const name of [namespace, 'releaf-secrets', 'releaf-requests', 'kes']) {
        expect(await flux.reconcile(name)).toMatchObject({ ready: 'True', applied: issued });
      }
      await until(`minute ${minute} is over`, () => Date.now() >= end, 2 * MINUTE);
    }
    expect(await resourceVersions()).toBe(untouched);
    expect(await requests()).toEqual([]);
    expect([await eventsIn(namespace), await eventsIn(flux.namespace)]).toEqual(told);
    expect(started(since)).toHaveLength(2);
  },
  20 * MINUTE,
);

interface SealedSecret {
  readonly metadata: { readonly generation: number };
  readonly status?: { readonly observedGeneration?: number };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** As written, but that a variable stands in the script, and in an annotation where it may be substituted. */
function withVariable(manifest: Manifest): Manifest {
  const { kind, metadata, data } = manifest;
  const script = data?.['issue.sh'];
  if (script !== undefined) {
    return { ...manifest, data: { ...data, 'issue.sh': `${script}# \${name} $$\n` } };
  }
  if (kind !== 'ServiceAccount') return manifest;
  return { ...manifest, metadata: { ...metadata, annotations: { variable: '${name}' } } };
}

it(
  'has a Job issue, whose script it does not substitute and whose ConfigMap stays full; restarts after a sealed Secret is opened',
  async () => {
    const substitute = [
      { op: 'add', path: '/spec/postBuild', value: { substitute: { name: 'substituted' } } },
    ];
    const { folder, releaf, merge } = fleetOf({
      ...fleet({
        patches: [
          {
            target: { kind: 'Kustomization', name: 'releaf-requests' },
            patch: stringify(substitute),
          },
        ],
      }),
      [`${FOLDER}/sealing.pem`]: await sealingCertificate(),
      [`${FOLDER}/releaf.yaml`]: config(
        {
          ...KES(),
          ...IN_PLACE,
          sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
        },
        { request: 'job' },
      ),
    });
    await releaf('renew');
    const file = join(folder, 'dist/requests', `${certificateName()}.k8s.yaml`);
    const written = parseAllDocuments(readFileSync(file, 'utf8')).map((document) =>
      withVariable(document.toJS() as Manifest),
    );
    const script = written.find(({ data }) => data?.['issue.sh'] !== undefined)!;
    const { name } = script.metadata;
    const text = written.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n');
    writeFileSync(file, `${MARKER}\n${text}`);

    const asked = await merge('the request');
    await ready(asked, 'releaf-secrets', 'releaf-requests');
    expect((await get<Manifest>('configmap', name, namespace))!.data).toEqual(script.data);
    const account = (await get<Manifest>('serviceaccount', name, namespace))!;
    expect(account.metadata.annotations).toEqual({ variable: 'substituted' });
    const kept = async () =>
      (await get<Manifest>('configmap', `${name}-certificate`, namespace))?.data;
    expect(Object.keys((await kept()) ?? {})).toEqual(['certificate.pem']);
    const untouched = [await resourceVersions(), await kept()];
    for (let round = 0; round < 3; round++) {
      expect(await flux.reconcile('releaf-requests')).toMatchObject({ ready: 'True' });
    }
    expect([await resourceVersions(), await kept()]).toEqual(untouched);

    await kubectl(['delete', 'csr', name]); // as the collector does, an hour later
    await releaf('fetch');
    const issued = await merge('the certificate');
    await ready(issued, 'releaf-secrets', 'kes', 'releaf-requests');
    const secret = await secretData('kes-tls', namespace);
    await expectPair({ privateKey: secret['private.key']!, certificate: secret['public.crt']! }, [
      ...['-purpose', 'sslserver', '-verify_hostname', `kes-0.kes.${namespace}.svc.cluster.local`],
    ]);
    expect(await requests()).toEqual([]);
    for (const [kind, gone] of [
      ['configmap', name],
      ['configmap', `${name}-certificate`],
      ['serviceaccount', name],
      ['role', name],
    ] as const) {
      expect(await get(kind, gone, namespace)).toBeUndefined();
    }
    expect(await get('clusterrole', name)).toBeUndefined();
    expect(
      await kubectl(['get', 'jobs,pods', '-l', 'job-name', '-n', namespace, '-o', 'name']),
    ).toBe('');

    const before = (await statefulSet()).metadata.generation;
    await releaf('renew', '--force', certificateName());
    await ready(await merge('request the next one'), 'releaf-secrets', 'releaf-requests');
    await releaf('fetch');
    const since = node.events.length;
    signal('sealed-secrets', 'SIGSTOP');
    try {
      await merge('take the certificate');
      await until('Flux waits for the controller', async () => {
        const { metadata, status } = (await get<SealedSecret>(
          'sealedsecret',
          'kes-tls',
          namespace,
        ))!;
        const { message } = await flux.state('kes');
        return (
          metadata.generation > (status?.observedGeneration ?? 0) &&
          message === "dependency 'flux-system/releaf-secrets' is not ready"
        );
      });
      expect((await statefulSet()).metadata.generation).toBe(before);
    } finally {
      signal('sealed-secrets', 'SIGCONT');
    }
    await ready(await flux.fetch(namespace), 'releaf-secrets', 'kes', 'releaf-requests');
    const digest = await digestOfSecret();
    expect(started(since)).toEqual([
      ['kes-1', digest],
      ['kes-0', digest],
    ]);
  },
  5 * MINUTE,
);

it(
  'says of a denied request that it failed, of nothing else',
  async () => {
    const { releaf, merge } = fleetOf({
      ...WITHOUT_WORKLOAD,
      [`${FOLDER}/releaf.yaml`]: config({ ...KES(), ...SOPS() }),
    });
    await releaf('renew');
    await merge('the request');
    const request = await theRequest();
    await releaf('approve', '--deny', certificateName());
    const { message } = await until('Flux has seen the denial', async () => {
      const state = await flux.state('releaf-requests');
      return state.ready === 'False' && state;
    });
    expect(message).toMatch(/^health check failed after /);
    expect(message).toContain(
      `failed early due to stalled resources: [CertificateSigningRequest/${request} status: 'Failed']`,
    );
    expect(await flux.state('releaf-secrets')).toMatchObject({ ready: 'True' });
  },
  3 * MINUTE,
);

interface Live {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Annotations;
    readonly annotations?: Annotations;
    readonly managedFields: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations?: Annotations } };
  };
}
type Annotations = Readonly<Record<string, string>>;

/** A live StatefulSet, and what restarts its pods apart from it. */
async function theirs(): Promise<{ readonly object: object; readonly restart?: string }> {
  const { metadata, spec } = (await get<Live>('statefulset', 'kes', namespace))!;
  const { [`restart.releaf.dev/${certificateName()}`]: restart, ...annotations } =
    spec.template.metadata.annotations ?? {};
  const { uid, annotations: own = {} } = metadata;
  const template = { ...spec.template, metadata: { ...spec.template.metadata, annotations } };
  const lastApplied = own['kubectl.kubernetes.io/last-applied-configuration'];
  return {
    object: { uid, lastApplied, spec: { ...spec, template } },
    ...(restart !== undefined && { restart }),
  };
}

it(
  'restarts by a fragment what somebody else applied, keeps all of it, and deletes nothing when the fragment goes',
  async () => {
    await apply(workload());
    const authority = newAuthority('CA of the team');
    const pki = folderOf({ 'ca.crt': authority.certificate, 'ca.key': authority.privateKey });
    const certificate = {
      commonName: 'kes',
      dnsNames: ['kes.example.com'],
      signer: 'local',
      secret: { name: 'kes-tls', namespace },
      sealing: { type: 'plaintext', iUnderstandKeysAreInGit: true },
    };
    const workloadOf = { kind: 'StatefulSet', name: 'kes' };
    const fragment = { ...workloadOf, serviceName: 'kes', selector: { app: 'kes' } };
    const { folder, releaf, merge } = fleetOf({
      ...WITHOUT_WORKLOAD,
      [`${FOLDER}/releaf.yaml`]: config({
        ...certificate,
        restart: [{ serverSideApply: fragment }],
      }),
    });
    const { object } = await theirs();

    const values = new Set<string | undefined>();
    for (const renewal of ['first', 'second', 'third']) {
      await releaf('renew', '--force', certificateName());
      await releaf('sign', '--ca', pki);
      const since = node.events.length;
      const revision = await merge(`the ${renewal} certificate`);
      await ready(revision, namespace, 'releaf-secrets', 'releaf-restarts');
      const now = await theirs();
      expect(now.object).toEqual(object);
      values.add(now.restart);
      const digest = await digestOfSecret();
      await until('every pod has the new Secret', () => {
        const pods = started(since).filter(([, mounted]) => mounted === digest);
        return new Set(pods.map(([pod]) => pod)).size === 2;
      });
    }
    expect([...values]).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f]{64}$/)));

    const last = await theirs();
    writeFileSync(join(folder, 'releaf.yaml'), config(certificate));
    await releaf('synth');
    const without = await merge('restart it otherwise');
    await ready(without, namespace, 'releaf-secrets');
    await until('Flux has taken the Kustomization away', async () => {
      return (await get(KIND, 'releaf-restarts', flux.namespace)) === undefined;
    });
    expect(await theirs()).toEqual(last);
  },
  5 * MINUTE,
);
