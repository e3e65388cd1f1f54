import { minuteUtc } from '../model/minute';
import type { ChangeKind } from '../rotation/certificate-change';
import { codeSpan } from './markdown';
import { listed, namesOf, type FolderChanges, type ToldChange } from './pull-request-parts';

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
    ? ` (revision ${only.change.before.revision}, valid until ${minuteUtc(only.change.before.notAfter)})`
    : '';
};
