import { hash } from 'node:crypto';

/**
 * Fingerprint of a public key.
 *
 * @param spkiDer - DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)
 * @returns SHA-256 as lower-case hex
 */
export function publicKeySha256(spkiDer: Buffer): string {
  return hash('sha256', spkiDer);
}
