import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { PolicyRule } from '../../lib/delivery/issuance-rules';
import type { SigningRequestObject } from '../../lib/delivery/signing-request-object';
import { folderOf, removeFolders, type Files } from '../harness';
import { start } from '../system/process';
import {
  apiServer,
  apply,
  get,
  getRequest,
  issuedCertificate,
  kubectl,
  newNamespace,
  releafDone,
  serversCa,
  userCertificate,
  type LiveRequest,
} from './cluster';
import { meddle } from './meddle';
import { startNode, type NodeEvent, type TestNode } from './node';
import { tool } from './processes';
import { sealingCertificate } from './sealed-secrets';
import { newNames, servingFolder, withAnotherKey } from './serving';
import { until } from './until';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly PolicyRule[];
}

let namespace: string;
let node: TestNode;

beforeAll(async () => {
  namespace = await newNamespace();
  node = await startNode({ namespaces: [namespace] });
});
afterAll(async () => {
  await node.stop();
  removeFolders();
});

interface Options {
  readonly delivery?: object;
  /** More for each entry of the config. */
  readonly entry?: object;
  readonly files?: Files;
  /** Namespace. */
  readonly into?: string;
}

/** A folder whose requests Jobs create, with a first revision of each certificate. */
async function jobFolder(
  names: readonly string[],
  {
    delivery = { type: 'kubectl', request: 'job' },
    entry = {},
    files = {},
    into = namespace,
  }: Options = {},
): Promise<string> {
  const entries = Object.fromEntries(
    names.map((name) => [name, { secret: { namespace: into, name } }]),
  );
  const root = servingFolder(names, { entry, entries, files });
  const file = join(root, 'releaf.yaml');
  writeFileSync(file, stringify({ ...(parse(readFileSync(file, 'utf8')) as object), delivery }));
  await releafDone(['renew', '-C', root]);
  return root;
}

/** One with one certificate, whose name no other test has. */
async function folderOfOne(
  options: Options = {},
): Promise<{ readonly root: string; readonly name: string }> {
  const [name = ''] = newNames('job');
  return { root: await jobFolder([name], options), name };
}

const objectsOf = (root: string, name: string): readonly Manifest[] =>
  parseAllDocuments(readFileSync(join(root, 'dist', `${name}.k8s.yaml`), 'utf8')).map(
    (document) => document.toJS() as Manifest,
  );

const only = (objects: readonly Manifest[], kind: string, ending = ''): Manifest => {
  const found = objects.filter((each) => each.kind === kind && each.metadata.name.endsWith(ending));
  expect(found).toHaveLength(1);
  return found[0]!;
};

/** The request that the Job is to create. */
function requestIn(objects: readonly Manifest[]): SigningRequestObject {
  const [script] = objects.filter(({ data }) => data?.['request.yaml'] !== undefined);
  return parse(script?.data?.['request.yaml'] ?? '') as SigningRequestObject;
}

const list = (items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'List', items });
const applyAll = (root: string): Promise<string> => kubectl(['apply', '-f', join(root, 'dist')]);

/** The ends of the pods of a Job so far. */
const endsOf = (job: string) =>
  node.events.filter(
    (one): one is Extract<NodeEvent, { readonly type: 'ended' }> =>
      one.type === 'ended' && one.pod.owner === `Job/${job}`,
  );

/** How the first pod of a Job ended. */
async function endOf(job: string) {
  const { pod, exitCode, message } = await until(`a pod of ${job} has ended`, () => endsOf(job)[0]);
  return { exitCode, message, log: node.log(pod) };
}

const hasSucceeded = (job: string): Promise<string> =>
  kubectl(['wait', '--for=condition=complete', `job/${job}`, '-n', namespace, '--timeout=90s']);

interface Failed {
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly reason?: string }[];
  };
}

/** Waits until a Job has failed at the first try. */
async function hasFailedAtOnce(job: string): Promise<void> {
  const failed = await until(`${job} has failed`, async () => {
    const { conditions = [] } = (await get<Failed>('job', job, namespace))?.status ?? {};
    return conditions.find(({ type }) => type === 'Failed');
  });
  expect(failed.reason).toBe('PodFailurePolicy');
  expect(endsOf(job)).toHaveLength(1);
}

const conditionTypes = async (request: string): Promise<readonly string[]> =>
  ((await getRequest(request))?.status.conditions ?? []).map(({ type }) => type);

