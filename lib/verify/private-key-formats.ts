/** One way in which a private key is written down. */
export interface PrivateKeyFormat {
  readonly name: string;
  /** Whether text, or bytes read as Latin-1, hold a private key in this format. */
  readonly isIn: (text: string) => boolean;
}

/** The bytes written in hexadecimal, for a pattern over bytes read as Latin-1. */
const der = (hexadecimal: string): string =>
  hexadecimal.replaceAll(' ', '').replace(/../g, '\\x$&');

/** Where a line ends in source code, in YAML or in a quotation, and the next one begins. */
const LINE_BREAK = String.raw`(?:\s|\\[nr]?|["'#>+,|*/]){0,100}`;

/**
 * RFC 7468, sections 10 and 13, and the older labels of OpenSSL. Only with key material behind the label,
 * which prose may name. Not encrypted: neither by label nor by a `Proc-Type` line (RFC 1421), which is no
 * key material. What OpenSSH writes says only inside whether it is encrypted.
 */
const PEM = new RegExp(
  `-----BEGIN (?!ENCRYPTED |OPENSSH )[A-Z0-9 ]{0,40}PRIVATE KEY-----${LINE_BREAK}[A-Za-z0-9+/]{40}`,
);

/**
 * PrivateKeyInfo of RFC 5958 from its version, 0 or 1, to the tag of its key: at least 105 fixed bits. In a
 * certificate the issuer's name would stand behind the algorithm, in a public key nothing before it.
 */
const PKCS8 = new RegExp(
  `${der('02 01')}[${der('00 01')}]${der('30')}(?:${[
    // RFC 8017, appendix A: rsaEncryption, and id-RSASSA-PSS without parameters; with them, PKCS#1 below is found.
    `[${der('0b 0d')}]${der('06 09 2a864886f70d0101')}(?:${der('01 05 00')}|${der('0a')})${der('04')}`,
    // RFC 5480, section 2.1.1: id-ecPublicKey and a named curve.
    `[^]${der('06 07 2a8648ce3d0201 06')}`,
    // RFC 8410, sections 3 and 7: X25519, X448, Ed25519, Ed448.
    `${der('05 06 03 2b65')}[${der('6e 6f 70 71')}]${der('04')}[${der('22 3a 3b')}]${der('04')}[${der('20 38 39')}]`,
  ].join('|')})[^]{8}`,
);

/** RSAPrivateKey of RFC 8017, A.1.2, from its start to the modulus of 1,024 to 10,240 bits: at least 73 fixed bits. */
const PKCS1 = new RegExp(
  `${der('30 82')}[^]{2}${der('02 01 00 02')}(?:${der('82')}[${der('01 02 03 04 05')}][${der('01 41 81 c1')}]|${der('81 81')})` +
    `${der('00')}[\\x80-\\xff]`,
);

/**
 * ECPrivateKey of RFC 5915 from its version to what follows the key of 32, 48 or 66 bytes, which is the name
 * of the curve or the public key: at least 74 fixed bits.
 */
const SEC1 = new RegExp(
  `${der('02 01 01 04')}(?:${der('20')}[^]{32}|${der('30')}[^]{48}|${der('42')}[^]{66})(?:${[
    `${der('a0')}[${der('07 0a 0b')}]${der('06')}[${der('05 08 09')}][${der('2a 2b')}]`,
    `${der('a1')}(?:${der('44 03 42')}|${der('64 03 62')}|${der('81 89 03 81 86')})${der('00')}[${der('02 03 04')}]`,
  ].join('|')})`,
);

/** OpenSSH's PROTOCOL.key: what the file begins with when its cipher is `none`. */
const OPENSSH = new RegExp(`openssh-key-v1${der('00 00000004')}none`);

/** What `openssl pkey -text` prints. */
const OPENSSL_TEXT = /\b(?:priv|privateExponent):\s{0,100}(?:[0-9a-f]{2}:\s{0,100}){15}/;

/** What age-keygen writes: Bech32 in capitals behind the name of the kind. */
const AGE_IDENTITY = /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40}/;

/** `d` of RFC 7518, 6.2.2 and 6.3.2, and RFC 8037, section 2: 32 bytes or more. Also in JSON in a JSON string. */
const JWK_D = /"d\\*"\s{0,100}:\s{0,100}\\*"[\w-]{43}/;
const JWK_KTY = /"kty\\*"\s{0,100}:\s{0,100}\\*"(?:EC|RSA|OKP)\\*"/;

/** RFC 7517, section 4: `kty` and `d` in one object, in any order. */
const isJwkIn = (text: string): boolean =>
  JWK_D.test(text) &&
  text.split(/[{}]/).some((members) => JWK_D.test(members) && JWK_KTY.test(members));

const matching = (name: string, pattern: RegExp): PrivateKeyFormat => ({
  name,
  isIn: (text) => pattern.test(text),
});

/** Every format that is known, the one with the most to tell first. */
export const PRIVATE_KEY_FORMATS: readonly PrivateKeyFormat[] = [
  matching('PEM', PEM),
  matching('PKCS#8', PKCS8),
  matching('PKCS#1', PKCS1),
  matching('SEC 1', SEC1),
  matching('OpenSSH', OPENSSH),
  matching('text of openssl', OPENSSL_TEXT),
  { name: 'JWK', isIn: isJwkIn },
  matching('age identity', AGE_IDENTITY),
];
