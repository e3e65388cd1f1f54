import { stripVTControlCharacters } from 'node:util';

const BETWEEN = '  ';

/** Characters that take two columns of a terminal, such as in the name of a folder. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/gu;
/** What is written above or below the character before it. */
const MARKS = /\p{Mark}/gu;

const widthOf = (text: string): number =>
  stripVTControlCharacters(text).replace(WIDE, 'xx').replace(MARKS, '').length;

/**
 * A table as kubectl prints it: columns of even width, no lines, no trailing blanks.
 *
 * @param head - one cell for each column
 * @param rows - cells of one line each, coloured or not
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) =>
    lines.reduce((most, cells) => Math.max(most, widthOf(cells[column] ?? '')), 0),
  );
  const padded = (cell: string, column: number): string =>
    cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
  return lines.map((cells) => cells.map(padded).join(BETWEEN).trimEnd()).join('\n');
}
