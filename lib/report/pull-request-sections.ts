import { fittingTable, fittingWithRest } from './forge-limit';
import { codeSpan, folded, markdownText, wordList } from './markdown';
import type { FolderChanges, ToldChange } from './pull-request-parts';
import { changeTable, OVERVIEW_HEAD, overviewRow } from './pull-request-table';
import { isSevere, labelOf, type ChangeWarning } from './pull-request-warning-kinds';

/** More are one table, with the details of each folded. */
const MOST_IN_FULL = 3;

/** A box that GitHub and GitLab colour; elsewhere it is a quotation. */
const box = (kind: 'CAUTION' | 'WARNING', lines: readonly string[]): string =>
  [`[!${kind}]`, ...lines].map((line) => `> ${line}`).join('\n');

/**
 * What `releaf verify` finds: Markdown.
 *
 * @param room - in bytes
 */
export function problemPart({ problems = [] }: FolderChanges, room: number): readonly string[] {
  if (problems.length === 0) return [];
  const lines = problems.map(
    ({ code, message, hint }) =>
      `- ${codeSpan(code)} ${markdownText(message)}${hint === '' ? '' : `: ${markdownText(hint)}`}`,
  );
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return [
    box('CAUTION', [
      `**Not to be merged as it is:** \`releaf verify\` finds ${count}.`,
      ...fittingWithRest(lines, room, (left) => `- ${left} more: \`releaf verify\``),
    ]),
  ];
}

/**
 * Of what the reviewer is warned, and what cannot be read: Markdown.
 *
 * @param room - in bytes
 */
export function warningPart(
  { unreadable, foreign = [] }: FolderChanges,
  warnings: readonly ChangeWarning[],
  room: number,
): readonly string[] {
  // The same said of many certificates is said once.
  const groups = new Map<string, { readonly first: ChangeWarning; readonly names: string[] }>();
  for (const warning of warnings) {
    const key = `${warning.kind}\0${warning.message.markdown}`;
    const group = groups.get(key) ?? { first: warning, names: [] };
    group.names.push(warning.name);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const line = ({ first, names }: (typeof all)[number]): string =>
    `- ${wordList(names).markdown}: **${labelOf(first)}:** ${first.message.markdown}`;
  const severe = all.filter(({ first }) => isSevere(first));
  const others = all.filter(({ first }) => !isSevere(first));
  const broken = unreadable.map(
    ({ name, state, message }) =>
      `- ${codeSpan(name)}: **cannot be read** as it ${state === 'before' ? 'was' : 'is'}: ${markdownText(message)}`,
  );
  const strange =
    foreign.length === 0
      ? []
      : [
          `- **not written by releaf:** ${wordList(foreign.map(({ path, kind }) => (kind === 'a file' ? path : `${path} (${kind})`))).markdown}`,
        ];
  const left = (count: number): string => `- ${count} more warnings: \`releaf pr --json\``;
  const boxed = (kind: 'CAUTION' | 'WARNING', lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [box(kind, fittingWithRest(lines, room / 2, left))];
  return [
    ...boxed('CAUTION', [...strange, ...broken, ...severe.map(line)]),
    ...boxed('WARNING', others.map(line)),
  ];
}

/**
 * Each certificate, old beside new: Markdown.
 *
 * @param level - of the heading that it stands under
 * @param room - in bytes
 */
export function changePart(
  changes: readonly ToldChange[],
  warnings: readonly ChangeWarning[],
  level: number,
  room: { readonly overview: number; readonly details: number },
): readonly string[] {
  if (changes.length <= MOST_IN_FULL) {
    return changes.map(
      (told) => `${'#'.repeat(level + 1)} ${codeSpan(told.change.name)}\n\n${changeTable(told)}`,
    );
  }
  const warned = new Set(warnings.map(({ name }) => name));
  const isWarned = warned.size > 0;
  const { table, left } = fittingTable(
    [...OVERVIEW_HEAD, ...(isWarned ? ['warnings'] : [])],
    changes.map((told) => [
      ...overviewRow(told),
      ...(isWarned ? [warned.has(told.change.name) ? '⚠️' : ''] : []),
    ]),
    room.overview,
  );
  return [
    table,
    ...(left > 0
      ? [
          `**${left} more certificates change** and are left out here: \`releaf pr --json\` has them.`,
        ]
      : []),
    ...fittingWithRest(
      changes.map((told) => folded(markdownText(told.change.name), changeTable(told))),
      room.details,
      (count) => `The details of ${count} more are left out: \`releaf pr --json\` has them.`,
    ),
  ];
}
