import { ReleafError } from '../model/errors';

/** One step of a path: a key of a mapping, or an index into a list. */
export type Segment = string | number;

const SEGMENT = /(?:^|\.)([^.[\]"'\s]+)|\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\]/y;

/**
 * Reads a path such as `spec.pools[0].annotations` or `metadata["a.b"].x`: keys with a dot between,
 * keys that hold dots quoted in brackets, indexes in brackets.
 *
 * @throws ReleafError `RESTART_FILE` when it is not a path
 */
export function parsePath(path: string): readonly Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < path.length; at = SEGMENT.lastIndex) {
    SEGMENT.lastIndex = at;
    const [, plain, index, double, single] = SEGMENT.exec(path) ?? [];
    const key = plain ?? double ?? single;
    if (key === undefined && index === undefined) {
      throw new ReleafError(
        'RESTART_FILE',
        `"${path}" is not a path in a YAML file: cannot read it from "${path.slice(at)}" on`,
        'write keys with dots between, as in spec.pools[0].annotations or metadata["a.b"].x',
      );
    }
    segments.push(key ?? Number(index));
  }
  return segments;
}

/** The path as {@link parsePath} reads it. */
export function formatPath(segments: readonly Segment[]): string {
  return segments
    .map((segment, i) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[^.[\]"'\s]+$/.test(segment)) {
        return segment.includes('"') ? `['${segment}']` : `["${segment}"]`;
      }
      return i === 0 ? segment : `.${segment}`;
    })
    .join('');
}
