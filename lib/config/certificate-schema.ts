import { z } from 'zod';
import { KEY_ALGORITHMS, KEY_USAGES } from '../model/certificate-spec';
import * as names from './certificate-names';
import { DURATION } from './duration';
import { RELATIVE_FILE } from './file-paths';
import { canonicalIpAddress } from './ip-address';
import * as kubernetes from './kubernetes-names';
import { profile } from './profiles/profile-schema';
import { RENEW_AT } from './renew-at';
import { byName, list, mapping, oneOf, text, texts } from './schema-builders';

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

const secretKeys = mapping(
  {
    privateKey: text(kubernetes.SECRET_KEY, {
      description: 'The key of the Secret under which the private key stands.',
      examples: ['tls.key', 'private.key'],
    }).optional(),
    certificate: text(kubernetes.SECRET_KEY, {
      description: 'The key of the Secret under which the certificate chain stands.',
      examples: ['tls.crt', 'public.crt'],
    }).optional(),
  },
  {
    description:
      'Keys of the Secret. Default tls.key and tls.crt; private.key and public.crt for type Opaque.',
  },
);

const secretDefaults = {
  namespace: text(kubernetes.NAMESPACE, { description: 'Namespace of the Secret.' }).optional(),
  type: oneOf('the type of a Secret', ['Opaque', 'kubernetes.io/tls'], {
    description: 'Type of the Secret. Default kubernetes.io/tls; Opaque with minio-kes.',
  }).optional(),
  keys: secretKeys.optional(),
  labels: byName(
    kubernetes.LABEL_KEY,
    text(kubernetes.LABEL_VALUE, { description: kubernetes.LABEL_VALUE.allowed }),
    'labels',
    { description: 'Kubernetes labels of the Secret.' },
  ).optional(),
};

const secretHelp = { description: 'The Kubernetes Secret that holds the pair.' };

const secret = mapping(
  {
    name: text(kubernetes.SECRET_NAME, {
      description: 'Name of the Secret. No default, but minio-kes gives <tenant>-kes-tls.',
    }).optional(),
    ...secretDefaults,
  },
  secretHelp,
);

const sealing = z
  .discriminatedUnion(
    'type',
    [
      mapping(
        {
          type: z.literal('sealed-secrets'),
          certificate: text(RELATIVE_FILE, {
            description: 'PEM file of the sealing certificate: kubeseal --fetch-cert.',
            examples: ['sealing-certificate.pem'],
          }),
        },
        { description: 'Encrypted for the Sealed Secrets controller.' },
      ),
      mapping(
        {
          type: z.literal('plaintext'),
          iUnderstandKeysAreInGit: z.literal(true, {
            error: 'write true: whoever can read the repository can read the key',
          }),
        },
        { description: 'Not sealed: for throw-away keys only.' },
      ),
    ],
    {
      error:
        'sealing is { type: sealed-secrets, certificate: FILE } or { type: plaintext, iUnderstandKeysAreInGit: true }',
    },
  )
  .meta({
    description: 'How the private key becomes something that may stand in Git. No default.',
  });

const restart = mapping(
  {
    file: text(RELATIVE_FILE, {
      description: 'YAML file of your own, relative to the folder of the config.',
      examples: ['tenant.yaml'],
    }),
    annotations: text(kubernetes.ANNOTATIONS_PATH, {
      description: 'Path of the annotations mapping in that file.',
      examples: ['spec.template.metadata.annotations', 'spec.kes.annotations'],
    }),
    digestOf: oneOf('digestOf', ['certificate', 'ca'], {
      description: 'What the annotation changes with: the certificate, or only the CA behind it.',
      default: 'certificate',
    }).optional(),
  },
  { description: 'A place where the restart annotation belongs.' },
);

const shared = {
  subject: subject.optional(),
  usages: list(
    z.enum(KEY_USAGES, {
      error: 'a usage is one that Kubernetes knows, such as digital signature or server auth',
    }),
    'usages',
    {
      description:
        'What the key may be used for. Default digital signature, server auth; with RSA key encipherment too.',
    },
  ).optional(),
  key: oneOf('a key', KEY_ALGORITHMS, {
    description: 'Algorithm of the key.',
    default: 'ecdsa-p256',
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
    ...shared,
    secret: secret.optional(),
    restart: list(
      restart,
      'mappings with file and annotations',
      { description: 'Where the restart annotation belongs, in files of your own.' },
      (place) => {
        const { file, annotations } = place as z.output<typeof restart>;
        return JSON.stringify([file.replace(/^\.\//, ''), annotations]);
      },
    ).optional(),
  },
  { description: 'A certificate: what is wanted.' },
);

/** What several certificates may have in common: every key but those that name one certificate. */
export const defaults = mapping(
  { ...shared, secret: mapping(secretDefaults, secretHelp).optional() },
  { description: 'What several certificates have in common. An entry wins.' },
);