it('creates, approves and keeps, so that fetch takes the certificate when the collector was there first', async () => {
  const { root, name } = await folderOfOne();
  const objects = objectsOf(root, name);
  const job = only(objects, 'Job').metadata.name;
  const request = requestIn(objects).metadata.name;

  expect((await applyAll(root)).match(/ created$/gm)).toHaveLength(objects.length);
  await hasSucceeded(job);
  const { exitCode, log } = await endOf(job);
  expect(log).toMatch(
    new RegExp(
      `^${request}: created\n${request}: approved\n(${request}: approved; waiting for kubernetes.io/kubelet-serving to sign it\n)?` +
        `${request}: issued; the certificate is in the ConfigMap ${request}-certificate\n$`,
    ),
  );
  expect(exitCode).toBe(0);
  expect((await getRequest(request))?.status.conditions).toMatchObject([
    { type: 'Approved', reason: 'ReleafApproved', message: 'is the request committed to Git' },
  ]);
  const kept = await get<{ readonly data: Readonly<Record<string, string>> }>(
    'configmap',
    `${request}-certificate`,
    namespace,
  );
  expect(kept?.data['certificate.pem']).toBe(await issuedCertificate(request));

  expect((await applyAll(root)).match(/ unchanged$/gm)).toHaveLength(objects.length);
  expect(await kubectl(['diff', '-f', join(root, 'dist')])).toBe('');

  await kubectl(['delete', 'certificatesigningrequest', request]);
  expect((await releafDone(['fetch', '-C', root])).stdout).toContain(
    `${name}: revision 1 is issued\n`,
  );
  expect(objectsOf(root, name).map(({ kind }) => kind)).toEqual(['SealedSecret']);
});

it('stops at a planted request, unapproved, and says so in the log and the status of its pod', async () => {
  const { root, name } = await folderOfOne();
  const objects = objectsOf(root, name);
  const request = requestIn(objects);
  const job = only(objects, 'Job').metadata.name;
  await apply(withAnotherKey(request));
  await applyAll(root);
  await hasFailedAtOnce(job);
  const { exitCode, message, log } = await endOf(job);
  expect(message).toContain(
    `error: ${request.metadata.name}: the live request is not the committed one, in request; it was created by admin; nothing is approved\n`,
  );
  expect(log).toBe(message);
  expect(exitCode).toBe(3);
  expect(await conditionTypes(request.metadata.name)).toEqual([]);
});

it('does not approve a request that takes the place of the one it compared', async () => {
  // kubectl on the way through the meddler is in the namespace default.
  const { root, name } = await folderOfOne({ into: 'default' });
  const objects = objectsOf(root, name);
  const request = requestIn(objects);
  const { name: object } = request.metadata;
  await apply(list(objects.filter(({ kind }) => kind !== 'Job')));
  const account = `system:serviceaccount:default:${object}`;
  let isSwapped = false;
  const meddler = await meddle(
    {
      before: async ({ method, path }) => {
        if (method !== 'PUT' || !path.includes(`/${object}/approval`) || isSwapped) return;
        isSwapped = true;
        await kubectl(['delete', 'certificatesigningrequest', object]);
        await apply(withAnotherKey(request));
      },
    },
    userCertificate(account, ['system:serviceaccounts', 'system:serviceaccounts:default']),
  );
  const { data = {} } = only(objects, 'ConfigMap', object);
  const folder = folderOf({ ...data, 'home/.keep': '' });
  const { status, stdout } = await start('sh', [join(folder, 'issue.sh')], {
    env: {
      PATH: `${join(tool('kubectl'), '..')}:${process.env['PATH'] ?? ''}`,
      HOME: join(folder, 'home'),
      KUBECONFIG: meddler.kubeconfig,
      CERTIFICATE_CONFIG_MAP: `${object}-certificate`,
      APPROVE: 'automatic',
      ROUNDS: '10',
      PAUSE: '0',
    },
  });
  await meddler.close();
  expect(stdout).toContain(
    `${object}: created\n${object}: changed between the look at it and the approval; looking again\n`,
  );
  expect(stdout).toContain(
    `error: ${object}: the live request is not the committed one, in request;`,
  );
  expect(status).toBe(3);
  expect(isSwapped).toBe(true);
  expect(await conditionTypes(object)).toEqual([]);
});

