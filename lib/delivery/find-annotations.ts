import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { nearest } from '../config/did-you-mean';
import { describe, isNull, refuse } from './yaml-file';
import type { Segment } from './yaml-path';
import { formatPath, parsePath } from './yaml-path';

type Entry = Pair<Node, Node | null>;

/** Where an annotations mapping stands, or would stand, in a parsed file. */
export interface AnnotationsPlace {
  /** The document that has it. */
  readonly document: Document.Parsed;
  /** The mapping around it. */
  readonly parent: YAMLMap<Node, Node | null>;
  /** The entry `annotations:` of the parent, if there is one. */
  readonly entry: Entry | undefined;
  /** Its mapping; undefined while it is missing or null. */
  readonly annotations: YAMLMap<Node, Node | null> | undefined;
  /** Key of the entry: the path's last segment. */
  readonly name: string;
  /** Columns by which this part of the file indents. */
  readonly step: number;
}

/** Where to look: the file's name is for messages only. */
export interface Place {
  readonly file: string;
  /** Path of the annotations mapping, such as `spec.template.metadata.annotations`. */
  readonly annotations: string;
}

/** What stands at the end of a path, or how far it leads. */
type Walk = { readonly node: YAMLMap<Node, Node | null>; readonly step: number } | Ended;

const NO_PLACE = 'correct the path in the config, or add the mapping to the file';

/** How far a path leads, and why no further. */
interface Ended {
  readonly depth: number;
  readonly problem: string;
  readonly hint: string;
}

/** The entry of the mapping with that key. */
export function entryOf(map: YAMLMap<Node, Node | null>, key: string): Entry | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** Column at which the entries of a block mapping start. */
export function column(map: YAMLMap<Node, Node | null>): number {
  return map.srcToken?.type === 'block-map' ? map.srcToken.indent : 0;
}

function walk(document: Document.Parsed, path: readonly Segment[]): Walk {
  let node: Node | null = document.contents;
  let step = 2;
  let outer: YAMLMap<Node, Node | null> | undefined;
  for (const [depth, segment] of [...path, undefined].entries()) {
    const here = depth === 0 ? 'the document' : formatPath(path.slice(0, depth));
    const stop = (problem: string, hint = ''): Walk => ({ depth, problem, hint });
    if (isAlias(node)) {
      return stop(
        `${here} is ${describe(node)}`,
        'write it out there: a change behind an alias would change other places too',
      );
    }
    if (typeof segment === 'number') {
      if (!isSeq<Node | null>(node)) return stop(`${here} is ${describe(node)}, not a list`);
      if (segment >= node.items.length) {
        return stop(`${here} has no [${segment}]; its length is ${node.items.length}`);
      }
      node = node.items[segment] ?? null;
      continue;
    }
    if (!isMap<Node, Node | null>(node)) return stop(`${here} is ${describe(node)}, not a mapping`);
    if (outer && column(node) > column(outer)) step = column(node) - column(outer);
    outer = node;
    if (segment === undefined) return { node, step };
    const entry = entryOf(node, segment);
    if (!entry) return stop(...missing(node, here, path, depth, segment));
    if (isSeq(entry.value)) outer = undefined;
    node = entry.value;
  }
  throw new Error('unreachable: the loop ends at the undefined segment');
}

function missing(
  map: YAMLMap<Node, Node | null>,
  here: string,
  path: readonly Segment[],
  depth: number,
  segment: string,
): readonly [string, string] {
  const keys = map.items.flatMap(({ key }) =>
    isScalar(key) && typeof key.value === 'string' ? [key.value] : [],
  );
  const has = keys.length === 0 ? 'it is empty' : `it has ${keys.slice(0, 12).join(', ')}`;
  const near = nearest(segment, keys);
  return [
    `${here} has no "${segment}"; ${has}${keys.length > 12 ? ', …' : ''}`,
    near === undefined ? '' : `did you mean ${formatPath([...path.slice(0, depth), near])}?`,
  ];
}

/** Of two documents that lead equally far, the one that seems to be meant is the one with a near name. */
function comesFurther(end: Ended, best: Ended): boolean {
  return (
    end.depth > best.depth || (end.depth === best.depth && best.hint === '' && end.hint !== '')
  );
}

function title(document: Document.Parsed): string {
  const text = (path: readonly string[]): string => {
    const value: unknown = isMap(document.contents) ? document.getIn(path) : undefined;
    return typeof value === 'string' ? value : '?';
  };
  return `${text(['kind'])}/${text(['metadata', 'name'])}`;
}

/**
 * Finds the annotations mapping, or the mapping that would hold it, in the one document that has it.
 *
 * @throws ReleafError `RESTART_FILE` when no document or more than one has the place, or when
 * something else than a mapping is there
 */
export function findAnnotations(
  documents: readonly Document.Parsed[],
  place: Place,
): AnnotationsPlace {
  const { file } = place;
  const path = parsePath(place.annotations);
  const name = path.at(-1);
  if (typeof name !== 'string') {
    throw refuse(file, `"${place.annotations}" does not end in the key of an annotations mapping`);
  }
  const around = path.slice(0, -1);
  const walks = documents.map((document) => ({ document, walk: walk(document, around) }));
  const found = walks.flatMap(({ document, walk: end }) =>
    'node' in end ? [{ document, ...end }] : [],
  );
  const [only] = found;
  if (!only) {
    const furthest = walks
      .flatMap(({ walk: end }) => ('node' in end ? [] : [end]))
      .reduce<Ended | undefined>(
        (best, end) => (best && !comesFurther(end, best) ? best : end),
        undefined,
      );
    throw refuse(
      file,
      `there is no ${place.annotations}: ${furthest?.problem ?? 'the file holds no document'}`,
      furthest?.hint === undefined || furthest.hint === '' ? NO_PLACE : furthest.hint,
    );
  }
  if (found.length > 1) {
    throw refuse(
      file,
      `${place.annotations} fits ${found.length} documents: ${found.map(({ document }) => title(document)).join(', ')}`,
      'give the one to restart a file of its own',
    );
  }
  const { document, node: parent, step } = only;
  const entry = entryOf(parent, name);
  const value = entry?.value ?? null;
  if (isAlias(value)) {
    throw refuse(
      file,
      `${place.annotations} is ${describe(value)}`,
      'write the mapping out there: a change behind an alias would change other places too',
    );
  }
  if (!isNull(value) && !isMap(value)) {
    throw refuse(file, `${place.annotations} is ${describe(value)}, not a mapping`);
  }
  const annotations = isMap<Node, Node | null>(value) ? value : undefined;
  return { document, parent, entry, annotations, name, step };
}

/** What the annotation's value is, if it is there and a string to every reader of the file. */
export function valueAt(found: AnnotationsPlace, key: string): string | undefined {
  const value = found.annotations && entryOf(found.annotations, key)?.value;
  if (!isScalar(value) || typeof value.value !== 'string') return undefined;
  return value.tag === undefined || value.tag === 'tag:yaml.org,2002:str' ? value.value : undefined;
}
