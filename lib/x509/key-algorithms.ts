import type {
  ECKeyPairKeyObjectOptions,
  ED25519KeyPairKeyObjectOptions,
  RSAKeyPairKeyObjectOptions,
} from 'node:crypto';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../model/certificate-spec';
import type { SignatureAlgorithm } from './signature-algorithm';

/** Arguments of `generateKeyPair` of node:crypto. */
export type KeyGeneration =
  | readonly ['ec', ECKeyPairKeyObjectOptions]
  | readonly ['rsa', RSAKeyPairKeyObjectOptions]
  | readonly ['ed25519', ED25519KeyPairKeyObjectOptions];

/** What there is to know of a key algorithm. */
export interface KeyAlgorithmTraits {
  readonly generation: KeyGeneration;
  /** What it signs with: the digests that Go's `crypto/x509` takes for a key of that size. */
  readonly signature: SignatureAlgorithm;
  /** What every SubjectPublicKeyInfo of it begins with, up to the bytes of the key itself. */
  readonly spkiPrefix: Buffer;
}

// AlgorithmIdentifiers of public keys (RFC 3279, 2.3.1; RFC 5480, 2.1.1; RFC 8410, 3).
const RSA_ENCRYPTION = '300d06092a864886f70d0101010500';
const EC_P256 = '301306072a8648ce3d020106082a8648ce3d030107';
const EC_P384 = '301006072a8648ce3d020106052b81040022';
const ED25519 = '300506032b6570';

const rsa = (modulusLength: number, spkiPrefix: string): KeyAlgorithmTraits => ({
  generation: ['rsa', { modulusLength }],
  signature: { keyType: 'rsa', digest: 'sha256' },
  spkiPrefix: Buffer.from(spkiPrefix, 'hex'),
});

/** The one place that says how algorithms differ. EC points are uncompressed, RSA exponents 65537. */
export const KEY_ALGORITHM_TRAITS: Readonly<Record<KeyAlgorithm, KeyAlgorithmTraits>> = {
  'ecdsa-p256': {
    generation: ['ec', { namedCurve: 'P-256' }],
    signature: { keyType: 'ec', digest: 'sha256' },
    spkiPrefix: Buffer.from(`3059${EC_P256}03420004`, 'hex'),
  },
  'ecdsa-p384': {
    generation: ['ec', { namedCurve: 'P-384' }],
    signature: { keyType: 'ec', digest: 'sha384' },
    spkiPrefix: Buffer.from(`3076${EC_P384}03620004`, 'hex'),
  },
  ed25519: {
    generation: ['ed25519', {}],
    signature: { keyType: 'ed25519', digest: null },
    spkiPrefix: Buffer.from(`302a${ED25519}032100`, 'hex'),
  },
  'rsa-2048': rsa(2048, `30820122${RSA_ENCRYPTION}0382010f003082010a0282010100`),
  'rsa-3072': rsa(3072, `308201a2${RSA_ENCRYPTION}0382018f003082018a0282018100`),
  'rsa-4096': rsa(4096, `30820222${RSA_ENCRYPTION}0382020f003082020a0282020100`),
};

/**
 * Which algorithm a public key is of. Compares bytes: Node 20 can deadlock in `asymmetricKeyDetails`,
 * and commands that only look at files load no DER codec.
 *
 * @param spkiDer - DER SubjectPublicKeyInfo
 * @returns undefined for a key that releaf would not make
 */
export function keyAlgorithmOf(spkiDer: Buffer): KeyAlgorithm | undefined {
  return KEY_ALGORITHMS.find((algorithm) => {
    const prefix = KEY_ALGORITHM_TRAITS[algorithm].spkiPrefix;
    return spkiDer.subarray(0, prefix.length).equals(prefix);
  });
}
