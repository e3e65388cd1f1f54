import type { Segment } from './yaml-path';

/** What stands at a path of an object; undefined where nothing does. */
export function valueAt(object: unknown, path: readonly Segment[]): unknown {
  return path.reduce<unknown>(
    (value, segment) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
        ? (value as Readonly<Record<Segment, unknown>>)[segment]
        : undefined,
    object,
  );
}
