import { createECDH, type KeyObject } from 'node:crypto';

/** What bytes look like in one way of writing them. */
export interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

/**
 * Base64 of `bytes` wherever they may lie in what was encoded: for each of the three places within a
 * group of three, the characters that come of `bytes` alone.
 */
function base64(bytes: Buffer, alphabet: 'base64' | 'base64url' = 'base64'): readonly Buffer[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString(alphabet);
    const first = Math.ceil((before * 4) / 3);
    const end = Math.floor(((before + bytes.length) * 4) / 3);
    return text(encoded.slice(first, end));
  });
}

/** Every way in which `bytes` may be written. */
export function written(name: string, bytes: Buffer): readonly Form[] {
  const form = (how: string) => (encoded: Buffer) => ({ name: `${name}, ${how}`, bytes: encoded });
  return [
    form('raw')(bytes),
    form('hex')(text(bytes.toString('hex'))),
    form('hex')(text(bytes.toString('hex').toUpperCase())),
    ...base64(bytes).map(form('base64')),
    ...base64(bytes, 'base64url').map(form('base64url')),
    ...base64(bytes)
      .flatMap((once) => base64(once))
      .map(form('base64 twice')),
  ];
}

/** The contents of the elements of a DER sequence. */
function elementsOf(der: Buffer): readonly Buffer[] {
  const element = (at: number): { readonly content: Buffer; readonly end: number } => {
    let length = der.readUInt8(at + 1);
    let start = at + 2;
    if (length > 0x80) {
      const size = length - 0x80;
      length = der.readUIntBE(start, size);
      start += size;
    }
    return { content: der.subarray(start, start + length), end: start + length };
  };
  const outer = element(0);
  const elements: Buffer[] = [];
  for (let at = outer.end - outer.content.length; at < outer.end;) {
    const { content, end } = element(at);
    elements.push(content);
    at = end;
  }
  return elements;
}

const number = (content: Buffer): Buffer => (content[0] === 0 ? content.subarray(1) : content);

/** The formats that a kind of key had before PKCS#8, and the numbers in it that must stay secret. */
const TRADITIONAL: Readonly<
  Record<string, { readonly type: 'pkcs1' | 'sec1'; readonly secrets: readonly [string, number][] }>
> = {
  // RFC 8017, A.1.2: version, n, e, d, p, q, …
  rsa: {
    type: 'pkcs1',
    secrets: [
      ['private exponent', 3],
      ['first prime', 4],
      ['second prime', 5],
    ],
  },
  // RFC 5915: version, private key, …
  ec: { type: 'sec1', secrets: [['scalar', 1]] },
};

const SEED_BYTES = 32;

/** Everything that gives away a private key whose owner we know. */
export function formsOf(key: KeyObject): readonly Form[] {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const forms = [
    ...written('PKCS#8 PEM', text(key.export({ type: 'pkcs8', format: 'pem' }).toString())),
    ...written('PKCS#8', pkcs8),
  ];
  const traditional = TRADITIONAL[key.asymmetricKeyType ?? ''];
  // RFC 8410, 7: of Ed25519 there is PKCS#8 only, and at its end the seed.
  if (!traditional) return [...forms, ...written('seed', pkcs8.subarray(-SEED_BYTES))];
  const { type, secrets } = traditional;
  const der = key.export({ type, format: 'der' });
  const elements = elementsOf(der);
  return [
    ...forms,
    ...written(`${type} PEM`, text(key.export({ type, format: 'pem' }).toString())),
    ...written(type, der),
    ...secrets.flatMap(([name, at]) => written(name, number(elements[at] ?? Buffer.alloc(0)))),
  ];
}

/** The forms that occur in `bytes`, also broken into lines. */
export function found(bytes: Buffer, forms: readonly Form[]): readonly string[] {
  const unbroken = text(bytes.toString('latin1').replace(/\s|\\[nr]/g, ''));
  return [
    ...new Set(
      forms
        .filter((form) => bytes.includes(form.bytes) || unbroken.includes(form.bytes))
        .map(({ name }) => name),
    ),
  ];
}

const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(' ', ''), 'hex');

/** What any private key on P-256 begins with, and the end of every PEM label of one. */
export const ANY_EC_KEY: readonly Form[] = [
  // RFC 5958: version 0, ecPublicKey, prime256v1, then RFC 5915 inside.
  ...written(
    'PKCS#8 of a P-256 key',
    hex('020100 3013 06072a8648ce3d0201 06082a8648ce3d030107 04'),
  ),
  ...written('SEC 1 of a P-256 key', hex('3077 020101 0420')),
  ...written('SEC 1 inside PKCS#8', hex('306b 020101 0420')),
  ...written('PEM label', text(' PRIVATE KEY-----')),
];

const SCALAR_BYTES = 32;
const POINT_BYTES = 65;

/**
 * Whether the private half of a P-256 key stands anywhere in `bytes`, when nothing but the public half
 * is known: every 32 bytes that are not text are tried, raw and decoded from hex and base64.
 */
export function holdsScalarOf(publicKey: KeyObject, bytes: Buffer): boolean {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES);
  const curve = createECDH('prime256v1');
  const tried = new Set<string>();
  return decodings(bytes).some((candidate) => {
    for (let at = 0; at + SCALAR_BYTES <= candidate.length; at += 1) {
      const scalar = candidate.subarray(at, at + SCALAR_BYTES);
      const printed = scalar.toString('latin1');
      // A random scalar is not all text: one in 10^13 would be.
      if (/^[\t\n\r -~]*$/.test(printed) || tried.has(printed)) continue;
      tried.add(printed);
      try {
        curve.setPrivateKey(scalar);
      } catch {
        continue; // not below the order of the curve
      }
      if (curve.getPublicKey().equals(point)) return true;
    }
    return false;
  });
}

/** The bytes themselves, and whatever hex and base64 in them stands for, at each place it may start. */
function decodings(bytes: Buffer): readonly Buffer[] {
  const printed = bytes.toString('latin1');
  const unbroken = printed.replace(/\s|\\[nr]/g, '');
  return [
    bytes,
    ...[printed, unbroken].flatMap((each) => [
      ...(each.match(/[0-9a-fA-F]{64,}/g) ?? []).flatMap((run) =>
        [0, 1].map((start) => Buffer.from(run.slice(start), 'hex')),
      ),
      ...(each.match(/[A-Za-z0-9+/_-]{42,}/g) ?? []).flatMap((run) =>
        [0, 1, 2, 3].map((start) => Buffer.from(run.slice(start), 'base64')),
      ),
    ]),
  ];
}
