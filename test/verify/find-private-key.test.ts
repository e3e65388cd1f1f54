import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEveryFile } from '../../lib/store/every-file';
import { findPrivateKey } from '../../lib/verify/find-private-key';
import { folderOf, removeFolders } from '../harness';

afterAll(removeFolders);

type Container = 'PKCS#8' | 'PKCS#1' | 'SEC 1';

interface Key {
  readonly name: string;
  readonly container: Container;
  readonly key: KeyObject;
  readonly pem: string;
  readonly der: Buffer;
}

const key = (name: string, container: Container, made: KeyObject): Key => {
  const types = { 'PKCS#8': 'pkcs8', 'PKCS#1': 'pkcs1', 'SEC 1': 'sec1' } as const;
  const type = types[container] as 'pkcs8';
  const pem = made.export({ type, format: 'pem' }).toString();
  return { name, container, key: made, pem, der: made.export({ type, format: 'der' }) };
};

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const curves = Object.fromEntries(
  ['P-256', 'P-384', 'P-521', 'secp256k1', 'brainpoolP256r1'].map((curve) => [curve, ec(curve)]),
);
const ED25519 = generateKeyPairSync('ed25519').privateKey;

const KEYS: readonly Key[] = [
  key('RSA-2048', 'PKCS#8', rsa),
  key('RSA-2048', 'PKCS#1', rsa),
  key('RSA-1024', 'PKCS#1', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey),
  key('RSA-3072', 'PKCS#1', generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey),
  key('RSA-PSS', 'PKCS#8', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey),
  ...Object.entries(curves).flatMap(([curve, made]) => [
    key(curve, 'PKCS#8', made),
    key(curve, 'SEC 1', made),
  ]),
  key('Ed25519', 'PKCS#8', ED25519),
  key('Ed448', 'PKCS#8', generateKeyPairSync('ed448').privateKey),
  key('X25519', 'PKCS#8', generateKeyPairSync('x25519').privateKey),
  key('X448', 'PKCS#8', generateKeyPairSync('x448').privateKey),
];

const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64');
const wrapped = (text: string, width: number, indent = '', end = '\n'): string =>
  text.replace(new RegExp(`.{1,${width}}`, 'g'), (line) => `${indent}${line}${end}`);
const indented = (text: string, indent: string): string => text.replace(/^/gm, indent);
const spaced = (text: string, between: string): string => text.replace(/..(?=.)/g, `$&${between}`);
const WIDTHS = [12, 13, 16, 19, 20, 64, 76];

/** Each way in which a key may lie in a file, by the form that is told. */
const writings = ({
  container,
  pem,
  der,
}: Key): Readonly<Record<string, readonly (Buffer | string)[]>> => {
  const body = pem.split('\n').slice(1, -2);
  const hex = der.toString('hex');
  return {
    PEM: [
      pem,
      pem.replaceAll('\n', '\r\n'),
      pem.replaceAll('\n', ' '),
      JSON.stringify({ pem }),
      JSON.stringify(JSON.stringify({ pem })),
      indented(pem, '    '),
      indented(pem, '> '),
      indented(pem, '# '),
      indented(pem, '// '),
      pem.trim().replace(/.+/g, '"$&\\n" +'),
    ],
    'PEM in UTF-16': [
      Buffer.from(pem, 'utf16le'),
      Buffer.from(`\ufeff${pem}`, 'utf16le'),
      Buffer.from(pem, 'utf16le').swap16(),
      Buffer.from(`\ufeff${pem}`, 'utf16le').swap16(),
      Buffer.concat([Buffer.from('x'), Buffer.from(pem, 'utf16le')]),
    ],
    'PEM in base64': [
      ...['', 'x', 'xy'].map((before) => base64(before + pem)),
      base64(pem.replaceAll('\n', '\r\n')),
      `data:\n  tls.key: ${base64(pem)}\n`,
      ...WIDTHS.map((width) => wrapped(base64(pem), width)),
      ...WIDTHS.map((width) => `key: |\n${wrapped(base64(pem), width, '      ', '\r\n')}`),
      JSON.stringify(wrapped(base64(pem), 20)),
      Buffer.from(pem).toString('base64url'),
    ],
    'PEM in hex': [Buffer.from(pem).toString('hex'), spaced(Buffer.from(pem).toString('hex'), ' ')],
    'PEM in base64 in base64': [
      ...['', 'x', 'xy'].flatMap((before) =>
        ['', 'x', 'xy'].map((outer) => base64(outer + base64(before + pem))),
      ),
      base64(wrapped(base64(pem), 76)),
      wrapped(base64(wrapped(base64(pem), 20)), 16),
    ],
    'PEM in base64 in UTF-16': [Buffer.from(`key: ${base64(pem)}`, 'utf16le')],
    'PEM in base64 in base64 in base64': [base64(base64(base64(pem)))],
    [container]: [der, Buffer.concat([randomBytes(99), der])],
    [`${container} in base64`]: [
      base64(der),
      der.toString('base64url'),
      `key=${base64(der)}`,
      body.join('\n'),
      body.join(''),
      ...WIDTHS.map((width) => wrapped(base64(der), width)),
      ...WIDTHS.map((width) => `key: |\n${wrapped(base64(der), width, '  ', '\r\n')}`),
      `${pem.split('\n')[0]!}\n${wrapped(base64(der), 12)}${pem.split('\n').at(-2)!}`,
    ],
    [`${container} in base64 in base64`]: [
      ...['', 'x', 'xy'].map((before) => base64(before + base64(der))),
      wrapped(base64(base64(der)), 20),
    ],
    [`${container} in hex`]: [
      hex,
      hex.toUpperCase(),
      `key: ${spaced(hex, ':')}`,
      spaced(hex, ' '),
      wrapped(spaced(hex, ':'), 45, '    '),
      wrapped(hex, 60),
      `{ 0x${spaced(hex, ', 0x')} }`,
      `"\\x${spaced(hex, '\\x')}"`,
    ],
  };
};

