import { ReleafError } from '../model/errors';

const CHARACTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const CHECKSUM_LENGTH = 6;

/** Bytes of the public key, by what stands before the last `1`. */
const KEY_BYTES: Readonly<Record<string, number>> = {
  age: 32,
  // ML-KEM-768 and X25519, one behind the other.
  age1pq: 1184 + 32,
};

/** Which recipients releaf seals for, as messages say it. */
export const AGE_RECIPIENTS =
  'an age recipient is age1… (X25519) or age1pq1… (post-quantum), as age-keygen prints it';

/**
 * Whether a text is an age recipient that releaf can seal for: Bech32 (BIP 173, of any length) with its
 * checksum, in lower case, of an X25519 key (`age1…`) or of a hybrid one with ML-KEM-768 (`age1pq1…`).
 *
 * @see https://github.com/C2SP/C2SP/blob/main/age.md
 */
export function isAgeRecipient(text: string): boolean {
  const end = text.lastIndexOf('1');
  const prefix = text.slice(0, end);
  const expected = Object.hasOwn(KEY_BYTES, prefix) ? KEY_BYTES[prefix] : undefined;
  const words = Array.from(text.slice(end + 1), (character) => CHARACTERS.indexOf(character));
  if (expected === undefined || words.includes(-1)) return false;
  const bits = (words.length - CHECKSUM_LENGTH) * 5;
  const padding = bits - expected * 8;
  if (padding < 0 || padding > 4) return false;
  const last = words.at(-CHECKSUM_LENGTH - 1) ?? 0;
  return (last & ((1 << padding) - 1)) === 0 && polymod([...expand(prefix), ...words]) === 1;
}

/**
 * @param source - where they were written, for messages
 * @throws ReleafError SEALING_RECIPIENTS when there is none, one is there twice, or one is no age recipient
 */
export function assertAgeRecipients(recipients: readonly string[], source: string): void {
  const refuse = (what: string, hint: string): never => {
    throw new ReleafError('SEALING_RECIPIENTS', `${source}: ${what}`, hint);
  };
  if (recipients.length === 0) refuse('there is no recipient', AGE_RECIPIENTS);
  for (const [index, recipient] of recipients.entries()) {
    if (!isAgeRecipient(recipient)) {
      refuse(`${shown(recipient)} is ${kindOf(recipient)}`, AGE_RECIPIENTS);
    }
    if (recipients.indexOf(recipient) !== index) {
      refuse(`${shown(recipient)} is there twice`, 'name each recipient once');
    }
  }
}

/** An identity opens everything; it must not end up in a message. */
const SECRET_KEY = /^AGE-|AGE-(?:SECRET-KEY|PLUGIN)-/i;

function kindOf(text: string): string {
  if (SECRET_KEY.test(text)) return 'a secret key';
  if (text.startsWith('ssh-')) return 'an SSH key, which releaf does not seal for';
  if (/^age1[a-z0-9]+1/.test(text) && !text.startsWith('age1pq1')) {
    return 'a recipient of an age plugin, which releaf does not seal for';
  }
  return 'not an age recipient, or mistyped';
}

const SHOWN = 24;

function shown(text: string): string {
  if (SECRET_KEY.test(text)) return 'a text with AGE- in it';
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

function expand(prefix: string): readonly number[] {
  const codes = [...Buffer.from(prefix)];
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(words: readonly number[]): number {
  return words.reduce((checksum, word) => {
    const top = checksum >>> 25;
    const next = ((checksum & 0x1ffffff) << 5) ^ word;
    return GENERATOR.reduce((sum, term, bit) => ((top >> bit) & 1 ? sum ^ term : sum), next);
  }, 1);
}
