import { markup, type Markup } from './markup';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the bar of a certificate shows. */
export interface Span {
  /** Of the certificate that serves. */
  readonly notBefore?: Date;
  readonly renewAt?: Date;
  readonly notAfter?: Date;
  /** What a request asks for that is not signed yet: from when it was made, for as long as it says. */
  readonly pending?: { readonly from: Date; readonly until: Date };
}

/** The time that all bars share. */
export interface Axis {
  readonly start: number;
  readonly end: number;
  readonly now: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** More would not fit above a bar. */
const MOST_TICKS = 6;

/**
 * An axis on which most bars can be told apart. It looks ahead four times as far as half of the certificates
 * are valid, so that one of ten years does not squeeze those of ninety days; and back a third of that.
 */
export function axisFor(spans: readonly Span[], now: Date): Axis {
  const present = now.getTime();
  const ahead = spans
    .flatMap(({ notAfter, pending }) => notAfter ?? pending?.until ?? [])
    .map((date) => date.getTime() - present)
    .filter((left) => left > 0)
    .sort((a, b) => a - b);
  const median = ahead[Math.floor(ahead.length / 2)] ?? 30 * DAY_MS;
  const reach = Math.max(DAY_MS, Math.min(ahead.at(-1) ?? median, 4 * median));
  const begun = spans.flatMap(({ notBefore }) => notBefore?.getTime() ?? []);
  const earliest = begun.reduce((least, time) => Math.min(least, time), present);
  const start = Math.max(present - reach / 3, earliest) - reach / 25;
  const end = present + reach * 1.04;
  return { start, end, now: present, ticks: ticksOf(start, end) };
}

function ticksOf(start: number, end: number): Axis['ticks'] {
  const span = end - start;
  const months = [1, 2, 3, 6, 12, 24, 60, 120].find(
    (count) => span / (count * 30 * DAY_MS) <= MOST_TICKS,
  );
  const days = [1, 2, 7, 14].find((count) => span / (count * DAY_MS) <= MOST_TICKS);
  if (days === undefined) return monthTicks(start, end, months ?? 120);
  const step = days * DAY_MS;
  const first = Math.ceil(start / step) * step;
  const count = Math.floor((end - first) / step) + 1;
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(first + index * step);
    return { at: at.getTime(), label: `${monthOf(at)} ${at.getUTCDate()}` };
  });
}

function monthTicks(start: number, end: number, step: number): Axis['ticks'] {
  const ticks: { at: number; label: string }[] = [];
  const begin = new Date(start);
  // From a January on, so that a tick that can be a new year is one.
  const first = Math.floor(begin.getUTCMonth() / step) * step;
  for (let month = first; ticks.length <= 2 * MOST_TICKS; month += step) {
    const at = new Date(Date.UTC(begin.getUTCFullYear(), month, 1));
    if (at.getTime() > end) break;
    const label = at.getUTCMonth() === 0 ? String(at.getUTCFullYear()) : monthOf(at);
    if (at.getTime() >= start) ticks.push({ at: at.getTime(), label });
  }
  return ticks;
}

const monthOf = (date: Date): string => MONTHS[date.getUTCMonth()] ?? '';

/** Where a time stands on the axis, in percent; what is beyond an end stands at it. */
export function place({ start, end }: Axis, time: number): number {
  const percent = ((time - start) / (end - start)) * 100;
  return Math.round(Math.min(100, Math.max(0, percent)) * 100) / 100;
}

/**
 * Labels above the bars. A picture of dates that stand beside it as text, so it is hidden from screen readers.
 */
export function axisLabels(axis: Axis): Markup {
  const today = place(axis, axis.now);
  const labels = axis.ticks
    .map(({ at, label }) => ({ x: place(axis, at), label }))
    .filter(({ x }) => x < 93)
    .map(
      ({ x, label }) => markup`<text class="tick-label" x="${x}%" y="27" dx="3">${label}</text>`,
    );
  const anchor = today > 85 ? 'end' : today < 15 ? 'start' : 'middle';
  return markup`<svg class="axis" aria-hidden="true">${labels}<text class="today-label" x="${today}%" y="11" text-anchor="${anchor}">today</text></svg>`;
}

/** A style that draws the lines of the axis through every cell: thousands of elements fewer than lines would be. */
export function axisStyle(axis: Axis): string {
  const lines = axis.ticks.map(
    ({ at }) => `linear-gradient(var(--line) 0 0) ${place(axis, at)}% 0 / 1px 100% no-repeat`,
  );
  const background = lines.length === 0 ? 'none' : lines.join(', ');
  return `tbody .timeline { background: ${background}; }\n.timeline::after { left: ${place(axis, axis.now)}%; }\n`;
}

/** The bar of one certificate. */
export function bar(axis: Axis, { notBefore, renewAt, notAfter, pending }: Span): Markup {
  const stretch = (kind: string, from: number, to: number, y: number, height: number): Markup => {
    const [x, end] = [place(axis, from), place(axis, to)];
    const width = Math.round((end - x) * 100) / 100;
    return width === 0
      ? markup``
      : markup`<rect class="${kind}" x="${x}%" width="${width}%" y="${y}" height="${height}"/>`;
  };
  const serves =
    notBefore && renewAt && notAfter
      ? [
          stretch(
            'valid',
            notBefore.getTime(),
            Math.min(renewAt.getTime(), notAfter.getTime()),
            6,
            8,
          ),
          stretch('window', renewAt.getTime(), notAfter.getTime(), 6, 8),
          ...(notAfter.getTime() <= axis.now
            ? [stretch('gap', notAfter.getTime(), axis.now, 9, 2)]
            : []),
        ]
      : [];
  const asked = pending
    ? [stretch('pending', pending.from.getTime(), pending.until.getTime(), 16, 3)]
    : [];
  return markup`<svg aria-hidden="true">${serves}${asked}</svg>`;
}
