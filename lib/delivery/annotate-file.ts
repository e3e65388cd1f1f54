import type { Document } from 'yaml';
import { isScalar } from 'yaml';
import type { ReleafError } from '../model/errors';
import { addsOnly } from './adds-only';
import type { AnnotationsPlace, Place } from './find-annotations';
import { findAnnotations, valueAt } from './find-annotations';
import { objectOf, type DescribedObject } from './object-at';
import { sharedAnchor } from './shared-anchor';
import { quoteKey, spliced, spliceOf, type Splice } from './splice';
import { entryOf } from './walk-path';
import { parseFile, refuse } from './yaml-file';

/** An annotation, or another string, that is to stand at a place of a file. */
export interface Annotation {
  /** The file's name is for messages only. */
  readonly place: Place;
  readonly key: string;
  readonly value: string;
  /** Why it must not stand in an object; undefined where it may. */
  readonly refusal?: (object: DescribedObject | undefined) => ReleafError | undefined;
}

/**
 * Sets annotations in the text of a YAML file and leaves every other byte as it is: comments,
 * blank lines, indentation, quotes, line endings, other documents. The result is that of setting one after
 * the other. All of them are made at once, and the result is parsed to check it; those that build on what
 * another one makes wait for the next such pass.
 *
 * An entry that exists gets the new value; else a line is added behind the last entry of the mapping
 * (inside the braces of a flow mapping). A missing or null `annotations` is added where its parent
 * stands; anything above it must be there. The value is always quoted: a digest such as `12e45`
 * would else be a number.
 *
 * @param text - the file
 * @param annotations - all in this file
 * @returns the new text; the very same text when all of them stand there already
 * @throws ReleafError `RESTART_FILE` when the file is not YAML, a place is missing, ambiguous,
 * behind an alias, shared through one or no mapping, or an annotation cannot be set without changing something else
 */
export function annotateFile(text: string, annotations: readonly Annotation[]): string {
  const [first] = annotations;
  return first ? annotated(text, parseFile(text, first.place.file), annotations) : text;
}

function annotated(
  text: string,
  documents: readonly Document.Parsed[],
  annotations: readonly Annotation[],
): string {
  const edits: Edit[] = [];
  const later: Annotation[] = [];
  const accepts = independent();
  for (const [index, annotation] of annotations.entries()) {
    let edit: Edit;
    try {
      edit = editOf(text, documents, annotation);
    } catch (error) {
      if (index === 0) throw error;
      // What comes before may fail first, or make the place.
      return inTwo(text, annotations, index);
    }
    if (!accepts(edit)) later.push(annotation);
    else if (edit.splice) edits.push(edit);
  }
  if (edits.length === 0) return text;
  const result = spliced(
    text,
    edits.flatMap(({ splice }) => splice ?? []),
  );
  const after = addsOnly(documents, edits, result);
  if (after) return later.length === 0 ? result : annotated(result, after, later);
  if (annotations.length > 1) return inTwo(text, annotations, annotations.length >> 1);
  const [{ place, key }] = edits as [Edit];
  throw refuse(
    place.file,
    `${key} cannot be added to ${place.annotations} without changing something else`,
    `write the line ${quoteKey(key)}: "" there once by hand; later runs change its value only`,
  );
}

const inTwo = (text: string, annotations: readonly Annotation[], at: number): string =>
  annotateFile(annotateFile(text, annotations.slice(0, at)), annotations.slice(at));

interface Edit extends Annotation {
  readonly found: AnnotationsPlace;
  /** Undefined when the value stands there already. */
  readonly splice: Splice | undefined;
}

function editOf(text: string, documents: readonly Document.Parsed[], annotation: Annotation): Edit {
  const { place, key, value, refusal } = annotation;
  const found = findAnnotations(documents, place);
  const refused = refusal?.(objectOf(found.document));
  if (refused) throw refused;
  if (valueAt(found, key) === value) return { ...annotation, found, splice: undefined };
  assertAlone(found, place, key);
  return { ...annotation, found, splice: spliceOf(text, found, place, key, value) };
}

/**
 * Which edits can be made at once: those that do not build on what another one makes. Whatever slips
 * through, the check finds.
 */
function independent(): (edit: Edit) => boolean {
  const closed = new Set<object>();
  const touched = new Map<object, Set<string>>();
  return ({ found: { annotations, parent, name }, key, splice }) => {
    const [mapping, entry] = annotations ? [annotations, key] : [parent, name];
    const keys = touched.get(mapping) ?? new Set();
    if (closed.has(mapping) || keys.has(entry)) {
      closed.add(mapping);
      return false;
    }
    if (!splice) return true;
    // Behind an entry any number of others can be added; what begins a mapping has to be read first.
    if (!annotations?.items.length) closed.add(mapping);
    touched.set(mapping, keys.add(entry));
    return true;
  };
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
