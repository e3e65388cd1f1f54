import { asn1 } from 'node-forge';
import * as der from './der';
import type { Der } from './der';

/** Shorter RSA keys are refused by TLS clients and by us (NIST SP 800-131A, section 3). */
export const MINIMUM_RSA_BITS = 2048;

/** rsaEncryption and RSASSA-PSS: both hold an RSAPublicKey (RFC 8017, A.1). */
const RSA = ['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10'];

/**
 * Length of an RSA modulus. Read from DER, since Node 20 can deadlock in `asymmetricKeyDetails`.
 *
 * @param publicKey - SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), as bytes or parsed
 * @returns bits; undefined when the key is not RSA
 * @throws DerError when it is not a public key
 */
export function rsaKeyBits(publicKey: Buffer | Der | undefined): number | undefined {
  const spki = Buffer.isBuffer(publicKey) ? der.parseDer(publicKey) : publicKey;
  const [algorithm, key] = der.sequenceOf(spki);
  if (!RSA.includes(der.oidOf(der.sequenceOf(algorithm)[0]))) return undefined;
  const [modulus] = der.sequenceOf(der.parseDer(der.bitsOf(key)));
  const bytes = der.bytesOfType(modulus, asn1.Type.INTEGER);
  return BigInt(`0x0${bytes.toString('hex')}`).toString(2).length;
}
