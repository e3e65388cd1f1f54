import { visible } from '../../model/visible';
import { NAMESPACE, SOURCE_NAME, SOURCE_PATH } from '../kubernetes-names';
import type { Answers } from './answers';
import type { ConfigParts } from './config-parts';
import { entryText } from './entry-text';
import type { FoundFlux } from './found-engine';
import { found, indented, scalar } from './lines';

/** Where the sealing certificate is to be written unless one was found. */
const SEALING_CERTIFICATE = 'sealing-certificate.pem';

/**
 * The text of a new config: every value stands there with the reason for it, so that what is left to do is to
 * correct names.
 */
export function configText(parts: ConfigParts): string {
  const { schema } = parts;
  return [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    '# What releaf keeps valid. Correct the names; docs/config.md explains every key.',
    '# Where docs/ is: releaf --help. After a change: releaf plan',
    'version: 1',
    '',
    ...delivery(parts),
    '',
    'defaults:',
    ...indented(2, sealing(parts)),
    '',
    'certificates:',
    ...indented(2, entryText(parts)),
    '',
  ].join('\n');
}

function delivery({ answers, findings, within }: ConfigParts): readonly string[] {
  const { value, why } = answers.delivery;
  const heading = `# Who applies dist/: kubectl, kustomize, argo-cd or flux. Here ${value}: ${visible(why)}.`;
  if (value !== 'flux' || findings.cdk8s !== undefined) {
    return [
      heading,
      ...(value === 'argo-cd'
        ? ['# dist/ belongs into an Application, that of the workload at best: docs/argo-cd.md']
        : []),
      ...(value === 'flux' ? ['# Kustomizations for dist/ are yours to write: docs/flux.md'] : []),
      `delivery: ${value}`,
    ];
  }
  return [
    heading,
    '# Have Flux apply dist/kustomizations/releaf.k8s.yaml, which does the rest: docs/flux.md',
    'delivery:',
    '  type: flux',
    ...kustomizations(findings.flux, within, answers.sealing.value),
  ];
}

function kustomizations(
  flux: FoundFlux | undefined,
  within: string,
  sealing: Answers['sealing'],
): readonly string[] {
  const path = within === '' ? '.' : within;
  const { source, namespace, decryptionSecret } = flux ?? {};
  const lines = [
    ...(SOURCE_PATH.broken(path) === undefined
      ? ['    # Where this folder is in the source of Flux.', `    path: ${scalar(path)}`]
      : []),
    ...(source &&
    ['GitRepository', 'OCIRepository', 'Bucket'].includes(source.kind) &&
    SOURCE_NAME.broken(source.name) === undefined
      ? [`    source: { kind: ${source.kind}, name: ${scalar(source.name)} }`]
      : []),
    ...(namespace !== undefined &&
    namespace !== 'flux-system' &&
    NAMESPACE.broken(namespace) === undefined
      ? [`    namespace: ${scalar(namespace)}`]
      : []),
    ...(sealing === 'sops'
      ? [
          '    # The Secret with the age identity, by which Flux decrypts.',
          `    decryptionSecret: ${scalar(
            decryptionSecret !== undefined && SOURCE_NAME.broken(decryptionSecret) === undefined
              ? decryptionSecret
              : 'sops-age',
          )}`,
        ]
      : []),
  ];
  return lines.length === 0 ? ['  kustomizations: {}'] : ['  kustomizations:', ...lines];
}

function sealing({ answers, findings, recipients }: ConfigParts): readonly string[] {
  if (answers.sealing.value === 'sealed-secrets') {
    const { sealingCertificate } = findings;
    return [
      '# Private keys are sealed for the Sealed Secrets controller, which alone can open them.',
      ...(sealingCertificate === undefined
        ? [`# Its certificate: releaf doctor --sealing-certificate > ${SEALING_CERTIFICATE}`]
        : []),
      'sealing:',
      '  type: sealed-secrets',
      `  certificate: ${scalar(sealingCertificate ?? SEALING_CERTIFICATE)}`,
    ];
  }
  return [
    '# Private keys are encrypted as SOPS does with age; the holders of these identities can open them.',
    ...(recipients.length > 0
      ? [
          'sealing:',
          '  type: sops',
          `  # Public keys.${found(findings.sops?.file)}`,
          '  recipients:',
          ...recipients.map((one) => `    - ${one}`),
        ]
      : [
          '# Their public keys are in the creation rules of .sops.yaml; or say recipients: [age1…]',
          'sealing:',
          '  type: sops',
        ]),
  ];
}