describe('where nobody in the cluster signs', () => {
  const SIGNER = 'example.com/nobody';
  const options = { entry: { signer: SIGNER } };

  it('explains a denial', async () => {
    const { root, name } = await folderOfOne(options);
    const objects = objectsOf(root, name);
    const { name: request } = requestIn(objects).metadata;
    await apply(requestIn(objects));
    await kubectl(['certificate', 'deny', request]);
    await applyAll(root);
    const job = only(objects, 'Job').metadata.name;
    await hasFailedAtOnce(job);
    expect(await endOf(job)).toMatchObject({
      exitCode: 3,
      message:
        `error: ${request}: denied: KubectlDeny: This CSR was denied by kubectl certificate deny.\n` +
        `a denial is final; once its reason is gone, make another request: releaf renew ${name} --force\n`,
    });
  });

  it('explains a failure of the signer', async () => {
    const { root, name } = await folderOfOne(options);
    const objects = objectsOf(root, name);
    const { name: request } = requestIn(objects).metadata;
    const job = only(objects, 'Job').metadata.name;
    await applyAll(root);
    const live = await until(`${request} is approved`, async () => {
      const found = await getRequest(request);
      return found?.status.conditions && found;
    });
    const failed = { type: 'Failed', status: 'True', reason: 'Example', message: 'no such name' };
    const conditions = [...(live.status.conditions ?? []), failed];
    await kubectl(
      [
        'replace',
        '--raw',
        `/apis/certificates.k8s.io/v1/certificatesigningrequests/${request}/status`,
        '-f',
        '-',
      ],
      {
        input: JSON.stringify({ ...live, status: { ...live.status, conditions } }),
      },
    );
    await hasFailedAtOnce(job);
    const { exitCode, message } = await endOf(job);
    expect(message).toContain(
      `error: ${request}: ${SIGNER} failed to sign it: Example: no such name\n` +
        `a failure is final; once the config is corrected, make another request: releaf renew ${name} --force\n`,
    );
    expect(exitCode).toBe(3);
  });
});

const LOG_IN = {
  signer: 'kubernetes.io/kube-apiserver-client',
  usages: ['digital signature', 'client auth'],
};

it.each([
  ['with approve: manual', { approve: 'manual' }, {}],
  ['of what logs in to the API server', {}, LOG_IN],
])('leaves the approval to a person %s', async (_, approve, entry) => {
  const delivery = { type: 'kubectl', request: 'job', ...approve };
  const { root, name } = await folderOfOne({ delivery, entry });
  const objects = objectsOf(root, name);
  const { name: request } = requestIn(objects).metadata;
  await applyAll(root);
  await hasSucceeded(only(objects, 'Job').metadata.name);
  expect(await conditionTypes(request)).toEqual([]);
  expect(JSON.stringify(only(objects, 'ClusterRole').rules)).not.toContain('approv');
  await releafDone(['approve', '-C', root]);
  expect(existsSync(join(root, 'certificates', name, '1/certificate.pem'))).toBe(true);
});

