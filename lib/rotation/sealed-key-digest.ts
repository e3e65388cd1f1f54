import { hash } from 'node:crypto';
import type { SealedKey } from '../model/revision';

/**
 * Digest that ties a sealed key to its request: over the ciphertext and everything it is bound to, so
 * that neither can be changed or exchanged unnoticed.
 *
 * @returns lower-case hex SHA-256 of the fields as JSON, sorted by name at every level
 */
export function sealedKeySha256(sealedKey: SealedKey): string {
  return hash('sha256', JSON.stringify(canonical(sealedKey)));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
}
