import type { SealedKey, SealingTarget } from '../model/revision';
import type { PrivateKey } from '../x509/private-key';

/**
 * A way to turn a private key into something that may stand in Git. One file per way; whatever a way
 * needs besides the key (certificate, recipients, randomness, time) it takes when it is made, and
 * whatever it must remember to be replayed it returns.
 */
export interface Sealer {
  /**
   * Seals `privateKey` as PKCS#8 PEM for one key of one Secret.
   *
   * @returns ciphertext and what it is bound to; never the key in a form that only looks sealed
   */
  seal(privateKey: PrivateKey, target: SealingTarget): Promise<SealedKey>;
}
