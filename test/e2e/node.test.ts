import { apply, get, kubectl, newNamespace } from './cluster';
import { digestOf, startNode, type NodeEvent, type TestNode } from './node';
import { until } from './until';

const USER = 65532;

interface StatefulSet {
  readonly status: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly status: {
      readonly phase: string;
      readonly containerStatuses?: readonly {
        readonly state: { readonly terminated?: Readonly<Record<string, unknown>> };
      }[];
    };
  }[];
}

interface JobOfOne {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly [{ readonly volumeMounts: object[] }];
        readonly volumes: object[];
      };
    };
  };
}

let namespace: string;
let node: TestNode;

beforeEach(async () => {
  namespace = await newNamespace();
  node = await startNode({ namespaces: [namespace] });
});

afterEach(() => node.stop());

const metadata = (name: string): object => ({ name, namespace });

const secret = (name: string, data: Readonly<Record<string, string>>): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata(name),
  data,
});

const mountingSecret = (name: string): { readonly volumes: readonly object[] } => ({
  volumes: [
    { name: 'pair', secret: { secretName: name, items: [{ key: 'tls.crt', path: 'crt' }] } },
  ],
});

const statefulSet = (annotations: Readonly<Record<string, string>>, pod: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata('kes'),
  spec: {
    serviceName: 'kes',
    replicas: 2,
    selector: { matchLabels: { app: 'kes' } },
    template: {
      metadata: { labels: { app: 'kes' }, annotations },
      spec: { containers: [{ name: 'kes', image: 'none' }], ...pod },
    },
  },
});

/** A Job that runs a script as releaf's issuance job does. */
const job = (script: string, more: object = {}): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata('it'),
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: 'Never',
        securityContext: { runAsNonRoot: true, runAsUser: USER, runAsGroup: USER },
        containers: [
          {
            name: 'it',
            image: 'none',
            command: ['/bin/sh', '-ec', script],
            env: [
              { name: 'WHO', value: 'team' },
              { name: 'GREETING', value: 'hello $(WHO)' },
            ],
            securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
            terminationMessagePolicy: 'FallbackToLogsOnError',
            volumeMounts: [{ name: 'work', mountPath: '/scratch' }],
          },
        ],
        volumes: [{ name: 'work', emptyDir: {} }],
        ...more,
      },
    },
  },
});

const isReady = (): Promise<unknown> =>
  until('both pods are ready and new', async () => {
    const { status } = (await get<StatefulSet>('statefulset', 'kes', namespace))!;
    return status.readyReplicas === 2 && status.updatedReplicas === 2;
  });

const event = <Type extends NodeEvent['type']>(
  type: Type,
): Promise<Extract<NodeEvent, { readonly type: Type }>> =>
  until(`a pod is ${type}`, () =>
    node.events.find(
      (one): one is Extract<NodeEvent, { readonly type: Type }> => one.type === type,
    ),
  );

const jobIs = (condition: 'complete' | 'failed'): Promise<string> =>
  kubectl(['wait', `--for=condition=${condition}`, 'job/it', '-n', namespace, '--timeout=60s']);

it('a StatefulSet becomes ready, and rolls once when its template changes', async () => {
  await apply(secret('tls', { 'tls.crt': 'b25l' }));
  await apply(statefulSet({ renewal: '1' }, mountingSecret('tls')));
  await isReady();
  await apply(secret('tls', { 'tls.crt': 'dHdv' }));
  await apply(statefulSet({ renewal: '2' }, mountingSecret('tls')));
  await until(
    'it has rolled',
    () => node.events.filter(({ type }) => type === 'removed').length === 2,
  );
  await isReady();
  const started = node.events.flatMap((one) => (one.type === 'started' ? [one] : []));
  expect(
    started.map(({ pod, secrets }) => [pod.name, pod.annotations['renewal'], secrets[0]!.digest]),
  ).toEqual([
    ['kes-0', '1', digestOf({ 'tls.crt': 'b25l' })],
    ['kes-1', '1', digestOf({ 'tls.crt': 'b25l' })],
    ['kes-1', '2', digestOf({ 'tls.crt': 'dHdv' })],
    ['kes-0', '2', digestOf({ 'tls.crt': 'dHdv' })],
  ]);
  expect(started[0]!.pod.owner).toBe('StatefulSet/kes');
});

it("a pod waits for its Secret, and for the Secret's items", async () => {
  await apply(statefulSet({}, mountingSecret('tls')));
  const missing = (): unknown =>
    node.events.flatMap((one) => (one.type === 'waiting' ? one.missing : []));
  await until('it waits', () => node.events.length === 1);
  expect(missing()).toEqual(['secret tls']);
  await apply(secret('tls', { 'ca.crt': '' }));
  await until('it waits for more', () => node.events.length === 2);
  expect(missing()).toEqual(['secret tls', 'item tls.crt of secret tls']);
  await apply(secret('tls', { 'tls.crt': 'b25l' }));
  await isReady();
});

