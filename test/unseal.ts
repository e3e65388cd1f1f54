import { constants, createDecipheriv, createPrivateKey, privateDecrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VECTORS } from './harness';

const sealingKey = createPrivateKey(
  readFileSync(join(VECTORS, 'sealing/worthless-sealing-key.pem')),
);

const TAG_BYTES = 16;

/** What the controller takes from a SealedSecret before it opens a value. */
export interface SealedSecretPlace {
  readonly namespace: string;
  readonly name: string;
  /** Of the SealedSecret itself, not of its template. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** `EncryptionLabel` of the controller: cluster-wide wins. */
function label({ namespace, name, annotations = {} }: SealedSecretPlace): string {
  if (annotations['sealedsecrets.bitnami.com/cluster-wide'] === 'true') return '';
  if (annotations['sealedsecrets.bitnami.com/namespace-wide'] === 'true') return namespace;
  return `${namespace}/${name}`;
}

/**
 * Opens a value of a SealedSecret as the controller does; written from its source, not from ours.
 *
 * @see https://github.com/bitnami/sealed-secrets/blob/main/pkg/crypto/crypto.go HybridDecrypt
 */
export function unseal(value: string, place: SealedSecretPlace): string {
  const sealed = Buffer.from(value, 'base64');
  const wrappedEnd = 2 + sealed.readUInt16BE(0);
  const sessionKey = privateDecrypt(
    {
      key: sealingKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from(label(place)),
    },
    sealed.subarray(2, wrappedEnd),
  );
  const decipher = createDecipheriv('aes-256-gcm', sessionKey, Buffer.alloc(12));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([
    decipher.update(sealed.subarray(wrappedEnd, -TAG_BYTES)),
    decipher.final(),
  ]).toString('utf8');
}
