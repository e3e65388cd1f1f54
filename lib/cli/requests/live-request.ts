import type { KubernetesApi } from '../../cluster/kubernetes-api';
import {
  conditionOf,
  getSigningRequest,
  stateOf,
  type LiveSigningRequest,
} from '../../cluster/signing-requests';
import { ReleafError } from '../../model/errors';
import type { Revision } from '../../model/revision';
import { requestDifferences, type RequestDifference } from '../../rotation/request-differences';
import type { Waiting } from '../../rotation/waiting';
import type { Context } from '../context';
import { typed, typedKubectl } from '../typed';
import { COLLECTED, createAnew, isByApprovingJob, isByJob, jobHasNotRun } from './by-job';

/** What deals with requests: `approve`, `fetch` or `renew --now`. */
export interface RequestContext extends Context {
  /** Whether it is `renew --now`, which then makes another request, too. @default false */
  readonly renewsNow?: boolean;
}

/** A pending revision and its request in the cluster, as one GET gave it. */
export interface LiveRequest extends Waiting {
  readonly live: LiveSigningRequest;
  /** Where it is not as committed. */
  readonly differences: readonly RequestDifference[];
}

/** Where a revision stands, relative to the folder. */
export const placeOf = (name: string, { number }: Revision): string =>
  `certificates/${name}/${number}`;

/**
 * Looks at the request of a pending revision, and compares.
 *
 * @throws ReleafError REQUEST_MISSING, or as the API gives it
 */
export async function lookAt(
  context: Context,
  api: KubernetesApi,
  waiting: Waiting,
): Promise<LiveRequest> {
  const { objectName } = waiting.pending.record;
  const live = await getSigningRequest(api, objectName);
  if (!live) {
    throw new ReleafError(
      'REQUEST_MISSING',
      `${objectName}: is not in the cluster (context ${api.context})`,
      isByJob(waiting.spec)
        ? jobHasNotRun(context, waiting) +
            (isByApprovingJob(waiting)
              ? `; if it was issued and is gone by now, the Job has kept the certificate: ${typed(context, `fetch ${waiting.spec.name}`)}`
              : '')
        : `apply dist/; ${COLLECTED}: then apply dist/ again`,
    );
  }
  const { spec, pending, revisions } = waiting;
  return { spec, pending, revisions, live, differences: requestDifferences(live.spec, pending) };
}

/** {@link lookAt} for what may be trusted: the committed request, neither denied nor failed. */
export async function lookAtCommitted(
  context: RequestContext,
  api: KubernetesApi,
  waiting: Waiting,
): Promise<LiveRequest> {
  const request = await lookAt(context, api, waiting);
  assertCommitted(context, request);
  assertOpen(context, request);
  return request;
}

/**
 * Refuses a live request that is not the committed one.
 *
 * @throws ReleafError REQUEST_DIFFERS with every difference
 */
function assertCommitted(context: Context, request: LiveRequest): void {
  const { spec, pending, live, differences } = request;
  if (differences.length === 0) return;
  const { objectName } = pending.record;
  const lines = differences.map(({ field, text }) => `\n  ${field}: ${text}`);
  const next = isByApprovingJob(request) ? 'fetch' : 'approve';
  throw new ReleafError(
    'REQUEST_DIFFERS',
    `${objectName}: the live request is not the committed ${placeOf(spec.name, pending)}:${lines.join('')}`,
    `created by ${live.spec.username ?? 'nobody known'}, and the API server keeps the old spec under an old name, so applying dist/ changes nothing; find out who made it and why, then: ${typedKubectl(context, `delete csr ${objectName}`)}; ${createAnew(context, request)}; ${typed(context, `${next} ${spec.name}`)}`,
  );
}

/**
 * Refuses a request that will never get a certificate.
 *
 * @throws ReleafError REQUEST_DENIED or REQUEST_FAILED
 */
function assertOpen(context: RequestContext, { spec, pending, live }: LiveRequest): void {
  const { objectName, signer } = pending.record;
  const state = stateOf(live);
  const now = context.renewsNow ? ' --now' : '';
  const next = typed(context, `renew ${spec.name}${now} --force`);
  if (state === 'denied') {
    throw new ReleafError(
      'REQUEST_DENIED',
      `${objectName}: was denied (${reasonOf(live, 'Denied')})`,
      `nothing undoes that; once it is settled why, make a new request: ${next}`,
    );
  }
  if (state === 'failed') {
    throw new ReleafError(
      'REQUEST_FAILED',
      `${objectName}: ${signer} refused it (${reasonOf(live, 'Failed')})`,
      `nothing undoes that; mend what the signer says, then make a new request: ${next}`,
    );
  }
}

/** Reason and message of a condition: `ReleafApproved: request, signerName …`. */
export function reasonOf({ status }: LiveSigningRequest, type: string): string {
  const { reason = '', message = '' } = conditionOf(status, type) ?? {};
  return [reason, message].filter((words) => words !== '').join(': ') || 'no reason given';
}