describe('its rights', () => {
  /** As messages put it. */
  const RIGHTS = [
    [
      'create',
      'certificatesigningrequests',
      'create certificatesigningrequests.certificates.k8s.io NAME',
    ],
    [
      'get',
      'certificatesigningrequests',
      'get certificatesigningrequests.certificates.k8s.io NAME',
    ],
    [
      'update',
      'certificatesigningrequests/approval',
      'update certificatesigningrequests.certificates.k8s.io/approval NAME',
    ],
    ['approve', 'signers', 'approve signers.certificates.k8s.io kubernetes.io/kubelet-serving'],
    ['get', 'configmaps', 'get configmaps NAME-certificate'],
    ['patch', 'configmaps', 'patch configmaps NAME-certificate'],
  ] as const;

  it('are each needed: without one it names that one, and the next try succeeds once it is there', async () => {
    const names = newNames(...RIGHTS.map(() => 'rights'));
    const root = await jobFolder(names);
    const jobs = await Promise.all(
      names.map(async (name, index) => {
        const [verb, resource, right] = RIGHTS[index]!;
        const objects = objectsOf(root, name);
        const without = objects.map(({ rules, ...rest }) => ({
          ...rest,
          ...(rules && {
            rules: rules
              .map((rule) => ({
                ...rule,
                verbs: rule.verbs.filter(
                  (each) => !rule.resources.includes(resource) || each !== verb,
                ),
              }))
              .filter(({ verbs }) => verbs.length > 0),
          }),
        }));
        await apply(list(without));
        const job = only(objects, 'Job').metadata.name;
        const { exitCode, message } = await endOf(job);
        expect(message).toContain(
          `error: may not ${right.replace('NAME', requestIn(objects).metadata.name)}: Error from server (Forbidden): `,
        );
        expect(message).toContain('apply the roles and bindings that stand beside this Job in Git');
        expect(exitCode).toBe(1);
        return job;
      }),
    );
    await applyAll(root);
    for (const job of jobs) await hasSucceeded(job);
  });

  it('are these and no others', async () => {
    const { root, name } = await folderOfOne({ entry: { signer: 'example.com/nobody' } });
    const objects = objectsOf(root, name);
    const { name: request } = requestIn(objects).metadata;
    await apply(list(objects.filter(({ kind }) => kind !== 'Job')));
    await kubectl(['create', 'serviceaccount', `${name}-stranger`, '-n', namespace]);
    const rulesOf = async (account: string): Promise<readonly string[]> => {
      const review = await kubectl(
        [
          'create',
          '--raw',
          '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
          '-f',
          '-',
          ...(await withToken(account)),
        ],
        {
          input: JSON.stringify({
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectRulesReview',
            spec: { namespace },
          }),
        },
      );
      const { status } = JSON.parse(review) as {
        status: { resourceRules: readonly PolicyRule[]; nonResourceRules: readonly object[] };
      };
      return [...status.resourceRules, ...status.nonResourceRules].map((rule) =>
        JSON.stringify(rule),
      );
    };
    const everybody = await rulesOf(`${name}-stranger`);
    const own = await until('its rules are known', async () => {
      const rules = (await rulesOf(request)).filter((rule) => !everybody.includes(rule));
      return rules.length >= 5 && rules;
    });
    const expected = [
      ...(only(objects, 'ClusterRole').rules ?? []),
      ...(only(objects, 'Role').rules ?? []),
    ];
    const sorted = (rules: readonly string[]): readonly unknown[] =>
      [...rules].sort().map((rule) => inOrder(JSON.parse(rule) as PolicyRule));
    expect(new Set(sorted(own).map((rule) => JSON.stringify(rule)))).toEqual(
      new Set(expected.map((rule) => JSON.stringify(inOrder(rule)))),
    );
  });

  const inOrder = ({ apiGroups, resources, resourceNames, verbs }: PolicyRule): PolicyRule => ({
    apiGroups,
    resources,
    ...(resourceNames && { resourceNames }),
    verbs,
  });

  /** Arguments with which kubectl is a service account, and nobody else. */
  async function withToken(account: string): Promise<readonly string[]> {
    const token = await kubectl(['create', 'token', account, '-n', namespace]);
    const folder = folderOf({ 'ca.crt': serversCa().certificate, config: '' });
    return [
      ...[`--kubeconfig=${join(folder, 'config')}`, `--server=${apiServer()}`],
      ...[`--certificate-authority=${join(folder, 'ca.crt')}`, `--token=${token.trim()}`],
    ];
  }

  it('do not reach anything else, as the API server says to each call', async () => {
    const { root, name } = await folderOfOne();
    const [other = ''] = newNames('other');
    const objects = objectsOf(root, name);
    const { name: request } = requestIn(objects).metadata;
    await apply(list(objects.filter(({ kind }) => kind !== 'Job')));
    await apply(requestIn(objects));
    const theirs = { ...withAnotherKey(requestIn(objects)), metadata: { name: other } };
    await apply(theirs);
    await kubectl([
      'create',
      'secret',
      'generic',
      other,
      '--from-literal=private.key=it',
      '-n',
      namespace,
    ]);
    const own = await withToken(request);
    const may = (args: readonly string[], input?: object): Promise<string> =>
      kubectl([...args, '-n', namespace, ...own], input && { input: JSON.stringify(input) });

    const live = (await getRequest(request))!;
    const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const approved = (of: LiveRequest): object => ({
      ...of,
      status: { conditions: [{ type: 'Approved', status: 'True', reason: 'It', message: '' }] },
    });
    const put = (path: string, body: object) =>
      [['replace', '--raw', path, '-f', '-'], body] as const;
    const post = (path: string, body: object) =>
      [['create', '--raw', path, '-f', '-'], body] as const;
    const rbac = {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'cluster-admin',
    };
    const subjects = [{ kind: 'ServiceAccount', name: request, namespace }];
    const calls: readonly (readonly [args: readonly string[], body?: object])[] = [
      [['get', 'csr']],
      [['get', 'csr', other]],
      put(`${requests}/${other}/approval`, approved((await getRequest(other))!)),
      [['delete', 'csr', request]],
      put(`${requests}/${request}`, live),
      put(`${requests}/${request}/status`, { ...live, status: { certificate: 'eA==' } }),
      [['get', 'secrets']],
      [['get', 'secret', other]],
      [['delete', 'secret', other]],
      [['create', 'secret', 'generic', `${other}-more`]],
      [['get', 'configmaps']],
      [['get', 'configmap', request]],
      [['patch', 'configmap', request, '--type=merge', '-p', '{"data":{"issue.sh":""}}']],
      [['get', '--raw', `/api/v1/namespaces/default/configmaps/${request}-certificate`]],
      [['delete', 'configmap', `${request}-certificate`]],
      [['create', 'configmap', `${other}-more`]],
      [['create', 'token', request]],
      [['create', 'token', 'default']],
      [['get', 'pods']],
      [['delete', 'jobs', '--all']],
      post(`/api/v1/namespaces/${namespace}/pods`, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: other },
        spec: { containers: [{ name: 'it', image: 'none' }] },
      }),
      [['patch', 'clusterrole', request, '--type=merge', '-p', '{"rules":[]}']],
      [['patch', 'role', request, '--type=merge', '-p', '{"rules":[]}']],
      post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: other },
        roleRef: rbac,
        subjects,
      }),
      post(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: other },
        roleRef: rbac,
        subjects,
      }),
      [['get', 'nodes', '--as=admin']],
      [['get', 'nodes']],
    ];
    await until('what it may do is known', () => may(['get', 'csr', request]));
    for (const [args, body] of calls) {
      await expect(may(args, body)).rejects.toThrow(/forbidden: User/);
    }

    // Its own rules let it approve requests of this name, and admission only those of this signer.
    await kubectl(['delete', 'csr', request]);
    await apply({
      ...requestIn(objects),
      spec: { ...requestIn(objects).spec, signerName: 'example.com/other' },
    });
    const [approve, body] = put(
      `${requests}/${request}/approval`,
      approved((await getRequest(request))!),
    );
    await expect(may(approve, body)).rejects.toThrow(
      'user not permitted to approve requests with signerName "example.com/other"',
    );
  });
});

