import { X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { folderOf, read, removeFolders } from '../harness';
import { output, RELEAF, ROOT } from '../system/process';
import { adminKubeconfig, apply, get, kubectl, releafDone, secretData, signerCa } from './cluster';
import { expectPair } from './pair';
import { issue } from './pki';
import { tool } from './processes';
import { until } from './until';

const DAY = 86_400_000;
const AT = { namespace: 'default' };
const SERVICE = 'kes-tenant-kes-hl-svc.default.svc.cluster.local';
const POOL = 'kes-tenant-pool-0';

const DOCUMENT = readFileSync(resolve(ROOT, 'docs/expired-now.md'), 'utf8');
/** The lines of its blocks in a language, in their order. */
const blocks = (language: string): readonly (readonly string[])[] =>
  Array.from(DOCUMENT.matchAll(/^```(\w+)\n(.*?)^```$/gms))
    .filter(([, its]) => its === language)
    .map(([, , text]) => text!.trimEnd().split('\n'));

interface Pods {
  readonly items: readonly { readonly metadata: { readonly uid: string; readonly name: string } }[];
}

/** UIDs of the tenant's pods by their names, once all are there. */
const podsOfTenant = (): Promise<Readonly<Record<string, string>>> =>
  until('all pods of the tenant are there', async () => {
    const text = await kubectl(['get', 'pods', '-n', 'default', '-o', 'json']);
    const pods = (JSON.parse(text) as Pods).items.map(({ metadata: { name, uid } }) => [name, uid]);
    return pods.length === 4 && (Object.fromEntries(pods) as Record<string, string>);
  });

/** What the MinIO operator makes of a Tenant with KES, half of a day after its certificate expired. */
async function expiredTenant(): Promise<void> {
  await apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'tenants.minio.min.io' },
    spec: {
      group: 'minio.min.io',
      scope: 'Namespaced',
      names: { kind: 'Tenant', plural: 'tenants', singular: 'tenant' },
      versions: [
        {
          name: 'v2',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
  });
  await kubectl([
    ...['wait', 'crd/tenants.minio.min.io', '--for=condition=Established', '--timeout=60s'],
  ]);
  await apply({
    apiVersion: 'minio.min.io/v2',
    kind: 'Tenant',
    metadata: { name: 'kes-tenant', ...AT },
    spec: { kes: { replicas: 2 } },
  });
  const { metadata } = (await get<{ metadata: { uid: string } }>(
    'tenant',
    'kes-tenant',
    'default',
  ))!;
  const ownerReferences = [
    {
      apiVersion: 'minio.min.io/v2',
      kind: 'Tenant',
      name: 'kes-tenant',
      uid: metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
  const kes = { 'v1.min.io/kes': 'kes-tenant-kes' };
  const pool = { 'v1.min.io/tenant': 'kes-tenant', 'v1.min.io/pool': 'pool-0' };
  const { certificate, privateKey } = issue(
    signerCa(),
    'server auth',
    {
      subject: {
        countries: ['US'],
        organizations: ['system:nodes'],
        commonName: `system:node:*.${SERVICE}`,
      },
      dnsNames: [0, 1].map((pod) => `kes-tenant-kes-${pod}.${SERVICE}`).concat(SERVICE),
    },
    {
      key: 'rsa-2048',
      usages: ['digital signature', 'key encipherment', 'server auth'],
      now: new Date(Date.now() - 7.5 * DAY),
      days: 7,
    },
  );
  await kubectl(['create', '-f', '-'], {
    input: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'kes-tenant-kes-tls', ...AT, labels: kes, ownerReferences },
      type: 'Opaque',
      stringData: { 'private.key': privateKey, 'public.crt': certificate },
    }),
  });
  for (const [name, labels] of [
    ['kes-tenant-kes', kes],
    [POOL, pool],
  ] as const) {
    await apply({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, ...AT, ownerReferences },
      spec: {
        serviceName: name,
        replicas: 2,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'server', image: 'none' }],
            volumes: [{ name: 'tls', secret: { secretName: 'kes-tenant-kes-tls' } }],
          },
        },
      },
    });
  }
}

