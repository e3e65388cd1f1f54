import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VECTORS } from './harness';

/** A throw-away identity of the vectors, and its recipient. */
export interface AgeIdentity {
  readonly file: string;
  readonly identity: string;
  readonly recipient: string;
}

function readIdentity(name: string): AgeIdentity {
  const file = join(VECTORS, 'sops', name);
  const text = readFileSync(file, 'utf8');
  return {
    file,
    identity: /^AGE-SECRET-KEY-.+$/m.exec(text)![0],
    recipient: /^# public key: (.+)$/m.exec(text)![1]!,
  };
}

export const X25519 = readIdentity('worthless-x25519.agekey');
export const POST_QUANTUM = readIdentity('worthless-pq.agekey');

/** Opens data keys for {@link openSops} with one identity, when it is among the recipients. */
export const dataKeyBy =
  ({ identity, recipient }: AgeIdentity) =>
  async (to: string, armored: string): Promise<Buffer | undefined> => {
    if (to !== recipient) return undefined;
    const { armor, Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    return Buffer.from(await decrypter.decrypt(armor.decode(armored)));
  };
