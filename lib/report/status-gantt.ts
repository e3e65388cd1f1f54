import { minute, type FolderRow, type State } from './status';

/** Longer charts cannot be read. */
const MOST_BARS = 25;

/** Sections of the chart, by state; what waits for a certificate has no dates. */
const SECTIONS: readonly (readonly [title: string, mark: string, states: readonly State[]])[] = [
  ['Expired', 'crit, ', ['expired']],
  ['To do', 'active, ', ['due', 'blocked', 'rolled-back']],
  ['Waits for a signature', 'active, ', ['pending']],
  ['Renews next', '', ['ok']],
];

/**
 * What comes next, as a Mermaid chart: a bar for each certificate, from when it is to be renewed to when it
 * expires. Viewers draw the line of today themselves, so the text does not change from day to day.
 *
 * @param rows - most urgent first
 * @returns undefined where nothing has a date
 * @see https://mermaid.js.org/syntax/gantt.html
 */
export function statusGantt(rows: readonly FolderRow[]): string | undefined {
  const dated = rows.filter(({ renewAt }) => renewAt !== undefined);
  const healthy = dated.filter(({ state }) => state === 'ok').sort(byRenewal);
  const urgent = dated.filter(({ state }) => state !== 'ok');
  const shown = new Set([...urgent, ...healthy].slice(0, MOST_BARS));
  if (shown.size === 0) return undefined;
  const folders = new Set(rows.map(({ folder }) => folder));
  const sections = SECTIONS.flatMap(([title, mark, states]) => {
    const bars = [...shown].filter(({ state }) => states.includes(state));
    if (bars.length === 0) return [];
    return [
      `  section ${title}`,
      ...bars.map((row) => {
        const label = folders.size > 1 ? `${row.name} in ${row.folder}` : row.name;
        return `  ${plain(label)} :${mark}${minute(row.renewAt)}, ${minute(row.notAfter)}`;
      }),
    ];
  });
  return [
    '```mermaid',
    'gantt',
    '  dateFormat YYYY-MM-DD HH:mm',
    '  axisFormat %Y-%m-%d',
    ...sections,
    '```',
  ].join('\n');
}

const byRenewal = (a: FolderRow, b: FolderRow): number =>
  (a.renewAt?.getTime() ?? 0) - (b.renewAt?.getTime() ?? 0);

/**
 * A label that holds no syntax of Mermaid, behind a dot, so that a certificate named `title` is no keyword.
 *
 * @see https://github.com/mermaid-js/mermaid/blob/develop/packages/mermaid/src/diagrams/gantt/parser/gantt.jison
 */
const plain = (label: string): string => `· ${label.replaceAll(/[^\p{L}\p{N} ./_-]/gu, '_')}`;
