import { z } from 'zod';
import { COMMON_NAME, ORGANIZATION } from '../certificate-names';
import { CLUSTER_DOMAIN, KES_POLICY, SERVICE, STATEFUL_SET, TENANT } from '../kubernetes-names';
import { mapping, oneOf, text, texts } from '../schema-builders';

const minioKes = mapping(
  {
    name: z.literal('minio-kes'),
    tenant: text(TENANT, {
      description: 'Tenant that the MinIO operator manages.',
    }).optional(),
    statefulSet: text(STATEFUL_SET, {
      description: 'StatefulSet of a stand-alone KES.',
    }).optional(),
    service: text(SERVICE, {
      description: 'Headless Service of a stand-alone KES.',
    }).optional(),
    replicas: z
      .int({ error: 'replicas is a whole number from 1 to 100' })
      .min(1, { error: 'replicas is a whole number from 1 to 100' })
      .max(100, { error: 'replicas is a whole number from 1 to 100' })
      .meta({ description: 'Pods of KES; each gets a DNS name.', default: 2 })
      .optional(),
    clusterDomain: text(CLUSTER_DOMAIN, {
      description: 'Domain of the cluster.',
      default: 'cluster.local',
    }).optional(),
    trust: oneOf('trust', ['ca', 'leaf'], {
      description: 'What MinIO trusts: the CA behind the leaf, or the leaf itself.',
      default: 'ca',
    }).optional(),
  },
  { description: 'The KES server of MinIO: give tenant, or statefulSet and service.' },
);

const minioKesClient = mapping(
  {
    name: z.literal('minio-kes-client'),
    tenant: text(TENANT, {
      description: 'Tenant that the MinIO operator manages.',
    }).optional(),
    policy: text(KES_POLICY, {
      description: 'Policy of KES that lists the identity. Default the name of the certificate.',
    }).optional(),
    acceptIdentityChange: z
      .boolean({ error: 'acceptIdentityChange is true or false' })
      .meta({
        description: 'Whether the identity may change, as it does with each new key.',
        default: false,
      })
      .optional(),
  },
  { description: 'The certificate with which MinIO, or another client, shows itself to KES.' },
);

const kubernetesClient = mapping(
  {
    name: z.literal('kubernetes-client'),
    user: text(COMMON_NAME, { description: 'Name of the user: CN of the subject.' }),
    groups: texts(ORGANIZATION, 'groups', {
      description: 'Groups of the user: O of the subject.',
    }).optional(),
  },
  { description: 'A certificate with which somebody shows himself to the API server.' },
);

const PROFILE_ALLOWED =
  'a profile is generic, { name: minio-kes, … } with tenant, or with statefulSet and service, { name: minio-kes-client }, or { name: kubernetes-client, user: NAME }';

/** The profiles and their options. */
export const profile = z
  .union(
    [
      z.literal('generic'),
      z.discriminatedUnion(
        'name',
        [
          mapping(
            { name: z.literal('generic') },
            { description: 'No product: the entry says names and Secret.' },
          ),
          minioKes,
          minioKesClient,
          kubernetesClient,
        ],
        { error: PROFILE_ALLOWED },
      ),
    ],
    { error: PROFILE_ALLOWED },
  )
  .meta({ description: 'What is known of a product: names, Secret, trust.', default: 'generic' });
