import * as der from './der';
import type { Der } from './der';

/** A signature algorithm with SHA-256 or better: the kind of key, and the digest (Ed25519 has its own). */
export interface SignatureAlgorithm {
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
}

const ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['1.2.840.113549.1.1.11', { keyType: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { keyType: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { keyType: 'rsa', digest: 'sha512' }],
  ['1.2.840.10045.4.3.2', { keyType: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { keyType: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { keyType: 'ec', digest: 'sha512' }],
  ['1.3.101.112', { keyType: 'ed25519', digest: null }],
]);

/** AlgorithmIdentifier of a SHA-256 or Ed25519 signature (RFC 4055, RFC 5758, RFC 8410). */
export function encodeSignatureAlgorithm(keyType: SignatureAlgorithm['keyType']): Der {
  const [oid = ''] = [...ALGORITHMS].find(([, algorithm]) => algorithm.keyType === keyType) ?? [];
  const parameters = keyType === 'rsa' ? [der.nothing()] : [];
  return der.sequence(der.objectIdentifier(oid), ...parameters);
}

/**
 * Reads an AlgorithmIdentifier.
 *
 * @throws DerError when the digest is weaker than SHA-256, or the algorithm is not known
 */
export function decodeSignatureAlgorithm(algorithm: Der | undefined): SignatureAlgorithm {
  const oid = der.oidOf(der.sequenceOf(algorithm)[0]);
  const known = ALGORITHMS.get(oid);
  if (!known) throw new der.DerError(`its signature algorithm ${oid} is weak or unknown`);
  return known;
}
