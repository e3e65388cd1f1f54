import { stringify } from 'yaml';
import { visible } from '../../model/visible';

/** Moves lines in by so many columns. */
export const indented = (columns: number, lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === '' ? '' : `${' '.repeat(columns)}${line}`));

/** What may stand without quotes, unless YAML takes it for something else than a text. */
const PLAIN = /^[A-Za-z][-\w./[\]]*$/;

/** A text as a scalar on one line, in quotes where YAML would read more into it. */
export const scalar = (text: string): string =>
  stringify(text, {
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Infinity,
    defaultStringType: PLAIN.test(text) ? 'PLAIN' : 'QUOTE_DOUBLE',
  }).trimEnd();

/** For the end of a comment. */
export const found = (file: string | undefined): string =>
  file === undefined ? '' : ` Found: ${visible(file)}.`;
