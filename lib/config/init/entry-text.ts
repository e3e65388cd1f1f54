import { visible } from '../../model/visible';
import { SOURCE_NAME } from '../kubernetes-names';
import { inWords, NAMESPACE_UNSAID, type Server } from './answers';
import type { ConfigParts } from './config-parts';
import { EKS_APP_SERVING, KUBELET_SERVING } from './defaults';
import { serviceNames } from './found-server';
import { found, indented, scalar } from './lines';
import type { Places } from './places';

/** Where the CA is to be written unless one was found. */
const CA = 'ca.pem';

/** The name of the first certificate. */
export const certificateName = ({ profile, name }: Server): string =>
  profile === 'minio-kes' ? 'kes' : name;

/** The entry of the first certificate, not indented. */
export function entryText(parts: ConfigParts): readonly string[] {
  const { value: server } = parts.answers.server;
  return server.profile === 'minio-kes' ? kesEntry(parts, server) : genericEntry(parts, server);
}

/** Signers that a reader may have had in mind, and where they belong. */
const SIGNERS: readonly (readonly [signer: string, where: string])[] = [
  [KUBELET_SERVING, 'Kubernetes'],
  [EKS_APP_SERVING, 'Amazon EKS'],
  ['clusterissuers.cert-manager.io/NAME', 'cert-manager'],
  ['local', 'a CA of your own'],
];

function signer({ value }: { readonly value: string }): readonly string[] {
  return [
    '# Who signs: docs/signers.md. Or:',
    ...SIGNERS.filter(([name]) => name !== value).map(([name, where]) => `#   ${name} (${where})`),
    `signer: ${scalar(value)}`,
  ];
}

/** A namespace, and that it is a guess where nothing says it. */
const namespaceLines = ({ namespace, found: server }: Server): readonly string[] => [
  ...(isGuess(namespace, server) ? ['  # Correct this: nothing says another one.'] : []),
  `  namespace: ${scalar(namespace)}`,
];

const isGuess = (namespace: string, server: Server['found']): boolean =>
  server ? server.namespace === undefined : namespace === NAMESPACE_UNSAID;

function genericEntry(
  { answers, places }: ConfigParts,
  server: Server & { readonly profile: 'generic' },
): readonly string[] {
  const { name, namespace, found: workload } = server;
  const dnsNames = workload?.dnsNames.length ? workload.dnsNames : serviceNames(name, namespace);
  return [
    `# ${visible(inWords(server))}.${found(workload?.file)} The name of the entry names certificates/${visible(name)}/, too.`,
    `${scalar(name)}:`,
    ...indented(2, [
      '# The names by which clients reach it.',
      'dnsNames:',
      ...dnsNames.map((one) => `  - ${scalar(one)}`),
      ...signer(answers.signer),
      ...(answers.signer.value === KUBELET_SERVING
        ? [
            '# That signer insists on both; clients look at dnsNames only.',
            `commonName: ${scalar(commonName(name))}`,
            'subject: { organizations: [system:nodes] }',
          ]
        : []),
      ...duration(),
      '# The Secret that will hold certificate and key, as tls.crt and tls.key.',
      'secret:',
      `  name: ${scalar(workload?.secretName ?? `${name}-tls`)}`,
      ...namespaceLines(server),
      ...(workload?.restarts === false ? [] : restarts(places)),
    ]),
  ];
}

/** At most 64 characters: ub-common-name of RFC 5280, appendix A.1. */
const commonName = (name: string): string => `system:node:${name}`.slice(0, 64).replace(/-+$/, '');

const duration = (): readonly string[] => [
  '# What is asked for; the signer may give less. Two thirds into it the next one is due.',
  'duration: 90d',
];

