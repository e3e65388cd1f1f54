import { minuteUtc } from '../model/minute';
import type { ChangeKind } from '../rotation/certificate-change-kind';
import { codeSpan, markdownText } from './markdown';
import {
  installerOf,
  listed,
  namesOf,
  type FolderChanges,
  type ToldChange,
} from './pull-request-parts';

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
  const issued = of('issued');
  const canGoBack = ({ change: { rollback } }: ToldChange): boolean =>
    rollback !== undefined && rollback.notAfter > now;
  const goesBack = ({ change: { before, rollback } }: ToldChange): boolean =>
    before !== undefined && before.revision === rollback?.revision;
  const back = issued.filter((one) => canGoBack(one) && goesBack(one));
  const elsewhere = issued.filter((one) => canGoBack(one) && !goesBack(one));
  const stuck = issued.filter((one) => !canGoBack(one));
  const none = stuck.filter(isGone);
  const refused = stuck.filter((one) => !isGone(one));
  const requested = of('requested');
  const withdrawable = requested.filter(
    ({ change }) => change.after && change.after.notAfter > now,
  );
  const takenBack = of('withdrawn', 'request-withdrawn');
  const rolledBack = takenBack.filter(({ change }) => change.held);
  const others = [
    ...takenBack.filter(({ change }) => !change.held),
    ...of('reinstated', 'reverted', 'dropped', 'rewritten', 'tidied', 'given-up'),
  ];
  return [
    ...(back.length > 0
      ? [
          `${command(back, (name) => `rollback ${name}`)} goes back to the revision before and stays there${untilOf(back)}. A bare \`git revert\` does not stay: it leaves the revision pending, and the next ${installedBy(back)} installs it again.`,
        ]
      : []),
    ...(elsewhere.length > 0
      ? [
          `${command(elsewhere, (name) => `rollback ${name}`)} goes to a revision that did not serve before${rollbackOf(elsewhere)}. \`git revert\` of the merge goes back to what served.`,
        ]
      : []),
    ...(refused.length > 0
      ? [
          `${command(refused, (name) => `rollback ${name}`)} does not go back to what served${refusalOf(refused)}. \`git revert\` of the merge does; where the revision waits again then, the next ${installedBy(refused)} installs it anew.`,
        ]
      : []),
    ...(none.length > 0
      ? [
          `For ${listed(none)} there is no valid revision to go back to. ${command(none, (name) => `renew ${name} --force`)} makes another one.`,
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

const installedBy = (told: readonly ToldChange[]): string =>
  codeSpan(installerOf(told.map(({ change }) => change.after?.signer)));

const untilOf = (told: readonly ToldChange[]): string => {
  const [only, ...more] = told;
  return only?.change.before && more.length === 0
    ? ` (revision ${only.change.before.revision}, valid until ${minuteUtc(only.change.before.notAfter)})`
    : '';
};

const rollbackOf = (told: readonly ToldChange[]): string => {
  const [only, ...more] = told;
  return only?.change.rollback && more.length === 0
    ? ` (revision ${only.change.rollback.revision})`
    : '';
};

const refusalOf = (told: readonly ToldChange[]): string => {
  const [only, ...more] = told;
  if (!only || more.length > 0) return '';
  const { rollbackRefused } = only.change;
  return `: ${rollbackRefused === undefined ? 'a newer revision stands above what serves' : markdownText(rollbackRefused)}`;
};
