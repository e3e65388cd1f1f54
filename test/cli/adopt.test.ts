import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Right } from '../../lib/cluster/kubernetes-api';
import {
  blogPair,
  ec,
  kesSecret,
  opensslPair,
  secretObject,
  secretYaml,
  type OpensslPair,
  type SecretParts,
} from '../config/adopt/openssl-secrets';
import { StandIn } from '../cluster/stand-in';
import { findClearKey } from '../find-clear-key';
import {
  filesIn,
  folderOf,
  read,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  type Files,
  type Ran,
} from '../harness';
import { traceOf } from '../untouched';

let kesPair: OpensslPair;
let webPair: OpensslPair;
let secrets: string;
beforeAll(() => {
  kesPair = blogPair(ec('P-256'));
  webPair = opensslPair({
    key: ec('P-256'),
    subject: ['CN = web'],
    altNames: 'DNS:web.example.com',
    extensions: ['keyUsage = critical, digitalSignature', 'extendedKeyUsage = serverAuth'],
    from: '20270101000000Z',
    to: '20270401000000Z',
  });
  secrets = folderOf({
    'kes.yaml': secretYaml(kesSecret(kesPair)),
    'web.yaml': secretYaml(webSecret()),
  });
});
afterAll(removeFolders);

const webSecret = (more: Partial<SecretParts> = {}): SecretParts => ({
  name: 'web-tls',
  namespace: 'shop',
  type: 'kubernetes.io/tls',
  items: { 'tls.crt': webPair.certificate, 'tls.key': webPair.privateKey },
  ...more,
});

/** Runs `releaf adopt` in a folder, and looks for the private key in all that it leaves behind. */
async function adopt(
  root: string,
  args: readonly string[],
  options: Parameters<typeof releaf>[1] = {},
): Promise<Ran> {
  const ran = await releaf(['adopt', ...args, '-C', root], options);
  const left: Files = { ...filesIn(root), stdout: ran.stdout, stderr: ran.stderr };
  for (const { privateKey } of [kesPair, webPair]) {
    expect(findClearKey(left, privateKey)).toEqual([]);
  }
  return ran;
}

const KES_ENTRY = `  kes-tenant-kes:
    profile:
      name: minio-kes
      tenant: kes-tenant
      replicas: 1
      trust: leaf
    subject:
      countries: [US]
    duration: 7d
    secret:
      namespace: default
    sealing:
      type: sealed-secrets
      certificate: sealing-certificate.pem
`;
const INTERNAL = ['--signer', 'example.com/internal'];

