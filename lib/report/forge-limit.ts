import { markdownTable } from './markdown';

/**
 * GitHub takes 65,536 characters in the body of a pull request or an issue, GitLab 1,048,576. Some are left for
 * what a workflow adds, and bytes are counted, which are more.
 */
export const MOST_BYTES = 62_000;

/**
 * As many lines as there is room for.
 *
 * @param room - in bytes
 */
export function fitting(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  const shown = lines.findIndex((line) => {
    left -= Buffer.byteLength(line) + 1;
    return left < 0;
  });
  return shown < 0 ? lines : lines.slice(0, shown);
}

/**
 * As many lines as there is room for, and a word on the rest.
 *
 * @param room - in bytes
 * @param rest - says how many are left out
 */
export function fittingWithRest(
  lines: readonly string[],
  room: number,
  rest: (count: number) => string,
): readonly string[] {
  const shown = fitting(lines, room);
  return shown === lines ? lines : [...shown, rest(lines.length - shown.length)];
}

/**
 * A table with as many rows as there is room for.
 *
 * @param room - in bytes, without the head
 * @returns with how many rows are left out
 */
export function fittingTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  room: number,
): { readonly table: string; readonly left: number } {
  const [titles = '', rule = '', ...lines] = markdownTable(head, rows).split('\n');
  const shown = fitting(lines, room);
  return { table: [titles, rule, ...shown].join('\n'), left: lines.length - shown.length };
}
