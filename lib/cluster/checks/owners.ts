import type { KubernetesObject } from '../kubernetes-api';

type Metadata = KubernetesObject['metadata'];

/** The one object that made this one and keeps it as it wants it, in words. */
export function controllerOf(metadata: Metadata): string | undefined {
  const found = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  return found && `${found.kind} ${found.name}`;
}

/** Everyone who shows that the object is theirs, in words. */
export function ownersOf(metadata: Metadata): readonly string[] {
  const { ownerReferences = [], annotations = {}, labels = {} } = metadata ?? {};
  const value = (from: Readonly<Record<string, string>>, key: string, words: string) =>
    from[key] === undefined ? [] : [`${words} ${from[key]}`];
  return [
    ...ownerReferences.map(({ kind, name }) => `${kind} ${name}`),
    ...(annotations['argocd.argoproj.io/tracking-id'] === undefined
      ? []
      : [
          `Argo CD application ${annotations['argocd.argoproj.io/tracking-id'].split(':')[0] ?? ''}`,
        ]),
    ...(labels['kustomize.toolkit.fluxcd.io/name'] === undefined
      ? []
      : [
          `Flux Kustomization ${labels['kustomize.toolkit.fluxcd.io/namespace'] ?? ''}/${labels['kustomize.toolkit.fluxcd.io/name']}`,
        ]),
    ...value(annotations, 'meta.helm.sh/release-name', 'Helm release'),
    ...value(annotations, 'cert-manager.io/certificate-name', 'cert-manager Certificate'),
    ...value(labels, 'app.kubernetes.io/managed-by', 'managed by'),
  ];
}
