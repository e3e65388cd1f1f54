import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import type { KubernetesApi } from '../kubernetes-api';
import { mappingOf, mappingsOf, textOf } from '../live-values';
import type { Controller } from '../sealing-certificate';
import type { ExpectedSecret } from './expected-secret';
import { judgeRefused } from './refused-sealed-secret';
import { applyOutput, type Commands, type Verdict } from './verdict';

/**
 * The SealedSecret of an issued revision: there, and opened by the controller.
 *
 * @see https://github.com/bitnami/sealed-secrets/blob/v0.36.0/pkg/apis/sealedsecrets/v1alpha1/types.go
 */
export async function checkSealedSecret(
  api: KubernetesApi,
  spec: CertificateSpec,
  expected: ExpectedSecret,
  controller: Controller,
  commands: Commands,
): Promise<readonly Finding[]> {
  const { namespace, name } = expected;
  const live = await api.get({
    group: 'bitnami.com',
    version: 'v1alpha1',
    resource: 'sealedsecrets',
    namespace,
    name,
  });
  const { conditions } = mappingOf(mappingOf(live)['status']);
  const synced = mappingsOf(conditions).find(({ type }) => type === 'Synced');
  const verdict =
    live && synced && synced['status'] !== 'True'
      ? await judgeRefused(
          api,
          textOf(synced['message']) ?? 'no reason given',
          spec,
          expected,
          controller,
          commands,
        )
      : judgeUnrefused(live, synced !== undefined, expected);
  return [{ check: 'sealed secret', certificate: spec.name, ...verdict }];
}

function judgeUnrefused(
  live: object | undefined,
  isSynced: boolean,
  { namespace, name, file }: ExpectedSecret,
): Verdict {
  const where = `${namespace}/${name}`;
  if (!live) {
    const message = `${where} is not in the cluster`;
    return { level: 'warning', message, next: applyOutput(file) };
  }
  return isSynced
    ? { level: 'ok', message: `${where} was opened by the controller` }
    : {
        level: 'warning',
        message: `${where} has not been looked at by the controller`,
        next: ['see whether the Sealed Secrets controller runs, and watches this namespace'],
      };
}
