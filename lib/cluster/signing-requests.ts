import { ReleafError } from '../model/errors';
import type { SigningRequestObject } from '../delivery/signing-request-object';
import { allows } from './access';
import { forbidden } from './forbidden';
import type { KubernetesApi, KubernetesObject, ResourceAddress, Right } from './kubernetes-api';

/** A CertificateSigningRequest as the API server has it. */
export interface LiveSigningRequest extends KubernetesObject {
  readonly spec: {
    /** Base64 of the PEM. */
    readonly request: string;
    readonly signerName: string;
    readonly expirationSeconds?: number;
    readonly usages?: readonly string[];
    /** Who created it. */
    readonly username?: string;
  };
  readonly status?: {
    readonly conditions?: readonly SigningRequestCondition[];
    /** Base64 of the PEM chain. */
    readonly certificate?: string;
  };
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/certificate-signing-request-v1/ */
export interface SigningRequestCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
}

/** How far a request has come. Nothing leads back from any of these. */
export type SigningRequestState = 'waiting' | 'approved' | 'issued' | 'denied' | 'failed';

/** What a person who decides about a request says of it. */
export interface Decision {
  readonly type: 'Approved' | 'Denied';
  /** One CamelCase word. */
  readonly reason: string;
  readonly message: string;
}

const GROUP = 'certificates.k8s.io';
const RESOURCE = 'certificatesigningrequests';

const address = (name: string, subresource?: string): ResourceAddress => ({
  group: GROUP,
  version: 'v1',
  resource: RESOURCE,
  ...(name && { name }),
  ...(subresource !== undefined && { subresource }),
});

/** The rights that dealing with one request takes. `create` cannot be limited by name. */
export const signingRequestRights = {
  create: (): Right => ({ verb: 'create', on: { group: GROUP, resource: RESOURCE } }),
  get: (name?: string): Right => ({
    verb: 'get',
    on: { group: GROUP, resource: RESOURCE, ...(name !== undefined && { name }) },
  }),
  updateApproval: (name?: string): Right => ({
    verb: 'update',
    on: {
      group: GROUP,
      resource: RESOURCE,
      subresource: 'approval',
      ...(name !== undefined && { name }),
    },
  }),
  approve: (signer: string): Right => ({
    verb: 'approve',
    on: { group: GROUP, resource: 'signers', name: signer },
  }),
};

/** One GET; undefined when there is none of that name. */
export function getSigningRequest(
  api: KubernetesApi,
  name: string,
): Promise<LiveSigningRequest | undefined> {
  return api.get(address(name));
}

/** Creates a request; undefined when there is one of that name, which may be another. */
export function createSigningRequest(
  api: KubernetesApi,
  object: SigningRequestObject,
): Promise<LiveSigningRequest | undefined> {
  return api.create(address(''), object);
}

/** How far a request has come. A certificate counts for more than what was said before it. */
export function stateOf({ status = {} }: LiveSigningRequest): SigningRequestState {
  if (status.certificate) return 'issued';
  if (conditionOf(status, 'Denied')) return 'denied';
  if (conditionOf(status, 'Failed')) return 'failed';
  return conditionOf(status, 'Approved') ? 'approved' : 'waiting';
}

/** The condition of a type, when it holds. */
export function conditionOf(
  status: LiveSigningRequest['status'],
  type: string,
): SigningRequestCondition | undefined {
  const conditions = status?.conditions;
  if (!Array.isArray(conditions)) return undefined;
  return (conditions as readonly SigningRequestCondition[]).find(
    (condition) => condition.type === type && condition.status === 'True',
  );
}

/**
 * Puts a decision on the very object that was looked at: its uid and resourceVersion go with it, so
 * that the API server refuses when somebody put another one in its place meanwhile. (kubectl
 * certificate approve reads the object again and decides about whatever it finds.)
 *
 * @throws ReleafError REQUEST_CHANGED; CLUSTER_FORBIDDEN with the rule that is missing, of the two
 * that it takes
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization
 */
export async function decide(
  api: KubernetesApi,
  live: LiveSigningRequest,
  decision: Decision,
): Promise<LiveSigningRequest> {
  const name = live.metadata?.name ?? '';
  const status = {
    ...live.status,
    conditions: [...(live.status?.conditions ?? []), { ...decision, status: 'True' }],
  };
  try {
    const decided = await api.replace<LiveSigningRequest>(address(name, 'approval'), {
      ...live,
      status,
    });
    if (decided) return decided;
  } catch (error) {
    if (!(error instanceof ReleafError) || error.code !== 'CLUSTER_FORBIDDEN') throw error;
    // Admission asks for this one besides, and only its own words tell the two apart.
    const approve = signingRequestRights.approve(live.spec.signerName);
    throw (await allows(api, signingRequestRights.updateApproval(name)))
      ? forbidden(approve)
      : error;
  }
  throw new ReleafError(
    'REQUEST_CHANGED',
    `${name}: was changed, or deleted and made anew, between the look at it and the decision; nothing was decided`,
    'run it again: it compares again first',
  );
}
