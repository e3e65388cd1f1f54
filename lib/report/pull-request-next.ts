import type { CertificateSpec } from '../model/certificate-spec';
import { isApprovedByJob } from '../model/delivery-spec';
import { codeSpan, wordList } from './markdown';
import { isServedAnew, namesOf, type FolderChanges, type ToldChange } from './pull-request-parts';

/** So many names stand in a command; of more it is told without names, and does all. */
const MOST_NAMES = 20;

const APPLIED = {
  kubectl: '`dist/` is applied',
  kustomize: 'The overlay around `dist/` is applied',
  'argo-cd': 'Argo CD applies `dist/`',
  flux: 'Flux applies `dist/`',
} as const;

/** What is still to happen once it is merged: lines of a numbered list. */
export function nextLines(folder: FolderChanges): readonly string[] {
  const { changes, typed } = folder;
  const spec = changes.find((one) => one.spec)?.spec;
  const applied = APPLIED[spec?.delivery.engine ?? 'kubectl'];
  const requested = changes.filter(({ change }) => change.request);
  const served = changes.filter(isServedAnew);
  const leaving = [...new Set(changes.flatMap(({ change }) => change.leaving))];
  return [
    ...(requested.length > 0 ? requestSteps(requested, applied, typed) : []),
    ...(served.length > 0 && spec ? serveSteps(served, spec, applied, typed) : []),
    ...(leaving.length > 0
      ? [
          `The cluster loses ${leaving.length === 1 ? 'Secret' : 'the Secrets'} ${wordList(leaving).markdown}.`,
        ]
      : []),
  ];
}

function requestSteps(
  requested: readonly ToldChange[],
  applied: string,
  typed: (command: string) => string,
): readonly string[] {
  const command = (verb: string, told: readonly ToldChange[], flags = ''): string =>
    codeSpan(typed([verb, ...(told.length > MOST_NAMES ? [] : namesOf(told))].join(' ') + flags));
  const isLocal = ({ change }: ToldChange): boolean => change.request?.signer === 'local';
  const isByJob = ({ change, spec }: ToldChange): boolean =>
    spec !== undefined && isApprovedByJob(spec.delivery, change.request?.signer ?? '');
  const local = requested.filter(isLocal);
  const inCluster = requested.filter((one) => !isLocal(one));
  const byJob = inCluster.filter(isByJob);
  const byPerson = inCluster.filter((one) => !isByJob(one));
  const objects = (told: readonly ToldChange[]): string =>
    wordList(told.flatMap(({ change }) => change.request?.objectName ?? [])).markdown;
  return [
    ...(byJob.length > 0
      ? [
          `${applied}: a Job creates ${requestOf(byJob)} ${objects(byJob)}, approves what equals the committed request and nothing else, and keeps the certificate. **Nobody has to approve.**`,
          `${command('fetch', byJob)} then brings the second pull request.`,
        ]
      : []),
    ...(byPerson.length > 0
      ? [
          `${applied}: ${isMadeByJob(byPerson) ? 'a Job creates ' : ''}${requestOf(byPerson)} ${objects(byPerson)}${isMadeByJob(byPerson) ? '' : byPerson.length === 1 ? ' appears' : ' appear'}.`,
          `**A person approves:** ${command('approve', byPerson)} compares the live request with the committed one first, and takes the certificate.`,
          `${command('fetch', byPerson)}, if somebody approved in another way, brings the second pull request.`,
        ]
      : []),
    ...(local.length > 0
      ? [
          `**A person signs:** ${command('sign', local, ' --ca DIR')}; that is the second pull request.`,
        ]
      : []),
  ];
}

const requestOf = ({ length }: readonly ToldChange[]): string =>
  length === 1 ? 'the CertificateSigningRequest' : 'the CertificateSigningRequests';

const isMadeByJob = (told: readonly ToldChange[]): boolean =>
  told.some(({ spec }) => spec?.delivery.request === 'job');

const OPENED = {
  'sealed-secrets': 'The Sealed Secrets controller makes the Secret of it.',
  sops: 'SOPS decrypts it on the way.',
  plaintext: '',
} as const;

function serveSteps(
  served: readonly ToldChange[],
  { sealing, delivery }: CertificateSpec,
  applied: string,
  typed: (command: string) => string,
): readonly string[] {
  const secrets = [...new Set(served.flatMap(({ change }) => change.after?.secret ?? []))];
  const wereInOutput = served.some(
    ({ change }) => change.kind === 'issued' && !change.atOnce && change.after?.signer !== 'local',
  );
  const restarts = served.some(({ change }) => change.restarts.some((one) => one.restarts));
  const doctor = codeSpan(
    typed(['doctor', ...(served.length > MOST_NAMES ? [] : namesOf(served))].join(' ')),
  );
  return [
    `${applied}: ${secrets.length === 1 ? 'Secret' : 'the Secrets'} ${wordList(secrets).markdown} ${secrets.length === 1 ? 'changes' : 'change'}. ${OPENED[sealing.type]}`.trimEnd(),
    ...(wereInOutput
      ? [
          delivery.request === 'job'
            ? 'The Job that made the request leaves `dist/` with it.'
            : 'The request leaves `dist/`.',
        ]
      : []),
    ...(restarts ? ['What is named above restarts as soon as it is applied as well.'] : []),
    `${doctor} tells whether it serves.`,
  ];
}
