import { ReleafError } from '../model/errors';
import { allows } from './access';
import { forbidden } from './forbidden';
import type { KubernetesApi } from './kubernetes-api';
import {
  asSigningRequest,
  conditionOf,
  SIGNING_REQUESTS,
  signingRequestRights,
  type LiveSigningRequest,
} from './signing-requests';

/** What a person who decides about a request says of it. */
export interface Decision {
  readonly type: 'Approved' | 'Denied';
  /** One CamelCase word. */
  readonly reason: string;
  readonly message: string;
}

/**
 * Puts a decision on the very object that was looked at: its uid and resourceVersion go with it, so
 * that the API server refuses when somebody put another one in its place meanwhile. (kubectl
 * certificate approve reads the object again and decides about whatever it finds.)
 *
 * @throws ReleafError REQUEST_CHANGED; CLUSTER_REFUSED when the answer does not have the decision on
 * that object; CLUSTER_FORBIDDEN with the rule that is missing, of the two that it takes
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization
 */
export async function decide(
  api: KubernetesApi,
  live: LiveSigningRequest,
  decision: Decision,
): Promise<LiveSigningRequest> {
  const { name, uid } = live.metadata;
  const conditions = [...(live.status?.conditions ?? []), { ...decision, status: 'True' }];
  const answer = await put(api, { ...live, status: { ...live.status, conditions } });
  const decided = asSigningRequest(api, name, answer);
  if (!decided) {
    throw new ReleafError(
      'REQUEST_CHANGED',
      `${name}: was changed, or deleted and made anew, between the look at it and the decision; nothing was decided`,
      'run it again: it compares again first',
    );
  }
  if (decided.metadata.uid === uid && conditionOf(decided.status, decision.type)) return decided;
  throw new ReleafError(
    'CLUSTER_REFUSED',
    `${name}: the API server took the decision, but its answer is not that very request, ${decision.type.toLowerCase()}`,
    'nothing says what it did; run it again: it looks first',
  );
}

async function put(api: KubernetesApi, request: LiveSigningRequest): Promise<object | undefined> {
  const { name } = request.metadata;
  try {
    return await api.replace({ ...SIGNING_REQUESTS, name, subresource: 'approval' }, request);
  } catch (error) {
    if (!(error instanceof ReleafError) || error.code !== 'CLUSTER_FORBIDDEN') throw error;
    // Admission asks for this one besides, and only its own words tell the two apart.
    const approve = signingRequestRights.approve(request.spec.signerName);
    throw (await allows(api, signingRequestRights.updateApproval(name)))
      ? forbidden(approve)
      : error;
  }
}
