import { z } from 'zod';
import { KEY_ALGORITHMS, KEY_POLICIES, KEY_USAGES } from '../model/certificate-spec';
import * as names from './certificate-names';
import { DURATION } from './duration';
import { RELATIVE_FILE } from './file-paths';
import { canonicalIpAddress } from './ip-address';
import * as kubernetes from './kubernetes-names';
import { profile } from './profiles/profile-schema';
import { RENEW_AT } from './renew-at';
import { restart } from './restart-schema';
import { list, mapping, oneOf, text, texts } from './schema-builders';
import { sealing } from './sealing-schema';
import { secret, secretDefaults } from './secret-schema';

const subject = mapping(
  {
    organizations: texts(names.ORGANIZATION, 'organizations', { description: 'O.' }).optional(),
    organizationalUnits: texts(names.ORGANIZATIONAL_UNIT, 'organizational units', {
      description: 'OU.',
    }).optional(),
    countries: texts(names.COUNTRY, 'countries', { description: 'C, such as US.' }).optional(),
    localities: texts(names.LOCALITY, 'localities', { description: 'L.' }).optional(),
    provinces: texts(names.PROVINCE, 'provinces', { description: 'ST.' }).optional(),
  },
  { description: 'Attributes of the subject beside the common name.' },
);

const reference = mapping(
  {
    file: text(RELATIVE_FILE, {
      description: 'YAML file of your own, relative to the folder of the config.',
      examples: ['tenant.yaml'],
    }),
    name: text(kubernetes.SECRET_NAME_PATH, {
      description: "Path of the value that is the Secret's name.",
      examples: ['spec.kes.externalCertSecret.name'],
    }),
    type: text(kubernetes.SECRET_TYPE_PATH, {
      description: "Path of the value that is the Secret's type, where the reader wants it said.",
      examples: ['spec.kes.externalCertSecret.type'],
    }).optional(),
  },
  { description: 'A place that says which Secret to read.' },
);

/** Two spellings of one file are one place. */
const placeIn = (file: string, path: string) => JSON.stringify([file.replace(/^\.\//, ''), path]);

const shared = {
  subject: subject.optional(),
  usages: list(
    z.enum(KEY_USAGES, {
      error: 'a usage is one that Kubernetes knows, such as digital signature or server auth',
    }),
    'usages',
    {
      description:
        'What the key may be used for. Default digital signature, server auth; with RSA key encipherment too. The profiles for clients: client auth.',
    },
  ).optional(),
  key: oneOf('a key', KEY_ALGORITHMS, {
    description: 'Algorithm of the key.',
    default: 'ecdsa-p256',
  }).optional(),
  keyPolicy: oneOf('keyPolicy', KEY_POLICIES, {
    description:
      'Whether a renewal makes a new key. Default rotate; reuse with the profile minio-kes-client.',
  }).optional(),
  signer: text(kubernetes.SIGNER, {
    description: 'Who signs: a Kubernetes signer name, or local for releaf sign.',
    examples: ['kubernetes.io/kubelet-serving', 'local'],
  }).optional(),
  duration: text(DURATION, {
    description: 'Lifetime to ask for; the signer may give less.',
    default: '90d',
  }).optional(),
  renewAt: z
    .union(
      [
        text(RENEW_AT, { description: 'A share, or a time before expiry.' }),
        z
          .number({ error: RENEW_AT.allowed })
          .gt(0, { error: RENEW_AT.allowed })
          .lt(1, { error: RENEW_AT.allowed }),
      ],
      { error: RENEW_AT.allowed },
    )
    .meta({
      description: 'When to renew: after a share of the issued lifetime, or a time before its end.',
      default: '2/3',
      examples: ['2/3', '70%', 0.7, '30d before expiry'],
    })
    .optional(),
  sealing: sealing.optional(),
  ca: text(RELATIVE_FILE, {
    description: "PEM file of the signer's CA, relative to the folder of the config.",
    examples: ['ca.pem'],
  }).optional(),
  appendCa: z
    .boolean({ error: 'appendCa is true or false' })
    .meta({
      description: 'Whether the CA is put behind the chain in the Secret. Needs ca.',
      default: false,
    })
    .optional(),
};

/** An entry under `certificates`. */
export const certificate = mapping(
  {
    profile: profile.optional(),
    commonName: text(names.COMMON_NAME, { description: 'CN of the subject.' }).optional(),
    dnsNames: texts(names.DNS_NAME, 'DNS names', {
      description: 'DNS names of the certificate, lower case.',
    }).optional(),
    ipAddresses: list(
      text(names.IP_ADDRESS, { description: names.IP_ADDRESS.allowed }),
      'IP addresses',
      { description: 'IP addresses of the certificate.' },
      (address) => canonicalIpAddress(String(address)) ?? address,
    ).optional(),
    emailAddresses: texts(names.EMAIL_ADDRESS, 'email addresses', {
      description: 'Email addresses of the certificate, where the signer takes them.',
      examples: [['ops@example.com']],
    }).optional(),
    uris: texts(names.URI, 'URIs', {
      description: 'URIs of the certificate, where the signer takes them.',
      examples: [['spiffe://example.com/web']],
    }).optional(),
    ...shared,
    secret: secret.optional(),
    restart: restart.optional(),
    references: list(
      reference,
      'mappings with file and name',
      { description: 'Where your own files name the Secret; releaf keeps them in step.' },
      (place) => {
        const { file, name } = place as z.output<typeof reference>;
        return placeIn(file, name);
      },
    ).optional(),
  },
  { description: 'A certificate: what is wanted.' },
);

/** What several certificates may have in common: every key but those that name one certificate. */
export const defaults = mapping(
  { ...shared, secret: secretDefaults.optional() },
  { description: 'What several certificates have in common. An entry wins.' },
);
