import type { Finding } from '../../model/finding';
import { readYamlValue } from '../../yaml/read-yaml';
import type { KubernetesApi, KubernetesObject } from '../kubernetes-api';
import { serves } from './discovery';
import type { Typed } from './verdict';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Whether Argo CD is in this cluster, and applies CertificateSigningRequests.
 *
 * @param namespace - of Argo CD
 * @param certificate - one whose request would stand in `dist/`; undefined when there is none
 */
export async function checkArgoCd(
  api: KubernetesApi,
  namespace: string,
  certificate: string | undefined,
  typed: Typed,
): Promise<readonly Finding[]> {
  const check = 'argo cd';
  // The group alone tells little: Argo Workflows and Argo Rollouts are in it too.
  if (!(await serves(api, 'argoproj.io/v1alpha1', 'applications'))) {
    return [{ level: 'ok', check, message: 'is not in this cluster' }];
  }
  if (certificate === undefined) {
    return [{ level: 'ok', check, message: 'is here; no certificate needs a request there' }];
  }
  const settings = await api.get<ConfigMap>({
    group: '',
    version: 'v1',
    resource: 'configmaps',
    namespace,
    name: 'argocd-cm',
  });
  if (!settings) {
    return [
      {
        level: 'warning',
        check,
        message: `is here, but there is no ConfigMap ${namespace}/argocd-cm to tell whether it applies requests`,
        next: 'say where it is: --argocd-namespace NAMESPACE',
      },
    ];
  }
  const by = leavesOut(settings.data ?? {}, ['https://kubernetes.default.svc', api.server]);
  if (by === undefined) {
    return [{ level: 'ok', check, message: 'is here, and applies CertificateSigningRequests' }];
  }
  return [
    {
      level: 'warning',
      check,
      message: `leaves CertificateSigningRequests out (${by} in ConfigMap ${namespace}/argocd-cm), so those of dist/ never arrive, although the Application looks in sync`,
      next: `${typed(`renew ${certificate} --now`)} creates the request without Argo CD
or apply it by hand: kubectl apply -f dist/${certificate}.k8s.yaml
or let an admin of Argo CD take certificates.k8s.io CertificateSigningRequest out of ${by}`,
    },
  ];
}

/**
 * Which setting makes Argo CD leave CertificateSigningRequests out.
 *
 * @param data - of ConfigMap `argocd-cm`
 * @param clusters - URLs by which Argo CD may know this cluster
 * @returns undefined when none does
 * @see https://github.com/argoproj/argo-cd/blob/v3.1.0/util/settings/resources_filter.go IsExcludedResource
 */
export function leavesOut(
  data: Readonly<Record<string, string>>,
  clusters: readonly string[],
): string | undefined {
  const filters = (key: string) => filtersOf(data[key] ?? '');
  if (filters('resource.exclusions').some((one) => matches(one, clusters))) {
    return 'resource.exclusions';
  }
  const inclusions = filters('resource.inclusions');
  const isRestricted = inclusions.some((one) => matchesAny(one['clusters'], clusters));
  return isRestricted && !inclusions.some((one) => matches(one, clusters))
    ? 'resource.inclusions'
    : undefined;
}

type Filter = Readonly<Record<string, unknown>>;

/** None where it is no list: Argo CD itself does not start then. */
function filtersOf(text: string): readonly Filter[] {
  const reading = readYamlValue(text);
  if (!('value' in reading) || !Array.isArray(reading.value)) return [];
  return (reading.value as readonly unknown[]).filter(
    (one): one is Filter => typeof one === 'object' && one !== null,
  );
}

const matches = ({ apiGroups, kinds, clusters }: Filter, own: readonly string[]): boolean =>
  matchesAny(apiGroups, ['certificates.k8s.io']) &&
  matchesAny(kinds, ['CertificateSigningRequest']) &&
  matchesAny(clusters, own);

/** An empty list matches everything. */
function matchesAny(globs: unknown, texts: readonly string[]): boolean {
  if (!Array.isArray(globs) || globs.length === 0) return true;
  return (globs as readonly unknown[]).some(
    (glob) => typeof glob === 'string' && texts.some((text) => globMatches(glob, text)),
  );
}

function globMatches(glob: string, text: string): boolean {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}
