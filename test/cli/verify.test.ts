import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import type { Names } from '../../lib/model/certificate-spec';
import type { SealedKey } from '../../lib/model/revision';
import type { LocalCa } from '../../lib/x509/local-ca';
import type { PrivateKey } from '../../lib/x509/private-key';
import { publicKeySha256 as digestOf } from '../../lib/x509/public-key';
import { POST_QUANTUM, X25519 } from '../age-identities';
import {
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  signed,
  testCa,
  testRandomness,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
} from '../harness';
import { signPending } from '../sign-pending';

const API = `  api:
    dnsNames: [api.example.com]
    signer: example.com/internal
    secret: { name: api-tls, namespace: shop }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
    restart: [{ file: api.yaml, annotations: spec.template.metadata.annotations }]
`;

/** A recipient whose identity is lost. */
const NOBODY = 'age1a2vvfhywlc80t046s402v2tcmlyefxf909np89lgfkg6e0cx4dpseyfeps';

let ca: LocalCa;
let whole: Files;
const keysMade: PrivateKey[] = [];

beforeAll(async () => {
  ca = await testCa();
  const root = folderOf({
    ...WEB_FILES,
    'releaf.yaml': WEB_CONFIG + API,
    'api.yaml': 'spec:\n  template:\n    metadata:\n      labels: { app: api }\n',
  });
  await releaf(['renew', '-C', root], {
    randomness: {
      ...testRandomness,
      generateKey: async (algorithm) => {
        const key = await testRandomness.generateKey(algorithm);
        keysMade.push(key);
        return key;
      },
    },
  });
  const request = (name: string) =>
    readRequest(read(root, `certificates/${name}/1/request.pem`), name);
  const stdin = signed(ca, request('api')) + signed(ca, request('web'));
  await releaf(['fetch', '-C', root, '--from', '-'], { stdin });
  whole = filesIn(root);
});
afterAll(removeFolders);

const web = (file: string) => `certificates/web/1/${file}`;

/** Text of a file that is to be taken away. */
const MISSING = '(missing)';

async function verify(changed: Files, committed = whole) {
  const files = Object.entries({ ...committed, ...changed }).filter(([, text]) => text !== MISSING);
  const root = folderOf(Object.fromEntries(files));
  const before = filesIn(root);
  const { status, stdout, stderr } = await releaf(['verify', '-C', root, '--json']);
  expect(filesIn(root)).toEqual(before);
  const { error, problems } = JSON.parse(stdout) as {
    readonly error?: object;
    readonly problems: readonly { readonly code: string; readonly message: string }[];
  };
  if (error) return { status, problems: [stderr] };
  return { status, problems: problems.map(({ code, message }) => `${code} ${message}`) };
}

const replaced = (file: string, from: string | RegExp, to: string, committed = whole): Files => {
  const text = committed[file]?.replace(from, to);
  expect(text).not.toBe(committed[file]);
  return { [file]: text ?? '' };
};

/** A request with the right key, but for other names. */
const replant = (name: string, change: (names: Names) => Names): string => {
  const text = whole[`certificates/${name}/1/request.pem`] ?? '';
  const { publicKeySha256, names } = readRequest(text, 'request.pem');
  const key = keysMade.find((made) => digestOf(made.publicKeyDer()) === publicKeySha256);
  return createRequest(key!, change(names));
};

/** A certificate for the right key, but for other names. */
const issuedFor = (dnsNames: readonly string[]): string =>
  signed(
    ca,
    readRequest(
      replant('web', (names) => ({ ...names, dnsNames })),
      'other request',
    ),
  );

it('finds nothing wrong with what releaf wrote', async () => {
  expect(await verify({})).toEqual({ status: 0, problems: [] });
});

