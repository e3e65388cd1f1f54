import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isCollection, isPair, isScalar, visit } from 'yaml';
import { addsOnly } from './adds-only';
import type { AnnotationsPlace, Place } from './find-annotations';
import { findAnnotations, valueAt } from './find-annotations';
import { column, entryOf } from './walk-path';
import { describe, parseFile, refuse } from './yaml-file';

type Mapping = YAMLMap<Node, Node | null>;
type Entry = Pair<Node, Node | null>;

/**
 * Sets one annotation in the text of a YAML file and leaves every other byte as it is: comments,
 * blank lines, indentation, quotes, line endings, other documents.
 *
 * An entry that exists gets the new value; else a line is added behind the last entry of the mapping
 * (inside the braces of a flow mapping). A missing or null `annotations` is added where its parent
 * stands; anything above it must be there. The value is always quoted: a digest such as `12e45`
 * would else be a number.
 *
 * @param text - the file
 * @param place - where; the file's name is for messages only
 * @param key - annotation key
 * @param value - annotation value
 * @returns the new text; the very same text when the value stands there already
 * @throws ReleafError `RESTART_FILE` when the file is not YAML, the place is missing, ambiguous,
 * behind an alias, shared through one or no mapping, or the annotation cannot be set without changing something else
 */
export function annotateFile(text: string, place: Place, key: string, value: string): string {
  const documents = parsed(text, place.file);
  const found = findAnnotations(documents, place);
  if (valueAt(found, key) === value) return text;
  last = undefined;
  assertAlone(found, place, key);
  const result = splice(text, found, place, key, value);
  if (!addsOnly({ key, value }, { documents, found }, result, place)) {
    throw refuse(
      place.file,
      `${key} cannot be added to ${place.annotations} without changing something else`,
      `write the line ${quoteKey(key)}: "" there once by hand; later runs change its value only`,
    );
  }
  return result;
}

/** Thousands of certificates may restart through one file, most of which stand there as they are. */
let last: { readonly text: string; readonly documents: readonly Document.Parsed[] } | undefined;

/** Forgotten before an edit, whose check takes the documents apart. */
function parsed(text: string, file: string): readonly Document.Parsed[] {
  if (last?.text !== text) last = { text, documents: parseFile(text, file) };
  return last.documents;
}

/**
 * Refuses to add to what is used again elsewhere, where the annotation would appear unseen. Where it stands
 * already somebody has written it for all of these places.
 */
function assertAlone(found: AnnotationsPlace, place: Place, key: string): void {
  if (found.annotations && entryOf(found.annotations, key)) return;
  const anchor = sharedAnchor(found);
  if (anchor === undefined) return;
  throw refuse(
    place.file,
    `${place.annotations} stands in what is anchored as &${anchor} and used again as *${anchor}`,
    `write one of both out; or, when all these places are to restart, write the line ${quoteKey(key)}: "" there once by hand`,
  );
}

/** The anchor of a node around the place that an alias repeats. */
function sharedAnchor({ document, above }: AnnotationsPlace): string | undefined {
  const anchored = new Map<string, unknown>();
  let shared: string | undefined;
  // The last node before an alias that has its anchor is the one that is meant (YAML 1.2, 7.1).
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchored.set(node.anchor, node);
        return undefined;
      }
      if (!above.includes(anchored.get(node.source) as Node)) return undefined;
      shared = node.source;
      return visit.BREAK;
    },
  });
  return shared;
}

/**
 * What an annotation's value is now.
 *
 * @returns undefined while the annotation, or the annotations mapping, is not there
 * @throws ReleafError `RESTART_FILE` as {@link annotateFile}
 */
export function readAnnotation(text: string, place: Place, key: string): string | undefined {
  const found = findAnnotations(parseFile(text, place.file), place);
  return valueAt(found, key) ?? sourceAt(found, key);
}

function sourceAt({ annotations }: AnnotationsPlace, key: string): string | undefined {
  const value = annotations && entryOf(annotations, key)?.value;
  return isScalar(value) && value.value !== null ? value.source : undefined;
}

function splice(
  text: string,
  { parent, entry, annotations, name, step }: AnnotationsPlace,
  place: Place,
  key: string,
  value: string,
): string {
  const line = `${quoteKey(key)}: ${JSON.stringify(value)}`;
  const present = annotations && entryOf(annotations, key);
  if (present) return setValue(text, present, JSON.stringify(value), place, key);
  if (annotations) return addEntry(text, annotations, [line], line);
  const block = [`${quoteKey(name)}:`, `${' '.repeat(step)}${line}`];
  const flow = `{${line}}`;
  if (!entry) return addEntry(text, parent, block, `${quoteKey(name)}: ${flow}`);
  if (!parent.flow && isEmpty(entry)) {
    return addLines(text, entryEnd(text, entry), [`${' '.repeat(column(parent) + step)}${line}`]);
  }
  return setValue(text, entry, flow, place, name);
}

/** Whether nothing is written behind the colon. */
function isEmpty({ value }: Entry): boolean {
  return value?.range?.[0] === value?.range?.[1];
}

function setValue(text: string, entry: Entry, value: string, place: Place, key: string): string {
  const old = entry.value;
  if (isEmpty(entry)) {
    const end = entryEnd(text, entry);
    const colon = entry.srcToken?.sep?.some(({ type }) => type === 'map-value-ind') ? '' : ':';
    return `${text.slice(0, end)}${colon} ${value}${text.slice(end)}`;
  }
  if (!isAlias(old) && (!isScalar(old) || old.type?.startsWith('BLOCK'))) {
    const what = isScalar(old) ? 'a block scalar' : describe(old);
    throw refuse(
      place.file,
      `${key} in ${place.annotations} is ${what}, not one value on its line`,
    );
  }
  const [start, end] = old.range ?? [0, 0];
  return text.slice(0, start) + value + text.slice(end);
}

/** Adds an entry behind the last one: `lines` to a block mapping, `flow` between braces. */
function addEntry(text: string, map: Mapping, lines: readonly string[], flow: string): string {
  const last = map.items.at(-1);
  if (!map.flow && last) {
    const indent = ' '.repeat(column(map));
    return addLines(
      text,
      entryEnd(text, last),
      lines.map((line) => indent + line),
    );
  }
  const at = last ? entryEnd(text, last) : (map.range?.[0] ?? 0) + 1;
  return text.slice(0, at) + (last ? ', ' : '') + flow + text.slice(at);
}

/** Adds whole lines behind the line in which `offset` lies, ending them as that line ends. */
export function addLines(text: string, offset: number, lines: readonly string[]): string {
  const newline = text.indexOf('\n', offset);
  const crlf = newline < 0 ? text.includes('\r\n') : text[newline - 1] === '\r';
  const end = newline < 0 ? text.length : newline - Number(crlf);
  const eol = crlf ? '\r\n' : '\n';
  return text.slice(0, end) + lines.map((line) => eol + line).join('') + text.slice(end);
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

function quoteKey(key: string): string {
  return /^[A-Za-z][\w.-]*(?:\/[\w.-]+)?$/.test(key) &&
    !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(key)
    ? key
    : JSON.stringify(key);
}
