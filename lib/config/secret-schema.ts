import { SECRET_NAMINGS } from '../model/certificate-spec';
import * as kubernetes from './kubernetes-names';
import { byName, mapping, oneOf, text } from './schema-builders';

const keys = mapping(
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

const shared = {
  naming: oneOf('naming', SECRET_NAMINGS, {
    description:
      'Whether all revisions are written to one Secret, or each to its own: <name>-<revision>-<8 hex>.',
    default: 'stable',
  }).optional(),
  namespace: text(kubernetes.NAMESPACE, { description: 'Namespace of the Secret.' }).optional(),
  type: oneOf('the type of a Secret', ['Opaque', 'kubernetes.io/tls'], {
    description: 'Type of the Secret. Default kubernetes.io/tls; Opaque with minio-kes.',
  }).optional(),
  keys: keys.optional(),
  labels: byName(
    kubernetes.LABEL_KEY,
    text(kubernetes.LABEL_VALUE, { description: kubernetes.LABEL_VALUE.allowed }),
    'labels',
    { description: 'Kubernetes labels of the Secret.' },
  ).optional(),
};

const help = { description: 'The Kubernetes Secret that holds the pair.' };

/** The Secret of a certificate. */
export const secret = mapping(
  {
    name: text(kubernetes.SECRET_NAME, {
      description:
        'Name of the Secret. No default, but minio-kes and minio-kes-client name it after the tenant.',
    }).optional(),
    ...shared,
  },
  help,
);

/** What the Secrets of several certificates may have in common. */
export const secretDefaults = mapping(shared, help);