describe('verify catches', () => {
  const cases: readonly (readonly [string, () => Files, RegExp])[] = [
    [
      'a certificate swapped with that of another entry',
      () => ({ [web('certificate.pem')]: whole['certificates/api/1/certificate.pem'] ?? '' }),
      /^CERTIFICATE_SWAPPED certificates\/web\/1\/certificate\.pem: this is the certificate of revision api\/1, not of request web-1-[0-9a-f]{8}$/,
    ],
    [
      'a certificate for a stranger’s key',
      () => ({ [web('certificate.pem')]: ca.certificate.pem }),
      /^CERTIFICATE_KEY_MISMATCH certificates\/web\/1\/certificate\.pem: the certificate \(CN=test CA, serial [0-9a-f]+\) is for public key [0-9a-f]{64}, request web-1-[0-9a-f]{8} has [0-9a-f]{64}$/,
    ],
    [
      'a certificate that lacks a name',
      () => ({ [web('certificate.pem')]: issuedFor(['other.example.com']) }),
      /^CERTIFICATE_NAMES certificates\/web\/1\/certificate\.pem: the certificate lacks web\.example\.com; it has other\.example\.com, /,
    ],
    [
      'a truncated certificate',
      () => replaced(web('certificate.pem'), /-----END[^]*$/, ''),
      /^PEM_INVALID .*certificate\.pem/,
    ],
    [
      'a truncated request',
      () => replaced(web('request.pem'), /-----END[^]*$/, ''),
      /^PEM_INVALID .*request\.pem/,
    ],
    [
      'a request for other names than recorded',
      () => replaced(web('request.yaml'), '- web.example.com', '- www.example.com'),
      /^REVISION_INVALID certificates\/web\/1\/request\.pem: asks for .*web\.example\.com.* request\.yaml says .*www\.example\.com/,
    ],
    [
      'a request under another object name than recorded',
      () => replaced(web('request.yaml'), /objectName: web-1-\w+/, 'objectName: web-1-00000000'),
      /^REVISION_INVALID certificates\/web\/1\/request\.pem: is request web-1-[0-9a-f]{8}, request\.yaml says web-1-00000000$/,
    ],
    [
      'a request that asks for more than its names',
      () => ({
        [web('request.pem')]: replant('web', (names) => ({
          ...names,
          subject: { ...names.subject, organizations: ['system:masters'] },
        })),
      }),
      /^REVISION_INVALID certificates\/web\/1\/request\.pem: asks for .*system:masters/,
    ],
    [
      'usages that the API server would refuse',
      () => replaced(web('request.yaml'), '- server auth', '- server auth\n  - server auth'),
      /^SIGNER_RULE certificates\/web\/1\/request\.yaml: Kubernetes requires: no usage comes twice; found server auth/,
    ],
    [
      'a key of another kind than recorded',
      () => replaced(web('request.yaml'), 'key: ecdsa-p256', 'key: rsa-2048'),
      /^REVISION_INVALID certificates\/web\/1\/request\.pem: has a key of type ecdsa-p256, request\.yaml says rsa-2048$/,
    ],
    [
      'a changed ciphertext',
      () => replaced(web('private-key.yaml'), 'value: Ag', 'value: Ah'),
      /^SEALED_KEY_CHANGED certificates\/web\/1\/private-key\.yaml: the sealed key has digest [0-9a-f]{64}, request\.yaml says [0-9a-f]{64}$/,
    ],
    [
      'a sealed key bound to another name in its record',
      () => replaced(web('private-key.yaml'), 'name: web-tls', 'name: web-tls-2'),
      /^SEALED_KEY_CHANGED /,
    ],
    [
      'a Secret renamed under strict scope',
      () => replaced('releaf.yaml', 'name: web-tls', 'name: web-tls-2'),
      /^SECRET_RENAMED certificates\.web\.secret: is shop\/web-tls-2, but the private key is sealed for shop\/web-tls and opens nowhere else$/,
    ],
    [
      'a changed manifest',
      () => replaced('dist/web.k8s.yaml', 'namespace: shop', 'namespace: shop2'),
      /^DIST_CHANGED dist\/web\.k8s\.yaml: is not what synth gives$/,
    ],
    [
      'a missing manifest',
      () => ({ 'dist/web.k8s.yaml': MISSING }),
      /^DIST_CHANGED dist\/web\.k8s\.yaml: is missing; synth gives it$/,
    ],
    [
      'a restart annotation that somebody changed',
      () => replaced('api.yaml', /"[0-9a-f]{64}"/, '"now"'),
      /^DIST_CHANGED api\.yaml: is not what synth gives$/,
    ],
    [
      'a stale manifest',
      () => ({ 'dist/gone.k8s.yaml': whole['dist/web.k8s.yaml'] ?? '' }),
      /^DIST_STALE dist\/gone\.k8s\.yaml: synth no longer gives it$/,
    ],
    [
      'somebody else’s file in the place of a manifest',
      () => ({ 'dist/web.k8s.yaml': 'kind: ConfigMap\n' }),
      /^FOREIGN_FILE dist\/web\.k8s\.yaml: was not written by releaf synth$/,
    ],
  ];
  it.each(cases)('%s', async (_, changed, message) => {
    const { status, problems } = await verify(changed());
    expect(status).toBe(1);
    expect(problems[0]).toMatch(message);
  });

  it('a dist/ or certificates/ that git ignores', async () => {
    const root = folderOf({ ...whole, '.gitignore': 'dist/\n/certificates/*/1\n' });
    execFileSync('git', ['init', '-q', root]);
    const { status, stdout } = await releaf(['verify', '-C', root]);
    expect(status).toBe(1);
    expect(stdout.match(/(?<=IGNORED_BY_GIT {2})[^:]+/g)).toEqual(['dist/', 'certificates/']);
    expect(stdout).toContain(
      'git ignores it (.gitignore:1: dist/), so nobody would review it, and it goes with this checkout',
    );
  });

  it('ignored certificates that a fresh clone does not even have', async () => {
    const lost = Object.entries(whole).filter(([file]) => !file.startsWith('certificates/'));
    const root = folderOf({ ...Object.fromEntries(lost), '.gitignore': 'certificates/\n' });
    execFileSync('git', ['init', '-q', root]);
    const { stdout } = await releaf(['verify', '-C', root]);
    expect(stdout).toContain(
      'IGNORED_BY_GIT  certificates/: git ignores it (.gitignore:1: certificates/), so',
    );
  });

  it('a sealed key that an innocent pattern of git ignores', async () => {
    const root = folderOf({ ...whole, '.gitignore': '*key*\n' });
    execFileSync('git', ['init', '-q', root]);
    const { stdout } = await releaf(['verify', '-C', root]);
    expect(stdout.match(/(?<=IGNORED_BY_GIT {2})[^:]+/g)).toEqual([
      'certificates/api/1/private-key.yaml, certificates/web/1/private-key.yaml',
    ]);
  });

  it('a revision without its request', async () => {
    const root = folderOf(whole);
    rmSync(join(root, web('request.yaml')));
    expect(await releaf(['verify', '-C', root])).toMatchObject({
      status: 1,
      stderr:
        'error REVISION_INVALID: certificates/web/1/request.yaml: there is no such file\n' +
        '  restore it from Git, or remove certificates/web/1 and run releaf renew web\n',
    });
  });
});

