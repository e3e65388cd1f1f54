import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { folderOf, read, removeFolders, type Files } from '../harness';
import {
  apply,
  get,
  kubectl,
  newNamespace,
  releafDone,
  releafOn,
  signingCa,
  type LiveSecret,
} from './cluster';
import { NAMESPACE, type Application, type ApplicationState } from './engines/application';
import { startArgoCd, type ArgoCd } from './engines/argo-cd';
import { gitServer, type GitServer } from './engines/git-server';
import { digestOf, startNode, type TestNode } from './node';
import { sealingCertificate } from './sealed-secrets';
import { until } from './until';

const SECRET = 'kes-tls';
const FIVE_MINUTES = 300_000;

/** What the page tells to apply. */
const [APPLICATION, PROJECT] = [
  ...readFileSync(join(__dirname, '../../docs/argo-cd.md'), 'utf8').matchAll(
    /```yaml\n(apiVersion: argoproj\.io.*?)```/gs,
  ),
].map(
  ([, text]) => parse(text!) as { readonly kind: string; readonly spec: Record<string, unknown> },
);

const service = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'kes' } },
  spec: { clusterIP: 'None', selector: { app: 'kes' }, ports: [{ port: 7373 }] },
};

/** A workload that waits for a Secret. */
const statefulSet = (name: string, secretName: string, annotations: object = {}): object => ({
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, annotations } },
  spec: {
    ...{ replicas: 2, serviceName: name, selector: { matchLabels: { app: name } } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name, image: name }],
        volumes: [{ name: 'pair', secret: { secretName } }],
      },
    },
  },
});

interface Project {
  /** Also of the Application. */
  readonly namespace: string;
  /** Of the certificate. */
  readonly name: string;
  readonly root: string;
  readonly git: GitServer;
  readonly node: TestNode;
  readonly releaf: (...args: readonly string[]) => Promise<unknown>;
  /** Merges what the folder holds as a pull request, and has Argo CD look. */
  readonly merge: (message: string) => Promise<string>;
}

interface LiveStatefulSet {
  readonly spec: { readonly template: { readonly metadata: { readonly annotations: object } } };
}

let argo: ArgoCd;
const ending = new AbortController();
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  argo = await startArgoCd();
});
afterAll(async () => {
  ending.abort();
  for (const end of ends.reverse()) await end();
  await argo.stop();
  removeFolders();
});

/** A folder with a certificate of KES and the team's own workload, in a repository of its own. */
async function newProject({
  delivery = 'argo-cd',
  restart = { file: 'team/kes.yaml', annotations: 'spec.template.metadata.annotations' },
  files = {},
}: {
  readonly delivery?: object | string;
  readonly restart?: object;
  /** More of the team's. */
  readonly files?: Files;
} = {}): Promise<Project> {
  const namespace = await newNamespace();
  const name = `kes-${namespace}`;
  const config = {
    version: 1,
    delivery,
    certificates: {
      [name]: {
        profile: { name: 'minio-kes', statefulSet: 'kes', service: 'kes' },
        duration: '7d',
        secret: { namespace },
        sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
        ca: 'ca.pem',
        restart: [restart],
      },
    },
  };
  const root = folderOf({
    'releaf.yaml': stringify(config),
    'ca.pem': signingCa(),
    'sealing.pem': await sealingCertificate(),
    'team/service.yaml': stringify(service),
    'team/kes.yaml': stringify(statefulSet('kes', SECRET)),
    ...files,
  });
  const git = await gitServer();
  const node = await startNode({ namespaces: [namespace] });
  ends.push(
    () => git.close(),
    () => node.stop(),
  );
  return {
    ...{ namespace, name, root, git, node },
    releaf: (...args) => releafDone([...args, '-C', root]),
    async merge(message) {
      const commit = await git.commit(message, root);
      const isThere = await get('applications.argoproj.io', namespace, NAMESPACE);
      await (isThere ? argo.refresh(namespace) : createApplication(namespace, git.url));
      return commit;
    },
  };
}

