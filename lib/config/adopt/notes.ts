import type { CertificateSpec } from '../../model/certificate-spec';
import type { Adoption } from './candidates';
import type { SecretOwner } from './describe-secret';
import { formatDuration } from '../duration';
import { quotable } from '../problem';

/** An adoption that came to something. */
export interface Made extends Adoption {
  readonly spec: CertificateSpec;
}

const MANAGED = 'sealedsecrets.bitnami.com/managed';
const IN_PODS =
  'restart: [{ file: deployment.yaml, annotations: spec.template.metadata.annotations }]';
const KES_RESTART = '{ file: tenant.yaml, annotations: spec.kes.annotations }';
const POOL_RESTART =
  '{ file: tenant.yaml, annotations: "spec.pools[0].annotations", digestOf: ca }';
const REFERENCES =
  'references: [{ file: tenant.yaml, name: spec.kes.externalCertSecret.name, type: spec.kes.externalCertSecret.type }]';

/** What was looked for before. */
export interface Known {
  /** Whether a person said who signs. */
  readonly saysSigner: boolean;
  /** Why the CA is not known. */
  readonly caMissing: string | undefined;
}

/** What the certificate does not tell, and what to do about it; first what most depends on. */
export function unknownOf(made: Made, { saysSigner, caMissing }: Known): readonly string[] {
  const { defaults, spec, like } = made;
  const isKes = spec.profile === 'minio-kes';
  return [
    ...(saysSigner
      ? []
      : defaults.signer === undefined
        ? [
            `signer: ${spec.signer} because the subject is a node's; on Amazon EKS say --signer beta.eks.amazonaws.com/app-serving`,
          ]
        : [`signer: ${spec.signer} is what the defaults say`]),
    ...(isKes ? kesUnknown(made, caMissing) : clientUnknown(spec)),
    ...readersUnknown(made),
    like.duration === undefined
      ? `duration: the issued lifetime is none that Kubernetes takes, so ${formatDuration(spec.expirationSeconds)} is asked for`
      : `duration: ${like.duration} is what was issued; more may have been asked for`,
    ...(like.usages
      ? []
      : [
          `usages: the certificate has none, so the usual ones are asked for: ${spec.usages.join(', ')}`,
        ]),
    ...(made.sealing?.type === 'sealed-secrets'
      ? [
          `how keys are kept in Git: Sealed Secrets is written, with ${made.sealing.certificate}; SOPS is the other way`,
        ]
      : []),
  ];
}

function kesUnknown(
  { like, spec }: Made,
  caMissing = 'the CA that signed is not known',
): readonly string[] {
  const pods = like.names.dnsNames.length - 1;
  return [
    `replicas: the certificate names ${pods} ${pods === 1 ? 'pod' : 'pods'} of KES; compare with spec.kes.replicas of the Tenant, whose default is 2`,
    ...(spec.appendCa
      ? []
      : [
          `trust: ${caMissing}, so the entry says leaf; once you have that CA as ca.pem, say ca: ca.pem in place of it`,
        ]),
  ];
}

/** Which files of the team say what must change with the Secret. */
function readersUnknown({ spec, secret }: Made): readonly string[] {
  if (spec.profile !== 'minio-kes')
    return [`what restarts with the Secret: add such as ${IN_PODS}`];
  const places = [KES_RESTART, ...(spec.appendCa ? [POOL_RESTART] : [])].join(', ');
  return [
    `what restarts: with the Tenant in a file of yours add restart: [${places}]`,
    ...(secret.owner?.kind === 'Tenant'
      ? []
      : [`where the Secret is named: with the Tenant in a file of yours add ${REFERENCES}`]),
  ];
}

function clientUnknown({ usages, signer, profile }: CertificateSpec): readonly string[] {
  return usages.includes('client auth') &&
    profile === 'generic' &&
    !signer.startsWith('kubernetes.io/')
    ? [
        'who knows this client by its public key: a renewal makes a new key; for KES see the profile minio-kes-client, or say keyPolicy: reuse',
      ]
    : [];
}

/**
 * What is not as it was, or should be known before the first renewal; first what stops it.
 *
 * @param kubectl - a kubectl command as a person would type it
 */
export function warningsOf(
  made: Made,
  kubectl = (command: string): string => `kubectl ${command}`,
): readonly string[] {
  const { secret, like, spec } = made;
  const release = kubectl(
    `annotate secret -n ${spec.secret.namespace} ${spec.secret.name} ${MANAGED}=true`,
  );
  const isRefused = spec.sealing.type === 'sealed-secrets' && !secret.isReleased;
  return [
    ...(secret.isImmutable
      ? ['the Secret is immutable, so nothing can renew it: choose another secret.name']
      : []),
    ...keeperWarning(secret.owner, isRefused ? release : undefined),
    ...like.warnings,
    ...spec.warnings.filter((warning) => !THERE_ALREADY.test(warning)),
    ...othersWarning(made),
    ...(secret.keys.privateKey === undefined
      ? [
          `no item looks like a private key; ${spec.secret.keys.privateKey} is where the new one goes`,
        ]
      : []),
  ];
}

/** The items that the Secret has besides, of which a Secret of releaf's has none. */
function othersWarning({ secret: { others }, spec }: Made): readonly string[] {
  if (others.length === 0 || spec.secret.naming === 'perRevision') return [];
  // kubectl and Flux leave what they did not write themselves.
  const will = spec.sealing.type === 'sealed-secrets' ? 'will' : 'may';
  return [
    `${will} be removed from the Secret when releaf's is applied: ${others.map(quotable).join(', ')}; move them elsewhere first if somebody reads them`,
  ];
}

/** What profiles warn of; here it is what was found. */
const THERE_ALREADY = /^secret\.name: \S+ may be there already/;

/** @param release - the command without which Sealed Secrets refuses the Secret; undefined where it does not */
function keeperWarning(
  owner: SecretOwner | undefined,
  release: string | undefined,
): readonly string[] {
  const refused =
    release === undefined ? '' : `Sealed Secrets refuses to write it until you run: ${release}`;
  if (!owner) {
    return refused === '' ? [] : [`somebody else made the Secret; ${refused}`];
  }
  const who = `${quotable(owner.kind)} ${quotable(owner.name)}`;
  switch (owner.kind) {
    case 'Tenant':
      return [
        refused === ''
          ? `${who} owns the Secret: when it is deleted the MinIO operator issues a new one, and MinIO must restart`
          : `${who} owns the Secret; ${refused}`,
      ];
    case 'SealedSecret':
      return [
        `${who} owns the Secret: take its manifest out of Git in the same change, since releaf writes one of that name`,
      ];
    case 'Certificate':
      return [
        `${who} of cert-manager writes the Secret: delete that first, the Secret stays${refused && `; ${refused}`}`,
      ];
    default:
      return [
        refused === ''
          ? `${who} owns the Secret: it may write it again, and takes it along when it is deleted`
          : `${who} owns the Secret, and may write it again; ${refused}`,
      ];
  }
}
