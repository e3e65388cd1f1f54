import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { WrittenCertificate } from '../../lib/config/written-config';
import { folderOf, releaf, removeFolders } from '../harness';
import { get, kubectl, newNamespace } from './cluster';
import { newAuthority } from './pki';
import { serverSideApply } from './server-side-apply';
import { installTenants } from './tenants';

beforeAll(installTenants);
afterAll(removeFolders);

const KEY = 'restart.releaf.dev/kes';

/** A StatefulSet with as much of a live one as can be lost. */
const statefulSet = (namespace: string): string => `# the team's own
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
  namespace: ${namespace}
  labels: { app: web, team: storage }
  annotations: { example.com/team: storage }
spec:
  serviceName: web-headless
  replicas: 3
  podManagementPolicy: Parallel
  revisionHistoryLimit: 5
  minReadySeconds: 7
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Delete, whenScaled: Retain }
  updateStrategy: { type: RollingUpdate, rollingUpdate: { partition: 1 } }
  selector: { matchLabels: { app: web, tier: back } }
  template:
    metadata:
      labels: { app: web, tier: back, version: one }
      annotations: { example.com/scrape: 'true' }
    spec:
      serviceAccountName: web
      terminationGracePeriodSeconds: 17
      securityContext: { runAsNonRoot: true, fsGroup: 1000 }
      tolerations: [{ key: storage, operator: Exists, effect: NoSchedule }]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector: { matchLabels: { app: web } }
      initContainers:
        - { name: init, image: 'example.com/init:1', command: ['true'] }
      containers:
        - name: web
          image: example.com/web:1
          args: [--tls]
          env: [{ name: MODE, value: serve }]
          ports: [{ name: https, containerPort: 8443 }, { name: metrics, containerPort: 9090 }]
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 128Mi } }
          readinessProbe: { httpGet: { path: /ready, port: https, scheme: HTTPS }, periodSeconds: 3 }
          livenessProbe: { tcpSocket: { port: https }, failureThreshold: 5 }
          startupProbe: { exec: { command: ['true'] } }
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
          volumeMounts: [{ name: pair, mountPath: /pair, readOnly: true }, { name: data, mountPath: /data }]
        - name: metrics
          image: example.com/metrics:2
          lifecycle: { preStop: { exec: { command: ['true'] } } }
      volumes: [{ name: pair, secret: { secretName: web-tls, defaultMode: 0400 } }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

const tenant = (namespace: string): string => `apiVersion: minio.min.io/v2
kind: Tenant
metadata:
  name: minio
  namespace: ${namespace}
  labels: { team: storage }
spec:
  image: quay.io/minio/minio:RELEASE.2025-04-08T15-41-24Z
  podManagementPolicy: Parallel
  poolsMetadata: { labels: { from: team } }
  kes:
    image: quay.io/minio/kes:2025-03-12T09-35-18Z
    replicas: 3
    kesSecret: { name: kes-configuration }
    annotations: { example.com/keep: kes }
    labels: { from: team }
  pools:
    - { name: one, servers: 4, volumesPerServer: 2, annotations: { example.com/keep: one } }
    - { name: two, servers: 8, volumesPerServer: 4 }
