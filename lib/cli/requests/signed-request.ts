import { keptCertificateAddress, readKeptCertificate } from '../../cluster/kept-certificate';
import type { KubernetesApi } from '../../cluster/kubernetes-api';
import { stateOf } from '../../cluster/signing-requests';
import { CERTIFICATE_ITEM } from '../../delivery/issuance-names';
import { ReleafError } from '../../model/errors';
import { shellWord } from '../../model/shell-word';
import type { Waiting } from '../../rotation/waiting';
import { typed, typedKubectl } from '../typed';
import { createAnew, jobHasNotRun } from './by-job';
import { lookAtCommitted, type LiveRequest, type RequestContext } from './live-request';

/** A pending revision whose certificate is there, and where. */
export interface SignedRequest extends Waiting {
  /** PEM, as it was found: nobody vouches for it. */
  readonly certificate: string;
  /** How messages call it. */
  readonly source: string;
  /** What else to do where it is refused. */
  readonly instead?: string;
}

/** A request as it was seen last: live without a certificate, or with one wherever that is. */
export type SeenRequest = LiveRequest | SignedRequest;

export const isSigned = (seen: SeenRequest): seen is SignedRequest => 'certificate' in seen;

export const isUnsigned = (seen: SeenRequest): seen is LiveRequest => !isSigned(seen);

/**
 * Looks for the certificate of a request in the request itself.
 *
 * @throws ReleafError as `lookAtCommitted`
 */
export async function lookInRequest(
  context: RequestContext,
  api: KubernetesApi,
  waiting: Waiting,
): Promise<SeenRequest> {
  return signedOf(await lookAtCommitted(context, api, waiting));
}

/** The certificate that stands in a live request, where one does. */
export function signedOf(request: LiveRequest): SeenRequest {
  if (stateOf(request.live) !== 'issued') return request;
  const { spec, pending, revisions, live } = request;
  return {
    spec,
    pending,
    revisions,
    certificate: Buffer.from(live.status?.certificate ?? '', 'base64').toString(),
    source: `the certificate of ${pending.record.objectName}`,
  };
}

/**
 * As {@link lookInRequest}, and where a Job creates requests also in what that Job has kept: the request
 * is deleted an hour after it was issued, and may be made anew by whoever applies Git.
 *
 * @throws ReleafError as `lookAtCommitted`; CLUSTER_FORBIDDEN also where the ConfigMap may not be read
 */
export async function lookEverywhere(
  context: RequestContext,
  api: KubernetesApi,
  waiting: Waiting,
): Promise<SeenRequest> {
  if (waiting.spec.delivery.request === 'manifest') return lookInRequest(context, api, waiting);
  const seen = await lookInRequest(context, api, waiting).catch((error: unknown) => {
    if (error instanceof ReleafError && error.code === 'REQUEST_MISSING') return error;
    throw error;
  });
  if (!(seen instanceof ReleafError) && isSigned(seen)) return seen;
  const certificate = await readKeptCertificate(api, waiting.pending);
  if (certificate !== undefined) {
    const { spec, pending, revisions } = waiting;
    const { namespace = '', name } = keptCertificateAddress(pending);
    const source = `${CERTIFICATE_ITEM} of ConfigMap ${namespace}/${name}`;
    const clear = typedKubectl(context, `delete configmap -n ${shellWord(namespace)} ${name}`);
    const instead = `if somebody else has put it there: ${clear}; ${createAnew(context, waiting)}; ${typed(context, `fetch ${spec.name}`)}`;
    return { spec, pending, revisions, certificate, source, instead };
  }
  if (!(seen instanceof ReleafError)) return seen;
  throw new ReleafError(
    seen.code,
    seen.message,
    `${jobHasNotRun(context, waiting)}; to create it without the Job: ${typed(context, `renew ${waiting.spec.name} --now`)}`,
  );
}
