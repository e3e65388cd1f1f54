import { conditionOf, stateOf } from '../../cluster/signing-requests';
import { formatDuration } from '../../config/duration';
import { ReleafError } from '../../model/errors';
import type { Failure } from './attempts';
import type { Context } from '../context';
import { isByApprovingJob, jobApproves } from './by-job';
import { reasonOf, type LiveRequest } from './live-request';
import { typed } from '../typed';

/**
 * Says why a request has no certificate yet, and what usually is wrong.
 *
 * @param waited - seconds; absent where nobody waited
 */
export function unsigned(context: Context, request: LiveRequest, waited?: number): Failure {
  const { spec, pending, live } = request;
  const { objectName, signer } = pending.record;
  const isApproved = stateOf(live) === 'approved';
  const after = waited === undefined ? '' : ` after ${formatDuration(waited)}`;
  const since = conditionOf(live.status, 'Approved')?.lastUpdateTime ?? 'an unknown time';
  const error = isApproved
    ? new ReleafError(
        'REQUEST_UNSIGNED',
        `${objectName}: approved since ${since} (${reasonOf(live, 'Approved')}), but ${signer} has not issued the certificate${after}`,
        `${usualCause(signer)}; once it has: ${typed(context, `fetch ${spec.name}`)}`,
      )
    : new ReleafError(
        'REQUEST_UNSIGNED',
        `${objectName}: is not approved yet${after}`,
        isByApprovingJob(request)
          ? jobApproves(context, request)
          : `next: ${typed(context, `approve ${spec.name}`)}`,
      );
  return { name: spec.name, request: objectName, error };
}

/**
 * What usually is wrong when a signer leaves an approved request alone.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#signer-control-plane
 */
function usualCause(signer: string): string {
  if (signer === 'beta.eks.amazonaws.com/app-serving') return 'only EKS has this signer';
  if (!signer.startsWith('kubernetes.io/')) {
    return `a controller of its own signs for ${signer}: look whether it runs in this cluster, and into its log`;
  }
  const managed =
    signer === 'kubernetes.io/kubelet-serving'
      ? '; EKS and GKE sign it for their own nodes only (EKS has beta.eks.amazonaws.com/app-serving)'
      : '';
  return `kube-controller-manager signs it, when it runs with --cluster-signing-cert-file and --cluster-signing-key-file or those of this signer${managed}`;
}
