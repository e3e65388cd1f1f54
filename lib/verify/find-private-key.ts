/**
 * The part of the base64 text of `bytes` that does not depend on what stands around them, for each of
 * the three ways in which they can lie on base64's groups of three.
 */
function base64Forms(bytes: Buffer): readonly Buffer[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    return Buffer.from(text.slice(Math.ceil((offset * 8) / 6), whole), 'latin1');
  });
}

const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(' ', ''), 'hex');

/** The end of every PEM label of a private key (RFC 7468, section 10). */
const PEM_LABEL = Buffer.from(' PRIVATE KEY-----');

/** PKCS#8 PrivateKeyInfo from its version on (RFC 5958): bytes that no public key has. */
const PKCS8 = {
  rsa: hex('020100 300d 0609 2a864886f70d010101 0500 04'),
  ec: hex('020100 3013 0607 2a8648ce3d0201 06'),
  ed25519: hex('020100 3005 0603 2b6570 0422 0420'),
};

const literal = (bytes: Buffer): string =>
  [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

const anyOf = (needles: readonly Buffer[]): string => needles.map(literal).join('|');

const ONCE = [PEM_LABEL, ...Object.values(PKCS8)].flatMap(base64Forms);

const BASE64 = '[A-Za-z0-9+/]';

/** What gives a private key away, each as a pattern over bytes read as Latin-1. */
const FORMS: readonly (readonly [form: string, pattern: RegExp])[] = [
  [
    'PEM',
    // Only with key material behind the header: prose may name the header.
    new RegExp(`-----BEGIN (?!ENCRYPTED)[A-Z0-9 ]*PRIVATE KEY-----(?:\\s|\\\\[nr])*${BASE64}{16}`),
  ],
  ['DER', new RegExp(anyOf(Object.values(PKCS8)))],
  // PKCS#1 (RFC 8017, A.1.2) and SEC 1 (RFC 5915) have no fixed middle, but a telling start.
  [
    'DER',
    new RegExp(
      `${literal(hex('3082'))}..${literal(hex('020100 0282'))}[\\x01\\x02][\\x00\\x01\\x80\\x81]\\x00`,
      's',
    ),
  ],
  [
    'DER',
    new RegExp(
      `${literal(hex('3077 020101 0420'))}.{32}${literal(hex('a00a 0608 2a8648ce3d030107'))}`,
      's',
    ),
  ],
  ['base64', new RegExp(anyOf(ONCE))],
  ['base64', new RegExp(`MII${BASE64}{2}[AQgw]IBAAKC${BASE64}{48}|MHcCAQEEI${BASE64}{64}`)],
  ['base64, twice', new RegExp(anyOf(ONCE.flatMap(base64Forms)))],
  [
    'hex',
    new RegExp(
      Object.values(PKCS8)
        .map((der) => der.toString('hex'))
        .join('|'),
      'i',
    ),
  ],
  ['age identity', /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40}/],
];

/**
 * Whether bytes hold a private key in clear: PEM of any kind, DER (PKCS#8, PKCS#1, SEC 1), base64 of
 * either, base64 of that, hex, or an age identity. Encrypted PEM does not count.
 *
 * @returns the form in which it was found, or undefined
 */
export function findPrivateKey(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  return FORMS.find(([, pattern]) => pattern.test(text))?.[0];
}
