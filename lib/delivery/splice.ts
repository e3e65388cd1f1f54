import type { Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isCollection, isPair, isScalar } from 'yaml';
import type { AnnotationsPlace, Place } from './find-annotations';
import { column, entryOf } from './walk-path';
import { describe, refuse } from './yaml-file';

type Mapping = YAMLMap<Node, Node | null>;
type Entry = Pair<Node, Node | null>;

/** A change of a text: what stands from `start` to `end`, in UTF-16 code units, becomes `text`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Makes several changes at once; where two begin at one place, the first comes first. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let end = 0;
  const parts = [...splices]
    .sort((a, b) => a.start - b.start)
    .map((splice) => {
      const part = text.slice(end, splice.start) + splice.text;
      end = splice.end;
      return part;
    });
  return parts.join('') + text.slice(end);
}

const insertion = (at: number, text: string): Splice => ({ start: at, end: at, text });

/**
 * The change that gives an annotation its value.
 *
 * @throws ReleafError `RESTART_FILE` where something else than a value on its line stands there
 */
export function spliceOf(
  text: string,
  { parent, entry, annotations, name, step }: AnnotationsPlace,
  place: Place,
  key: string,
  value: string,
): Splice {
  const line = `${quoteKey(key)}: ${JSON.stringify(value)}`;
  const present = annotations && entryOf(annotations, key);
  if (present) return setValue(text, present, JSON.stringify(value), place, key);
  if (annotations) return addEntry(text, annotations, [line], line);
  const block = [`${quoteKey(name)}:`, `${' '.repeat(step)}${line}`];
  const flow = `{${line}}`;
  if (!entry) return addEntry(text, parent, block, `${quoteKey(name)}: ${flow}`);
  if (!parent.flow && isEmpty(entry)) {
    return linesBehind(text, entryEnd(text, entry), [
      `${' '.repeat(column(parent) + step)}${line}`,
    ]);
  }
  return setValue(text, entry, flow, place, name);
}

/** Whether nothing is written behind the colon. */
function isEmpty({ value }: Entry): boolean {
  return value?.range?.[0] === value?.range?.[1];
}

function setValue(text: string, entry: Entry, value: string, place: Place, key: string): Splice {
  const old = entry.value;
  if (isEmpty(entry)) {
    const end = entryEnd(text, entry);
    const colon = entry.srcToken?.sep?.some(({ type }) => type === 'map-value-ind') ? '' : ':';
    return insertion(end, `${colon} ${value}`);
  }
  if (!isAlias(old) && (!isScalar(old) || old.type?.startsWith('BLOCK'))) {
    const what = isScalar(old) ? 'a block scalar' : describe(old);
    throw refuse(
      place.file,
      `${key} in ${place.annotations} is ${what}, not one value on its line`,
    );
  }
  const [start, end] = old.range ?? [0, 0];
  return { start, end, text: value };
}

/** Adds an entry behind the last one: `lines` to a block mapping, `flow` between braces. */
function addEntry(text: string, map: Mapping, lines: readonly string[], flow: string): Splice {
  const last = map.items.at(-1);
  if (!map.flow && last) {
    const indent = ' '.repeat(column(map));
    return linesBehind(
      text,
      entryEnd(text, last),
      lines.map((line) => indent + line),
    );
  }
  const at = last ? entryEnd(text, last) : (map.range?.[0] ?? 0) + 1;
  return insertion(at, (last ? ', ' : '') + flow);
}

/** Adds whole lines behind the line in which `offset` lies, ending them as that line ends. */
export const addLines = (text: string, offset: number, lines: readonly string[]): string =>
  spliced(text, [linesBehind(text, offset, lines)]);

function linesBehind(text: string, offset: number, lines: readonly string[]): Splice {
  const newline = text.indexOf('\n', offset);
  const crlf = newline < 0 ? text.includes('\r\n') : text[newline - 1] === '\r';
  const end = newline < 0 ? text.length : newline - Number(crlf);
  const eol = crlf ? '\r\n' : '\n';
  return insertion(end, lines.map((line) => eol + line).join(''));
}

/** Where an entry's last character stands, without comments and blank lines behind it. */
export function entryEnd(text: string, entry: Entry): number {
  if (entry.value && !isEmpty(entry)) return contentEnd(text, entry.value);
  const last = entry.srcToken?.sep?.findLast(({ type }) => !GAPS.includes(type));
  return last ? last.offset + last.source.length : contentEnd(text, entry.key);
}

const GAPS = ['space', 'comment', 'newline'];

/** As {@link entryEnd}, of a node. */
function contentEnd(text: string, node: Node): number {
  if (isCollection(node) && !node.flow) {
    const last: unknown = node.items.at(-1);
    if (isPair<Node, Node | null>(last)) return entryEnd(text, last);
    if (last) return contentEnd(text, last as Node);
  }
  const [start, end] = node.range ?? [0, 0];
  if (!isScalar(node) || !node.type?.startsWith('BLOCK')) return end;
  // Lines of spaces at the end of a block scalar can be part of its value: stay behind them.
  return text.slice(start, end).replace(/\r?\n$/, '').length + start;
}

/** A key as it is written in YAML. */
export function quoteKey(key: string): string {
  return /^[A-Za-z][\w.-]*(?:\/[\w.-]+)?$/.test(key) &&
    !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(key)
    ? key
    : JSON.stringify(key);
}
