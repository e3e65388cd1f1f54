import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { pendingObjects } from '../cluster/pending';
import { removeFolders } from '../harness';
import type { Ended } from '../system/process';
import { traceOf } from '../untouched';
import {
  apply,
  getRequest,
  issuedCertificate,
  kubectl,
  releafDone,
  releafOn,
  userKubeconfig,
} from './cluster';
import { committedRequest, newNames, servingFolder } from './serving';
import { until } from './until';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly Rule[];
}

const PAGE = readFileSync(join(__dirname, '../../docs/cluster.md'), 'utf8');

/** The rules of a ClusterRole, or of a Role, as the page says them. */
function rulesOf(role: string, ofKind = 'ClusterRole'): readonly Rule[] {
  const roles = [...PAGE.matchAll(/^```yaml\n(.*?)^```/gms)]
    .flatMap(([, text = '']) => parseAllDocuments(text).map((one) => one.toJS() as Role))
    .filter(({ kind, metadata }) => kind === ofKind && metadata.name === role);
  expect(roles).toHaveLength(1);
  return roles[0]?.rules ?? [];
}

/** Each rule with one verb, as RBAC weighs them. */
const singly = (rules: readonly Rule[]): readonly Rule[] =>
  rules.flatMap((rule) => rule.verbs.map((verb) => ({ ...rule, verbs: [verb] })));

/** As messages put it: `get certificatesigningrequests.certificates.k8s.io kes-2-3f9ab2c1`, `get configmaps`. */
function inWords({ verbs, resources, apiGroups, resourceNames = [] }: Rule): string {
  const [resource, subresource] = resources[0]?.split('/') ?? [];
  const [group = ''] = apiGroups;
  const path = [`${resource ?? ''}${group && `.${group}`}`, ...(subresource ? [subresource] : [])];
  return [...verbs, path.join('/'), ...resourceNames].join(' ');
}

const newName = (stem: string): string => newNames(stem)[0] ?? '';

/** A user with these rights and no others, once the API server knows of them. */
async function userWith(rules: readonly Rule[]): Promise<{ user: string; kubeconfig: string }> {
  const user = newName('user');
  await grant(user, rules);
  return { user, kubeconfig: userKubeconfig(user) };
}

const grant = (user: string, rules: readonly Rule[]): Promise<void> =>
  grantIn(undefined, user, rules);

/** @param namespace - where the rules shall hold; undefined for everywhere */
async function grantIn(
  namespace: string | undefined,
  user: string,
  rules: readonly Rule[],
): Promise<void> {
  const role = newName('role');
  const metadata = { name: role, ...(namespace !== undefined && { namespace }) };
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: role };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await apply({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion, kind, metadata, rules },
      { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects },
    ],
  });
  for (const rule of singly(rules)) {
    await until(`${user} may ${inWords(rule)}`, () => isAllowed(user, rule, namespace));
  }
}

async function isAllowed(user: string, rule: Rule, namespace?: string): Promise<boolean> {
  const [group] = rule.apiGroups;
  const [resource, subresource] = rule.resources[0]?.split('/') ?? [];
  const [verb] = rule.verbs;
  const [name] = rule.resourceNames ?? [];
  const answer = await kubectl(
    ['create', '--raw', '/apis/authorization.k8s.io/v1/subjectaccessreviews', '-f', '-'],
    {
      input: JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user, resourceAttributes: { group, resource, subresource, verb, name, namespace } },
      }),
    },
  );
  return (JSON.parse(answer) as { status: { allowed: boolean } }).status.allowed;
}

/** The rule that a message gives to paste. */
const pastedRules = (stderr: string): readonly Rule[] =>
  parse(
    /missing in a (?:Cluster)?Role[^:]*:\n((?: {2}.*\n)+)/.exec(stderr)?.[1] ?? '',
  ) as readonly Rule[];

/** What the page says about one command. */
const COMMANDS = [
  { command: 'fetch', role: 'releaf-fetch' },
  { command: 'approve', role: 'releaf-approve' },
  { command: 'renew --now', role: 'releaf-renew-now' },
].map((one) => ({ ...one, name: newName('rights'), rules: singly(rulesOf(one.role)) }));

/** A case for each right of each role. */
const LOSSES = COMMANDS.flatMap(({ command, rules }) =>
  rules.map((lost, index) => ({
    command,
    name: newName('rights'),
    lost,
    right: inWords(lost),
    kept: rules.filter((_, other) => other !== index),
  })),
);

