import type { Finding } from '../../model/finding';
import type { KubernetesApi } from '../kubernetes-api';
import type { Commands } from './verdict';

/** The namespace of Secrets is there. */
export async function checkNamespace(
  api: KubernetesApi,
  namespace: string,
  { kubectl }: Commands,
): Promise<readonly Finding[]> {
  const found = await api.get({
    group: '',
    version: 'v1',
    resource: 'namespaces',
    name: namespace,
  });
  const check = 'namespace';
  return found
    ? [{ level: 'ok', check, message: `${namespace} is there` }]
    : [
        {
          level: 'failure',
          check,
          message: `${namespace} is not there, so no Secret can be`,
          next: [kubectl(`create namespace ${namespace}`)],
        },
      ];
}
