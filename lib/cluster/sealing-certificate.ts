import { ReleafError } from '../model/errors';
import { readSealingCertificate } from '../sealing/sealed-secrets';
import { decodePem, encodePem } from '../x509/pem';
import type { KubernetesApi } from './kubernetes-api';
import { mappingOf, mappingsOf } from './live-values';

/** The Service of the Sealed Secrets controller. */
export interface Controller {
  readonly name: string;
  readonly namespace: string;
}

/** Where kubeseal looks for it. */
export const KUBESEAL_DEFAULT: Controller = {
  name: 'sealed-secrets-controller',
  namespace: 'kube-system',
};

/** For messages. */
export const controllerInWords = ({ name, namespace }: Controller): string =>
  `${namespace}/${name}`;

/**
 * The newest certificate of the Sealed Secrets controller, got as kubeseal gets it: through the API
 * server's proxy, to the first port of the Service. A stock controller lets every authenticated user.
 *
 * @returns one PEM CERTIFICATE that may be sealed for
 * @throws ReleafError SEALING_CERTIFICATE when there is no controller, or what it gives cannot be used;
 * CLUSTER_FORBIDDEN
 * @see https://github.com/bitnami/sealed-secrets/blob/v0.36.0/pkg/kubeseal/kubeseal.go openCertCluster
 */
export async function readControllerCertificate(
  api: KubernetesApi,
  controller: Controller,
  now: Date,
): Promise<string> {
  const { name, namespace } = controller;
  const where = controllerInWords(controller);
  const at = { group: '', version: 'v1', resource: 'services', namespace };
  const service = await api.get<{ readonly spec?: unknown }>({ ...at, name });
  if (!service) {
    throw new ReleafError(
      'SEALING_CERTIFICATE',
      `${where}: there is no such Service, so no Sealed Secrets controller`,
      `install it, or ${SAY_WHERE}`,
    );
  }
  const port = mappingsOf(mappingOf(service.spec)['ports'])[0]?.['name'];
  const text = await api.getText({
    ...at,
    name: `http:${name}:${typeof port === 'string' ? port : ''}`,
    subresource: 'proxy',
    suffix: '/v1/cert.pem',
  });
  if (text === undefined) {
    throw new ReleafError(
      'SEALING_CERTIFICATE',
      `${where}: gives no /v1/cert.pem: no pod of it runs, or it is not the Sealed Secrets controller`,
      `see whether its pod runs, or ${SAY_WHERE}`,
    );
  }
  return firstCertificate(text, `the answer of ${where}`, now);
}

/** As kubeseal, which seals for the first one. */
function firstCertificate(text: string, what: string, now: Date): string {
  try {
    const pem = decodePem(text, what)
      .slice(0, 1)
      .map(({ label, der }) => encodePem(label, der))
      .join('');
    readSealingCertificate(pem, what, now);
    return pem;
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    throw new ReleafError('SEALING_CERTIFICATE', error.message, `see its log, or ${SAY_WHERE}`);
  }
}

const SAY_WHERE =
  'say where it is: --controller-name NAME --controller-namespace NAMESPACE (a Service, with the label app.kubernetes.io/name: sealed-secrets unless renamed)';
