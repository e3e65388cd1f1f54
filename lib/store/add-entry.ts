import { isDeepStrictEqual } from 'node:util';
import { isMap, type Document, type Node, type YAMLMap } from 'yaml';
import { indented } from '../config/adopt/entry-yaml';
import { addLines, entryEnd } from '../delivery/splice';
import { column, entryOf } from '../delivery/walk-path';
import { readYaml, readYamlValue } from '../yaml/read-yaml';

const CERTIFICATES = 'certificates';

/**
 * Adds an entry to the text of a config, behind the last one of `certificates:`, and leaves every other
 * byte as it is.
 *
 * @param text - of a config that has no certificate of that name
 * @param entry - as `entryYaml` writes it
 * @returns undefined when that would change something else, or the text is written in a way that has no
 * place for it, such as braces
 */
export function addEntry(text: string, entry: string): string | undefined {
  const reading = readYaml(text);
  if ('problem' in reading) return undefined;
  const [document, another] = reading.documents;
  if (!document || another) return undefined;
  const result = spliced(text, document, entry);
  return result !== undefined && addsOnly(text, result, entry) ? result : undefined;
}

function spliced(text: string, document: Document.Parsed, entry: string): string | undefined {
  const root = document.contents;
  if (!isMap<Node, Node | null>(root) || root.flow) return undefined;
  const lines = (columns: number) => indented(entry, columns).trimEnd().split('\n');
  const certificates = entryOf(root, CERTIFICATES);
  if (!certificates) {
    const last = root.items.at(-1);
    const heading = `${' '.repeat(column(root))}${CERTIFICATES}:`;
    return last && insert(text, entryEnd(text, last), column(root), [heading, ...lines(2)]);
  }
  const { value } = certificates;
  if (!isMap<Node, Node | null>(value)) return undefined;
  const last = value.items.at(-1);
  if (last) {
    const end = entryEnd(text, last);
    return value.flow ? undefined : insert(text, end, column(value), lines(column(value)));
  }
  return withoutBraces(text, value, lines(column(root) + 2));
}

/** `certificates: {}` is what a config without certificates says. */
function withoutBraces(
  text: string,
  value: YAMLMap<Node, Node | null>,
  lines: readonly string[],
): string | undefined {
  const [start, end] = value.range ?? [0, 0];
  if (!/^\{\s*\}$/.test(text.slice(start, end))) return undefined;
  const before = text.slice(0, start).replace(/ +$/, '');
  return addLines(before + text.slice(end), before.length, lines);
}

/** Behind comments that are indented further than the entries, which belong to the last one. */
function insert(text: string, end: number, columns: number, lines: readonly string[]): string {
  const inner = new RegExp(`(?:\\r?\\n[ \\t]*)*\\r?\\n {${columns + 1},}#[^\\n]*`, 'y');
  const newline = text.indexOf('\n', end);
  let at = newline < 0 ? text.length : newline - Number(text[newline - 1] === '\r');
  for (inner.lastIndex = at; inner.test(text); at = inner.lastIndex);
  return addLines(text, at, lines);
}

function addsOnly(before: string, after: string, entry: string): boolean {
  const [old, now, own] = [before, after, entry].map(valueOf);
  if (!old || !now || !own) return false;
  const certificates = { ...(old[CERTIFICATES] as object | undefined), ...own };
  return isDeepStrictEqual(now, { ...old, [CERTIFICATES]: certificates });
}

function valueOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const reading = readYamlValue(text);
  return 'value' in reading && typeof reading.value === 'object' && reading.value !== null
    ? (reading.value as Readonly<Record<string, unknown>>)
    : undefined;
}
