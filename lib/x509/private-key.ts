import { createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import type { KeyAlgorithm } from '../model/certificate-spec';

const PRINTED = '[private key]';

/**
 * A private key that cannot be printed: as text, JSON, or by inspection it is `[private key]`. It
 * lives in the memory of the command that made it.
 */
export class PrivateKey {
  readonly #key: KeyObject;
  readonly #algorithm: KeyAlgorithm;
  readonly #publicKeyDer: Buffer;

  private constructor(key: KeyObject, algorithm: KeyAlgorithm) {
    this.#key = key;
    this.#algorithm = algorithm;
    this.#publicKeyDer = createPublicKey(key).export({ type: 'spki', format: 'der' });
  }

  /**
   * @throws TypeError when it is not a private key of that algorithm
   */
  static of(key: KeyObject, algorithm: KeyAlgorithm): PrivateKey {
    const type = algorithm === 'ecdsa-p256' ? 'ec' : 'rsa';
    if (key.type !== 'private' || key.asymmetricKeyType !== type) {
      throw new TypeError(`not a private key for ${algorithm}`);
    }
    return new PrivateKey(key, algorithm);
  }

  get algorithm(): KeyAlgorithm {
    return this.#algorithm;
  }

  /** DER SubjectPublicKeyInfo. */
  publicKeyDer(): Buffer {
    return this.#publicKeyDer;
  }

  /** Signs with SHA-256: RSA as PKCS#1 v1.5, ECDSA as a DER sequence (RFC 5480). */
  sign(data: Buffer): Buffer {
    return sign('sha256', data, this.#key);
  }

  /**
   * Lends the key as PKCS#8 PEM. The buffer is overwritten with zeros when `use` returns or throws,
   * so `use` must neither keep it nor be asynchronous. No string of the key is ever made: strings
   * cannot be wiped.
   */
  withPkcs8Pem<T>(use: (pem: Buffer) => T): T {
    const der = this.#key.export({ type: 'pkcs8', format: 'der' });
    const pem = encodePkcs8Pem(der);
    der.fill(0);
    try {
      return use(pem);
    } finally {
      pem.fill(0);
    }
  }

  toString(): string {
    return PRINTED;
  }

  toJSON(): string {
    return PRINTED;
  }

  [Symbol.toPrimitive](): string {
    return PRINTED;
  }

  [inspect.custom](): string {
    return PRINTED;
  }
}

const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = '='.charCodeAt(0);
const NEWLINE = '\n'.charCodeAt(0);
const COLUMNS = 64;

function encodePkcs8Pem(der: Buffer): Buffer {
  const begin = '-----BEGIN PRIVATE KEY-----\n';
  const end = '-----END PRIVATE KEY-----\n';
  const characters = Math.ceil(der.length / 3) * 4;
  const lines = Math.ceil(characters / COLUMNS);
  const pem = Buffer.alloc(begin.length + characters + lines + end.length);
  let at = pem.write(begin, 'ascii');
  for (let index = 0; index < characters; index += 1) {
    pem[at++] = base64Character(der, index);
    if ((index + 1) % COLUMNS === 0 || index + 1 === characters) pem[at++] = NEWLINE;
  }
  pem.write(end, at, 'ascii');
  return pem;
}

/** The character at `index` of the base64 of `bytes`: its six bits, or padding behind the end. */
function base64Character(bytes: Buffer, index: number): number {
  const first = Math.floor((index * 6) / 8);
  if (first >= bytes.length) return PADDING;
  const pair = (bytes.readUInt8(first) << 8) | (bytes[first + 1] ?? 0);
  return BASE64.readUInt8((pair >> (10 - ((index * 6) % 8))) & 0x3f);
}