/** As the page has it. */
function createApplication(namespace: string, repoUrl: string): Promise<void> {
  const { source, syncPolicy } = APPLICATION!.spec as {
    readonly source: { readonly path: string; readonly directory: object };
    readonly syncPolicy: object;
  };
  const { path, directory } = source;
  return argo.createApplication({
    ...{ name: namespace, repoUrl, path, namespace, source: { directory }, syncPolicy },
  });
}

const patchApplication = (name: string, patch: object): Promise<string> =>
  kubectl([
    ...['patch', 'applications.argoproj.io', name, '-n', NAMESPACE],
    ...['--type', 'merge', '--patch', JSON.stringify(patch)],
  ]);

const stateThat = (
  project: Project,
  what: string,
  is: (state: ApplicationState) => boolean,
): Promise<ApplicationState> =>
  until(`Argo CD: ${what}`, async () => {
    const state = await argo.state(project.namespace);
    if (is(state)) return state;
    throw new Error(JSON.stringify(state));
  });

/** Ends the sync that goes on, as `argocd app terminate-op` does, and begins another. */
async function syncInstead(
  project: Project,
  sync: (state: ApplicationState) => object,
): Promise<void> {
  const { namespace } = project;
  await patchApplication(namespace, { status: { operationState: { phase: 'Terminating' } } });
  const ended = await stateThat(project, 'terminated', ({ phase }) => phase === 'Failed');
  expect(ended.message).toContain('Operation terminated');
  await patchApplication(namespace, { operation: { sync: sync(ended) } });
}

/** Takes the certificate as a schedule does, which finds none at first. */
const fetched = ({ root, name }: Project): Promise<unknown> =>
  until('the certificate is there', async () => {
    const { stdout, stderr } = await releafOn(['fetch', '-C', root]);
    if (stdout.includes(`${name}: revision`)) return true;
    throw new Error(stdout + stderr);
  });

/** Both pull requests of a renewal. */
async function renewed(project: Project): Promise<void> {
  const { namespace, name, releaf, merge } = project;
  await releaf('renew', name, '--force');
  await argo.synced(namespace, await merge('pull request 1'));
  await fetched(project);
  await argo.synced(namespace, await merge('pull request 2'));
}

const kinds = ({ results }: ApplicationState): readonly string[] => results.map(({ kind }) => kind);

/** Name of the newest request in the output. */
const requestIn = ({ root, name }: Project): string =>
  /name: (\S+-[0-9]+-[0-9a-f]{8})\n/.exec(read(root, `dist/${name}.k8s.yaml`))![1]!;

const ISSUANCE = [
  ...['ServiceAccount', 'ConfigMap', 'ConfigMap', 'ClusterRole', 'ClusterRoleBinding'],
  ...['Role', 'RoleBinding', 'Job'],
];

/** What of a certificate is in the cluster. */
async function objectsOf({ namespace, name }: Project): Promise<readonly string[]> {
  const all = 'configmap,job,serviceaccount,role,rolebinding,clusterrole,clusterrolebinding';
  const selected = ['-n', namespace, '-l', `releaf.dev/certificate=${name}`];
  const text = await kubectl(['get', all, ...selected, '-o', 'name']);
  return text.split('\n').filter((line) => line !== '');
}

/** What the Secret holds, and what the restart annotation says. */
async function served({ namespace, name, root }: Project) {
  const { data } = (await get<LiveSecret>('secret', SECRET, namespace))!;
  const annotation = new RegExp(`restart\\.releaf\\.dev/${name}: "?([0-9a-f]{64})`);
  return [annotation.exec(read(root, 'team/kes.yaml'))![1], digestOf(data)];
}

/** Pods of the workload in order of their start: name, restart annotation, and what the Secret held. */
const started = ({ node, name }: Project) =>
  node.events.flatMap((event) =>
    event.type === 'started' && event.pod.owner === 'StatefulSet/kes'
      ? [
          [
            event.pod.name,
            event.pod.annotations[`restart.releaf.dev/${name}`],
            event.secrets[0]?.digest,
          ],
        ]
      : [],
  );

