import { closest, distance } from 'fastest-levenshtein';

/** The allowed word that a slip of the pen away from `word`, if there is one. */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  if (word.length > 64 || allowed.length === 0) return undefined;
  const lower = word.toLowerCase();
  const best = closest(
    lower,
    [...allowed].map((one) => one.toLowerCase()),
  );
  const slips = Math.max(lower.length < 4 ? 1 : 2, Math.floor(lower.length / 3));
  return distance(lower, best) <= slips
    ? allowed.find((one) => one.toLowerCase() === best)
    : undefined;
}
