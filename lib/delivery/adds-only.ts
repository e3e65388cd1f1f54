import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import { ReleafError } from '../model/errors';
import type { AnnotationsPlace, Place } from './find-annotations';
import { findAnnotations, valueAt } from './find-annotations';
import { entryOf } from './walk-path';
import { parseFile } from './yaml-file';

/** An annotation that was to be set. */
interface Wanted {
  readonly place: Place;
  readonly key: string;
  readonly value: string;
  /** Its place in the file as it was. */
  readonly found: AnnotationsPlace;
}

/**
 * Whether an edited text holds what the file held before, plus annotations.
 *
 * @param documents - the file as parsed before
 * @param wanted - what must be there now; one at least
 * @param result - the edited text
 * @returns the documents of the result; undefined when it does not
 */
export function addsOnly(
  documents: readonly Document.Parsed[],
  wanted: readonly Wanted[],
  result: string,
): readonly Document.Parsed[] | undefined {
  let after: readonly Document.Parsed[];
  let now: readonly Wanted[];
  try {
    after = parseFile(result, wanted[0]?.place.file ?? '');
    now = wanted.map((one) => ({ ...one, found: findAnnotations(after, one.place) }));
  } catch (error) {
    if (error instanceof ReleafError) return undefined;
    throw error;
  }
  if (now.some(({ found, key, value }) => valueAt(found, key) !== value)) return undefined;
  const same = isDeepStrictEqual(without(wanted, documents), without(now, after));
  return same ? after : undefined;
}

/** What the documents mean without the annotations, nor the mappings that would be empty without them. */
function without(
  annotations: readonly Wanted[],
  documents: readonly Document.Parsed[],
): readonly unknown[] {
  const left = new Set<unknown>(
    annotations.flatMap(
      ({ found, key }) => (found.annotations && entryOf(found.annotations, key)) ?? [],
    ),
  );
  for (const { found } of annotations) {
    if ((found.annotations?.items ?? []).every((pair) => left.has(pair))) left.add(found.entry);
  }
  return documents.map(({ contents }) => outline(contents, left));
}

/** What a node means but for some pairs, aliases unexpanded, so that no file can make this expensive. */
function outline(node: unknown, left: ReadonlySet<unknown>): unknown {
  if (isAlias(node)) return ['alias', node.source];
  if (!isNode(node)) return node;
  const properties = [node.anchor, node.tag];
  if (isMap(node)) {
    const pairs = node.items.filter((pair) => !left.has(pair));
    return [
      ...properties,
      'map',
      pairs.map(({ key, value }) => [outline(key, left), outline(value, left)]),
    ];
  }
  if (isSeq(node)) return [...properties, 'list', node.items.map((item) => outline(item, left))];
  return isScalar(node) ? [...properties, node.value] : node;
}
