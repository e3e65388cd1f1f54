import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import { ReleafError } from '../model/errors';
import type { AnnotationsPlace, Place } from './find-annotations';
import { findAnnotations, valueAt } from './find-annotations';
import { entryOf } from './walk-path';
import { parseFile } from './yaml-file';

/** A parsed file and the place that was found in it. */
interface Before {
  readonly documents: readonly Document.Parsed[];
  readonly found: AnnotationsPlace;
}

/**
 * Whether an edited text holds what the file held before, plus one annotation.
 *
 * @param annotation - what must be there now
 * @param before - as parsed before the edit; spent by this call, which takes the annotation out
 * @param result - the edited text
 * @param place - the place that was edited
 */
export function addsOnly(
  annotation: { readonly key: string; readonly value: string },
  before: Before,
  result: string,
  place: Place,
): boolean {
  const { key, value } = annotation;
  let after: Before;
  try {
    const documents = parseFile(result, place.file);
    after = { documents, found: findAnnotations(documents, place) };
  } catch (error) {
    if (error instanceof ReleafError) return false;
    throw error;
  }
  if (valueAt(after.found, key) !== value) return false;
  return isDeepStrictEqual(without(key, before), without(key, after));
}

function without(key: string, { documents, found }: Before): readonly unknown[] {
  const { parent, entry, annotations } = found;
  const annotation = annotations && entryOf(annotations, key);
  if (annotation) annotations.items.splice(annotations.items.indexOf(annotation), 1);
  if (entry && !annotations?.items.length) parent.items.splice(parent.items.indexOf(entry), 1);
  return documents.map(({ contents }) => outline(contents));
}

/** What a node means, aliases unexpanded, so that no file can make this expensive. */
function outline(node: unknown): unknown {
  if (isAlias(node)) return ['alias', node.source];
  if (!isNode(node)) return node;
  const properties = [node.anchor, node.tag];
  if (isMap(node)) {
    return [
      ...properties,
      'map',
      node.items.map(({ key, value }) => [outline(key), outline(value)]),
    ];
  }
  if (isSeq(node)) return [...properties, 'list', node.items.map(outline)];
  return isScalar(node) ? [...properties, node.value] : node;
}
