import { readYaml, type YamlProblem } from './read-yaml';

/** An object of Kubernetes, as far as anybody can vouch for it. */
export interface Manifest {
  readonly apiVersion?: unknown;
  readonly kind: string;
  readonly metadata?: {
    readonly name?: unknown;
    readonly namespace?: unknown;
    readonly labels?: unknown;
    readonly annotations?: unknown;
  } | null;
}

/**
 * Everything that `kubectl apply` would take from a text: documents, and what is in a List. What has no
 * kind is left out.
 *
 * @returns the objects in order, or what is wrong with the text
 */
export function readManifests(
  text: string,
): { readonly manifests: readonly Manifest[] } | { readonly problem: YamlProblem } {
  const reading = readYaml(text);
  if ('problem' in reading) return reading;
  try {
    return { manifests: reading.documents.flatMap((document) => flat(document.toJS() as unknown)) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { problem: { message: 'has an alias that leads nowhere or grows without bound' } };
  }
}

function flat(value: unknown): readonly Manifest[] {
  const object = value as (Manifest & { readonly items?: unknown }) | null;
  if (typeof object?.kind !== 'string') return [];
  return object.kind.endsWith('List') && Array.isArray(object.items)
    ? object.items.flatMap(flat)
    : [object];
}
