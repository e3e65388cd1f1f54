import { ReleafError } from '../model/errors';

/**
 * Encrypts for one age recipient. The library takes its randomness from the platform's Web Crypto.
 *
 * @param recipient - `age1…` or `age1pq1…`
 * @param plaintext - neither kept nor changed
 * @returns an armored age file, with its final newline
 * @throws ReleafError SEALING_RECIPIENTS when the recipient's key is none, although well written
 */
export async function ageEncryptTo(recipient: string, plaintext: Buffer): Promise<string> {
  // An ES module, and a tenth of a second to load: only who seals with SOPS waits for it.
  const { armor, Encrypter } = await import('age-encryption');
  try {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return armor.encode(await encrypter.encrypt(plaintext));
  } catch {
    throw new ReleafError(
      'SEALING_RECIPIENTS',
      `age cannot encrypt for ${recipient.slice(0, 24)}…`,
      'compare it with what age-keygen -y prints',
    );
  }
}