it.each(KEYS.map((each) => [each.name, each.container, each] as const))(
  'finds a key of %s in %s, however it is written',
  (_, __, each) => {
    const cases = Object.entries(writings(each)).flatMap(([form, texts]) =>
      texts.map((text, index) => ({ form, index, text })),
    );
    const found = cases.map(({ index, text }) => {
      const form = findPrivateKey(Buffer.from(text));
      return `${form ?? 'nothing'} ${index}`;
    });
    expect(found).toEqual(cases.map(({ form, index }) => `${form} ${index}`));
  },
);

it('finds a key at the end of 16 MiB of hex', () => {
  const { der } = KEYS.find(({ container }) => container === 'PKCS#8')!;
  const start = Buffer.from('3082ffff020100', 'hex');
  const hex = Buffer.concat([start, Buffer.alloc(8 * 1024 * 1024, 'any'), der]).toString('hex');
  for (const text of [hex, wrapped(hex, 64)]) {
    expect(findPrivateKey(Buffer.from(text))).toBe('PKCS#8 in hex');
  }
});

const openssl = (args: readonly string[], input: Buffer | string = ''): string =>
  execFileSync('openssl', args, { input, stdio: 'pipe' }).toString();

describe('finds', () => {
  it.each(KEYS.filter(({ container }) => container === 'PKCS#8').map((each) => [each.name, each]))(
    'what openssl pkey -text prints of %s',
    (_, { pem }) => {
      const text = openssl(['pkey', '-text', '-noout'], pem);
      expect(findPrivateKey(Buffer.from(text))).toBe('text of openssl');
    },
  );

  it('RSA-PSS whose parameters are restricted', () => {
    const { privateKey } = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha256',
      mgf1HashAlgorithm: 'sha256',
    });
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    expect(findPrivateKey(der)).toBe('PKCS#1');
  });

  const secret = randomBytes(32).toString('base64url');
  // RFC 7517, appendix A.2, and RFC 8037, appendix A.1: their shape, in several orders.
  const jwk = { kty: 'EC', crv: 'P-256', x: secret, y: secret, d: secret, kid: '1' };
  const jwks = {
    keys: [
      { kty: 'oct', k: secret },
      { d: secret, crv: 'Ed25519', kty: 'OKP' },
    ],
  };
  it.each([
    ['JWK', JSON.stringify(jwk)],
    ['JWK', JSON.stringify(jwks, undefined, 2)],
    ['JWK', JSON.stringify({ key: JSON.stringify(jwk) })],
    ['JWK in base64', base64(JSON.stringify(jwk))],
    ['JWK in UTF-16', Buffer.from(JSON.stringify(jwk), 'utf16le')],
    ['age identity', `AGE-SECRET-KEY-1${'QPZRY9X8'.repeat(8).slice(0, 58)}`],
    ['OpenSSH', `openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none`],
    ['OpenSSH in base64', base64(`openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0`)],
  ])('%s', (form, text) => {
    expect(findPrivateKey(Buffer.from(text))).toBe(form);
  });

  const { pem, der } = KEYS[0]!;
  const MEBIBYTE = 1024 * 1024;
  it.each([
    ['PEM in UTF-16', Buffer.from(pem, 'utf16le')],
    ['PEM in base64 in base64', Buffer.from(wrapped(base64(wrapped(base64(pem), 20)), 16))],
    ['PKCS#8 in hex', Buffer.from(wrapped(spaced(der.toString('hex'), ':'), 45, '    '))],
  ])('%s across the border of two pieces of a file', (form, bytes) => {
    const root = folderOf({});
    for (const before of [1, 2, 99, bytes.length - 50]) {
      const text = Buffer.alloc(4 * MEBIBYTE - before, 'some text ');
      writeFileSync(join(root, 'file'), Buffer.concat([text, bytes]));
      const forms = Array.from(readEveryFile(root), (piece) => findPrivateKey(piece.bytes));
      expect(forms).toContain(form);
    }
  });
});

