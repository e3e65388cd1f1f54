import {
  generateKeyPair,
  generateKeyPairSync,
  randomBytes,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '../model/certificate-spec';
import { KEY_ALGORITHM_TRAITS, type KeyGeneration } from '../x509/key-algorithms';
import { PrivateKey } from '../x509/private-key';

// Node has an overload for each kind of key, none for the union of them.
const onThread = promisify(generateKeyPair) as unknown as (
  ...generation: KeyGeneration
) => Promise<KeyPairKeyObjectResult>;
const atOnce = generateKeyPairSync as unknown as (
  ...generation: KeyGeneration
) => KeyPairKeyObjectResult;

/** Where commands get what must not be guessed. */
export interface Randomness {
  readonly bytes: (size: number) => Buffer;
  readonly generateKey: (algorithm: KeyAlgorithm) => Promise<PrivateKey>;
}

/** The one place where keys and random bytes are made, all by OpenSSL. */
export const systemRandomness: Randomness = {
  bytes: randomBytes,
  generateKey: async (algorithm) => {
    const { generation } = KEY_ALGORITHM_TRAITS[algorithm];
    // RSA takes a tenth of a second or more; the others less than it takes to hand them to a thread.
    const { privateKey } =
      generation[0] === 'rsa' ? await onThread(...generation) : atOnce(...generation);
    return PrivateKey.of(privateKey, algorithm);
  },
};
