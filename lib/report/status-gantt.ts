import { minute } from '../model/minute';
import { gantt, ganttLabel } from './gantt';
import type { FolderRow, State } from './status';

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
 * expires.
 *
 * @param rows - most urgent first
 * @returns undefined where nothing has a date
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
    const lines = bars.map((row) => {
      const label = folders.size > 1 ? `${row.name} in ${row.folder}` : row.name;
      return `· ${ganttLabel(label)} :${mark}${minute(row.renewAt)}, ${minute(row.notAfter)}`;
    });
    return [{ title, bars: lines }];
  });
  return gantt(sections);
}

const byRenewal = (a: FolderRow, b: FolderRow): number =>
  (a.renewAt?.getTime() ?? 0) - (b.renewAt?.getTime() ?? 0);
