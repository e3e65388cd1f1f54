import { createCipheriv, createHash } from 'node:crypto';
import { encodeBase64 } from '../x509/base64';
import { assertAgeRecipients } from './age-recipient';
import type { Sealer } from './sealer';

/** The release of SOPS whose format is written; SOPS reads files of later ones as well. */
const SOPS_VERSION = '3.13.2';

const DATA_KEY_BYTES = 32;
const IV_BYTES = 32;

/** With what the hash begins when only encrypted values count: `MACOnlyEncryptedInitialization` of SOPS. */
const MAC_ONLY_ENCRYPTED = createHash('sha256').update('sops').digest();

/** What {@link sopsSealer} needs besides the key. */
export interface SopsSealerOptions {
  /** Who will open it: age recipients, one or more, each once. */
  readonly recipients: readonly string[];
  /** Makes one armored age file for one recipient. */
  readonly encryptTo: (recipient: string, plaintext: Buffer) => Promise<string>;
  /** Source of data keys and initialization vectors. */
  readonly randomBytes: (size: number) => Buffer;
  /** Goes into the file as `lastmodified`, and the MAC is bound to it. */
  readonly now: Date;
}

/**
 * Seals as `sops --encrypt` does a Secret in which only the private key is to be encrypted, with
 * `mac_only_encrypted`: so the MAC stays right when the certificate joins later, or labels change.
 *
 * The value is bound to its path in the file, `data` and its key there; not to name or namespace.
 *
 * @throws ReleafError SEALING_RECIPIENTS when there is none, or one that releaf cannot seal for
 * @see https://github.com/getsops/sops/blob/v3.13.2/sops.go Tree.Encrypt
 */
export function sopsSealer(options: SopsSealerOptions): Sealer {
  const { recipients, encryptTo, randomBytes, now } = options;
  assertAgeRecipients(recipients, 'sealing.recipients');
  const lastModified = now.toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    seal: async (privateKey, target) => {
      const dataKey = randomBytes(DATA_KEY_BYTES);
      const encrypt = (plaintext: Buffer, boundTo: string): string =>
        encryptValue(plaintext, boundTo, dataKey, randomBytes(IV_BYTES));
      try {
        const sealed = privateKey.withPkcs8Pem((pem) => {
          const text = encodeBase64(pem);
          try {
            const mac = createHash('sha512').update(MAC_ONLY_ENCRYPTED).update(text).digest('hex');
            return {
              value: encrypt(text, `data:${target.item}:`),
              mac: encrypt(Buffer.from(mac.toUpperCase()), lastModified),
            };
          } finally {
            text.fill(0);
          }
        });
        const age = [];
        for (const recipient of recipients) {
          age.push({ recipient, enc: await encryptTo(recipient, dataKey) });
        }
        return { ...target, sealing: 'sops', age, lastModified, version: SOPS_VERSION, ...sealed };
      } finally {
        dataKey.fill(0);
      }
    },
  };
}

/** @see https://github.com/getsops/sops/blob/v3.13.2/aes/cipher.go Cipher.Encrypt */
function encryptValue(plaintext: Buffer, boundTo: string, dataKey: Buffer, iv: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(Buffer.from(boundTo));
  const data = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const base64 = [data, iv, cipher.getAuthTag()].map((bytes) => bytes.toString('base64'));
  return `ENC[AES256_GCM,data:${base64[0]},iv:${base64[1]},tag:${base64[2]},type:str]`;
}
