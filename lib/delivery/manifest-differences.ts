import { isDeepStrictEqual } from 'node:util';
import { whyReserved } from './manifest-reserved';
import type { Segment } from './yaml-path';

/**
 * Where an object is not what synth gives. Labels and annotations may be more, on a template in it too, but
 * none by which a controller would do something else with it. What else is in the object's own metadata belongs to
 * others; its name and namespace are judged elsewhere.
 *
 * @param found - nobody vouches for its shape
 * @returns paths, in the order of the wanted object, what is too much behind it
 */
export function manifestDifferences(
  found: object,
  wanted: object,
): readonly (readonly Segment[])[] {
  return [...differences(found, wanted, [])];
}

function* differences(
  found: unknown,
  wanted: unknown,
  path: readonly Segment[],
): Generator<readonly Segment[]> {
  if (found === undefined && isAddable(path.at(-1)) && isMapping(wanted)) {
    yield* differences({}, wanted, path);
    return;
  }
  if (!isMapping(wanted) || !isMapping(found)) {
    if (!isDeepStrictEqual(found, wanted)) yield path;
    return;
  }
  for (const key of Object.keys(wanted)) {
    if (isPlace(path, key)) continue;
    yield* differences(own(found, key), wanted[key], [...path, key]);
  }
  for (const key of Object.keys(found)) {
    if (!Object.hasOwn(wanted, key)) yield* surplus(found[key], [...path, key]);
  }
}

/** What is there and not wanted, but for what anybody may add. */
function* surplus(value: unknown, path: readonly Segment[]): Generator<readonly Segment[]> {
  const [around, parent, key] = [path.at(-3), path.at(-2), path.at(-1)];
  const isOpen = key === 'metadata' || (parent === 'metadata' && isAddable(key));
  const isAdded =
    around === 'metadata' && isAddable(parent) && whyReserved(`${key ?? ''}`) === undefined;
  if (isOpen && isMapping(value)) yield* differences(value, {}, path);
  else if (!isAdded && !(path.length === 2 && parent === 'metadata')) yield path;
}

const isPlace = (path: readonly Segment[], key: string): boolean =>
  path.length === 1 && path[0] === 'metadata' && (key === 'name' || key === 'namespace');

const isAddable = (key: Segment | undefined): boolean => key === 'labels' || key === 'annotations';

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (mapping: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(mapping, key) ? mapping[key] : undefined;