describe('in a folder without a config', () => {
  it('writes one with the entry for the Secret, which is due', async () => {
    const root = folderOf({});
    const { status, stdout, stderr } = await adopt(root, [join(secrets, 'kes.yaml')]);
    expect(status).toBe(0);
    expect(filesIn(root)).toEqual({
      '.gitignore': '.releaf-tmp/\n',
      'releaf.yaml': `version: 1\ncertificates:\n${KES_ENTRY}`,
    });
    expect(stdout).toMatch(
      /^kes-tenant-kes: Secret default\/kes-tenant-kes-tls \(Opaque\)\n {2}subject {2}C=US, O=system:nodes, CN=system:node:\*\.kes-tenant-kes-hl-svc\.default\.svc\.cluster\.local\n/,
    );
    expect(stdout).toMatch(/\n {2}serial {3}[0-9a-f]+\n {2}valid .*, expired 9 months ago\n/);
    expect(stdout).toContain('\n  owner    Tenant kes-tenant\n');
    expect(stderr).toContain('wrote    releaf.yaml\n');
    expect(stderr).toContain(
      'unknown: trust: the CA that signed is not in the Secret (adopt default/kes-tenant-kes-tls looks for it in the cluster too)',
    );
    expect(stderr).toContain(
      'unknown: what restarts: with the Tenant in a file of yours add restart: [{ file: tenant.yaml, annotations: spec.kes.annotations }]',
    );
    expect(stderr).toContain(
      `next: releaf doctor --sealing-certificate -C ${root} > ${root}/sealing-certificate.pem\n      releaf renew kes-tenant-kes -C ${root}, or without a review in between: releaf renew kes-tenant-kes --now -C ${root}\n`,
    );
    expect(stderr).toContain(
      `warning: ${secrets}/kes.yaml holds the old private key in clear: delete it, and do not commit it\n`,
    );
    const plan = await releaf(['plan', '-C', root]);
    expect(plan.stdout).toContain('kes-tenant-kes  renew  1         there is no certificate yet');
  });

  it('reads standard input, and prints JSON for machines', async () => {
    const root = folderOf({ 'sealing-certificate.pem': SEALING_CERTIFICATE });
    const stdin = secretYaml(webSecret());
    const { stdout, stderr } = await adopt(root, ['-', '--json', '--name', 'shop', ...INTERNAL], {
      stdin,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      name: 'shop',
      entry: {
        commonName: 'web',
        dnsNames: ['web.example.com'],
        signer: 'example.com/internal',
        secret: { name: 'web-tls', namespace: 'shop' },
        sealing: { type: 'sealed-secrets', certificate: 'sealing-certificate.pem' },
      },
      unknown: expect.any(Array) as unknown,
      warnings: [
        'somebody else made the Secret; Sealed Secrets refuses to write it until you run: kubectl annotate secret -n shop web-tls sealedsecrets.bitnami.com/managed=true',
      ],
      written: ['.gitignore', 'releaf.yaml'],
    });
    expect((await releaf(['renew', 'shop', '-C', root])).status).toBe(0);
  });

  it('writes nothing with --print', async () => {
    const root = folderOf({});
    const { stdout } = await adopt(root, [join(secrets, 'kes.yaml'), '--print']);
    expect(stdout).toBe(KES_ENTRY.replace(/^ {2}/gm, ''));
    expect(filesIn(root)).toEqual({});
  });

  it('tells the line that .gitignore lacks, and leaves the file alone', async () => {
    const root = folderOf({ '.gitignore': 'node_modules/\n' });
    const { stderr } = await adopt(root, [join(secrets, 'kes.yaml')]);
    expect(stderr).toContain('.gitignore needs one line: .releaf-tmp/\n');
    expect(read(root, '.gitignore')).toBe('node_modules/\n');
    writeFileSync(join(root, '.gitignore'), '/.releaf-tmp\n');
    const other = await adopt(root, [join(secrets, 'web.yaml'), ...INTERNAL]);
    expect(other.stderr).not.toContain('.gitignore');
  });
});

describe('the CA', () => {
  const withCa = (): SecretParts => {
    const { items, ...rest } = kesSecret(kesPair);
    return { ...rest, items: { ...items, 'public.crt': kesPair.certificate + kesPair.ca } };
  };

  it('that stands behind the leaf becomes ca.pem', async () => {
    const root = folderOf({});
    const { stderr } = await adopt(root, ['-'], { stdin: secretYaml(withCa()) });
    expect(stderr).toContain('wrote    ca.pem, from the Secret\n');
    expect(read(root, 'ca.pem')).toBe(kesPair.ca);
    expect(read(root, 'releaf.yaml')).toContain('    ca: ca.pem\n');
    expect(read(root, 'releaf.yaml')).not.toContain('trust');
  });

  it('that is there is used, and another one is not overwritten', async () => {
    const root = folderOf({ 'ca.pem': kesPair.ca });
    const { stderr } = await adopt(root, [join(secrets, 'kes.yaml')]);
    expect(stderr).not.toContain('wrote    ca.pem');
    expect(read(root, 'releaf.yaml')).toContain('    ca: ca.pem\n');
    const other = folderOf({ 'ca.pem': webPair.ca });
    await adopt(other, ['-'], { stdin: secretYaml(withCa()) });
    expect(read(other, 'ca.pem')).toBe(webPair.ca);
    expect(read(other, 'kes-tenant-kes-ca.pem')).toBe(kesPair.ca);
    expect(read(other, 'releaf.yaml')).toContain('    ca: kes-tenant-kes-ca.pem\n');
  });
});

