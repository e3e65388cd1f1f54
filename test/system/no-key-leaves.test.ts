import { execFileSync } from 'node:child_process';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { KEY_ALGORITHMS } from '../../lib/model/certificate-spec';
import { sopsMetadata, type SopsSealedKey } from '../../lib/sealing/sops-metadata';
import { dataKeyBy, POST_QUANTUM, X25519, type AgeIdentity } from '../age-identities';
import { filesIn, folderOf, read, removeFolders, WEB_CONFIG, WEB_FILES } from '../harness';
import { ANY_EC_KEY, formsOf, found, holdsScalarOf, written, type Form } from './key-forms';
import { output, RELEAF, releaf } from './process';
import { trace, type Traced } from './strace';
import { openSops } from '../open-sops';
import { unseal } from '../unseal';

afterAll(removeFolders);

const traced = (...args: readonly string[]): Promise<Traced> =>
  trace(process.execPath, [RELEAF, ...args]);

/** Where which form of a key was let out. */
const leaks = ({ left }: Traced, forms: readonly Form[]): readonly string[] =>
  [...left].flatMap(([where, bytes]) => found(bytes, forms).map((form) => `${where}: ${form}`));

interface SealedKey {
  readonly value: string;
  readonly namespace: string;
  readonly name: string;
}

const sealedKey = (folder: string, revision: string): SealedKey =>
  parse(read(folder, `certificates/${revision}/private-key.yaml`)) as SealedKey;

const opened = (sealed: SealedKey): KeyObject => createPrivateKey(unseal(sealed.value, sealed));

/** That strace saw what it must see: the sealed key on its way to its file. */
function expectSeen({ left }: Traced, { value }: SealedKey): void {
  expect([...left.values()].some((bytes) => bytes.includes(value))).toBe(true);
}

/** Writes what it reads, in the way it is told. */
const LEAK = `
  const { where, value } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  const bytes = Buffer.from(value, 'base64');
  const { spawnSync } = require('node:child_process');
  const fs = require('node:fs');
  const half = bytes.length >> 1;
  ({
    file: () => fs.writeFileSync('leak', bytes),
    'two writes': () => {
      const file = fs.openSync('leak', 'w');
      fs.writeSync(file, bytes.subarray(0, half));
      fs.writeSync(file, bytes.subarray(half));
    },
    'gathered writes': () => fs.writevSync(fs.openSync('leak', 'w'), [bytes.subarray(0, half), bytes.subarray(half)]),
    'a thread': () => void fs.promises.writeFile('leak', bytes),
    'standard output': () => process.stdout.write(bytes),
    'standard error': () => console.error(bytes.toString('latin1')),
    argument: () => spawnSync('true', [bytes.toString('latin1')]),
    environment: () => spawnSync('true', { env: { ...process.env, LEAK: bytes.toString('latin1') } }),
    'file name': () => fs.existsSync(bytes.toString('latin1')),
    socket: () => require('node:dgram').createSocket('udp4').send(bytes, 9, '127.0.0.1', function () { this.close(); }),
  })[where]();
`;

