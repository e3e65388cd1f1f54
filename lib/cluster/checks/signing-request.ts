import type { CertificateSpec } from '../../model/certificate-spec';
import type { Finding } from '../../model/finding';
import type { Revision } from '../../model/revision';
import { requestDifferences } from '../../rotation/request-differences';
import type { KubernetesApi } from '../kubernetes-api';
import {
  conditionOf,
  getSigningRequest,
  stateOf,
  type LiveSigningRequest,
} from '../signing-requests';
import type { Typed, Verdict } from './verdict';

/** The request of a pending revision: there, as it was committed, and how far it has come. */
export async function checkSigningRequest(
  api: KubernetesApi,
  { name }: Pick<CertificateSpec, 'name'>,
  revision: Revision,
  typed: Typed,
): Promise<readonly Finding[]> {
  const live = await getSigningRequest(api, revision.record.objectName);
  return [{ check: 'request', certificate: name, ...judgeRequest(name, revision, live, typed) }];
}

/**
 * What a live request means for the pending revision that it belongs to.
 *
 * @param name - of the certificate
 * @param live - undefined when there is none of that name
 */
export function judgeRequest(
  name: string,
  revision: Revision,
  live: LiveSigningRequest | undefined,
  typed: Typed,
): Verdict {
  const { objectName, signer } = revision.record;
  if (!live) {
    return {
      level: 'warning',
      message: `${objectName} is not in the cluster`,
      next: `apply dist/${name}.k8s.yaml, or see why GitOps has not; without GitOps: ${typed(`renew ${name} --now`)}`,
    };
  }
  const differences = requestDifferences(live.spec, revision);
  if (differences.length > 0) {
    const by = live.spec.username === undefined ? '' : `, made by ${live.spec.username}`;
    return {
      level: 'failure',
      message: `${objectName} in the cluster is not the committed request${by}: ${differences.map(({ field, text }) => `spec.${field}: ${text}`).join('; ')}; the API server keeps the spec with which a name was created, so to apply it again changes nothing`,
      next: `do not approve it; kubectl delete csr ${objectName}\nthen apply dist/${name}.k8s.yaml again`,
    };
  }
  const said = (type: string): string => {
    const { reason, message } = conditionOf(live.status, type) ?? {};
    return [reason, message].filter(Boolean).join(': ') || 'no reason given';
  };
  switch (stateOf(live)) {
    case 'waiting':
      return {
        level: 'ok',
        message: `${objectName} is the committed one and waits for approval`,
        next: typed(`approve ${name}`),
      };
    case 'issued':
      return {
        level: 'ok',
        message: `${objectName} is the committed one and signed; it is deleted an hour after approval`,
        next: typed(`fetch ${name}`),
      };
    case 'approved':
      return {
        level: 'warning',
        message: `${objectName} is approved and has no certificate: ${signer} has not answered`,
        next: `${typed(`fetch ${name} --wait 5m`)}; if nothing comes, see whether that signer runs in this cluster`,
      };
    case 'denied':
      return {
        level: 'failure',
        message: `${objectName} was denied (${said('Denied')}), which nothing undoes`,
        next: `settle why, then ${typed(`renew ${name} --force`)}`,
      };
    case 'failed':
      return {
        level: 'failure',
        message: `${objectName}: ${signer} refused it (${said('Failed')}), which nothing undoes`,
        next: `correct what it names, then ${typed(`renew ${name} --force`)}`,
      };
  }
}