describe('of a key that SOPS opens, verify catches', () => {
  const KEY = web('private-key.yaml');
  const SECRET = 'dist/web.sops.yaml';
  let sops: Files;
  beforeAll(async () => {
    const sealing = `{ type: sops, recipients: [${X25519.recipient}, ${POST_QUANTUM.recipient}] }`;
    const config = WEB_CONFIG.replace(
      '{ type: sealed-secrets, certificate: sealing.pem }',
      sealing,
    );
    const root = folderOf({ 'releaf.yaml': config });
    await releaf(['renew', '-C', root]);
    await releaf(['fetch', '-C', root, '--from', '-'], { stdin: signPending(root, ca, NOW) });
    sops = filesIn(root);
    expect(await verify({}, sops)).toEqual({ status: 0, problems: [] });
  });

  const CHANGED =
    /^SEALED_KEY_CHANGED certificates\/web\/1\/private-key\.yaml: the sealed key has digest [0-9a-f]{64}, request\.yaml says [0-9a-f]{64}$/;
  const invalid = (field: string) =>
    new RegExp(
      `^error REVISION_INVALID: certificates/web/1/private-key\\.yaml: ${field}: .*\\n {2}releaf writes this file; restore it from Git`,
    );

  type SopsKey = Extract<SealedKey, { readonly sealing: 'sops' }>;
  type Age = SopsKey['age'][number];
  const first =
    (change: (entry: Age) => Partial<Age>) =>
    ({ age }: SopsKey) => ({
      age: age.map((entry, index) => (index === 0 ? { ...entry, ...change(entry) } : entry)),
    });
  /** The same with another letter of base64 in the middle of its data. */
  const damaged = (text: string): string =>
    text.replace(/(?<=BEGIN AGE ENCRYPTED FILE-----\n.{8}|data:.{8})./, (letter) =>
      letter === 'A' ? 'B' : 'A',
    );

  const cases: readonly (readonly [string, (key: SopsKey) => object, RegExp])[] = [
    ['another key of the Secret', () => ({ item: 'tls.pem' }), CHANGED],
    ['another name', () => ({ name: 'web-pair' }), CHANGED],
    ['another namespace', () => ({ namespace: 'prod' }), CHANGED],
    ['another recipient', first(() => ({ recipient: NOBODY })), CHANGED],
    ['another data key', first(({ enc }) => ({ enc: damaged(enc) })), CHANGED],
    ['a recipient dropped', ({ age }) => ({ age: age.slice(1) }), CHANGED],
    [
      'a recipient joined',
      ({ age }) => ({ age: [...age, { ...age[0], recipient: NOBODY }] }),
      CHANGED,
    ],
    ['recipients in another order', ({ age }) => ({ age: age.toReversed() }), CHANGED],
    ['another time', () => ({ lastModified: '2027-03-01T12:00:01Z' }), CHANGED],
    ['another MAC', ({ mac }) => ({ mac: damaged(mac) }), CHANGED],
    ['another ciphertext', ({ value }) => ({ value: damaged(value) }), CHANGED],
    ['another version of SOPS', () => ({ version: '3.99.0' }), CHANGED],
    ['no recipient at all', () => ({ age: [] }), invalid('age')],
    [
      'what is no recipient',
      first(({ recipient }) => ({ recipient: recipient.slice(0, -1) })),
      invalid('age\\.0\\.recipient'),
    ],
    ['a key that stands there in clear', () => ({ value: 'LS0tLS1CRUdJTg==' }), invalid('value')],
    ['more than belongs there', () => ({ pgp: [] }), invalid('')],
  ];
  it.each(cases)('%s', async (_, change, message) => {
    const key = parse(sops[KEY] ?? '') as SopsKey;
    const changed = { ...key, ...change(key) };
    expect(changed).not.toEqual(key);
    const text = stringify(changed, { version: '1.1', aliasDuplicateObjects: false });
    const { status, problems } = await verify({ [KEY]: text }, sops);
    expect(problems[0]).toMatch(message);
    expect(status).toBe(1);
  });

  it.each([
    ['what sops edit changed', damaged],
    ['what else it is to encrypt', (text: string) => text.replace('regex: ^tls', 'regex: tls')],
  ])('%s', async (_, change) => {
    const text = sops[SECRET] ?? '';
    expect(change(text)).not.toBe(text);
    expect(await verify({ [SECRET]: change(text) }, sops)).toEqual({
      status: 1,
      problems: ['DIST_CHANGED dist/web.sops.yaml: is not what synth gives'],
    });
  });

  it('the Secret of one revision, where there is one for all', async () => {
    const stale = { 'dist/web.1.sops.yaml': sops[SECRET] ?? '' };
    expect(await verify(stale, sops)).toEqual({
      status: 1,
      problems: ['DIST_STALE dist/web.1.sops.yaml: synth no longer gives it'],
    });
  });

  it('the Secret with a key renamed under SOPS, whose ciphertext is bound to it', async () => {
    const config = replaced('releaf.yaml', 'web-tls,', 'web-tls, type: Opaque,', sops);
    const { status, problems } = await verify(config, sops);
    expect(status).toBe(1);
    expect(problems[0]).toBe(
      'SECRET_RENAMED certificates.web.secret: is shop/web-tls, key private.key, but the private key is sealed for shop/web-tls, key tls.key and opens nowhere else',
    );
  });
});