describe('the search itself finds a key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  const der = (key: KeyObject): Buffer => key.export({ type: 'pkcs8', format: 'der' });
  const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const body = (key: KeyObject): string => pem(key).replace(/-----[A-Z ]+-----|\n/g, '');
  const pkcs1 = rsa.export({ type: 'pkcs1', format: 'der' });
  const sec1 = ec.export({ type: 'sec1', format: 'der' });
  const scalar = sec1.subarray(7, 39); // RFC 5915
  const [, prime = ''] =
    /prime1:([\s0-9a-f:]+)/.exec(
      execFileSync('openssl', ['rsa', '-noout', '-text'], { input: pem(rsa), encoding: 'utf8' }),
    ) ?? [];

  const leak = (where: string, bytes: Buffer | string): Promise<Traced> =>
    trace(process.execPath, ['-e', LEAK], {
      cwd: folderOf({}),
      input: JSON.stringify({ where, value: Buffer.from(bytes).toString('base64') }),
    });

  it.each<[string, KeyObject, string | Buffer]>([
    ['PKCS#8 PEM, raw', ec, pem(ec)],
    ['PKCS#8 PEM, raw', rsa, pem(rsa)],
    ['PKCS#8 PEM, base64', rsa, btoa(pem(rsa))],
    ['PKCS#8 PEM, base64', ec, btoa(`data: ${pem(ec)}`)],
    ['PKCS#8 PEM, base64 twice', ec, btoa(btoa(pem(ec)))],
    ['PKCS#8, base64', rsa, body(rsa)],
    ['PKCS#8, base64', ec, body(ec).replace(/.{40}/g, '$&\r\n')],
    ['PKCS#8, raw', ec, der(ec)],
    ['PKCS#8, base64 twice', rsa, btoa(body(rsa))],
    ['PKCS#8, base64url', ec, der(ec).toString('base64url')],
    ['PKCS#8, hex', ec, `key=${der(ec).toString('hex')}`],
    ['PKCS#8, hex', rsa, der(rsa).toString('hex').toUpperCase()],
    ['pkcs1 PEM, raw', rsa, rsa.export({ type: 'pkcs1', format: 'pem' })],
    ['pkcs1, raw', rsa, pkcs1],
    ['sec1 PEM, raw', ec, ec.export({ type: 'sec1', format: 'pem' })],
    ['sec1, base64', ec, sec1.toString('base64')],
    ['scalar, raw', ec, scalar],
    ['scalar, hex', ec, scalar.toString('hex')],
    ['PKCS#8, raw', ed25519, der(ed25519)],
    ['PKCS#8 PEM, base64', ed25519, btoa(pem(ed25519))],
    // RFC 8410, 10.3: two octet strings, the outer one with the inner one's header.
    ['seed, base64', ed25519, der(ed25519).subarray(16).toString('base64')],
    ['PKCS#8 PEM, base64', p384, btoa(pem(p384))],
    ['sec1, raw', p384, p384.export({ type: 'sec1', format: 'der' })],
    ['scalar, hex', p384, der(p384).subarray(35, 83).toString('hex')],
    ['first prime, hex', rsa, prime.replace(/[\s:]/g, '')],
  ])('written to a file as %s', async (form, key, bytes) => {
    expect(leaks(await leak('file', bytes), formsOf(key))).toContainEqual(
      expect.stringMatching(new RegExp(`^descriptor \\d+: ${form}$`)),
    );
  });

  it.each([
    ['two writes', 'descriptor'],
    ['gathered writes', 'descriptor'],
    ['a thread', 'descriptor'],
    ['standard output', 'descriptor 1'],
    ['standard error', 'descriptor 2'],
    ['socket', 'descriptor'],
    ['argument', 'execve'],
    ['environment', 'execve'],
    ['file name', ''],
  ])('that leaves by way of %s', async (where, place) => {
    const found_ = leaks(await leak(where, der(ec).toString('hex')), formsOf(ec));
    expect(found_).toContainEqual(expect.stringMatching(new RegExp(`^${place}.*: PKCS#8, hex$`)));
  });

  it.each<[string, string | Buffer]>([
    ['PEM', pem(ec)],
    ['DER', der(ec)],
    ['base64', body(ec)],
    ['base64 twice', btoa(body(ec))],
    ['hex', der(ec).toString('hex')],
    ['SEC 1', sec1],
  ])('of which nothing is known, written as %s', (_, bytes) => {
    expect(
      found(Buffer.concat([Buffer.from('some: '), Buffer.from(bytes)]), ANY_EC_KEY),
    ).not.toEqual([]);
  });

  it.each(['latin1', 'hex', 'base64', 'base64url'] as const)(
    'of which only the public half is known, by its bare scalar in %s',
    (encoding) => {
      const bytes = Buffer.from(`some: x${scalar.toString(encoding)}x`, 'latin1');
      expect(holdsScalarOf(createPublicKey(ec), bytes)).toBe(true);
      expect(
        holdsScalarOf(
          createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
          bytes,
        ),
      ).toBe(false);
    },
  );
});

