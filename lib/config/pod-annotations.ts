import { groupOf } from '../model/api-version';

interface KnownKind {
  readonly apiVersion: string;
  /** The place where it is not said. */
  readonly annotations: string;
  /** Others from which pods of it get annotations, `[0]` for any index. */
  readonly besides?: readonly string[];
}

const POD_TEMPLATE = 'spec.template.metadata.annotations';

/**
 * Where the owners of pods read annotations of the pods. The MinIO operator puts those of the Tenant itself on
 * the pods of MinIO.
 *
 * @see https://github.com/minio/operator/blob/v7.1.1/pkg/resources/statefulsets/minio-statefulset.go
 */
export const KNOWN_KINDS: ReadonlyMap<string, KnownKind> = new Map([
  ['Deployment', { apiVersion: 'apps/v1', annotations: POD_TEMPLATE }],
  ['StatefulSet', { apiVersion: 'apps/v1', annotations: POD_TEMPLATE }],
  ['DaemonSet', { apiVersion: 'apps/v1', annotations: POD_TEMPLATE }],
  ['CronJob', { apiVersion: 'batch/v1', annotations: `spec.jobTemplate.${POD_TEMPLATE}` }],
  ['Rollout', { apiVersion: 'argoproj.io/v1alpha1', annotations: POD_TEMPLATE }],
  [
    'Tenant',
    {
      apiVersion: 'minio.min.io/v2',
      annotations: 'spec.kes.annotations',
      besides: [
        'spec.pools[0].annotations',
        'spec.poolsMetadata.annotations',
        'metadata.annotations',
      ],
    },
  ],
]);

/** Annotations that no pod gets. */
export interface Misplaced {
  readonly problem: string;
  /** Where they belong, unless something else is meant. */
  readonly usual: string;
  /** Everywhere they may stand. */
  readonly places: readonly string[];
}

/**
 * What is wrong with a place of annotations: pods of a kind that is known never get what stands elsewhere.
 *
 * @param annotations - path of the mapping
 * @returns undefined where nothing is, or the kind is not known
 */
export function misplaced(
  object: { readonly apiVersion: string; readonly kind: string },
  annotations: string,
): Misplaced | undefined {
  const known = KNOWN_KINDS.get(object.kind);
  if (!known || groupOf(known) !== groupOf(object)) return undefined;
  const places = [known.annotations, ...(known.besides ?? [])];
  const written = plain(annotations);
  if (places.some((place) => plain(place) === written)) return undefined;
  return {
    problem: `no pod of a ${object.kind} gets the annotations in ${annotations}`,
    usual: known.annotations,
    places,
  };
}

/** A path with its keys and indexes the same however they are written. */
const plain = (path: string): string =>
  path.replace(/\[(["'])(.+?)\1\]/g, '.$2').replace(/\[\d+\]/g, '[0]');
