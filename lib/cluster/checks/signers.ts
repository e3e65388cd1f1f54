import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import { rulesOf } from '../../signers/check-request';
import type { Verdict } from './verdict';

const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
const EKS_APP_SERVING = 'beta.eks.amazonaws.com/app-serving';

/**
 * Whether the signers of certificates are known to releaf, and sign in a cluster of this kind.
 *
 * @param version - of the API server: EKS and GKE show in it
 */
export function judgeSigners(
  specs: readonly Pick<CertificateSpec, 'name' | 'signer'>[],
  version = '',
): readonly Finding[] {
  const signers = [...new Set(specs.map(({ signer }) => signer))];
  return signers.map((signer) => {
    const [first, ...others] = specs.filter((spec) => spec.signer === signer);
    return {
      check: 'signer',
      ...(first && others.length === 0 && { certificate: first.name }),
      ...verdict(signer, version),
    };
  });
}

function verdict(signer: string, version: string): Verdict {
  if (signer === 'local') {
    return { level: 'ok', message: 'local: releaf sign signs, the cluster is not asked' };
  }
  const isEks = version.includes('-eks-');
  if (signer === KUBELET_SERVING && isEks) {
    return {
      level: 'failure',
      message: `${signer}: EKS (${version}) signs it for its nodes only; a request stays approved without a certificate`,
      next: [`signer: ${EKS_APP_SERVING}`],
    };
  }
  if (signer === KUBELET_SERVING && version.includes('-gke.')) {
    return {
      level: 'warning',
      message: `${signer}: GKE (${version}) signs with a service of its own, whose rules are not published`,
      next: [
        'try it with one certificate; a refusal is an Event SigningError of the request, not a condition',
      ],
    };
  }
  if (signer === EKS_APP_SERVING && version !== '' && !isEks) {
    return {
      level: 'warning',
      message: `${signer}: only EKS has it, and this is Kubernetes ${version}`,
      next: ['name the signer of this cluster in the config'],
    };
  }
  return rulesOf(signer).signer === ''
    ? {
        level: 'warning',
        message: `${signer}: releaf does not know its rules, so a request that breaks one shows only after approval`,
        next: ["compare releaf explain NAME with the signer's documentation"],
      }
    : { level: 'ok', message: `${signer}: its rules are known, and were checked` };
}
