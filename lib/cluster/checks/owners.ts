import { mappingOf, mappingsOf, textOf } from '../live-values';

/** Who an object says that it belongs to. Nobody vouches for it. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly isController: boolean;
}

/** The owner references of an object, read from its metadata. */
export const ownerReferencesOf = (metadata: unknown): readonly OwnerReference[] =>
  mappingsOf(mappingOf(metadata)['ownerReferences']).map(
    ({ apiVersion, kind, name, controller }) => ({
      apiVersion: textOf(apiVersion) ?? '',
      kind: textOf(kind) ?? '?',
      name: textOf(name) ?? '?',
      isController: controller === true,
    }),
  );

/** The one object that made this one and keeps it as it wants it, in words. */
export function controllerOf(metadata: unknown): string | undefined {
  const found = ownerReferencesOf(metadata).find(({ isController }) => isController);
  return found && `${found.kind} ${found.name}`;
}

/** Everyone who shows that the object is theirs, in words. */
export function ownersOf(metadata: unknown): readonly string[] {
  const { annotations, labels } = mappingOf(metadata);
  const value = (from: unknown, key: string) => textOf(mappingOf(from)[key]);
  const named = (words: string, name: string | undefined) =>
    name === undefined ? [] : [`${words} ${name}`];
  const kustomization = value(labels, 'kustomize.toolkit.fluxcd.io/name');
  return [
    ...ownerReferencesOf(metadata).map(({ kind, name }) => `${kind} ${name}`),
    ...named(
      'Argo CD application',
      value(annotations, 'argocd.argoproj.io/tracking-id')?.split(':')[0],
    ),
    ...named(
      'Flux Kustomization',
      kustomization &&
        `${value(labels, 'kustomize.toolkit.fluxcd.io/namespace') ?? ''}/${kustomization}`,
    ),
    ...named('Helm release', value(annotations, 'meta.helm.sh/release-name')),
    ...named('cert-manager Certificate', value(annotations, 'cert-manager.io/certificate-name')),
    ...named('managed by', value(labels, 'app.kubernetes.io/managed-by')),
  ];
}
