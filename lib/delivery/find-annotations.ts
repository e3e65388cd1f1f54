import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar } from 'yaml';
import { entryOf, walk, type Ended } from './walk-path';
import { describe, isNull, refuse } from './yaml-file';
import { parsePath } from './yaml-path';

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
  /** All nodes from the top of the document down to the annotations. */
  readonly above: readonly Node[];
}

/** Where to look: the file's name is for messages only. */
export interface Place {
  readonly file: string;
  /** Path of the annotations mapping, such as `spec.template.metadata.annotations`. */
  readonly annotations: string;
  /** Which object of the file, when several have such a place. */
  readonly object?: { readonly kind: string; readonly name: string };
}

const NO_PLACE = 'correct the path in the config, or add the mapping to the file';

/** Of two documents that lead equally far, the one that seems to be meant is the one with a near name. */
function comesFurther(end: Ended, best: Ended): boolean {
  return (
    end.depth > best.depth || (end.depth === best.depth && best.hint === '' && end.hint !== '')
  );
}

const title = ({ kind, name }: Titled): string => `${kind}/${name}`;

interface Titled {
  readonly kind: string;
  readonly name: string;
}

/** What a document says it is; `?` where it says nothing. */
function titleOf(document: Document.Parsed): Titled {
  const text = (path: readonly string[]): string => {
    const value: unknown = isMap(document.contents) ? document.getIn(path) : undefined;
    return typeof value === 'string' ? value : '?';
  };
  return { kind: text(['kind']), name: text(['metadata', 'name']) };
}

type Documents = readonly Document.Parsed[];

/** By file as parsed, since as many places may stand in one as there are objects. */
const known = new WeakMap<Documents, ReadonlyMap<string, Documents>>();

function byTitle(documents: Documents): ReadonlyMap<string, Documents> {
  const before = known.get(documents);
  if (before) return before;
  const titled = new Map<string, Document.Parsed[]>();
  for (const document of documents) {
    const key = title(titleOf(document));
    const same = titled.get(key);
    if (same) same.push(document);
    else titled.set(key, [document]);
  }
  known.set(documents, titled);
  return titled;
}

/** The documents in which to look: all, or those of the object that was named. */
function candidates(documents: Documents, { file, object }: Place): Documents {
  if (!object) return documents;
  const wanted = title(object);
  const found = byTitle(documents).get(wanted);
  if (found) return found;
  const has = documents.map(titleOf).map(title).slice(0, 12).join(', ');
  throw refuse(
    file,
    `there is no ${wanted}; it has ${has === '' ? 'no document' : has}`,
    'correct object in restart of the config: kind and metadata.name of the one to restart',
  );
}

/**
 * Finds the annotations mapping, or the mapping that would hold it, in the one document that has it.
 *
 * @throws ReleafError `RESTART_FILE` when no document or more than one has the place, or when
 * something else than a mapping is there
 */
export function findAnnotations(documents: Documents, place: Place): AnnotationsPlace {
  const { file } = place;
  const path = parsePath(place.annotations);
  const name = path.at(-1);
  if (typeof name !== 'string') {
    throw refuse(file, `"${place.annotations}" does not end in the key of an annotations mapping`);
  }
  const around = path.slice(0, -1);
  const walks = candidates(documents, place).map((document) => ({
    document,
    walk: walk(document, around),
  }));
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
    const titles = found.map(({ document }) => titleOf(document));
    const [first] = titles;
    throw refuse(
      file,
      `${place.annotations} fits ${found.length} documents: ${titles.map(title).join(', ')}`,
      place.object || !first
        ? 'give the one to restart a file of its own'
        : `give the one that is meant a file of its own; a restart can also choose it: object: { kind: ${first.kind}, name: ${first.name} }`,
    );
  }
  const { document, node: parent, step, above } = only;
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
  const nodes = annotations ? [...above, annotations] : above;
  return { document, parent, entry, annotations, name, step, above: nodes };
}

/** What the annotation's value is, if it is there and a string to every reader of the file. */
export function valueAt(found: AnnotationsPlace, key: string): string | undefined {
  const value = found.annotations && entryOf(found.annotations, key)?.value;
  if (!isScalar(value) || typeof value.value !== 'string') return undefined;
  return value.tag === undefined || value.tag === 'tag:yaml.org,2002:str' ? value.value : undefined;
}
