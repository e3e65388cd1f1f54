import { textShape } from './text-shape';

const UNITS = [
  ['y', 365 * 86_400],
  ['w', 7 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** A duration as {@link parseDuration} reads it, without anchors. */
export const DURATION_PATTERN = `(?=[0-9])${UNITS.map(([unit]) => `(?:[0-9]{1,10}${unit})?`).join('')}`;

const WHOLE = new RegExp(`^${DURATION_PATTERN}$`);

/**
 * Seconds of `90d`, `1h30m`, `604800s`: whole numbers with a unit each, the longest first. A year has
 * 365 days.
 *
 * @returns undefined when the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 66 || !WHOLE.test(text)) return undefined;
  const seconds = UNITS.reduce(
    (sum, [unit, length]) =>
      sum + Number(new RegExp(`([0-9]+)${unit}`).exec(text)?.[1] ?? 0) * length,
    0,
  );
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

/**
 * Seconds as days, hours, minutes and seconds: `7776000` is `90d`, `5400` is `1h30m`.
 *
 * @param seconds - a whole number, 0 or more
 */
export function formatDuration(seconds: number): string {
  let rest = seconds;
  const parts = UNITS.slice(2).map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? '' : `${String(count)}${unit}`;
  });
  return parts.join('') || '0s';
}

/** `minimum expirationSeconds` of the Kubernetes API: 600; the field is an int32. */
const SHORTEST = 600;
const LONGEST = 2 ** 31 - 1;
const WORDS =
  /^([0-9]{1,10}) ?(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:(?:ou)?rs?)?|(d)(?:ays?)?|(w)(?:eeks?)?|(y)(?:ears?)?)$/i;

export const DURATION = textShape({
  allowed: 'a duration is a whole number and a unit of s, m, h, d, w, y, such as 90d',
  pattern: `^${DURATION_PATTERN}$`,
  maxLength: 66,
  hint(text) {
    if (/^[0-9]{1,10}$/.test(text)) return `add a unit: "${text}d" or "${text}s"?`;
    const [, count, ...units] = WORDS.exec(text) ?? [];
    return count && `did you mean "${count}${units.join('').toLowerCase()}"?`;
  },
  beyond(text) {
    const seconds = parseDuration(text) ?? Infinity;
    if (seconds < SHORTEST)
      return 'a duration is 10m or more: the Kubernetes API asks for 600 seconds';
    return seconds > LONGEST
      ? `a duration is at most ${formatDuration(LONGEST)}: the Kubernetes API holds 32 bits of seconds`
      : undefined;
  },
});
