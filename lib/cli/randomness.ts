import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '../model/certificate-spec';
import { PrivateKey } from '../x509/private-key';

const generate = promisify(generateKeyPair);

/** Where commands get what must not be guessed. */
export interface Randomness {
  readonly bytes: (size: number) => Buffer;
  readonly generateKey: (algorithm: KeyAlgorithm) => Promise<PrivateKey>;
}

/** The one place where keys and random bytes are made, all by OpenSSL. */
export const systemRandomness: Randomness = {
  bytes: randomBytes,
  generateKey: async (algorithm) => {
    const { privateKey } =
      algorithm === 'ecdsa-p256'
        ? await generate('ec', { namedCurve: 'P-256' })
        : await generate('rsa', { modulusLength: algorithm === 'rsa-2048' ? 2048 : 4096 });
    return PrivateKey.of(privateKey, algorithm);
  },
};