describe('from the cluster', () => {
  const SECRET = '/api/v1/namespaces/default/secrets/kes-tenant-kes-tls';
  const CONFIG_MAP = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';
  const right = (resource: string): Right => ({ verb: 'get', on: { group: '', resource } });

  const cluster = (ca: string, missing: readonly Right[] = []): StandIn => {
    const api = new StandIn({ missing });
    api.put(SECRET, secretObject(kesSecret(kesPair)));
    api.put(CONFIG_MAP, { kind: 'ConfigMap', data: { 'ca.crt': webPair.ca + ca } });
    return api;
  };

  it('asks for the Secret and for the CA of the cluster, which signed', async () => {
    const root = folderOf({});
    const api = cluster(kesPair.ca);
    const { status, stderr } = await adopt(root, ['default/kes-tenant-kes-tls'], {
      openCluster: api.open,
    });
    expect({ status, calls: api.calls }).toEqual({
      status: 0,
      calls: [
        { verb: 'get', path: SECRET },
        { verb: 'get', path: CONFIG_MAP },
      ],
    });
    expect(stderr).toContain(
      'wrote    ca.pem, from ConfigMap kube-root-ca.crt, which signed the certificate\n',
    );
    expect(read(root, 'ca.pem')).toBe(kesPair.ca);
    expect(read(root, 'releaf.yaml')).toContain('    ca: ca.pem\n');
  });

  it('prints commands for the cluster that was named', async () => {
    const api = cluster(kesPair.ca);
    const root = folderOf({});
    const args = ['default/kes-tenant-kes-tls', '--context', 'a b'];
    const { stderr } = await adopt(root, args, { openCluster: api.open });
    const [first] = stderr.match(/^(?:warning|unknown): .*$/gm) ?? [];
    expect(first).toBe(
      "warning: Tenant kes-tenant owns the Secret; Sealed Secrets refuses to write it until you run: kubectl --context 'a b' annotate secret -n default kes-tenant-kes-tls sealedsecrets.bitnami.com/managed=true",
    );
    expect(stderr).toContain(
      `next: releaf doctor --sealing-certificate -C ${root} --context 'a b' > ${root}/sealing-certificate.pem\n`,
    );
  });

  it.each<[string, () => StandIn, string]>([
    [
      'a CA of the same name that did not sign',
      () => cluster(''),
      'neither the Secret nor ConfigMap kube-root-ca.crt has the CA that signed, so the entry says leaf',
    ],
    [
      'no right to look',
      () => cluster(kesPair.ca, [right('configmaps')]),
      'you may not get configmaps kube-root-ca.crt in default, so the entry says leaf',
    ],
  ])('takes the leaf for %s', async (_, api, text) => {
    const root = folderOf({});
    const { status, stderr } = await adopt(root, ['default/kes-tenant-kes-tls'], {
      openCluster: api().open,
    });
    expect(status).toBe(0);
    expect(stderr).toContain(`unknown: trust: ${text}`);
    expect(read(root, 'releaf.yaml')).toContain('      trust: leaf\n');
    expect(existsSync(join(root, 'ca.pem'))).toBe(false);
  });

  it.each<[string, string, () => StandIn, RegExp]>([
    [
      'no such Secret',
      'default/other',
      () => cluster(kesPair.ca),
      /^error SECRET_UNFIT: default\/other: there is no such Secret in stand-in, and no such file\n {2}kubectl get secrets -n default/,
    ],
    [
      'no right to read it',
      'default/kes-tenant-kes-tls',
      () => cluster(kesPair.ca, [right('secrets')]),
      /^error CLUSTER_FORBIDDEN: you may not get secrets kes-tenant-kes-tls in default\n {2}missing in a Role in namespace default:\n/,
    ],
  ])('refuses with %s, and writes nothing', async (_, reference, api, message) => {
    const root = folderOf({});
    const { status, stderr } = await adopt(root, [reference], { openCluster: api().open });
    expect({ status, files: filesIn(root) }).toEqual({ status: 1, files: {} });
    expect(stderr).toMatch(message);
  });

  it('takes what ends as a file does for a file', async () => {
    const { stderr } = await adopt(folderOf({}), ['secrets/kes.yaml']);
    expect(stderr).toMatch(
      /^error FILE_UNREADABLE: secrets\/kes\.yaml: there is no such file\n {2}give a file, - for standard input, or NAMESPACE\/NAME/,
    );
  });
});

