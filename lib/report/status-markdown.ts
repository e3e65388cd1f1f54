import { minute } from '../model/minute';
import { fittingTable, MOST_BYTES } from './forge-limit';
import { codeSpan, folded, markdownText } from './markdown';
import { byUrgency, stateCounts, type FolderRow, type State } from './status';
import { shortened } from './sections';
import { statusGantt } from './status-gantt';
import type { UnreadFolder } from './status-html';

/** So many healthy certificates are shown without being asked for. */
const MOST_UNFOLDED = 10;

const MARKS: Readonly<Record<State, string>> = {
  expired: '🔴',
  missing: '🔴',
  blocked: '🔴',
  due: '🟡',
  'rolled-back': '🟡',
  pending: '🔵',
  ok: '🟢',
};

/** What the dashboard tells of. */
export interface Dashboard {
  readonly rows: readonly FolderRow[];
  readonly folders: readonly string[];
  readonly unread: readonly UnreadFolder[];
}

/** More would bury what matters. */
const MOST_FOLDERS = 20;

/**
 * A dashboard for an issue that a workflow keeps up to date. It names dates, not days that are left, so it
 * changes only when a certificate does, or becomes due, or expires.
 */
export function statusMarkdown({ rows: given, folders, unread }: Dashboard): string {
  const rows = [...given].sort(byUrgency);
  const several = folders.length + unread.length > 1;
  const gantt = statusGantt(rows);
  const begin = [
    summary(rows),
    ...(several && folders.length > 0 ? [`In ${listed(folders.map(codeSpan))}`] : []),
    ...unread.slice(0, MOST_FOLDERS).map(unreadable),
    ...(unread.length > MOST_FOLDERS
      ? [`${unread.length - MOST_FOLDERS} more folders cannot be read.`]
      : []),
  ];
  const end = [
    ...(gantt === undefined ? [] : [`### What comes next\n\n${gantt}`]),
    'Times are UTC. Written by `releaf status --format markdown`: what a person changes here is overwritten.',
  ];
  const room = MOST_BYTES - bytes([...begin, ...end].join('\n\n'));
  const urgent = section(
    rows.filter(({ state }) => state !== 'ok'),
    { several, room, heading: (count) => `### ${count} to look at`, fold: false },
  );
  const healthy = rows.filter(({ state }) => state === 'ok');
  return [
    ...begin,
    ...urgent,
    ...end.slice(0, -1),
    ...section(healthy, {
      several,
      room: room - bytes(urgent.join('\n\n')),
      heading: (count) =>
        healthy.length > MOST_UNFOLDED ? `${count} healthy` : `### ${count} healthy`,
      fold: healthy.length > MOST_UNFOLDED,
    }),
    ...end.slice(-1),
  ].join('\n\n');
}

const bytes = (text: string): number => Buffer.byteLength(text);

function summary(rows: readonly FolderRow[]): string {
  const counts = stateCounts(rows).map(
    ({ state, count }) => `${MARKS[state]} **${count}** ${state}`,
  );
  return counts.length === 0 ? 'There are no certificates.' : counts.join(' · ');
}

function listed(folders: readonly string[]): string {
  const more = folders.length - MOST_FOLDERS;
  const shown = folders.slice(0, MOST_FOLDERS).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

const unreadable = ({ folder, error: { code, message } }: UnreadFolder): string =>
  `🔴 **${codeSpan(folder)} cannot be read:** ${codeSpan(code)} ${markdownText(shortened(message, 300))}`;

interface Section {
  readonly several: boolean;
  /** In bytes. */
  readonly room: number;
  readonly heading: (count: number) => string;
  readonly fold: boolean;
}

/** A table of as many rows as there is room for, and a word on the others. */
function section(
  rows: readonly FolderRow[],
  { several, room, heading, fold }: Section,
): readonly string[] {
  if (rows.length === 0) return [];
  const { table, left } = fittingTable(
    [
      'Certificate',
      ...(several ? ['Folder'] : []),
      ...['State', 'Expires', 'Renews', 'Secret', 'Next step'],
    ],
    rows.map((row) => cellsOf(row, several)),
    room - FRAME_BYTES,
  );
  const body = [
    ...(left < rows.length ? [table] : []),
    ...(left > 0
      ? [`${left} more that expire later are left out here: \`releaf status\` shows all.`]
      : []),
  ].join('\n\n');
  return fold ? [folded(heading(rows.length), body)] : [heading(rows.length), body];
}

/** What stands around the rows of a section, with room to spare. */
const FRAME_BYTES = 400;

function cellsOf(row: FolderRow, several: boolean): readonly string[] {
  const { name, folder, state, notAfter, renewAt, secret, next, reason } = row;
  const tells = state === 'blocked' || state === 'rolled-back' || state === 'missing';
  const step = next === '-' ? '–' : codeSpan(next);
  return [
    codeSpan(name),
    ...(several ? [codeSpan(folder)] : []),
    `${MARKS[state]} ${state}`,
    minute(notAfter),
    minute(renewAt),
    codeSpan(secret),
    tells ? `${step}<br>${markdownText(reason)}` : step,
  ];
}
