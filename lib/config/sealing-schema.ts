import { z } from 'zod';
import { SEALING_SCOPES } from '../model/certificate-spec';
import { AGE_RECIPIENTS, isAgeRecipient } from '../sealing/age-recipient';
import { RELATIVE_FILE } from './file-paths';
import { mapping, oneOf, text, texts } from './schema-builders';
import { textShape } from './text-shape';

const AGE_RECIPIENT = textShape({
  allowed: AGE_RECIPIENTS,
  pattern: '^age1(?:pq1)?[02-9ac-hj-np-z]+$',
  maxLength: 4000,
  hint: (recipient) =>
    /^age-secret-key-/i.test(recipient)
      ? 'this is a private key: take it out of here, and make a new one if anybody else saw it'
      : undefined,
  beyond: (recipient) => (isAgeRecipient(recipient) ? undefined : AGE_RECIPIENTS),
});

const sealedSecrets = mapping(
  {
    type: z.literal('sealed-secrets'),
    certificate: text(RELATIVE_FILE, {
      description: 'PEM file of the sealing certificate: kubeseal --fetch-cert.',
      examples: ['sealing-certificate.pem'],
    }),
    scope: oneOf('the scope of a sealed value', SEALING_SCOPES, {
      description:
        'Where the controller opens the key: under this name, in this namespace, or anywhere.',
      default: 'strict',
    }).optional(),
  },
  { description: 'Encrypted for the Sealed Secrets controller.' },
);

const sops = mapping(
  {
    type: z.literal('sops'),
    recipients: texts(AGE_RECIPIENT, 'age recipients', {
      description: 'Who can open the key. Left out, a creation rule of .sops.yaml says it.',
      examples: [['age1…']],
    })
      .min(1, { error: 'name at least one age recipient, or leave recipients out for .sops.yaml' })
      .optional(),
  },
  { description: 'A Secret encrypted as SOPS does, for age recipients.' },
);

const plaintext = mapping(
  {
    type: z.literal('plaintext'),
    iUnderstandKeysAreInGit: z.literal(true, {
      error: 'write true: whoever can read the repository can read the key',
    }),
  },
  { description: 'Not sealed: for throw-away keys only.' },
);

/** What a person may write under `sealing`, for messages. */
export const SEALING_FORMS =
  '{ type: sealed-secrets, certificate: FILE }, { type: sops }, or { type: plaintext, iUnderstandKeysAreInGit: true } for throw-away keys';

/** How the private key is sealed. */
export const sealing = z
  .discriminatedUnion('type', [sealedSecrets, sops, plaintext], {
    error: `sealing is ${SEALING_FORMS}`,
  })
  .meta({
    description: 'How the private key becomes something that may stand in Git. No default.',
  });
