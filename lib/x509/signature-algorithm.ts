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

/** Its digest is a parameter, SHA-1 when that is left out (RFC 4055, section 3.1). */
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const SHA1 = '1.3.14.3.2.26';

/** SHA-256, SHA-384, SHA-512 (RFC 4055, section 2.1). */
const STRONG_DIGESTS = [1, 2, 3].map((last) => `2.16.840.1.101.3.4.2.${last}`);

const WEAK: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.4', 'MD5'],
  ['1.2.840.113549.1.1.5', 'SHA-1'],
  ['1.3.14.3.2.29', 'SHA-1'],
  ['1.2.840.10045.4.1', 'SHA-1'],
  [SHA1, 'SHA-1'],
]);

const ALGORITHM_LIST = [...ALGORITHMS];

/** AlgorithmIdentifier of a signature (RFC 4055, RFC 5758, RFC 8410). */
export function encodeSignatureAlgorithm({ keyType, digest }: SignatureAlgorithm): Der {
  const [oid = ''] =
    ALGORITHM_LIST.find(([, known]) => known.keyType === keyType && known.digest === digest) ?? [];
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

/**
 * Reads an AlgorithmIdentifier that a client must be able to trust.
 *
 * @returns what it signs with, by name or object identifier, unless that is SHA-256 or better, or Ed25519
 * @throws DerError
 */
export function weakSignature(algorithm: Der | undefined): string | undefined {
  const [type, parameters] = der.sequenceOf(algorithm);
  const oid = der.oidOf(type);
  if (ALGORITHMS.has(oid)) return undefined;
  const digest = oid === RSASSA_PSS ? pssDigest(parameters) : oid;
  return STRONG_DIGESTS.includes(digest) ? undefined : (WEAK.get(digest) ?? digest);
}

function pssDigest(parameters: Der | undefined): string {
  const fields = parameters ? der.sequenceOf(parameters) : [];
  const digest = fields.find((field) => der.isTagged(field, 0));
  return digest ? der.oidOf(der.sequenceOf(der.nodesOf(digest)[0])[0]) : SHA1;
}
