import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { nearest } from '../config/did-you-mean';
import { describe } from './yaml-file';
import type { Segment } from './yaml-path';
import { formatPath } from './yaml-path';

type Entry = Pair<Node, Node | null>;

/** What stands at the end of a path, or how far it leads. */
export type Walk =
  | {
      readonly node: YAMLMap<Node, Node | null>;
      readonly step: number;
      readonly above: readonly Node[];
    }
  | Ended;

/** How far a path leads, and why no further. */
export interface Ended {
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

/** Follows a path through mappings and lists of a document, and no alias. */
export function walk(document: Document.Parsed, path: readonly Segment[]): Walk {
  let node: Node | null = document.contents;
  let step = 2;
  let outer: YAMLMap<Node, Node | null> | undefined;
  const above: Node[] = [];
  for (const [depth, segment] of [...path, undefined].entries()) {
    const here = depth === 0 ? 'the document' : formatPath(path.slice(0, depth));
    const stop = (problem: string, hint = ''): Walk => ({ depth, problem, hint });
    if (isAlias(node)) {
      return stop(
        `${here} is ${describe(node)}`,
        'write it out there: a change behind an alias would change other places too',
      );
    }
    if (node) above.push(node);
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
    if (segment === undefined) return { node, step, above };
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
