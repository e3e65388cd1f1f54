import type { Finding } from '../../model/finding';
import type { KubernetesApi, KubernetesObject } from '../kubernetes-api';
import type { ExpectedSecret } from './expected-secret';
import { applyOutput, type Verdict } from './verdict';

/** @see https://github.com/bitnami/sealed-secrets/blob/v0.36.0/pkg/apis/sealedsecrets/v1alpha1/types.go */
interface SealedSecret extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type?: string;
      readonly status?: string;
      readonly message?: string;
    }[];
  };
}

/** The SealedSecret of an issued revision: there, and opened by the controller. */
export async function checkSealedSecret(
  api: KubernetesApi,
  certificate: string,
  { namespace, name }: ExpectedSecret,
): Promise<readonly Finding[]> {
  const live = await api.get<SealedSecret>({
    group: 'bitnami.com',
    version: 'v1alpha1',
    resource: 'sealedsecrets',
    namespace,
    name,
  });
  const verdict = judgeSealedSecret(live, certificate, `${namespace}/${name}`);
  return [{ check: 'sealed secret', certificate, ...verdict }];
}

function judgeSealedSecret(
  live: SealedSecret | undefined,
  certificate: string,
  where: string,
): Verdict {
  if (!live) {
    const message = `${where} is not in the cluster`;
    return { level: 'warning', message, next: applyOutput(certificate) };
  }
  const synced = live.status?.conditions?.find(({ type }) => type === 'Synced');
  if (synced?.status === 'True') {
    return { level: 'ok', message: `${where} was opened by the controller` };
  }
  if (!synced) {
    return {
      level: 'warning',
      message: `${where} has not been looked at by the controller`,
      next: 'see whether the Sealed Secrets controller runs, and watches this namespace',
    };
  }
  const [namespace = '', name = ''] = where.split('/');
  return {
    level: 'failure',
    message: `${where} was refused by the controller: ${synced.message ?? 'no reason given'}`,
    // After five times it waits for another spec (controller.go, sealedSecretChanged).
    next: `once the cause is gone: kubectl delete sealedsecret -n ${namespace} ${name}
then apply dist/${certificate}.k8s.yaml again: the controller does not try a refused one again by itself`,
  };
}