/** All that a sync would change. */
async function snapshot({ namespace, node }: Project): Promise<unknown> {
  interface Listed {
    readonly items: readonly {
      readonly kind: string;
      readonly metadata: { readonly name: string; readonly resourceVersion: string };
    }[];
  }
  const application = await get<Application>('applications.argoproj.io', namespace, NAMESPACE);
  const all = 'sealedsecret,secret,configmap,job,pod,service,statefulset,serviceaccount,role';
  const list = await kubectl(['get', all, '-n', namespace, '-o', 'json']);
  const { sync, health, operationState, conditions, history } = application!.status!;
  return {
    ...{ sync: sync!.status, health: health!.status, operationState, conditions, history },
    objects: (JSON.parse(list) as Listed).items.map(({ kind, metadata }) =>
      [kind, metadata.name, metadata.resourceVersion].join(' '),
    ),
    events: node.events.length,
  };
}

/** Nothing is synced, though Argo CD is made to look, also past what it keeps: how often it looked. */
async function quietFor(project: Project, milliseconds: number): Promise<number> {
  const end = Date.now() + milliseconds;
  const before = await snapshot(project);
  let looks = 0;
  for (; Date.now() < end; looks += 1) {
    await pause(10_000, undefined, { signal: ending.signal });
    await argo.refresh(project.namespace, looks % 2 === 0 ? 'normal' : 'hard');
    expect(await snapshot(project)).toEqual(before);
  }
  return looks;
}

/** Set by the first test, and waited for by the last, while the others go on. */
let quiet: Promise<number> | undefined;

it('a renewal takes two pull requests, and the workload rolls once, behind the Secret', async () => {
  const project = await newProject();
  const { namespace, name, root, releaf, merge, node } = project;
  // The first certificate comes the same way, with a workload that waits for it.
  await releaf('renew', name);
  const bootstrap = await merge('the first request');
  const asked = await stateThat(project, 'all is applied', ({ phase }) => phase === 'Succeeded');
  expect(kinds(asked)).toEqual([...ISSUANCE.slice(0, -1), 'Service', 'StatefulSet', 'Job']);
  expect(asked.revision).toBe(bootstrap);
  expect(await get('secret', SECRET, namespace)).toBeUndefined();
  await fetched(project);
  const issued = await argo.synced(namespace, await merge('the first certificate'));
  const steady = ['SealedSecret', 'ConfigMap', 'Job', 'Service', 'StatefulSet'];
  expect(issued.resources.map(({ kind }) => kind).sort()).toEqual([...steady].sort());
  const first = await served(project);
  const pods = started(project).length;

  await releaf('renew', name, '--force');
  const one = await argo.synced(namespace, await merge('pull request 1'));
  expect(kinds(one)).toEqual([
    ...['SealedSecret', 'ConfigMap', 'Job'],
    ...ISSUANCE.slice(0, -1),
    ...['Service', 'StatefulSet', 'Job'],
  ]);
  expect(await served(project)).toEqual(first);
  const { stdout: judged } = await releafOn(['doctor', '-C', root]);
  expect(judged).toMatch(/^ok +job \S+ +Job \S+ has ended, and keeps the certificate$/m);
  const request = requestIn(project);
  // As kube-controller-manager does an hour later.
  await kubectl(['delete', 'csr', request]);

  await releaf('fetch', name);
  const two = await argo.synced(namespace, await merge('pull request 2'));
  expect(two).toMatchObject({ syncs: 4, conditions: [] });
  const applied = two.results.filter(({ status }) => status === 'Synced');
  expect(applied.map(({ kind }) => kind)).toEqual(steady);
  expect(two.resources.map(({ kind }) => kind).sort()).toEqual([...steady].sort());
  const left = (await objectsOf(project)).map((id) => id.replace(/-[0-9a-f]{6}$/, ''));
  expect(left.sort()).toEqual([`configmap/${request}-gate`, `job.batch/${request}-gate`]);

  const second = await served(project);
  expect(second[1]).not.toBe(first[1]);
  expect(started(project).slice(pods)).toEqual([
    ['kes-1', ...second],
    ['kes-0', ...second],
  ]);
  const gate = node.events.findIndex(
    ({ type, pod }) => type === 'ended' && pod.owner?.startsWith(`Job/${request}-gate`),
  );
  const behind = node.events.slice(gate + 1).filter(({ type }) => type === 'started');
  expect(behind.map(({ pod }) => pod.name)).toEqual(['kes-1', 'kes-0']);
  quiet = quietFor(project, FIVE_MINUTES);
  // The last test tells.
  quiet.catch(() => undefined);
});

