import type { SecretDescription } from './describe-secret';
import type { LikeRequest } from './like-request';
import type { WrittenCertificate, WrittenDefaults } from '../written-config';

const KUBE_APISERVER_CLIENT = 'kubernetes.io/kube-apiserver-client';
const NODES = 'system:nodes';
const NODE = 'system:node:';
const LONGEST_COMMON_NAME = 64;

/** What an entry is made of. */
export interface Adoption {
  readonly secret: SecretDescription;
  readonly like: LikeRequest;
  readonly signer: string;
  readonly defaults: WrittenDefaults;
  readonly sealing: WrittenCertificate['sealing'];
  /** File with the CA that signed the certificate, if it is known. */
  readonly ca?: string | undefined;
}

/**
 * Entries that say everything, in the order in which they are to be tried: those of a profile that the
 * certificate may be of, then the one without.
 */
export function candidates(adoption: Adoption): readonly WrittenCertificate[] {
  return [
    ...minioKes(adoption),
    ...kubernetesClient(adoption),
    { ...whole(adoption), ...commonNameOf(adoption) },
  ];
}

function whole({ secret, like, signer, sealing }: Adoption): WrittenCertificate {
  const { names, usages, key, duration } = like;
  const { commonName, ...subject } = names.subject;
  return {
    ...(commonName !== undefined && { commonName }),
    subject,
    dnsNames: names.dnsNames,
    ipAddresses: names.ipAddresses,
    emailAddresses: names.emailAddresses,
    uris: names.uris,
    ...(usages && { usages }),
    ...(key && { key }),
    signer,
    ...(duration !== undefined && { duration }),
    secret: {
      name: secret.name,
      ...(secret.namespace !== undefined && { namespace: secret.namespace }),
      type: secret.type,
      keys: secret.keys,
    },
    ...(sealing && { sealing }),
  };
}

/** A signer for nodes wants a common name, also where the one that was issued is too long for us. */
function commonNameOf({ secret, like }: Adoption): WrittenCertificate {
  const isNode = like.names.subject.organizations.includes(NODES);
  return isNode && like.hasLongCommonName
    ? { commonName: `${NODE}${secret.name}`.slice(0, LONGEST_COMMON_NAME).replace(/[-.]+$/, '') }
    : {};
}

/** The headless Service of KES under the MinIO operator: minio/operator, names.go. */
const KES_SERVICE =
  /^(?<tenant>[a-z0-9-]+)-kes-hl-svc\.(?<namespace>[a-z0-9-]+)\.svc\.(?<domain>.+)$/;

function minioKes(adoption: Adoption): readonly WrittenCertificate[] {
  const { secret, like, defaults, ca } = adoption;
  const namespace = secret.namespace ?? defaults.secret?.namespace;
  return like.names.dnsNames.flatMap((dnsName): WrittenCertificate[] => {
    const found = KES_SERVICE.exec(dnsName)?.groups;
    const { tenant, namespace: its, domain: clusterDomain } = found ?? {};
    if (tenant === undefined || its !== namespace) return [];
    return [
      {
        profile: {
          name: 'minio-kes',
          tenant,
          replicas: like.names.dnsNames.length - 1,
          clusterDomain,
          trust: ca === undefined ? 'leaf' : 'ca',
        },
        ...whole(adoption),
        ...(ca !== undefined && { ca }),
      },
    ];
  });
}

function kubernetesClient(adoption: Adoption): readonly WrittenCertificate[] {
  const { signer, like } = adoption;
  const { commonName: user, organizations: groups } = like.names.subject;
  return signer === KUBE_APISERVER_CLIENT && user !== undefined
    ? [{ profile: { name: 'kubernetes-client', user, groups }, ...whole(adoption) }]
    : [];
}