describe('takes for no private key', () => {
  const nothing = (...texts: readonly (Buffer | string)[]): void => {
    expect(texts.map((text) => findPrivateKey(Buffer.from(text)))).toEqual(
      texts.map(() => undefined),
    );
  };

  it.each(KEYS.map((each) => [each.name, each.container, each.key] as const))(
    'the public half of %s, from %s',
    (_, __, privateKey) => {
      const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
      const pem = openssl(['pkey', '-pubin', '-inform', 'DER'], spki);
      nothing(spki, pem, base64(spki), base64(pem), base64(base64(spki)), spki.toString('hex'));
      nothing(Buffer.from(pem, 'utf16le'), openssl(['pkey', '-pubin', '-text', '-noout'], pem));
    },
  );

  it.each(
    [rsa, KEYS[4]!.key, curves['P-256']!, curves['P-521']!, ED25519].map(
      (made) => [made.asymmetricKeyType, made] as const,
    ),
  )('a request and certificates of serial number 0 and 1 of %s', (_, made) => {
    const root = folderOf({
      'key.pem': made.export({ type: 'pkcs8', format: 'pem' }) as string,
    });
    const request = ['req', '-new', '-key', join(root, 'key.pem'), '-subj', '/CN=x'];
    for (const more of [[], ['-x509', '-set_serial', '0'], ['-x509', '-set_serial', '1']]) {
      const pem = openssl([...request, ...more]);
      const der = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
      nothing(pem, der, base64(pem), base64(base64(pem)), der.toString('hex'), base64(der));
      nothing(openssl([more.length > 0 ? 'x509' : 'req', '-text', '-noout'], pem));
    }
  });

  it('an encrypted key', () => {
    const cipher = 'aes-256-cbc';
    const options = { format: 'pem', cipher, passphrase: 'secret' } as const;
    const pkcs8 = rsa.export({ type: 'pkcs8', ...options });
    const pkcs1 = rsa.export({ type: 'pkcs1', ...options });
    const openssh = base64('openssh-key-v1\0\0\0\0\naes256-ctr\0\0\0\x06bcrypt'.padEnd(300, '.'));
    const label = 'OPENSSH PRIVATE KEY';
    nothing(pkcs8, pkcs1, base64(pkcs8), base64(pkcs1));
    nothing(`-----BEGIN ${label}-----\n${wrapped(openssh, 70)}-----END ${label}-----\n`);
  });

  it('a public JWK, and d in what is no JWK', () => {
    const member = randomBytes(32).toString('base64url');
    nothing(JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', x: member, y: member }] }));
    nothing(JSON.stringify([{ kty: 'EC', x: member }, { d: member }]));
  });

  it('prose and code that name a label', () => {
    nothing(
      'A key begins with -----BEGIN PRIVATE KEY----- and then come many letters.\n',
      "const LABEL = '-----BEGIN PRIVATE KEY-----';\nconst someOtherConstant = readFileSync(path);\n",
      'grep -q "-----BEGIN RSA PRIVATE KEY-----" /etc/ssl/private/key.pem\n',
      '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n',
      'age identities begin with AGE-SECRET-KEY-1\n',
    );
  });

  it('random bytes, and ciphertext in base64 or hex', () => {
    const random = randomBytes(1024 * 1024);
    const ciphertexts = Array.from({ length: 300 }, () => `Ag${base64(randomBytes(2304))}`);
    const digests = Array.from({ length: 3000 }, () => randomBytes(32).toString('hex'));
    nothing(random, base64(random), base64(base64(random)), random.toString('hex'));
    nothing(ciphertexts.join('\n'), ciphertexts.join(''), digests.join('\n'), digests.join(''));
  });

  it.each([
    'A',
    'A\n',
    ' ',
    '\0',
    '\\',
    '\\n',
    '30',
    '30 ',
    '2d2d2d2d2d42',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----+++',
    'priv:\n00:',
    '"d":"',
    '{"d":"' + 'A'.repeat(43),
    'AAAAAAAAAAAA\n',
    'AAAAAAAAAAAA\\n',
    '\x30\x82\x01',
    '\x02\x01\x01\x04\x20',
    'T\0',
    '0x',
  ])('four mebibytes of %j, without losing its way', (part) => {
    nothing(Buffer.alloc(4 * 1024 * 1024, part, 'latin1'));
  });
});