`;

interface Live {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Tree;
}
type Tree = Readonly<Record<string, unknown>>;

/** Both objects as the API server has them. */
async function live(namespace: string): Promise<readonly [Live, Live]> {
  const objects = [
    await get<Live>('statefulset', 'web', namespace),
    await get<Live>('tenant', 'minio', namespace),
  ];
  expect(objects).not.toContain(undefined);
  return objects as unknown as readonly [Live, Live];
}

/**
 * What tells whether anything was written. A controller goes on to write the status of a StatefulSet behind every
 * change, so its `resourceVersion` does not; nobody writes that of the Tenant.
 */
const written = ([web, tenantObject]: readonly [Live, Live]): unknown => {
  const { generation, labels, annotations } = web.metadata;
  return {
    web: { generation, labels, annotations },
    tenant: tenantObject.metadata.resourceVersion,
  };
};

const TEAM_FILES = ['web.yaml', 'tenant.yaml'];
const filesOf = (folder: string): readonly string[] =>
  TEAM_FILES.flatMap((name) => ['-f', join(folder, name)]);

/** How a team made its objects, and makes them anew when a file changes. */
interface Maker {
  readonly make: (team: string) => Promise<unknown>;
  readonly update: (team: string) => Promise<unknown>;
}

const MAKERS: Readonly<Record<'kubectl apply' | 'Helm' | 'server-side apply', Maker>> = {
  'kubectl apply': {
    make: (team) => kubectl(['apply', ...filesOf(team)]),
    update: (team) => kubectl(['apply', ...filesOf(team)]),
  },
  // Helm creates, and later sends the difference between two releases as a patch.
  Helm: {
    make: (team) => kubectl(['create', '--field-manager=helm', ...filesOf(team)]),
    update: async (team) => {
      for (const name of TEAM_FILES) {
        const file = join(team, name);
        const patch = ['--patch-file', file, '--field-manager=helm', '--type=merge'];
        await kubectl(['patch', '-f', file, ...patch]);
      }
    },
  },
  'server-side apply': {
    make: (team) => kubectl(['apply', '--server-side', ...filesOf(team)]),
    update: (team) => kubectl(['apply', '--server-side', ...filesOf(team)]),
  },
};

type Restart = NonNullable<WrittenCertificate['restart']>;

/** A folder with a certificate, issued or pending, and the team's files. */
async function folderWith(
  namespace: string,
  delivery: string,
  restart: Restart,
  sign = true,
): Promise<string> {
  const ca = newAuthority('CA of the team');
  const config = {
    version: 1,
    delivery,
    certificates: {
      kes: {
        commonName: 'kes',
        dnsNames: ['kes.example.com'],
        signer: 'local',
        secret: { name: 'kes-server', namespace },
        sealing: { type: 'plaintext', iUnderstandKeysAreInGit: true },
        ca: 'ca.pem',
        appendCa: true,
        restart,
      },
    },
  };
  const root = folderOf({
    'releaf.yaml': stringify(config),
    'ca.pem': ca.certificate,
    'team/web.yaml': statefulSet(namespace),
    'team/tenant.yaml': tenant(namespace),
    'team/kustomization.yaml': 'resources: [web.yaml, tenant.yaml]\n',
    'overlay/kustomization.yaml': 'resources: [../team]\ncomponents: [../dist]\n',
  });
  const pki = folderOf({ 'ca.crt': ca.certificate, 'ca.key': ca.privateKey });
  for (const args of [['renew'], ...(sign ? [['sign', '--ca', pki]] : [])]) {
    expect(await releaf([...args, '-C', root], { now: new Date() })).toMatchObject({ status: 0 });
  }
  return root;
}

/** The objects of a file of the output, as an engine has them. */
const objectsOf = (root: string, path: string): readonly Fragment[] =>
  parseAllDocuments(readFileSync(join(root, 'dist', path), 'utf8'))
    .map((document): unknown => document.toJS() as unknown)
    .filter(
      (object): object is Fragment =>
        object !== null && ['StatefulSet', 'Tenant'].includes((object as Fragment).kind),
    );

interface Fragment {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: Tree;
}

const WORKLOAD = { kind: 'StatefulSet', name: 'web' };
const TENANT = { kind: 'Tenant', name: 'minio' };
const POOLS = { ...TENANT, annotations: 'spec.poolsMetadata.annotations' };

const fragments = (more: object = {}): Restart => [
  { serverSideApply: { ...WORKLOAD, ...more } },
  { serverSideApply: TENANT },
  { serverSideApply: POOLS, digestOf: 'ca' },
];

/** As Argo CD calls it: `argo-cd/gitops-engine`, pkg/utils/kube/resource_ops.go, newApplyOptions. */
const ARGO_CD = [
  'apply',
  '--server-side',
  '--field-manager=argocd-controller',
  '--force-conflicts',
  '--validate=false',
];

/** The fragments of a folder in a file of their own, as Argo CD has them in its hands. */
function fragmentsFile(root: string, path: string): string {
  const file = join(folderOf({}), 'fragments.yaml');
  writeFileSync(
    file,
    objectsOf(root, path)
      .map((object) => stringify(object))
      .join('---\n'),
  );
  return file;
}

/**
 * What the Go types of a StatefulSet make of it; custom resources stay as they are. As `normalize.Unstructured` of
 * github.com/fluxcd/pkg/ssa v0.76.2 gives it.
 */
function asFluxDecodes({ kind, metadata, spec, ...rest }: Fragment): Fragment {
  const object = { ...rest, kind, metadata: { ...metadata, creationTimestamp: null } };
  if (kind !== 'StatefulSet') return { ...object, spec };
  const template = spec['template'] as Tree;
  return {
    ...object,
    spec: {
      selector: null,
      serviceName: '',
      updateStrategy: {},
      ...spec,
      template: { ...template, spec: { containers: null, ...(template['spec'] as Tree) } },
    },
  };
}

const pathOf = ({ kind, metadata: { namespace, name } }: Fragment): string =>
  kind === 'StatefulSet'
    ? `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`
    : `/apis/minio.min.io/v2/namespaces/${namespace}/tenants/${name}`;

const asFluxApplies = (object: Fragment) =>
  serverSideApply(pathOf(object), 'kustomize-controller', asFluxDecodes(object));

/** One way by which the annotation comes to the objects. */
interface Form {
  readonly delivery: string;
  readonly restart: (namespace: string) => Restart;
  /** Where MinIO's pools read it. */
  readonly pools: 'pools' | 'poolsMetadata';
  /** What applies it, in a folder where it stands. */
  readonly apply: (root: string, maker: Maker) => Promise<unknown>;
  /** What takes it out of Git, and applies the rest. */
  readonly remove: (root: string, maker: Maker, namespace: string) => Promise<unknown>;
  /** What must be done once before, to objects that a client-side apply made. */
  readonly prepare?: (namespace: string) => Promise<unknown>;
}

const applyOverlay = async (root: string, maker: Maker, overlay = 'overlay') => {
  const input = await kubectl(['kustomize', join(root, overlay)]);
  const how = maker === MAKERS['server-side apply'] ? ['--server-side'] : [];
  await kubectl(['apply', ...how, '-f', '-'], { input });
};

const FORMS: Readonly<Record<string, Form>> = {
  'files in place': {
    delivery: 'kubectl',
    restart: () => [
      { file: 'team/web.yaml', annotations: 'spec.template.metadata.annotations' },
      { file: 'team/tenant.yaml', annotations: 'spec.kes.annotations' },
      { file: 'team/tenant.yaml', annotations: 'spec.pools[0].annotations', digestOf: 'ca' },
    ],
    pools: 'pools',
    apply: (root, { update }) => update(join(root, 'team')),
    remove: (root, { update }, namespace) => {
      writeFileSync(join(root, 'team/web.yaml'), statefulSet(namespace));
      writeFileSync(join(root, 'team/tenant.yaml'), tenant(namespace));
      return update(join(root, 'team'));
    },
  },
  'a patch of Kustomize': {
    delivery: 'kustomize',
    // The team's files say their namespace.
    restart: (namespace) => [
      { patch: { ...WORKLOAD, namespace } },
      { patch: { ...TENANT, namespace } },
      { patch: { ...POOLS, namespace }, digestOf: 'ca' },
    ],
    pools: 'poolsMetadata',
    apply: applyOverlay,
    remove: (root, maker) => applyOverlay(root, maker, 'team'),
  },
  'kubectl patch': {
    delivery: 'kubectl',
    restart: () => fragments(),
    pools: 'poolsMetadata',
    apply: async (root) => {
      for (const name of ['kes.restart.k8s.yaml', 'kes.restart-2.k8s.yaml']) {
        const file = join(root, 'dist/fragments', name);
        await kubectl(['patch', '--type=merge', '-f', file, '--patch-file', file]);
      }
    },
    remove: async (root, { update }) => {
      rmSync(join(root, 'dist/fragments'), { recursive: true });
      await kubectl(['apply', '-f', join(root, 'dist')]);
      await update(join(root, 'team'));
    },
  },
  'Argo CD': {
    delivery: 'argo-cd',
    restart: () => fragments(),
    pools: 'poolsMetadata',
    apply: (root) => kubectl([...ARGO_CD, '-f', fragmentsFile(root, 'kes.k8s.yaml')]),
    prepare: (namespace) =>
      kubectl([
        ...['annotate', '-n', namespace, 'statefulset/web', 'tenant/minio'],
        'kubectl.kubernetes.io/last-applied-configuration-',
      ]),
    // It asks the live object whether to prune it.
    remove: async (_, __, namespace) => {
      for (const { metadata } of await live(namespace)) {
        const options = metadata.annotations['argocd.argoproj.io/sync-options']?.split(',');
        expect(options).toEqual(expect.arrayContaining(['Prune=false', 'Delete=false']));
      }
    },
  },
  Flux: {
    delivery: 'flux',
    restart: () =>
      fragments({
        serviceName: 'web-headless',
        selector: { app: 'web', tier: 'back' },
      }),
    pools: 'poolsMetadata',
    apply: async (root) => {
      for (const object of objectsOf(root, 'restarts/kes.k8s.yaml')) {
        expect(await asFluxApplies(object)).toMatchObject({ status: 200 });
      }
    },
    remove: async (_, __, namespace) => {
      for (const { metadata } of await live(namespace)) {
        expect(metadata.annotations).toMatchObject({
          'kustomize.toolkit.fluxcd.io/prune': 'disabled',
          'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
        });
      }
    },
  },
};

const annotated = (object: Tree, path: readonly string[], value: unknown): Tree => {
  const [key = '', ...rest] = path;
  const inner = (object[key] ?? {}) as Tree;
  return { ...object, [key]: rest.length === 0 ? value : annotated(inner, rest, value) };
};

/** What the specs are to be: as before, and the annotations. */
function withAnnotations(
  [web, minio]: readonly [Live, Live],
  pools: Form['pools'],
  certificate: string,
  ca: string,
): readonly Tree[] {
  const kes = annotated(minio.spec, ['kes', 'annotations', KEY], certificate);
  const [first, ...others] = minio.spec['pools'] as readonly Tree[];
  return [
    annotated(web.spec, ['template', 'metadata', 'annotations', KEY], certificate),
    pools === 'pools'
      ? { ...kes, pools: [annotated(first!, ['annotations', KEY], ca), ...others] }
      : annotated(kes, ['poolsMetadata', 'annotations', KEY], ca),
  ];
}

const at = (object: Live, ...path: readonly (string | number)[]): string =>
  path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown>)[key],
    object.spec,
  ) as string;

const digests = ([, minio]: readonly [Live, Live], pools: Form['pools']) =>
  [
    at(minio, 'kes', 'annotations', KEY),
    pools === 'pools'
      ? at(minio, 'pools', 0, 'annotations', KEY)
      : at(minio, 'poolsMetadata', 'annotations', KEY),
  ] as const;

describe.each(Object.entries(MAKERS))('a StatefulSet and a Tenant made by %s', (made, maker) => {
  it.each(Object.entries(FORMS))(
    'keep every other field when they restart through %s, and when that leaves Git',
    async (_, form) => {
      const namespace = await newNamespace();
      const root = await folderWith(namespace, form.delivery, form.restart(namespace));
      // The team's files as they were before releaf came.
      const before = folderOf({
        'web.yaml': statefulSet(namespace),
        'tenant.yaml': tenant(namespace),
      });
      await maker.make(before);
      if (made === 'kubectl apply') await form.prepare?.(namespace);
      const old = await live(namespace);

      await form.apply(root, maker);
      const after = await live(namespace);
      const [certificate, ca] = digests(after, form.pools);
      expect([certificate, ca]).toEqual([
        expect.stringMatching(/^[0-9a-f]{64}$/),
        expect.stringMatching(/^[0-9a-f]{64}$/),
      ]);
      expect(certificate).not.toBe(ca);
      expect(after.map(({ spec }) => spec)).toEqual(
        withAnnotations(old, form.pools, certificate, ca),
      );
      expect(after.map(({ metadata }) => metadata.labels)).toEqual(
        old.map(({ metadata }) => metadata.labels),
      );

      await form.apply(root, maker);
      expect(written(await live(namespace))).toEqual(written(after));

      await form.remove(root, maker, namespace);
      const rest = await live(namespace);
      expect(rest.map(({ metadata }) => metadata.uid)).toEqual(
        old.map(({ metadata }) => metadata.uid),
      );
      expect(withAnnotations(rest, form.pools, certificate, ca)).toEqual(
        after.map(({ spec }) => spec),
      );
    },
  );
});

it('a patch fits what says the same namespace, and tells when nothing does', async () => {
  const namespace = await newNamespace();
  const root = await folderWith(namespace, 'kustomize', [{ patch: WORKLOAD }]);
  const rendered = () => kubectl(['kustomize', join(root, 'overlay')]);
  await expect(rendered()).rejects.toThrow('no matches for Id StatefulSet.v1.apps/web.[noNs]');
  const without = (file: string): void => {
    const path = join(root, 'team', file);
    const text = readFileSync(path, 'utf8').replace(`\n  namespace: ${namespace}`, '');
    writeFileSync(path, text);
  };
  TEAM_FILES.forEach(without);
  expect(await rendered()).toContain(KEY);
});

it('an overlay builds before the first certificate, when patches and Secret hold nothing', async () => {
  const namespace = await newNamespace();
  const root = await folderWith(namespace, 'kustomize', [{ patch: WORKLOAD }], false);
  expect(readFileSync(join(root, 'dist/kes.patch.yaml'), 'utf8')).toMatch(/^(?:#.*\n)+$/);
  const rendered = await kubectl(['kustomize', join(root, 'overlay')]);
  expect(rendered.match(/^kind: .*/gm)?.sort()).toEqual(['kind: StatefulSet', 'kind: Tenant']);
});

describe('without what keeps them from harm', () => {
  /** Fragments of a folder for one engine, and objects in the cluster to which they belong. */
  async function ready(made: keyof typeof MAKERS, delivery: 'kubectl' | 'flux') {
    const namespace = await newNamespace();
    const restart = fragments({
      serviceName: 'web-headless',
      selector: { app: 'web', tier: 'back' },
    });
    const root = await folderWith(namespace, delivery, restart);
    await MAKERS[made].make(join(root, 'team'));
    return { namespace, root };
  }
  const failing = async (args: readonly string[]): Promise<string> => {
    try {
      return `it did not fail: ${await kubectl(args)}`;
    } catch (error) {
      return String(error);
    }
  };

  it('a fragment stops kubectl and Argo CD, which take over what a client-side apply made', async () => {
    const { root } = await ready('kubectl apply', 'kubectl');
    const file = join(root, 'dist/fragments/kes.restart-2.k8s.yaml');
    await kubectl([...ARGO_CD, '-f', file]);
    expect(await failing([...ARGO_CD, '-f', file])).toContain('spec.pools: Required value');
  });

  it('what requires no field loses them in the same way', async () => {
    const namespace = await newNamespace();
    const folder = folderOf({
      'whole.yaml': stringify({ ...configMap(namespace), data: { keep: 'me' } }),
      'fragment.yaml': stringify(configMap(namespace, { a: 'b' })),
    });
    await kubectl(['apply', '-f', join(folder, 'whole.yaml')]);
    await kubectl([...ARGO_CD, '-f', join(folder, 'fragment.yaml')]);
    expect(await get('configmap', 'some', namespace)).not.toHaveProperty('data');
  });

  it('a fragment that is applied without --server-side takes fields away', async () => {
    const namespace = await newNamespace();
    const folder = folderOf({
      'whole.yaml': stringify({ ...configMap(namespace), data: { keep: 'me' } }),
      'fragment.yaml': stringify(configMap(namespace, { a: 'b' })),
    });
    await kubectl(['apply', '-f', join(folder, 'whole.yaml')]);
    await kubectl(['apply', '-f', join(folder, 'fragment.yaml')]);
    expect(await get('configmap', 'some', namespace)).not.toHaveProperty('data');
  });

  it('a fragment under the field manager of the whole object takes the rest for dropped', async () => {
    const { root } = await ready('server-side apply', 'kubectl');
    const file = join(root, 'dist/fragments/kes.restart.k8s.yaml');
    expect(await failing(['apply', '--server-side', '-f', file])).toContain(
      'spec.template.spec.containers: Required value',
    );
  });

  it('a second fragment of one object takes the annotation of the first away', async () => {
    const { namespace, root } = await ready('Helm', 'flux');
    const [, fragment] = objectsOf(root, 'restarts/kes.k8s.yaml') as [Fragment, Fragment];
    const { kes, ...others } = fragment.spec;
    await asFluxApplies({ ...fragment, spec: { kes } });
    expect(at((await live(namespace))[1], 'kes', 'annotations')).toHaveProperty([KEY]);
    await asFluxApplies({ ...fragment, spec: others });
    expect(at((await live(namespace))[1], 'kes', 'annotations')).not.toHaveProperty([KEY]);
  });

  it.each(['serviceName', 'selector'])(
    'a fragment without %s is refused as Flux sends it',
    async (left) => {
      const { root } = await ready('Helm', 'flux');
      const [{ spec, ...rest }] = objectsOf(root, 'restarts/kes.k8s.yaml') as [Fragment];
      const others = Object.entries(spec).filter(([key]) => key !== left);
      const { status, body } = await asFluxApplies({ ...rest, spec: Object.fromEntries(others) });
      expect([status, body.message]).toEqual([422, expect.stringContaining('is invalid')]);
    },
  );
});

const configMap = (namespace: string, annotations: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'some', namespace, annotations },
});
