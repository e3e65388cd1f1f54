import type { CertificateSpec } from '../model/certificate-spec';
import { isApprovedByJob } from '../model/delivery-spec';
import { shellWord } from '../model/shell-word';
import type { ChangeKind } from '../rotation/certificate-change';
import type { ExpectedRestart } from '../rotation/certificate-restarts';
import { codeSpan, wordList } from './markdown';
import { minute, type FolderChanges, type ToldChange } from './pull-request-parts';

/** So many names stand in a command; of more it is told without names, and does all. */
const MOST_NAMES = 20;

const listed = (told: readonly ToldChange[]): string =>
  wordList(told.map(({ change }) => change.name)).markdown;

/** As they are pasted; a folder in `certificates/` may be called anything. */
const namesOf = (told: readonly ToldChange[]): readonly string[] =>
  told.map(({ change }) => shellWord(change.name));

/** Kinds after which something else may serve than before. */
const SERVES_OTHER: readonly ChangeKind[] = [
  'issued',
  'withdrawn',
  'reinstated',
  'reverted',
  'dropped',
  'rewritten',
];

const isServedAnew = ({ change: { kind, before, after } }: ToldChange): boolean =>
  SERVES_OTHER.includes(kind) && after !== undefined && after.serialNumber !== before?.serialNumber;

/** What restarts, first to last, as lines of Markdown. */
export function restartLines({ changes, byApp }: FolderChanges): readonly string[] {
  const served = changes.filter(isServedAnew);
  if (served.length === 0) {
    return changes.some(({ change }) => change.leaving.length > 0)
      ? ['Nothing restarts by this; what mounts a Secret that is gone cannot start again.']
      : ['Nothing restarts: this changes nothing that runs.'];
  }
  const lines = new Map<string, string[]>();
  const add = (line: string, name: string): void => {
    lines.set(line, [...(lines.get(line) ?? []), name]);
  };
  for (const { change } of served) {
    const due = change.restarts.filter(({ restarts }) => restarts);
    for (const restart of due) add(restartLine(restart), change.name);
  }
  const first = [...lines].map(
    ([line, names], index) =>
      `${index + 1}. ${line}${changes.length === 1 ? '' : ` (${wordList(names).markdown})`}`,
  );
  const idle = served.flatMap(({ change }) => change.restarts.filter(({ restarts }) => !restarts));
  const spared = [...new Set(idle.map(placeOf))];
  const alone = served.filter(({ change }) => change.restarts.length === 0);
  const gap = first.length > 0 ? [''] : [];
  return [
    ...first,
    ...(spared.length > 0
      ? [
          ...gap,
          `These need not restart, since what they read stays the same: ${spared.join(', ')}.`,
        ]
      : []),
    ...(alone.length > 0
      ? [
          ...gap,
          byApp
            ? `For ${listed(alone)} the app of this folder says what restarts.`
            : `For ${listed(alone)} the config names nothing that restarts: what reads the Secret must notice the new files by itself, or a person restarts it.`,
        ]
      : []),
  ];
}

const placeOf = ({ file, object, path }: ExpectedRestart): string =>
  [object, file, path]
    .filter((part) => part !== undefined)
    .map(codeSpan)
    .join(', ');

const BECAUSE: Readonly<Record<ExpectedRestart['by'], string>> = {
  certificate: 'it serves the certificate',
  pin: 'it pins the certificate, and starts only after KES has (`releaf doctor --endpoint HOST:PORT` tells)',
  ca: 'it trusts the CA, which it reads only when it starts',
  'secret name': 'it names the Secret, which has another name now',
};

const restartLine = (restart: ExpectedRestart): string =>
  `${placeOf(restart)}: ${BECAUSE[restart.by]}`;

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
  const issued = served.filter(({ change }) => change.kind === 'issued' && !change.atOnce);
  const restarts = served.some(({ change }) => change.restarts.some((one) => one.restarts));
  const doctor = codeSpan(
    typed(['doctor', ...(served.length > MOST_NAMES ? [] : namesOf(served))].join(' ')),
  );
  return [
    `${applied}: ${secrets.length === 1 ? 'Secret' : 'the Secrets'} ${wordList(secrets).markdown} ${secrets.length === 1 ? 'changes' : 'change'}. ${OPENED[sealing.type]}`.trimEnd(),
    ...(issued.length > 0
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

/** How to go back: lines of Markdown. */
export function rollbackLines({ changes, typed }: FolderChanges, now: Date): readonly string[] {
  const of = (...kinds: readonly ChangeKind[]): readonly ToldChange[] =>
    changes.filter(({ change }) => kinds.includes(change.kind));
  const isGone = ({ change: { before } }: ToldChange): boolean =>
    before === undefined || before.notAfter <= now;
  const command = (told: readonly ToldChange[], words: (name: string) => string): string => {
    const [only, ...more] = namesOf(told);
    return only !== undefined && more.length === 0
      ? codeSpan(typed(words(only)))
      : `${codeSpan(typed(words('NAME')))}, for each NAME of ${listed(told)},`;
  };
  const issued = of('issued').filter((one) => !isGone(one));
  const first = of('issued').filter(isGone);
  const requested = of('requested');
  const withdrawable = requested.filter(
    ({ change }) => change.after && change.after.notAfter > now,
  );
  const rolledBack = of('withdrawn', 'request-withdrawn');
  const others = of('reinstated', 'reverted', 'dropped', 'rewritten', 'tidied', 'given-up');
  return [
    ...(issued.length > 0
      ? [
          `${command(issued, (name) => `rollback ${name}`)} goes back to the revision before and stays there${untilOf(issued)}. A bare \`git revert\` does not stay: it leaves the revision pending, and the next \`releaf fetch\` installs it again.`,
        ]
      : []),
    ...(first.length > 0
      ? [
          `For ${listed(first)} there is no valid revision to go back to. ${command(first, (name) => `renew ${name} --force`)} makes another one.`,
        ]
      : []),
    ...(requested.length > 0
      ? [
          'Close this pull request, or `git revert` it: the request goes, and the next `releaf renew` makes another one if it is still due.',
        ]
      : []),
    ...(withdrawable.length > 0
      ? [
          `${command(withdrawable, (name) => `rollback ${name}`)} withdraws a request that is merged, and schedules do not ask again.`,
        ]
      : []),
    ...(rolledBack.length > 0
      ? [
          `\`git revert\` puts the withdrawn revision back; ${command(rolledBack, (name) => `renew ${name} --force`)} makes a new one instead. Until then ${rolledBack.length === 1 ? 'it is' : 'they are'} not renewed by schedule.`,
        ]
      : []),
    ...(others.length > 0 ? [`For ${listed(others)}: \`git revert\` of the merge.`] : []),
  ];
}

const untilOf = (told: readonly ToldChange[]): string => {
  const [only, ...more] = told;
  return only?.change.before && more.length === 0
    ? ` (revision ${only.change.before.revision}, valid until ${minute(only.change.before.notAfter)})`
    : '';
};