describe('verify finds a private key in clear', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  // Every other form is in test/verify/find-private-key.test.ts.
  it.each([
    ['PEM', pem],
    ['PEM in UTF-16', Buffer.from(pem, 'utf16le')],
    ['PKCS#8', privateKey.export({ type: 'pkcs8', format: 'der' })],
    ['PEM in base64 in base64', base64(base64(pem))],
  ])('%s', async (form, text) => {
    const root = folderOf(whole);
    writeFileSync(join(root, 'notes.bin'), text);
    const { status, stdout } = await releaf(['verify', '-C', root]);
    expect(status).toBe(1);
    expect(stdout).toBe(
      `PRIVATE_KEY_IN_CLEAR  notes.bin: holds a private key in clear (${form})\n` +
        '  remove it and renew what it was for; a throw-away key of a test goes into knownPrivateKeys\n',
    );
  });

  it('also behind four mebibytes of something else, and in a hidden folder', async () => {
    const root = folderOf({
      ...whole,
      '.cache/x': 'x'.repeat(4 * 1024 * 1024 - 10) + pem,
    });
    expect((await releaf(['verify', '-C', root])).stdout).toContain(
      'PRIVATE_KEY_IN_CLEAR  .cache/x',
    );
  });

  it('but not where the config says that one is known', async () => {
    const root = folderOf({
      ...whole,
      'releaf.yaml': `knownPrivateKeys: [fixture.pem]\n${whole['releaf.yaml'] ?? ''}`,
      'fixture.pem': pem,
    });
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  });

  it('and takes neither public keys, certificates nor prose for one', async () => {
    const root = folderOf({
      ...whole,
      'public.pem': publicKey.export({ type: 'spki', format: 'pem' }) as string,
      'ca.pem': ca.certificate.pem,
      'notes.md': `A key begins with -----BEGIN PRIVATE KEY----- and then come many letters.\n`,
    });
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  });
});
