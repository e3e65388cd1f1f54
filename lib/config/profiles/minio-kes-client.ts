import { got } from '../problem';
import type { WrittenMinioKesClientProfile } from '../written-config';
import type { Profile, ProfileProblems, Said } from './profile';
import {
  namingProblems,
  operatorNameProblems,
  tenantWarnings,
  type Reader,
} from './tenant-secrets';

const TENANT: Reader = {
  who: 'the Tenant',
  name: 'spec.externalClientCertSecret.name',
  type: 'spec.externalClientCertSecret.type',
};

/**
 * The certificate with which MinIO, or another client, shows itself to KES. KES knows its clients by the
 * SHA-256 of the public key (minio/kes, auth.go): hence the key stays.
 */
export function minioKesClient(options: WrittenMinioKesClientProfile, said: Said): Profile {
  const { tenant, policy = said.name, acceptIdentityChange = false } = options;
  const given = tenant === undefined ? undefined : `${tenant}-kes-client-tls`;
  const secretName = said.secret?.name ?? given;
  return {
    commonName: tenant === undefined ? said.name : `${tenant}-kes-client`,
    organizations: [],
    dnsNames: [],
    usages: ['digital signature', 'client auth'],
    purpose: 'client auth',
    keyPolicy: 'reuse',
    identity: { policy, acceptChange: acceptIdentityChange },
    ...(given !== undefined && { secretName: given }),
    secretType: 'kubernetes.io/tls',
    appendCa: said.appendCa ?? false,
    warnings: [
      ...(said.signer === 'kubernetes.io/kube-apiserver-client'
        ? [
            'signer: a certificate of kubernetes.io/kube-apiserver-client is a credential for the API server too',
          ]
        : []),
      ...(tenant === undefined || secretName === undefined
        ? []
        : tenantWarnings('spec.externalClientCertSecret', secretName, 'kubernetes.io/tls', said)),
    ],
    problems:
      tenant === undefined || secretName === undefined
        ? []
        : [
            ...typeProblems(said),
            ...operatorNameProblems(tenant, secretName, said),
            ...namingProblems(TENANT, said),
          ],
  };
}

/** The operator looks at the type of another reference (minio/operator, minio-statefulset.go, NewPool). */
function typeProblems({ secret }: Said): ProfileProblems {
  return secret?.type === 'Opaque'
    ? [
        {
          path: ['secret', 'type'],
          text: `${got([], secret.type)}; with a tenant it is kubernetes.io/tls, since the MinIO operator takes the type of a client certificate from the wrong reference`,
        },
      ]
    : [];
}
