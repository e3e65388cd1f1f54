import { minuteUtc } from '../model/minute';
import type { ChangeKind } from '../rotation/certificate-change-kind';
import { hasNews, REPOSITORY_TOP, type FolderChanges, type ToldChange } from './pull-request-parts';

/** As a title says what happened; `what` is a name, or several. */
const HEADLINES: Readonly<Record<ChangeKind, (what: string, isOne: boolean) => string>> = {
  requested: (what, isOne) =>
    `Request ${isOne ? 'a new certificate' : 'new certificates'} for ${what}`,
  issued: (what, isOne) => `Install the new ${isOne ? 'certificate' : 'certificates'} of ${what}`,
  withdrawn: (what) => `Roll back ${what}`,
  'request-withdrawn': (what) => `Withdraw the request for ${what}`,
  reinstated: (what) => `Put back what was rolled back of ${what}`,
  reverted: (what) => `Revert the new certificate of ${what}`,
  dropped: (what) => `Drop the request for ${what}`,
  rewritten: (what) => `Rewrite revisions of ${what}`,
  'given-up': (what) => `Give up the certificate of ${what}`,
  tidied: (what) => `Remove old revisions of ${what}`,
};

/** What happened, in a word. */
export const IN_A_WORD: Readonly<Record<ChangeKind, string>> = {
  requested: 'requested',
  issued: 'installed',
  withdrawn: 'rolled back',
  'request-withdrawn': 'request withdrawn',
  reinstated: 'put back',
  reverted: 'reverted',
  dropped: 'request dropped',
  rewritten: 'rewritten',
  'given-up': 'given up',
  tidied: 'old revisions removed',
};

/** Where the sentence is another one for many. */
const MANY: Partial<Record<ChangeKind, (count: number) => string>> = {
  requested: (count) => `Request ${count} new certificates`,
  issued: (count) => `Install ${count} new certificates`,
};

const LONGEST_NAMES = 60;
/** As long as a name can be in a config. */
const LONGEST_NAME = 63;

/** A title is also the subject of a commit: nothing in it may be read as more than text. */
const titleWord = (name: string): string => {
  const text = name.replace(/[^\w./-]/g, '?');
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
};

/** Title of the pull request: plain text on one line. */
export function pullRequestTitle(folders: readonly FolderChanges[], now: Date): string {
  const changed = folders.filter((folder) => !folder.failure && hasNews(folder));
  const [first, ...others] = changed;
  if (!first) {
    return folders.some(({ failure }) => failure)
      ? 'Certificates cannot be compared'
      : 'No certificate changes';
  }
  const told = changed.flatMap(({ changes }) => changes);
  const where =
    folders.length === 1
      ? ''
      : others.length === 0
        ? ` in ${titleWord(first.folder)}`
        : ` in ${changed.length} folders`;
  const expired = told.some((one) => hasExpired(one, now)) ? 'Expired: ' : '';
  return `${expired}${headline(told, changed)}${where}`;
}

const hasExpired = ({ change: { kind, before, after } }: ToldChange, now: Date): boolean =>
  [before, kind === 'given-up' ? undefined : after].some(
    (facts) => kind !== 'given-up' && facts !== undefined && facts.notAfter <= now,
  );

function headline(told: readonly ToldChange[], changed: readonly FolderChanges[]): string {
  const kinds = [...new Set(told.map(({ change }) => change.kind))];
  const [kind] = kinds;
  if (kind === undefined) {
    if (changed.some(({ unreadable }) => unreadable.length > 0)) {
      return 'Revisions that cannot be read';
    }
    if (changed.some(({ foreign = [] }) => foreign.length > 0)) {
      return 'Files among the certificates that releaf did not write';
    }
    const from = changed.map(({ movedFrom = '' }) => movedFrom);
    return from.length > 1
      ? 'Move certificates'
      : `Move certificates from ${from.map((one) => (one === '' ? REPOSITORY_TOP : titleWord(one))).join('')}`;
  }
  if (kinds.length > 1) {
    const counts = kinds.map((each) => {
      const count = told.filter(({ change }) => change.kind === each).length;
      return `${count} ${IN_A_WORD[each]}`;
    });
    return `Certificates: ${counts.join(', ')}`;
  }
  const names = told.map(({ change }) => titleWord(change.name)).join(', ');
  const [only, ...more] = told;
  const isOne = more.length === 0;
  if (!isOne && names.length > LONGEST_NAMES) {
    return MANY[kind]?.(told.length) ?? HEADLINES[kind](`${told.length} certificates`, false);
  }
  const { after } = only?.change ?? {};
  const until =
    kind === 'issued' && isOne && after ? `, valid until ${minuteUtc(after.notAfter)}` : '';
  return HEADLINES[kind](names, isOne) + until;
}
