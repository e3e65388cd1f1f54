import fc from 'fast-check';
import { ageEncryptTo } from '../../lib/cli/age';
import { assertAgeRecipients, isAgeRecipient } from '../../lib/sealing/age-recipient';
import { POST_QUANTUM, X25519 } from '../age-identities';

const recipients = [X25519.recipient, POST_QUANTUM.recipient];

it.each(['generateX25519Identity', 'generateHybridIdentity'] as const)(
  'knows the recipients of %s',
  async (generate) => {
    const age = await import('age-encryption');
    expect(isAgeRecipient(await age.identityToRecipient(await age[generate]()))).toBe(true);
  },
);

it('notices every single wrong character', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...recipients),
      fc.nat(),
      fc.constantFrom(...Array.from('qpzry9x8gf2tvdw0s3jn54khce6mua7l1bio-A ')),
      (recipient, position, character) => {
        const at = position % recipient.length;
        const changed = recipient.slice(0, at) + character + recipient.slice(at + 1);
        expect(isAgeRecipient(changed)).toBe(changed === recipient);
      },
    ),
  );
});

it('takes no other text for a recipient', () => {
  fc.assert(fc.property(fc.string(), (text) => !isAgeRecipient(text)));
  fc.assert(fc.property(fc.string(), (text) => !isAgeRecipient(`age1${text}`)));
});

it.each([
  ['cut off', X25519.recipient.slice(0, -1), 'not an age recipient, or mistyped'],
  ['in capitals', X25519.recipient.toUpperCase(), 'not an age recipient, or mistyped'],
  [
    'of a YubiKey',
    'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t',
    'a recipient of an age plugin, which releaf does not seal for',
  ],
  ['an SSH key', 'ssh-ed25519 AAAAC3Nz', 'an SSH key, which releaf does not seal for'],
  ['of AWS', 'arn:aws:kms:eu-west-1:123456789012:key/x', 'not an age recipient, or mistyped'],
])('refuses a recipient %s', (_, recipient, reason) => {
  const shown = recipient.length > 24 ? `${recipient.slice(0, 24)}…` : recipient;
  expect(() => {
    assertAgeRecipients([X25519.recipient, recipient], '.sops.yaml');
  }).toThrow(
    expect.objectContaining({
      code: 'SEALING_RECIPIENTS',
      message: `.sops.yaml: "${shown}" is ${reason}`,
      hint: 'an age recipient is age1… (X25519) or age1pq1… (post-quantum), as age-keygen prints it',
    }) as Error,
  );
});

it('never shows an identity that stands where a recipient should', () => {
  expect(() => {
    assertAgeRecipients([X25519.identity], '.sops.yaml');
  }).toThrow('.sops.yaml: a text with AGE- in it is a secret key');
});

it('says so when a recipient is well written and yet no key', async () => {
  // 32 bytes of zero: a point of low order, with which everybody would share the same secret.
  const nobody = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z';
  expect(isAgeRecipient(nobody)).toBe(true);
  await expect(ageEncryptTo(nobody, Buffer.alloc(32))).rejects.toMatchObject({
    code: 'SEALING_RECIPIENTS',
  });
});
