import { z } from 'zod';
import type { SigningRequestObject } from '../delivery/signing-request-object';
import { ReleafError } from '../model/errors';
import type { KubernetesApi, KubernetesObject, ResourceAddress, Right } from './kubernetes-api';

/** A CertificateSigningRequest as the API server has it: of this shape, and nothing in it vouched for. */
export interface LiveSigningRequest extends KubernetesObject {
  readonly metadata: NonNullable<KubernetesObject['metadata']> & {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
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
  readonly lastUpdateTime?: string | null;
}

/** How far a request has come. Nothing leads back from any of these. */
export type SigningRequestState = 'waiting' | 'approved' | 'issued' | 'denied' | 'failed';

const GROUP = 'certificates.k8s.io';
const RESOURCE = 'certificatesigningrequests';

/** Where requests are; each below its name. */
export const SIGNING_REQUESTS: ResourceAddress = {
  group: GROUP,
  version: 'v1',
  resource: RESOURCE,
};

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

/**
 * One GET; undefined when there is none of that name.
 *
 * @throws ReleafError CLUSTER_REFUSED when something else comes back, or as the API gives it
 */
export async function getSigningRequest(
  api: KubernetesApi,
  name: string,
): Promise<LiveSigningRequest | undefined> {
  return asSigningRequest(api, name, await api.get({ ...SIGNING_REQUESTS, name }));
}

/**
 * Creates a request; undefined when there is one of that name, which may be another.
 *
 * @throws ReleafError as {@link getSigningRequest}
 */
export async function createSigningRequest(
  api: KubernetesApi,
  object: SigningRequestObject,
): Promise<LiveSigningRequest | undefined> {
  return asSigningRequest(api, object.metadata.name, await api.create(SIGNING_REQUESTS, object));
}

/** Only what is relied upon; the rest goes back to the API server as it came. */
const SHAPE = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string().min(1),
    resourceVersion: z.string().min(1),
    creationTimestamp: z.string().optional(),
  }),
  spec: z.object({
    request: z.string(),
    signerName: z.string(),
    usages: z.array(z.string()).optional(),
    username: z.string().optional(),
  }),
  status: z
    .object({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            message: z.string().optional(),
            lastUpdateTime: z.string().nullish(),
          }),
        )
        .optional(),
      certificate: z.string().optional(),
    })
    .optional(),
});

/**
 * Takes an answer of the API server for the request of that name, as it came.
 *
 * @throws ReleafError CLUSTER_REFUSED when it is something else
 */
export function asSigningRequest(
  { server, context }: KubernetesApi,
  name: string,
  answer: object | undefined,
): LiveSigningRequest | undefined {
  if (answer === undefined) return undefined;
  const { error, data } = SHAPE.safeParse(answer);
  if (data?.metadata.name === name) return answer as LiveSigningRequest;
  const wrong = error?.issues[0]?.path.join('.') ?? 'metadata.name';
  throw new ReleafError(
    'CLUSTER_REFUSED',
    `${server} (context ${context}): answers with no CertificateSigningRequest ${name}: its ${wrong} is missing or wrong`,
    'is this a Kubernetes API server, or what is in front of one? look at the server of the cluster in the kubeconfig',
  );
}

/** How far a request has come. A certificate counts for more than what was said before it. */
export function stateOf({ status = {} }: Pick<LiveSigningRequest, 'status'>): SigningRequestState {
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
  return status?.conditions?.find(
    (condition) => condition.type === type && condition.status === 'True',
  );
}
