import { SEALING_SCOPES } from '../model/certificate-spec';

const WHY: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    SEALING_SCOPES.map((scope) => [
      `sealedsecrets.bitnami.com/${scope}`,
      'a scope that the key was not sealed with',
    ]),
  ),
  'sealedsecrets.bitnami.com/patch': 'so the Secret would keep what it held before',
  'argocd.argoproj.io/hook': 'so Argo CD would take it for a hook, or leave it out',
  'argocd.argoproj.io/hook-delete-policy': 'so Argo CD would delete it',
  'helm.sh/hook': 'so Argo CD and Helm would take it for a hook',
  'helm.sh/hook-delete-policy': 'so Argo CD and Helm would delete it',
  'kustomize.toolkit.fluxcd.io/reconcile': 'so Flux would leave it as it is',
  'kustomize.toolkit.fluxcd.io/ssa': 'so Flux would apply it in another way, or not at all',
  'kustomize.toolkit.fluxcd.io/prune': 'so Flux would leave it behind in the cluster',
  'kustomize.toolkit.fluxcd.io/force': 'so Flux would delete it and make it anew',
  'kustomize.toolkit.fluxcd.io/decrypt': 'so Flux would not decrypt it',
};

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

/**
 * Why a label or annotation is not anybody's to add to an object that synth gives: by it a controller would
 * do something else with the object.
 *
 * @param key - of the label or annotation
 * @returns undefined for one that harms nothing
 * @see https://github.com/bitnami/sealed-secrets (pkg/apis/sealedsecrets/v1alpha1/types.go)
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-hooks
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
export function whyReserved(key: string): string | undefined {
  if (key.startsWith(AGGREGATE)) {
    return `so role ${key.slice(AGGREGATE.length)} would get its rights`;
  }
  return Object.hasOwn(WHY, key) ? WHY[key] : undefined;
}
