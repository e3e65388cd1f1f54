import type { Finding } from '../../model/finding';
import { sealingCertificateSha256 } from '../../sealing/sealing-certificate-digest';
import type { KubernetesApi } from '../kubernetes-api';
import {
  controllerInWords,
  KUBESEAL_DEFAULT,
  readControllerCertificate,
  type Controller,
} from '../sealing-certificate';
import type { Typed } from './verdict';

/** A sealing certificate as it stands in the folder. */
export interface CommittedSealingCertificate {
  /** Relative to the folder of the config. */
  readonly file: string;
  /** PEM; undefined when there is no such file. */
  readonly pem?: string;
}

/** The Sealed Secrets controller is there, and the committed certificates are its newest one. */
export async function checkSealing(
  api: KubernetesApi,
  controller: Controller,
  committed: readonly CommittedSealingCertificate[],
  now: Date,
  typed: Typed,
): Promise<readonly Finding[]> {
  const live = await readControllerCertificate(api, controller, now);
  const where = controllerInWords(controller);
  return committed.map(({ file, pem }): Finding => {
    const next = `${printCommand(controller)} > ${file}`;
    if (pem === undefined) {
      return {
        level: 'failure',
        check: 'sealing',
        message: `${file}: there is no such file`,
        next,
      };
    }
    return sealingCertificateSha256(pem, file) === sealingCertificateSha256(live, where)
      ? {
          level: 'ok',
          check: 'sealing',
          message: `${file} is the newest certificate of ${where}`,
        }
      : {
          level: 'warning',
          check: 'sealing',
          message: `${file} is not the newest certificate of ${where}; what was sealed for an older one still opens as long as the controller keeps that key`,
          next: `${next}\n${typed('renew')}`,
        };
  });
}

const printCommand = ({ name, namespace }: Controller): string =>
  [
    'releaf doctor --sealing-certificate',
    ...(name === KUBESEAL_DEFAULT.name ? [] : [`--controller-name ${name}`]),
    ...(namespace === KUBESEAL_DEFAULT.namespace ? [] : [`--controller-namespace ${namespace}`]),
  ].join(' ');