const CASES: readonly { readonly command: string; readonly name: string }[] = [
  ...COMMANDS,
  ...LOSSES,
];
const root = servingFolder(CASES.map(({ name }) => name));
const run = (command: string, name: string, kubeconfig: string): Promise<Ended> =>
  releafOn([...command.split(' '), name, '-C', root], { kubeconfig });

const isIssued = (name: string): boolean =>
  existsSync(join(root, 'certificates', name, '1/certificate.pem'));

beforeAll(async () => {
  const requested = CASES.filter(({ command }) => command !== 'renew --now');
  await releafDone(['renew', ...requested.map(({ name }) => name), '-C', root]);
  await kubectl(['apply', '-f', `${root}/dist`]);
  const signed = CASES.filter(({ command }) => command === 'fetch').map(
    ({ name }) => committedRequest(root, name).metadata.name,
  );
  await kubectl(['certificate', 'approve', ...signed]);
  for (const object of signed) await issuedCertificate(object);
});
afterAll(removeFolders);

it.each(COMMANDS)('releaf $command works with the role $role', async ({ command, name, rules }) => {
  const { kubeconfig } = await userWith(rules);
  const { status, stderr } = await run(command, name, kubeconfig);
  expect(stderr).not.toContain('error');
  expect(status).toBe(0);
  expect(isIssued(name)).toBe(true);
});

it.each(LOSSES)(
  'releaf $command without the right to $right says so, does nothing, and works once the rule it gives is there',
  async ({ command, name, lost, kept }) => {
    const { user, kubeconfig } = await userWith(kept);
    const before = traceOf(root);
    const { status, stderr } = await run(command, name, kubeconfig);
    expect(status).toBe(1);
    const pending =
      command === 'renew --now' ? undefined : committedRequest(root, name).metadata.name;
    const [error, ...more] = stderr.match(/^error .*$/gm) ?? [];
    // To create cannot be limited to a name, and renew --now asks before there is one.
    const about = lost.resourceNames ? '' : ` ${pending ?? ''}`.trimEnd();
    expect(error).toBe(`error CLUSTER_FORBIDDEN: you may not ${inWords(lost)}${about}`);
    expect(more).toEqual([]);
    expect(pastedRules(stderr)).toEqual([lost]);
    expect(traceOf(root)).toEqual(before);
    if (command === 'approve' && pending !== undefined) {
      expect((await getRequest(pending))?.status).toEqual({});
    }

    await grant(user, pastedRules(stderr));
    const mended = await run(command, name, kubeconfig);
    expect(mended.stderr).not.toContain('error');
    expect(mended.status).toBe(0);
    expect(isIssued(name)).toBe(true);
  },
);

it('releaf fetch takes what a Job has kept with the Role beside it, and names that rule without it', async () => {
  const name = newName('kept');
  const folder = servingFolder([name]);
  appendFileSync(join(folder, 'releaf.yaml'), 'delivery: { type: kubectl, request: job }\n');
  await releafDone(['renew', name, '-C', folder]);
  const object = pendingObjects(folder).get(name);
  if (!object) throw new Error('nothing is pending');
  const request = object.metadata.name;
  await apply(object);
  await kubectl(['certificate', 'approve', request]);
  const certificate = await issuedCertificate(request);
  await kubectl(['delete', 'csr', request]);
  await apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${request}-certificate`, namespace: 'default' },
    data: { 'certificate.pem': certificate },
  });

  const rules = rulesOf('releaf-fetch', 'Role');
  const { user, kubeconfig } = await userWith(singly(rulesOf('releaf-fetch')));
  const before = traceOf(folder);
  const fetch = () => releafOn(['fetch', name, '-C', folder], { kubeconfig });
  const { status, stderr } = await fetch();
  expect(stderr).toContain(
    `error CLUSTER_FORBIDDEN: you may not get configmaps ${request}-certificate in default\n`,
  );
  expect(status).toBe(1);
  expect(pastedRules(stderr)).toEqual(rules);
  expect(traceOf(folder)).toEqual(before);

  await grantIn('default', user, pastedRules(stderr));
  expect(await fetch()).toMatchObject({ status: 0 });
  expect(existsSync(join(folder, 'certificates', name, '1/certificate.pem'))).toBe(true);
});
