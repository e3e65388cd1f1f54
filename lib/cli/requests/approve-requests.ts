import { decide } from '../../cluster/decide';
import type { KubernetesApi } from '../../cluster/kubernetes-api';
import { stateOf } from '../../cluster/signing-requests';
import { visible } from '../../model/visible';
import { askedLines } from '../../report/asked';
import { COMPARED_FIELDS } from '../../rotation/request-differences';
import type { Waiting } from '../../rotation/waiting';
import { attemptEach, type Attempts } from './attempts';
import type { Context } from '../context';
import {
  lookAtCommitted,
  placeOf,
  reasonOf,
  type LiveRequest,
  type RequestContext,
} from './live-request';

/** A request that is approved by now. */
export interface ApprovedRequest extends LiveRequest {
  /** Whether this run did it. */
  readonly byUs: boolean;
}

/** What the approval of a request goes by, as its condition says it. */
export const comparison = (place: string): string =>
  `${COMPARED_FIELDS.join(', ').replace(/, (?=\w+$)/, ' and ')} equal ${place}`;

/** Compares live requests with the committed ones, and shows those that are equal. */
export async function compareRequests(
  context: RequestContext,
  api: KubernetesApi,
  waiting: readonly Waiting[],
  json: boolean,
): Promise<Attempts<LiveRequest>> {
  const compared = await attemptEach(context, waiting, (one) => lookAtCommitted(context, api, one));
  if (!json) for (const request of compared.done) showRequest(context, api, request);
  return compared;
}

/**
 * Approves those requests that still wait for it: the very objects that were compared.
 *
 * @param requests - equal to the committed ones
 */
export async function approveRequests(
  context: Context,
  api: KubernetesApi,
  requests: readonly LiveRequest[],
  json: boolean,
): Promise<Attempts<ApprovedRequest>> {
  const approved = await attemptEach(context, requests, async (one): Promise<ApprovedRequest> => {
    if (stateOf(one.live) !== 'waiting') return { ...one, byUs: false };
    const live = await decide(api, one.live, {
      type: 'Approved',
      reason: 'ReleafApproved',
      message: comparison(placeOf(one.spec.name, one.pending)),
    });
    return { ...one, live, byUs: true };
  });
  if (!json) for (const request of approved.done) tell(context, request);
  return approved;
}

function tell({ print }: Context, { spec, pending, live, byUs }: ApprovedRequest): void {
  const { objectName } = pending.record;
  if (byUs) {
    print(`${spec.name}: ${objectName} is approved: ${comparison(placeOf(spec.name, pending))}`);
  } else {
    const state = stateOf(live) === 'issued' ? 'approved and issued' : 'approved';
    print(
      `${spec.name}: ${objectName} was ${state} already (${visible(reasonOf(live, 'Approved'))})`,
    );
  }
}

/** Shows a person what is decided about. */
export function showRequest(
  { print }: Context,
  { context, server }: KubernetesApi,
  { spec, pending, live }: LiveRequest,
): void {
  const { record } = pending;
  const created = live.metadata.creationTimestamp ?? 'an unknown time';
  print(`${spec.name}: request ${record.objectName}`);
  print(`  cluster  context ${visible(context)}, ${server}`);
  for (const line of askedLines(record)) print(`  ${line}`);
  print(`  usages   ${record.usages.join(', ')}`);
  print(`  key      ${record.key}, public key SHA-256 ${record.publicKeySha256}`);
  print(`  created  by ${visible(live.spec.username ?? 'nobody known')}, ${visible(created)}`);
}