describe('no private key leaves the process', () => {
  const expectNothingLeft = (run: Traced, key: KeyObject): void => {
    expect(leaks(run, formsOf(key))).toEqual([]);
  };
  const expectQuiet = (run: Traced): void => {
    expect(run).toMatchObject({ status: 0, sockets: [] });
    expect([...run.calls]).toEqual(expect.arrayContaining(['execve', 'write', 'openat', 'rename']));
    // What these carry is not in a trace.
    expect([...run.calls]).not.toContain('io_uring_setup');
    expect([...run.calls]).not.toContain('memfd_create');
  };

  it.each(KEY_ALGORITHMS)('of releaf renew, for %s', async (algorithm) => {
    const config = WEB_CONFIG.replace('    secret:', `    key: ${algorithm}\n    secret:`);
    const folder = folderOf({ ...WEB_FILES, 'releaf.yaml': config });
    const run = await traced('renew', '-C', folder);
    expectQuiet(run);
    const sealed = sealedKey(folder, 'web/1');
    expectSeen(run, sealed);
    expectNothingLeft(run, opened(sealed));
  });

  it.each<[string, string, readonly AgeIdentity[]]>([
    ['ecdsa-p256', 'X25519', [X25519]],
    ['ed25519', 'X25519', [X25519]],
    ['ecdsa-p384', 'post-quantum', [POST_QUANTUM]],
    ['rsa-3072', 'both', [X25519, POST_QUANTUM]],
  ])('of releaf renew with SOPS, for %s and %s: nor the data key', async (key, _, identities) => {
    const recipients = identities.map(({ recipient }) => recipient);
    const config = WEB_CONFIG.replace('    secret:', `    key: ${key}\n    secret:`).replace(
      /sealing: .*/,
      `sealing: { type: sops, recipients: [${recipients.join(', ')}] }`,
    );
    const folder = folderOf({ 'releaf.yaml': config });
    const run = await traced('renew', '-C', folder);
    expectQuiet(run);
    const sealed = sealedKey(folder, 'web/1') as unknown as SopsSealedKey;
    expectSeen(run, sealed);
    const [identity = X25519] = identities;
    let dataKey: Buffer = Buffer.alloc(0);
    const file = stringify(
      { data: { [sealed.item]: sealed.value }, sops: sopsMetadata(sealed) },
      { version: '1.1' },
    );
    const { data } = await openSops(file, async (recipient, armored) => {
      const opened_ = await dataKeyBy(identity)(recipient, armored);
      dataKey = opened_ ?? dataKey;
      return opened_;
    });
    const [pem = ''] = Object.values(data as Record<string, string>);
    expectNothingLeft(run, createPrivateKey(Buffer.from(pem, 'base64')));
    expect(dataKey).toHaveLength(32);
    expect(leaks(run, written('data key', dataKey))).toEqual([]);
  });

  it("of releaf sign: neither that of the request nor the CA's", async () => {
    const folder = folderOf(WEB_FILES);
    const pki = folderOf({});
    await output(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        '/CN=ca',
        '-keyout',
        'ca.key',
        '-out',
        'ca.crt',
      ],
      { cwd: pki },
    );
    expect(await releaf(['renew', '-C', folder])).toMatchObject({ status: 0 });
    const run = await traced('sign', '--ca', pki, '-C', folder);
    expectQuiet(run);
    expect(filesIn(folder)).toHaveProperty(['certificates/web/1/certificate.pem']);
    expectNothingLeft(run, opened(sealedKey(folder, 'web/1')));
    expectNothingLeft(run, createPrivateKey(read(pki, 'ca.key')));
  });

  it("of releaf demo: neither those of its two requests nor its CA's", async () => {
    const folder = join(folderOf({}), 'demo');
    const run = await traced('demo', '--dir', folder);
    expectQuiet(run);
    for (const revision of ['kes/1', 'kes/2']) {
      const sealed = sealedKey(folder, revision);
      expectSeen(run, sealed);
      expectNothingLeft(run, opened(sealed));
    }
    expect(leaks(run, ANY_EC_KEY)).toEqual([]);
    const { publicKey } = new X509Certificate(read(folder, 'ca.pem'));
    for (const [where, bytes] of run.left) {
      expect({ where, holdsTheKeyOfTheCa: holdsScalarOf(publicKey, bytes) }).toEqual({
        where,
        holdsTheKeyOfTheCa: false,
      });
    }
  });

  it('but with plaintext sealing, as the config says in so many words', async () => {
    const config = WEB_CONFIG.replace(
      /sealing: .*/,
      'sealing: { type: plaintext, iUnderstandKeysAreInGit: true }',
    );
    const folder = folderOf({ 'releaf.yaml': config });
    const run = await traced('renew', '-C', folder);
    expect(run.status).toBe(0);
    const { value } = sealedKey(folder, 'web/1');
    const forms = formsOf(createPrivateKey(Buffer.from(value, 'base64')));
    expect(leaks(run, forms)).toContainEqual(
      expect.stringMatching(/^descriptor \d+: PKCS#8 PEM, base64$/),
    );
  });
});