function restarts({ restart }: Places, ofChart = false): readonly string[] {
  if (restart.length === 0) {
    return [
      '# What reads the Secret when it starts only: an annotation in a file of yours restarts it.',
      '# restart:',
      '#   - file: deployment.yaml',
      '#     annotations: spec.template.metadata.annotations',
    ];
  }
  return [
    '# releaf sets an annotation there that changes with the certificate, so that pods restart.',
    'restart:',
    ...restart.flatMap(({ file, annotations, object, digestOf }, index) => [
      `  - file: ${scalar(file)}`,
      ...(ofChart && index === 0
        ? ['    # The chart has none for KES alone: it puts these on the pods of KES too.']
        : []),
      `    annotations: ${scalar(annotations)}`,
      ...(object
        ? ['    object:', `      kind: ${object.kind}`, `      name: ${scalar(object.name)}`]
        : []),
      ...(digestOf === undefined
        ? []
        : [
            '    # MinIO trusts the CA, and restarts only when that changes.',
            `    digestOf: ${digestOf}`,
          ]),
    ]),
  ];
}

function kesEntry(
  { answers, findings, places }: ConfigParts,
  server: Server & { readonly profile: 'minio-kes' },
): readonly string[] {
  const { name, found: tenant } = server;
  const secret = ownSecret(server);
  return [
    `# The server certificate of ${visible(inWords(server))}: docs/minio-kes.md.${found(tenant?.file)}`,
    'kes:',
    ...indented(2, [
      'profile:',
      '  name: minio-kes',
      `  tenant: ${scalar(name)}`,
      '  # As in the Tenant: each pod has its name in the certificate.',
      `  replicas: ${tenant?.replicas ?? 2}`,
      ...signer(answers.signer),
      ...duration(),
      "# The Secret that will hold certificate and key. Not the operator's own, which is <tenant>-kes-tls.",
      'secret:',
      `  name: ${scalar(secret.name)}`,
      ...namespaceLines(server),
      ...(secret.type === undefined ? [] : [`  type: ${secret.type}`]),
      '# The CA of the signer, which MinIO is to trust; on many clusters that of the API server:',
      `# ${caCommand(findings.ca ?? CA)}`,
      `ca: ${scalar(findings.ca ?? CA)}`,
      ...references(places),
      ...(places.restart.length > 0
        ? restarts(places, tenant?.where === 'values')
        : tenantRestarts()),
    ]),
  ];
}

/** Writes the CA that pods trust the API server by. */
export const caCommand = (file: string): string =>
  `kubectl get configmap kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}' > ${visible(file)}`;

/** The Secret that the Tenant names already, unless it is one that the operator makes. */
function ownSecret({ name, found: tenant }: Server & { readonly profile: 'minio-kes' }): {
  readonly name: string;
  readonly type?: string;
} {
  const { secret } = tenant ?? {};
  if (!secret || secret.name.startsWith(`${name}-`) || SOURCE_NAME.broken(secret.name)) {
    return { name: 'kes-server' };
  }
  return { name: secret.name, ...(secret.type === 'kubernetes.io/tls' && { type: secret.type }) };
}

function references({ references: list }: Places): readonly string[] {
  if (list.length === 0) return [];
  return [
    '# Where the Tenant names that Secret; releaf writes it there with the first certificate.',
    'references:',
    ...list.flatMap(({ file, name, type }) => [
      `  - file: ${scalar(file)}`,
      `    name: ${scalar(name)}`,
      ...(type === undefined ? [] : [`    type: ${scalar(type)}`]),
    ]),
  ];
}

const tenantRestarts = (): readonly string[] => [
  '# With the Tenant in a file of this folder, releaf keeps it in step:',
  '# references:',
  '#   - file: tenant.yaml',
  '#     name: spec.kes.externalCertSecret.name',
  '#     type: spec.kes.externalCertSecret.type',
  '# restart:',
  '#   - { file: tenant.yaml, annotations: spec.kes.annotations }',
  "#   - { file: tenant.yaml, annotations: 'spec.pools[0].annotations', digestOf: ca }",
];
