import { visible } from '../model/visible';
import { table } from './table';

/** A label, and what stands behind it: a line for each. */
export type Field = readonly [label: string, ...values: readonly (string | undefined)[]];

/** Moves every line in. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** A heading above labels in a column of their own; what has no value is left out. */
export function fields(heading: string, all: readonly Field[]): string {
  const shown = all
    .map(([label, ...values]) => [label, values.filter((value) => value !== undefined)] as const)
    .filter(([, values]) => values.length > 0);
  const width = Math.max(...shown.map(([label]) => label.length)) + 2;
  const lines = shown.flatMap(([label, values]) =>
    values.map((value, index) => `  ${(index ? '' : label).padEnd(width)}${visible(value)}`),
  );
  return [visible(heading), ...lines].join('\n');
}

/** A heading above a table; its cells are texts that nobody vouches for. */
export function rows(
  heading: string,
  head: readonly string[],
  cells: readonly (readonly string[])[],
): string {
  return `${visible(heading)}\n${indented(
    table(
      head,
      cells.map((row) => row.map(visible)),
    ),
  )}`;
}

/** Cuts what is too long for a table. */
export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
