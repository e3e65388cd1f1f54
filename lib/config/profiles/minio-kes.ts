import { DNS_NAME } from '../certificate-names';
import type { WrittenMinioKesProfile } from '../written-config';
import { secretProblems, secretWarnings } from './minio-kes-secret';
import type { Profile, ProfileProblems, Said } from './profile';

const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
/** ub-common-name of RFC 5280, appendix A.1. */
const LONGEST_COMMON_NAME = 64;

interface Workload {
  readonly statefulSet: string;
  readonly service: string;
}

/**
 * The KES server of MinIO, under an operator-managed Tenant or stand-alone. Names are those that the
 * MinIO operator gives (minio/operator, pkg/apis/minio.min.io/v2/names.go).
 */
export function minioKes(options: WrittenMinioKesProfile, said: Said): Profile {
  const { tenant, replicas = 2, clusterDomain = 'cluster.local', trust = 'ca' } = options;
  const signer = said.signer ?? KUBELET_SERVING;
  const workload = workloadOf(options);
  const { dnsNames, serviceName, commonName } = namesOf(
    workload,
    said.namespace,
    clusterDomain,
    replicas,
  );
  const secretName = `${workload.statefulSet}-tls`;
  return {
    commonName,
    organizations: signer === KUBELET_SERVING ? ['system:nodes'] : [],
    dnsNames,
    // The operator asks for all three: pkg/controller/csr.go. An Ed25519 key cannot encipher (RFC 8410, 5).
    usages:
      said.key === 'ed25519'
        ? ['digital signature', 'server auth']
        : ['digital signature', 'key encipherment', 'server auth'],
    purpose: 'server auth',
    signer,
    secretName,
    secretType: 'Opaque',
    appendCa: trust === 'ca',
    ...(tenant !== undefined && {
      operated: {
        kind: 'StatefulSet',
        name: workload.statefulSet,
        instead: `spec.kes.annotations of the Tenant ${tenant}`,
      },
    }),
    warnings: [
      ...warningsOf(replicas, trust, serviceName, said),
      ...poolWarnings(trust, said),
      ...secretWarnings(tenant, secretName, said),
    ],
    problems: [
      ...workloadProblems(options),
      ...trustProblems(trust, said),
      ...digestProblems(trust, said),
      ...nameProblems(dnsNames, said),
      ...secretProblems(tenant, secretName, said),
    ],
  };
}

/** With neither a Tenant nor a StatefulSet the names are of no use: workloadProblems refuses them. */
function workloadOf({ tenant, statefulSet, service }: WrittenMinioKesProfile): Workload {
  return tenant === undefined
    ? { statefulSet: statefulSet ?? 'kes', service: service ?? 'kes' }
    : { statefulSet: `${tenant}-kes`, service: `${tenant}-kes-hl-svc` };
}

function namesOf(
  { statefulSet, service }: Workload,
  namespace: string,
  clusterDomain: string,
  replicas: number,
) {
  const shortName = `${service}.${namespace}.svc`;
  const serviceName = `${shortName}.${clusterDomain}`;
  const pods = Array.from({ length: replicas }, (_, pod) => `${statefulSet}-${pod}.${serviceName}`);
  const commonName =
    [
      `system:node:*.${serviceName}`,
      `system:node:*.${shortName}`,
      `system:node:${statefulSet}`,
    ].find((name) => name.length <= LONGEST_COMMON_NAME) ??
    `system:node:${statefulSet}`.slice(0, LONGEST_COMMON_NAME).replace(/-+$/, '');
  return { dnsNames: [...pods, serviceName], serviceName, commonName };
}

function workloadProblems({
  tenant,
  statefulSet,
  service,
}: WrittenMinioKesProfile): ProfileProblems {
  const path = ['profile'];
  const choice = 'give tenant, or for a stand-alone KES statefulSet and service';
  if (tenant !== undefined) {
    return statefulSet === undefined && service === undefined
      ? []
      : [{ path, text: `tenant and statefulSet or service exclude each other; ${choice}` }];
  }
  if (statefulSet === undefined && service === undefined) {
    return [{ path, text: `minio-kes needs a workload; ${choice}` }];
  }
  const missing = statefulSet === undefined ? 'statefulSet' : 'service';
  return statefulSet === undefined || service === undefined
    ? [{ path: [...path, missing], text: `missing; a stand-alone KES has statefulSet and service` }]
    : [];
}

function trustProblems(trust: 'ca' | 'leaf', { ca, appendCa }: Said): ProfileProblems {
  if (appendCa !== undefined && appendCa !== (trust === 'ca')) {
    const text = `got ${String(appendCa)}; with minio-kes the profile's trust decides it, and trust is ${trust}`;
    return [{ path: ['appendCa'], text }];
  }
  return trust === 'ca' && ca === undefined
    ? [
        {
          path: ['ca'],
          text: 'missing; MinIO is to trust the CA behind the certificate: give ca: FILE, or say trust: leaf in the profile',
        },
      ]
    : [];
}

/** With `trust: leaf` no CA stands in the Secret, so nothing would ever restart. */
function digestProblems(trust: 'ca' | 'leaf', { restart = [] }: Said): ProfileProblems {
  return restart.flatMap(({ digestOf }, index) =>
    trust === 'leaf' && digestOf === 'ca'
      ? [
          {
            path: ['restart', index, 'digestOf'],
            text: 'got "ca"; with trust: leaf MinIO trusts the certificate itself: digestOf is certificate',
          },
        ]
      : [],
  );
}

/** Pools of a Tenant need to restart only for what MinIO trusts. */
function poolWarnings(trust: 'ca' | 'leaf', { restart = [] }: Said): readonly string[] {
  return restart.flatMap((entry, index) => {
    const { annotations = '' } =
      'file' in entry ? entry : 'patch' in entry ? entry.patch : entry.serverSideApply;
    return trust === 'ca' && entry.digestOf !== 'ca' && annotations.startsWith('spec.pools')
      ? [
          `restart[${index}]: MinIO would restart at each renewal; with trust: ca it needs to only when the CA changes: digestOf: ca`,
        ]
      : [];
  });
}

function nameProblems(dnsNames: readonly string[], said: Said): ProfileProblems {
  const tooLong = dnsNames.find((name) => DNS_NAME.broken(name) !== undefined);
  return tooLong === undefined || said.dnsNames !== undefined
    ? []
    : [
        {
          path: ['profile'],
          text: `gives a DNS name of ${tooLong.length} characters; ${DNS_NAME.allowed}`,
        },
      ];
}

function warningsOf(
  replicas: number,
  trust: 'ca' | 'leaf',
  serviceName: string,
  { dnsNames }: Said,
): readonly string[] {
  return [
    ...(trust === 'leaf'
      ? ['trust: leaf: MinIO pins this certificate and must restart after KES at each renewal']
      : []),
    ...(replicas === 1 ? ['replicas: 1: each restart of KES is an outage'] : []),
    ...(dnsNames && !dnsNames.includes(serviceName)
      ? [`dnsNames: ${serviceName} is not among them, and MinIO connects to that name`]
      : []),
  ];
}
