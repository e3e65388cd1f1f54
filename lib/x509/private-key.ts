import { createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import type { KeyAlgorithm } from '../model/certificate-spec';
import { encodeBase64 } from './base64';
import { ecKeyPairDer } from './ec-private-key';
import { KEY_ALGORITHM_TRAITS, keyAlgorithmOf } from './key-algorithms';

const PRINTED = '[private key]';

/**
 * A private key that cannot be printed: as text, JSON, or by inspection it is `[private key]`. It
 * lives in the memory of the command that made it.
 */
export class PrivateKey {
  readonly #key: KeyObject;
  readonly #algorithm: KeyAlgorithm;
  readonly #publicKeyDer: Buffer;
  /** As it was written together with the public half, until it is lent. */
  #pkcs8: Buffer | undefined;

  private constructor(
    key: KeyObject,
    algorithm: KeyAlgorithm,
    publicKeyDer: Buffer,
    pkcs8: Buffer | undefined,
  ) {
    this.#key = key;
    this.#algorithm = algorithm;
    this.#publicKeyDer = publicKeyDer;
    this.#pkcs8 = pkcs8;
  }

  /**
   * @throws TypeError when it is not a private key of that algorithm, with its curve or size
   */
  static of(key: KeyObject, algorithm: KeyAlgorithm): PrivateKey {
    if (key.type === 'private') {
      const both = ecKeyPairDer(key, algorithm);
      const spki = both?.spki ?? createPublicKey(key).export({ type: 'spki', format: 'der' });
      if (keyAlgorithmOf(spki) === algorithm) {
        return new PrivateKey(key, algorithm, spki, both?.pkcs8);
      }
      both?.pkcs8.fill(0);
    }
    throw new TypeError(`not a private key for ${algorithm}`);
  }

  get algorithm(): KeyAlgorithm {
    return this.#algorithm;
  }

  /** DER SubjectPublicKeyInfo. */
  publicKeyDer(): Buffer {
    return this.#publicKeyDer;
  }

  /**
   * Signs with the digest of its algorithm ({@link KEY_ALGORITHM_TRAITS}): RSA as PKCS#1 v1.5, ECDSA as
   * a DER sequence (RFC 3279, 2.2.3), Ed25519 as it is (RFC 8410, section 6).
   */
  sign(data: Buffer): Buffer {
    return sign(KEY_ALGORITHM_TRAITS[this.#algorithm].signature.digest, data, this.#key);
  }

  /**
   * Lends the key as PKCS#8 PEM. The buffer is overwritten with zeros when `use` returns or throws,
   * so `use` must neither keep it nor be asynchronous. No string of the key is ever made: strings
   * cannot be wiped.
   */
  withPkcs8Pem<T>(use: (pem: Buffer) => T): T {
    const der = this.#pkcs8 ?? this.#key.export({ type: 'pkcs8', format: 'der' });
    this.#pkcs8 = undefined;
    const pem = encodePkcs8Pem(der);
    der.fill(0);
    try {
      return use(pem);
    } finally {
      pem.fill(0);
    }
  }

  /** Wipes what was written of the key and never lent, as when sealing fails before it begins. */
  forget(): void {
    this.#pkcs8?.fill(0);
    this.#pkcs8 = undefined;
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

const NEWLINE = '\n'.charCodeAt(0);
const COLUMNS = 64;

function encodePkcs8Pem(der: Buffer): Buffer {
  const begin = '-----BEGIN PRIVATE KEY-----\n';
  const end = '-----END PRIVATE KEY-----\n';
  const base64 = encodeBase64(der);
  const lines = Math.ceil(base64.length / COLUMNS);
  const pem = Buffer.alloc(begin.length + base64.length + lines + end.length);
  let at = pem.write(begin, 'ascii');
  for (let start = 0; start < base64.length; start += COLUMNS) {
    at += base64.copy(pem, at, start, start + COLUMNS);
    pem[at++] = NEWLINE;
  }
  pem.write(end, at, 'ascii');
  base64.fill(0);
  return pem;
}
