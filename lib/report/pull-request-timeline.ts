import { renewalTime } from '../rotation/validity';
import { fitting, type ToldChange } from './pull-request-parts';

/** As many certificates as a person can tell apart in a drawing. */
const MOST_SECTIONS = 20;

const time = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ');

/**
 * A timeline for Mermaid, which GitHub and GitLab draw: what served, what serves or was asked for, and when
 * it is renewed. Most urgent first.
 *
 * @returns a fenced block; undefined when there is nothing to draw
 */
export function timeline(told: readonly ToldChange[], room: number): string | undefined {
  const drawn = told.filter(({ change }) => bars(change).length > 0);
  const end = ({ change: { before, after } }: ToldChange): number =>
    (before ?? after)?.notAfter.getTime() ?? 0;
  const sections = [...drawn].sort((a, b) => end(a) - end(b)).slice(0, MOST_SECTIONS);
  if (sections.length === 0) return undefined;
  const drawings = fitting(sections.map(section), room, (count) => `    %% ${count} more`);
  const left = drawn.length - drawings.filter((drawing) => !drawing.includes('%%')).length;
  return [
    '```mermaid',
    'gantt',
    '    dateFormat YYYY-MM-DD HH:mm',
    '    axisFormat %Y-%m-%d',
    ...drawings,
    '```',
    '',
    `Times in UTC.${left > 0 ? ` ${left} more certificates are not drawn.` : ''}`,
  ].join('\n');
}

/** Names are of letters, digits and hyphens in a config; a folder in a commit may be called anything. */
const harmless = (name: string): string => name.replace(/[^a-zA-Z0-9.-]/g, '_');

function section({ change, spec }: ToldChange): string {
  const { after } = change;
  const due = after && spec && renewalTime(after, spec.renewAt);
  return [
    `    section ${harmless(change.name)}`,
    ...bars(change),
    ...(due ? [`    renewal due :milestone, ${time(due)}, 0d`] : []),
  ].join('\n');
}

function bars({ kind, before, after, request }: ToldChange['change']): readonly string[] {
  const replaced = before && before.serialNumber !== after?.serialNumber ? before : undefined;
  const asked = request && new Date(request.requestedAt);
  return [
    ...(replaced
      ? [
          `    revision ${replaced.revision} served :${kind === 'given-up' ? 'crit' : 'done'}, ${time(replaced.notBefore)}, ${time(replaced.notAfter)}`,
        ]
      : []),
    ...(after
      ? [
          `    revision ${after.revision} serves :active, ${time(after.notBefore)}, ${time(after.notAfter)}`,
        ]
      : []),
    ...(request && asked
      ? [
          `    revision ${request.revision} as asked :${time(asked)}, ${time(new Date(asked.getTime() + request.expirationSeconds * 1000))}`,
        ]
      : []),
  ];
}
