import { minute } from '../model/minute';
import { renewalTime } from '../rotation/validity';
import { fitting } from './forge-limit';
import { gantt, ganttLabel, type GanttSection } from './gantt';
import type { ToldChange } from './pull-request-parts';

/** As many certificates as a person can tell apart in a drawing. */
const MOST_SECTIONS = 20;

/**
 * A timeline: what served, what serves or was asked for, and when it is renewed. Most urgent first.
 *
 * @param room - in bytes
 * @returns a fenced block; undefined when there is nothing to draw
 */
export function timeline(told: readonly ToldChange[], room: number): string | undefined {
  const drawn = told.filter(({ change }) => bars(change).length > 0);
  const end = ({ change: { before, after } }: ToldChange): number =>
    (before ?? after)?.notAfter.getTime() ?? 0;
  const sections = [...drawn]
    .sort((a, b) => end(a) - end(b))
    .slice(0, MOST_SECTIONS)
    .map(section);
  const lines = sections.map(({ title, bars: drawings }) => [title, ...drawings].join('\n'));
  const shown = sections.slice(0, fitting(lines, room).length);
  if (shown.length === 0) return undefined;
  const left = drawn.length - shown.length;
  return [
    gantt(shown),
    '',
    `Times in UTC.${left > 0 ? ` ${left} more certificates are not drawn.` : ''}`,
  ].join('\n');
}

function section({ change, spec }: ToldChange): GanttSection {
  const { name, after } = change;
  const due = after && spec && renewalTime(after, spec.renewAt);
  return {
    title: ganttLabel(name),
    bars: [...bars(change), ...(due ? [`renewal due :milestone, ${minute(due)}, 0d`] : [])],
  };
}

function bars(change: ToldChange['change']): readonly string[] {
  const { kind, before, after, servesAnew, request } = change;
  const replaced = servesAnew || !after ? before : undefined;
  const asked = request && new Date(request.requestedAt);
  return [
    ...(replaced
      ? [
          `revision ${replaced.revision} served :${kind === 'given-up' ? 'crit' : 'done'}, ${minute(replaced.notBefore)}, ${minute(replaced.notAfter)}`,
        ]
      : []),
    ...(after
      ? [
          `revision ${after.revision} serves :active, ${minute(after.notBefore)}, ${minute(after.notAfter)}`,
        ]
      : []),
    ...(request && asked
      ? [
          `revision ${request.revision} as asked :${minute(asked)}, ${minute(new Date(asked.getTime() + request.expirationSeconds * 1000))}`,
        ]
      : []),
  ];
}