/** Takes away what {@link expiredTenant} made, and what came of it. */
async function deleteTenant(): Promise<void> {
  // A Secret that its SealedSecret owns goes by itself, the operator's does not without its operator.
  for (const object of [
    'sealedsecret/kes-tenant-kes-tls',
    'secret/kes-tenant-kes-tls',
    'statefulset/kes-tenant-kes',
    `statefulset/${POOL}`,
    'tenant/kes-tenant',
  ]) {
    await kubectl(['delete', object, '-n', 'default', '--ignore-not-found']);
  }
  await until('no pod of the tenant is left', async () => {
    const left = await kubectl(['get', 'pods', '-n', 'default', '-o', 'name']);
    return left === '';
  });
}

beforeEach(expiredTenant);
afterEach(deleteTenant);
afterAll(removeFolders);

/** A folder to put on the path: kubectl, sops, age-keygen, and releaf as installed. */
function programs(): string {
  const folder = folderOf({ releaf: `#!/bin/sh\nexec ${process.execPath} ${RELEAF} "$@"\n` });
  chmodSync(join(folder, 'releaf'), 0o755);
  for (const name of ['kubectl', 'sops', 'age-keygen']) symlinkSync(tool(name), join(folder, name));
  return folder;
}

/** Runs command lines one by one, as a person types them into one shell. */
async function typed(root: string, home: string, commands: readonly string[]): Promise<string[]> {
  const env = {
    HOME: home,
    KUBECONFIG: adminKubeconfig(),
    PATH: `${programs()}:${process.env['PATH'] ?? ''}`,
  };
  const said: string[] = [];
  for (const command of commands) {
    const script = `set -euo pipefail\nexec 2>&1\n${command}`;
    said.push(await output('bash', ['-c', script], { cwd: root, env }));
  }
  return said;
}

/** Whatever differs from run to run. */
const unnumbered = (text: string): string => text.replace(/[0-9a-f]{8,}|\d+/g, '#');

/** What the Secret holds before. */
const certificateThere = async (): Promise<X509Certificate> =>
  new X509Certificate((await secretData('kes-tenant-kes-tls', 'default'))['public.crt']!);

/** That the Secret holds a new pair with the names of the expired one, and that no pod runs on with that. */
async function expectRenewed(old: X509Certificate, before: Readonly<Record<string, string>>) {
  const data = await secretData('kes-tenant-kes-tls', 'default');
  const leaf = await expectPair(
    { privateKey: data['private.key']!, certificate: data['public.crt']! },
    ['-purpose', 'sslserver', '-verify_hostname', SERVICE],
  );
  expect(leaf.subject).toBe(old.subject);
  expect(leaf.subjectAltName).toBe(old.subjectAltName);
  expect(leaf.publicKey.equals(old.publicKey)).toBe(false);
  const after = await podsOfTenant();
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, uid] of Object.entries(before)) expect(after[name]).not.toBe(uid);
}

describe('docs/expired-now.md', () => {
  const [commands, sealBySops, applyBySops] = blocks('console') as [string[], string[], string[]];

  it('renews with at most 8 commands, which print what it shows', async () => {
    expect(commands.length).toBeLessThanOrEqual(8);
    const root = folderOf({});
    const before = await podsOfTenant();
    const old = await certificateThere();
    expect(Date.parse(old.validTo)).toBeLessThan(Date.now());

    const said = await typed(root, root, commands);
    await expectRenewed(old, before);

    for (const [prompt, ...lines] of blocks('text')) {
      const printed = said[commands.findIndex((command) => prompt === `$ ${command}`)];
      const shown = lines.filter((line) => line !== '…').map(unnumbered);
      expect(unnumbered(printed!).split('\n')).toEqual(expect.arrayContaining(shown));
    }
    const { stdout } = await releafDone(['doctor', 'kes-tenant-kes', '-C', root]);
    expect(stdout).toContain('kes-tenant-kes-tls holds revision 1');
  });

  it('renews without a Sealed Secrets controller', async () => {
    const [root, home] = [folderOf({}), folderOf({})];
    const before = await podsOfTenant();
    const old = await certificateThere();

    const [keygen] = await typed(root, home, sealBySops);
    const recipient = /age1\w+/.exec(keygen!)![0];
    const [sealing] = blocks('yaml').map((lines) => parse(lines.join('\n')) as object);
    const config = parseDocument(read(root, 'releaf.yaml'));
    config.setIn(['certificates', 'kes-tenant-kes', 'sealing'], {
      ...sealing,
      recipients: [recipient],
    });
    writeFileSync(join(root, 'releaf.yaml'), String(config));
    await typed(root, home, applyBySops);
    await expectRenewed(old, before);
  });
});