it("a Job's script may do with its token what RBAC says, and no more", async () => {
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('worker') });
  await kubectl([
    'create',
    'role',
    'it',
    '--verb=create',
    '--resource=configmaps',
    '-n',
    namespace,
  ]);
  await kubectl([
    ...['create', 'rolebinding', 'it', '--role=it', '-n', namespace],
    `--serviceaccount=${namespace}:worker`,
  ]);
  await apply(
    job(
      `kubectl auth whoami -o 'jsonpath={.status.userInfo.username}'
       echo; kubectl create configmap made --from-literal=who="$GREETING "'$$(WHO)'
       ! kubectl get configmap made && ! kubectl get secrets
       echo done >/dev/termination-log`,
      { serviceAccountName: 'worker' },
    ),
  );
  await jobIs('complete');
  const { pod, message } = await event('ended');
  expect(message).toBe('done\n');
  const log = node.log(pod);
  expect(log).toContain(`system:serviceaccount:${namespace}:worker\n`);
  expect(log).toContain('cannot get resource "configmaps"');
  expect(log).toContain('cannot list resource "secrets"');
  const made = await get<{ readonly data: unknown }>('configmap', 'made', namespace);
  expect(made?.data).toEqual({ who: 'hello team $(WHO)' });
});

it('a script that fails tells why in the status of its pod', async () => {
  await apply(job('echo working; echo it is denied >&2; exit 3'));
  await jobIs('failed');
  const pods = JSON.parse(await kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])) as Pods;
  expect(pods.items).toMatchObject([
    {
      status: {
        phase: 'Failed',
        containerStatuses: [
          {
            state: {
              terminated: { exitCode: 3, reason: 'Error', message: 'working\nit is denied\n' },
            },
          },
        ],
      },
    },
  ]);
});

it('a script is not root, and writes nowhere but in what is mounted to be written', async () => {
  await apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata('script'),
    data: { 'it.sh': 'echo from the script', empty: '' },
  });
  const script = `
    id -u; id -g; grep CapEff /proc/self/status
    sh /etc/script/it.sh
    for path in /it /tmp/it /usr/it /etc/it /etc/script/it /var/run/secrets/kubernetes.io/serviceaccount/it; do
      if touch "$path" 2>/dev/null; then echo "wrote $path"; fi
    done
    touch /scratch/it && ls -d /scratch/it
    ls -d /root /home ${process.env['RELEAF_E2E_FOLDER']} 2>/dev/null || echo nothing else
  `;
  const mounted = job(script) as JobOfOne;
  const { spec } = mounted.spec.template;
  spec.containers[0].volumeMounts.push({ name: 'script', mountPath: '/etc/script' });
  spec.volumes.push({ name: 'script', configMap: { name: 'script', defaultMode: 0o444 } });
  await apply(mounted);
  await jobIs('complete');
  const { pod } = await event('ended');
  expect(node.log(pod).split('\n')).toEqual([
    `${USER}`,
    `${USER}`,
    'CapEff:\t0000000000000000',
    'from the script',
    '/scratch/it',
    'nothing else',
    '',
  ]);
});

it('what a script has mounted changes with the Secret', async () => {
  await apply(secret('tls', { 'tls.crt': 'b25l' }));
  const mounting = job('until grep two /tls/crt; do sleep 0.1; done') as JobOfOne;
  const { spec } = mounting.spec.template;
  spec.containers[0].volumeMounts.push({ name: 'pair', mountPath: '/tls' });
  spec.volumes.push(...mountingSecret('tls').volumes);
  await apply(mounting);
  await event('started');
  await apply(secret('tls', { 'tls.crt': 'dHdv' }));
  await jobIs('complete');
  expect(node.log((await event('ended')).pod)).toBe('two\n');
});

it('a pod that is deleted takes its process along', async () => {
  await apply(job('echo begun; while :; do :; done'));
  const { pod } = await event('started');
  await until('the script runs', () => node.log(pod) === 'begun\n');
  await kubectl(['delete', 'job', 'it', '-n', namespace, '--wait=false']);
  expect(await event('ended')).toMatchObject({ exitCode: 137, pod: { uid: pod.uid } });
  await event('removed');
  await until('the pod is gone', async () => {
    const found = await kubectl(['get', 'pods', '-n', namespace, '-o', 'name']);
    return found === '';
  });
});