it('a request that is a manifest is left out by the stock settings, and doctor says so', async () => {
  const project = await newProject({ delivery: { type: 'argo-cd', request: 'manifest' } });
  const { namespace, name, root, releaf, merge } = project;
  await releaf('renew', name, '--now');
  await argo.synced(namespace, await merge('the first certificate'));
  await releaf('renew', name, '--force');
  const request = requestIn(project);
  expect(await argo.synced(namespace, await merge('pull request 1'))).toMatchObject({
    syncs: 1,
    conditions: [
      `ExcludedResourceWarning: Resource certificates.k8s.io/CertificateSigningRequest ${request} is excluded in the settings`,
    ],
  });
  expect(await get('csr', request)).toBeUndefined();
  const { stdout } = await releafOn(['doctor', '-C', root]);
  expect(stdout).toMatch(
    /^warning +argo cd +leaves CertificateSigningRequests out \(resource\.exclusions in ConfigMap argocd\/argocd-cm\), so those of dist\/ never arrive, although the Application looks in sync$/m,
  );
  expect(stdout).toMatch(/^warning +request \S+ +\S+ is not in the cluster$/m);

  // What else stands in the folder is no manifest.
  const { resources } = await argo.state(namespace);
  await patchApplication(namespace, { spec: { source: { directory: { include: null } } } });
  await argo.refresh(namespace);
  expect(await argo.state(namespace)).toMatchObject({ sync: 'Synced', resources });
});

