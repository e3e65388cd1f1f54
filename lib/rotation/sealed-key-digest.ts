import { createHash } from 'node:crypto';
import type { SealedKey } from '../model/revision';

/**
 * Digest that ties a sealed key to its request: over the ciphertext and everything it is bound to, so
 * that neither can be changed or exchanged unnoticed.
 *
 * @returns lower-case hex SHA-256 of the fields as JSON, sorted by name
 */
export function sealedKeySha256(sealedKey: SealedKey): string {
  const fields = Object.entries(sealedKey).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
