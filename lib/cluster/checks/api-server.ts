import type { Finding } from '../../model/finding';
import type { KubernetesApi } from '../kubernetes-api';
import { textOf } from '../live-values';
import { serves } from './discovery';

/**
 * Version of the API server, such as `v1.34.1` or `v1.33.5-eks-3abbec1`.
 *
 * @returns undefined when it does not say
 */
export async function serverVersion(api: KubernetesApi): Promise<string | undefined> {
  return textOf((await api.get<{ readonly gitVersion?: unknown }>('/version'))?.gitVersion);
}

/** The API server answers. */
export async function checkApiServer(api: KubernetesApi): Promise<readonly Finding[]> {
  const version = await serverVersion(api);
  const check = 'api server';
  return [
    version === undefined
      ? { level: 'warning', check, message: 'answers, but does not say its version' }
      : { level: 'ok', check, message: `answers: Kubernetes ${version}` },
  ];
}

/** The API server takes CertificateSigningRequests in the version that releaf writes. */
export async function checkSigningRequestApi(api: KubernetesApi): Promise<readonly Finding[]> {
  const check = 'request api';
  const what = 'certificates.k8s.io/v1 certificatesigningrequests';
  return (await serves(api, 'certificates.k8s.io/v1', 'certificatesigningrequests'))
    ? [{ level: 'ok', check, message: `${what} is served` }]
    : [
        {
          level: 'failure',
          check,
          message: `${what} is not served, so nothing can be signed here`,
          next: ['Kubernetes 1.19 or newer has it; in a virtual cluster ask who runs it'],
        },
      ];
}