it('a denied request shows as Degraded, holds nothing up, and another one gets on', async () => {
  const project = await newProject();
  const { namespace, name, root, releaf, merge, node } = project;
  await releaf('renew', name, '--now');
  await argo.synced(namespace, await merge('the first certificate'));

  await releaf('renew', name, '--force');
  const objects = parseAllDocuments(read(root, `dist/${name}.k8s.yaml`)).map(
    (document) => document.toJS() as { data?: Record<string, string> },
  );
  await apply(objects.flatMap(({ data }) => data?.['request.yaml'] ?? []).join());
  await kubectl(['certificate', 'deny', requestIn(project)]);
  const commit = await merge('pull request 1');
  const is = (state: ApplicationState): boolean =>
    state.health === 'Degraded' && state.revision === commit;
  expect(await stateThat(project, 'Degraded', is)).toMatchObject({
    ...{ sync: 'Synced', phase: 'Succeeded', conditions: [] },
  });
  const [message] = node.events.flatMap((event) =>
    event.type === 'ended' && event.exitCode === 3 ? [event.message] : [],
  );
  expect(message).toMatch(/^error: \S+: denied: KubectlDeny: This CSR was denied by kubectl/);
  expect(message).toContain(`make another request: releaf renew ${name} --force\n`);
  const { stdout } = await releafOn(['doctor', '-C', root]);
  expect(stdout).toMatch(/^failure +request \S+ +\S+ was denied/m);
  expect(stdout).toMatch(/^failure +job \S+ +Job \S+ failed \(PodFailurePolicy/m);

  await renewed(project);
});

it.each([
  [
    'the objects of the certificate alone',
    (name: string, { resources }: ApplicationState) => ({
      resources: resources.filter((resource) => resource.name.startsWith(name)),
    }),
  ],
  ['what is OutOfSync alone', () => ({ syncOptions: ['ApplyOutOfSyncOnly=true'] })],
])('an unhealthy wave keeps later ones waiting, until one syncs %s', async (_, sync) => {
  const early = { 'argocd.argoproj.io/sync-wave': '-3' };
  const database = stringify(statefulSet('database', 'database', early));
  const project = await newProject({ files: { 'team/database.yaml': database } });
  const { namespace, name, releaf, merge } = project;
  await releaf('renew', name);
  await merge('the first request');
  const message = 'waiting for healthy state of apps/StatefulSet/database';
  await stateThat(project, 'waits', (state) => state.message === message);
  expect(await objectsOf(project)).toEqual([]);

  await syncInstead(project, (state) => sync(name, state));
  await fetched(project);
  await kubectl(['create', 'secret', 'generic', 'database', '-n', namespace]);
  await argo.synced(namespace, await merge('the first certificate'));
});

it('a fragment restarts what others made, which stays when the fragment leaves Git', async () => {
  const restart = { serverSideApply: { kind: 'StatefulSet', name: 'helm' } };
  const project = await newProject({ restart });
  const { namespace, name, root, releaf, merge, node } = project;
  const input = JSON.stringify(statefulSet('helm', SECRET));
  await kubectl(['create', '-n', namespace, '-f', '-'], { input });
  await releaf('renew', name, '--now');
  await argo.synced(namespace, await merge('the first certificate'));
  await renewed(project);
  const live = () => get<LiveStatefulSet>('statefulset', 'helm', namespace);
  const { spec } = (await live())!;
  const [old, current] = node.events
    .flatMap(({ type, pod }) => (type === 'started' && pod.name === 'helm-0' ? [pod] : []))
    .slice(-2)
    .map(({ annotations }) => annotations);
  expect(current).not.toEqual(old);
  expect(spec.template.metadata.annotations).toEqual(current);

  const config = parse(read(root, 'releaf.yaml')) as { certificates: Record<string, object> };
  config.certificates[name] = { ...config.certificates[name], restart: [] };
  writeFileSync(join(root, 'releaf.yaml'), stringify(config));
  await releaf('synth');
  expect(await argo.synced(namespace, await merge('without the fragment'))).toMatchObject({
    conditions: [],
  });
  expect((await live())?.spec).toEqual(spec);
});

it('a project of Argo CD must allow the cluster-scoped roles of the Job', async () => {
  const project = await newProject();
  const { namespace, name, git, releaf, merge } = project;
  const allowing = (clusterResourceWhitelist: unknown): Promise<string> =>
    apply({
      ...PROJECT,
      metadata: { name: namespace, namespace: NAMESPACE },
      spec: {
        ...{ sourceRepos: [git.url], clusterResourceWhitelist },
        destinations: [{ server: 'https://kubernetes.default.svc', namespace }],
      },
    });
  await allowing([]);
  await releaf('renew', name, '--now');
  await argo.synced(namespace, await merge('the first certificate'));
  await patchApplication(namespace, { spec: { project: namespace } });

  await releaf('renew', name, '--force');
  const commit = await merge('pull request 1');
  const not = (kind: string): string =>
    `resource rbac.authorization.k8s.io:${kind} is not permitted in project ${namespace}`;
  const refused = `one or more synchronization tasks are not valid: ${not('ClusterRole')}; ${not('ClusterRoleBinding')}`;
  await stateThat(project, 'refused', ({ message = '' }) => message.startsWith(refused));

  await allowing(PROJECT!.spec['clusterResourceWhitelist']);
  await syncInstead(project, () => ({ prune: true }));
  await argo.synced(namespace, commit);
  await fetched(project);
  await argo.synced(namespace, await merge('pull request 2'));
});

it(
  'nothing is synced for five minutes',
  async () => {
    expect(await quiet).toBeGreaterThan(10);
  },
  FIVE_MINUTES,
);
