import type { AnnotatedObject } from '../../delivery/restart-objects';
import { parsePath } from '../../delivery/yaml-path';
import { isAppWorkload } from '../../model/app-workload';
import type { CertificateSpec } from '../../model/certificate-spec';
import type { Engine } from '../../model/delivery-spec';
import type { Finding } from '../../model/finding';
import type { KubernetesApi } from '../kubernetes-api';
import { mappingOf, mappingsOf, textOf } from '../live-values';
import { addressOf } from './discovery';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Fragments that server-side apply brings into the team's objects. */
export const fragmentsOf = ({ restartObjects }: Pick<CertificateSpec, 'restartObjects'>) =>
  restartObjects.filter(({ form }) => form === 'fragment');

/** Field managers of the engines that apply fragments on the server side. */
const MANAGERS: Readonly<Partial<Record<Engine, string>>> = {
  'argo-cd': 'argocd-controller',
  flux: 'kustomize-controller',
};

/**
 * Whether the fragment of an object can be applied without harm; with kubectl it is a merge patch, which always can.
 *
 * - To the engine that applies the whole object, what the fragment does not have is dropped: one field manager has one
 *   configuration.
 * - Argo CD applies as kubectl does, which after a server-side apply moves the fields of an object that was
 *   applied client-side to whoever applied the fragment; its next apply then drops what it does not have, or is refused.
 *   Flux with `ssa: Merge` leaves them alone.
 *
 * @param places - all that the fragment annotates
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 * @see https://github.com/kubernetes/kubectl/blob/v0.36.3/pkg/cmd/apply/apply.go migrateToSSAIfNecessary
 */
export async function checkFragment(
  api: KubernetesApi,
  { name: certificate, delivery }: Pick<CertificateSpec, 'name' | 'delivery'>,
  places: AnnotatedObject,
): Promise<readonly Finding[]> {
  const engine = MANAGERS[delivery.engine];
  if (engine === undefined) return [];
  const [object] = places;
  const address = await addressOf(api, object);
  const live = address && (await api.get<{ readonly metadata?: unknown }>(address));
  const clientSide = delivery.engine === 'argo-cd' ? clientSideManager(live?.metadata) : undefined;
  const { kind, namespace, name } = object;
  const shown = `${kind} ${namespace}/${name}`;
  const failure = (message: string, next: string): readonly Finding[] => [
    {
      level: 'failure',
      check: 'restart',
      certificate,
      message: `${shown} ${message}`,
      next: [next],
    },
  ];
  if (appliesWhole(live?.metadata, engine, places)) {
    return failure(
      `is applied by ${engine} as a whole, and a fragment of it would drop the rest, or be refused`,
      'restart it in its own file (restart: file, annotations)',
    );
  }
  return clientSide === undefined
    ? []
    : failure(
        `was applied client-side, by ${clientSide}: with the first fragment Argo CD takes its fields over, and the next one takes them out, or is refused`,
        `restart it in its own file (restart: file, annotations), or apply it with kubectl apply --server-side from now on, and take the annotation ${LAST_APPLIED} off`,
      );
}

type Keys = readonly string[];

/** What a fragment that Flux decodes into a Go type states besides its annotations. */
const STATED: readonly Keys[] = [
  ['spec', 'selector'],
  ['spec', 'template', 'metadata', 'labels'],
];

/** What the Go type writes besides, be it empty. */
const WRITTEN: readonly Keys[] = [
  ['spec', 'serviceName'],
  ['spec', 'strategy'],
  ['spec', 'updateStrategy'],
  ['spec', 'template', 'metadata', 'creationTimestamp'],
  ['spec', 'template', 'spec', 'containers'],
];

/** Whether an engine applies fields of the `spec` that no fragment of the object has. */
function appliesWhole(metadata: unknown, engine: string, places: AnnotatedObject): boolean {
  const isDecoded = isAppWorkload(places[0]);
  const annotations = places.map((place) => parsePath(place.annotations).map(String));
  const stated = [...annotations, ...(isDecoded ? STATED : [])];
  const written = [...stated, ...(isDecoded ? WRITTEN : [])];
  return mappingsOf(mappingOf(metadata)['managedFields'])
    .filter(({ manager, operation }) => manager === engine && operation === 'Apply')
    .flatMap(({ fieldsV1 }) => leavesOf(mappingOf(fieldsV1)['f:spec'], ['spec']))
    .some(
      (leaf) =>
        !stated.some((path) => startsWith(leaf, path)) &&
        // An atomic mapping is owned as a whole.
        !written.some((path) => startsWith(path, leaf)),
    );
}

const startsWith = (path: Keys, start: Keys): boolean =>
  start.every((key, index) => path[index] === key);

/**
 * Paths of the fields of a set that hold no others. An item of a list keeps the letter that says so.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/fieldpath/serialize-pe.go
 */
function leavesOf(fields: unknown, path: Keys): readonly Keys[] {
  const below = Object.entries(mappingOf(fields)).filter(([key]) => key !== '.');
  return below.length === 0
    ? [path]
    : below.flatMap(([key, inner]) => leavesOf(inner, [...path, key.replace(/^f:/, '')]));
}

/** Who keeps the last configuration for client-side apply, as `csaupgrade` finds it. */
function clientSideManager(metadata: unknown): string | undefined {
  const { annotations, managedFields } = mappingOf(metadata);
  if (!Object.hasOwn(mappingOf(annotations), LAST_APPLIED)) return undefined;
  const found = mappingsOf(managedFields).find(({ operation, fieldsV1 }) => {
    const own = mappingOf(mappingOf(mappingOf(fieldsV1)['f:metadata'])['f:annotations']);
    return operation === 'Update' && Object.hasOwn(own, `f:${LAST_APPLIED}`);
  });
  return found && (textOf(found['manager']) ?? '?');
}