describe('the gate before a restart', () => {
  it('waits while the Secret holds the old certificate, and ends when the new one is there', async () => {
    const { root, name } = await folderOfOne({
      delivery: { type: 'argo-cd' },
      files: { 'sealing.pem': await sealingCertificate() },
    });
    const issue = async (): Promise<readonly Manifest[]> => {
      const jobs = objectsOf(root, name).filter(({ metadata }) => !metadata.name.includes('-gate'));
      await apply(list(jobs.filter(({ kind }) => kind !== 'SealedSecret')));
      await hasSucceeded(only(jobs, 'Job').metadata.name);
      await releafDone(['fetch', '-C', root]);
      return objectsOf(root, name);
    };
    const first = await issue();
    expect(first.map(({ kind }) => kind)).toEqual(['SealedSecret', 'ConfigMap', 'Job']);
    await applyAll(root);
    await hasSucceeded(only(first, 'Job').metadata.name);

    await releafDone(['renew', name, '--force', '-C', root]);
    const second = await issue();
    const gate = only(second, 'Job').metadata.name;
    await apply(list(second.filter(({ kind }) => kind !== 'SealedSecret')));
    const { secrets } = await until('the gate looks', () =>
      node.events.find(
        (one): one is Extract<NodeEvent, { readonly type: 'started' }> =>
          one.type === 'started' && one.pod.owner === `Job/${gate}`,
      ),
    );
    const live = await get<Manifest & { metadata: { resourceVersion: string } }>(
      'secret',
      name,
      namespace,
    );
    expect(secrets).toMatchObject([{ name, resourceVersion: live?.metadata.resourceVersion }]);
    expect(endsOf(gate)).toEqual([]);

    await applyAll(root);
    await hasSucceeded(gate);
    expect(await endOf(gate)).toMatchObject({
      exitCode: 0,
      log: 'the Secret holds the certificate\n',
    });
  });
});
