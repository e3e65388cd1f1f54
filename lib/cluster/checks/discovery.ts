import type { KubernetesApi, ResourceAddress } from '../kubernetes-api';
import { mappingsOf, textOf } from '../live-values';

/** @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api */
interface ResourceList {
  readonly resources?: unknown;
}

/** Which object, as its manifest says it. */
export interface ObjectName {
  /** `apps/v1`; `v1` for the core group. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Whether the API server serves a resource. */
export async function serves(
  api: KubernetesApi,
  groupVersion: string,
  resource: string,
): Promise<boolean> {
  const resources = await resourcesOf(api, groupVersion);
  return resources.some(({ name }) => name === resource);
}

/**
 * Where an object is in the API.
 *
 * @returns undefined when the API server does not serve its kind
 */
export async function addressOf(
  api: KubernetesApi,
  { apiVersion, kind, namespace, name }: ObjectName,
): Promise<ResourceAddress | undefined> {
  const resources = await resourcesOf(api, apiVersion);
  // Subresources such as `statefulsets/scale` can be of the same kind.
  const found = resources.find((one) => one.kind === kind && RESOURCE.test(one.name));
  if (!found) return undefined;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return {
    group,
    version,
    resource: found.name,
    ...(found.isNamespaced && { namespace }),
    name,
  };
}

async function resourcesOf(api: KubernetesApi, groupVersion: string) {
  const path = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
  const list = await api.get<ResourceList>(path);
  return mappingsOf(list?.resources).map(({ name, kind, namespaced }) => ({
    name: textOf(name) ?? '',
    kind: textOf(kind) ?? '',
    isNamespaced: namespaced === true,
  }));
}

/** Names of resources end up in paths, and in rules that are printed. */
const RESOURCE = /^[a-z][-a-z0-9]*$/;
