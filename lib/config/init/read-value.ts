import { readYaml } from '../../yaml/read-yaml';

/** What stands at the end of a path of keys and indexes; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Readonly<Record<string | number, unknown>>)[key]
        : undefined,
    value,
  );
}

/** As {@link at}, of a text that is not empty. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** As {@link at}, of a list; none where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** The documents of a YAML text, those in a List one by one; none where it is not YAML. */
export function documentsOf(text: string): readonly unknown[] {
  const reading = readYaml(text);
  if ('problem' in reading) return [];
  try {
    return reading.documents.flatMap((document) => flat(document.toJS() as unknown));
  } catch (error) {
    // Aliases that lead nowhere or grow without bound.
    if (error instanceof ReferenceError) return [];
    throw error;
  }
}

const flat = (value: unknown): readonly unknown[] =>
  textAt(value, 'kind')?.endsWith('List') && Array.isArray(at(value, 'items'))
    ? listAt(value, 'items')
    : [value];