describe('in a config that is there', () => {
  const SEALING = 'sealing: { type: sealed-secrets, certificate: sealing.pem }';
  const OTHER = `version: 1 # ours
defaults:
  ${SEALING}   # of the team

certificates:
    # the first one
    api:
        dnsNames:   ["api.example.com"]
        signer: local
        secret: { name: api-tls, namespace: shop }
        # more of it
    # nothing below

# the end
knownPrivateKeys: []
`;

  it('adds the entry behind the last one and leaves every other byte', async () => {
    const root = folderOf({ 'releaf.yaml': OTHER });
    const { status } = await adopt(root, [join(secrets, 'web.yaml'), ...INTERNAL]);
    expect(status).toBe(0);
    expect(read(root, 'releaf.yaml')).toBe(
      OTHER.replace(
        '        # more of it\n',
        `        # more of it
    web:
      commonName: web
      dnsNames: [web.example.com]
      signer: example.com/internal
      secret:
        name: web-tls
        namespace: shop
`,
      ),
    );
  });

  it.each<[string, string, string]>([
    [
      'Windows line ends',
      OTHER.replaceAll('\n', '\r\n'),
      '\r\n    web:\r\n      commonName: web\r\n',
    ],
    [
      'no line end at the end',
      OTHER.slice(0, OTHER.indexOf('\n        # more')),
      ', namespace: shop }\n    web:\n',
    ],
    [
      'no certificates yet',
      `version: 1\ndefaults:\n  ${SEALING}\ncertificates: {} # none\n`,
      'certificates: # none\n  web:\n    commonName: web\n',
    ],
    [
      'indentation all over',
      `  version: 1\n  certificates:\n    a: { profile: { name: kubernetes-client, user: a }, secret: { name: a, namespace: b }, ${SEALING} }\n`,
      `${SEALING} }\n    web:\n`,
    ],
  ])('does so with %s', async (_, before, part) => {
    const root = folderOf({ 'releaf.yaml': before });
    await adopt(root, [join(secrets, 'web.yaml'), ...INTERNAL]);
    const after = read(root, 'releaf.yaml');
    expect(after).toContain(part);
    expect(parse(after)).toMatchObject({ certificates: { web: { commonName: 'web' } } });
    expect((await releaf(['plan', '-C', root])).stdout).toContain('web ');
  });

  it('adds it where all the others come from another file', async () => {
    const root = folderOf({
      'base.yaml': OTHER,
      'prod/releaf.yaml': 'extends: ../base.yaml\nversion: 1\n',
    });
    await adopt(join(root, 'prod'), [join(secrets, 'web.yaml'), ...INTERNAL]);
    expect(read(root, 'prod/releaf.yaml')).toMatch(
      /^extends: \.\.\/base\.yaml\nversion: 1\ncertificates:\n {2}web:\n {4}commonName: web\n/,
    );
    expect(read(root, 'base.yaml')).toBe(OTHER);
    expect((await releaf(['plan', '-C', join(root, 'prod')])).stdout).toMatch(/api .*\nweb /);
  });

  it('seals as the others do when the defaults do not say how', async () => {
    const root = folderOf({
      'releaf.yaml': `version: 1\ncertificates:\n  api:\n    dnsNames: [api.example.com]\n    signer: local\n    secret: { name: api-tls, namespace: shop }\n    ${SEALING}\n`,
    });
    await adopt(root, [join(secrets, 'web.yaml'), ...INTERNAL]);
    expect(parse(read(root, 'releaf.yaml'))).toMatchObject({
      certificates: { web: { sealing: { certificate: 'sealing.pem' } } },
    });
  });

  const API = `{ dnsNames: [a.example.com], signer: local, secret: { name: a, namespace: b }, ${SEALING} }`;

  it.each<[string, string]>([
    ['braces around the entries', `version: 1\ncertificates: { api: ${API} }\n`],
    ['braces around all', `{ version: 1, certificates: { api: ${API} } }\n`],
  ])('refuses %s, writes nothing and prints the entry to paste', async (_, config) => {
    const root = folderOf({ 'releaf.yaml': config });
    const trace = traceOf(root);
    const { status, stdout, stderr } = await adopt(root, [join(secrets, 'web.yaml'), ...INTERNAL]);
    expect({ status, after: traceOf(root) }).toEqual({ status: 1, after: trace });
    expect(stdout).toMatch(/^web:\n {2}commonName: web\n/);
    expect(stderr).toMatch(
      /^error CONFIG_INVALID: releaf\.yaml: there is no place .*\n {2}paste the entry above/,
    );
  });

  it('prints what to paste into a config that is code', async () => {
    const root = folderOf({
      'releaf.config.ts': `export default { version: 1, defaults: { ${SEALING.replaceAll('sealed-secrets', "'sealed-secrets'").replace('sealing.pem', "'sealing.pem'")} }, certificates: {} };\n`,
      '.gitignore': '.releaf-tmp/\n',
    });
    const trace = traceOf(root);
    const { status, stdout, stderr } = await adopt(root, [join(secrets, 'web.yaml'), ...INTERNAL]);
    expect({ status, after: traceOf(root) }).toEqual({ status: 0, after: trace });
    expect(stdout).toContain('"web": {\n  "commonName": "web",');
    expect(stderr).toContain(
      'releaf.config.ts is code: paste the entry above into its certificates\n',
    );
  });

  it('does nothing for a Secret that is there already, under whatever name', async () => {
    const root = folderOf({ 'releaf.yaml': OTHER.replace('api-tls', 'web-tls') });
    const trace = traceOf(root);
    const { status, stderr } = await adopt(root, [join(secrets, 'web.yaml')]);
    expect({ status, stderr, after: traceOf(root) }).toEqual({
      status: 0,
      stderr: 'nothing to do: web-tls is already there: api in releaf.yaml\n',
      after: trace,
    });
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'a name that is taken',
      [...INTERNAL, '--name', 'api'],
      /^error CONFIG_INVALID: releaf\.yaml has a certificate api already, for Secret shop\/api-tls\n {2}choose another name with --name NAME\n$/,
    ],
    [
      'no signer',
      [],
      /^error SECRET_UNFIT: web-tls: the certificate does not tell which signer to ask; it was issued by CN=kubernetes\n {2}say it with --signer: kubernetes\.io\/kubelet-serving/,
    ],
    [
      'a signer that would refuse',
      ['--signer', 'kubernetes.io/kubelet-serving'],
      /^error SIGNER_RULE: the entry for web has 2 problems:\n/,
    ],
  ])('refuses %s, and writes nothing', async (_, args, message) => {
    const root = folderOf({ 'releaf.yaml': OTHER });
    const trace = traceOf(root);
    const { status, stderr } = await adopt(root, [join(secrets, 'web.yaml'), ...args]);
    expect({ status, after: traceOf(root) }).toEqual({ status: 1, after: trace });
    expect(stderr).toMatch(message);
  });

  it('refuses a config that is broken already, and writes nothing', async () => {
    const root = folderOf({ 'releaf.yaml': 'version: 2\ncertificates: {}\n' });
    const { status, stderr } = await adopt(root, [join(secrets, 'web.yaml'), ...INTERNAL]);
    expect({ status, files: Object.keys(filesIn(root)) }).toEqual({
      status: 1,
      files: ['releaf.yaml'],
    });
    expect(stderr).toMatch(/^error CONFIG_INVALID: releaf\.yaml has 1 problem:\n/);
  });
});

it('is for one folder, since a Secret belongs into one', async () => {
  const ran = await releaf(['adopt', 'shop/web-tls', '-C', folderOf({}), '-C', folderOf({})]);
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  expect(ran.stderr).toMatch(/^error: releaf adopt is for one folder: a Secret belongs into one\n/);
});
