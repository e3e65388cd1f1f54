import { decide } from '../../cluster/decide';
import type { KubernetesApi } from '../../cluster/kubernetes-api';
import { stateOf } from '../../cluster/signing-requests';
import { ReleafError } from '../../model/errors';
import { visible } from '../../model/visible';
import type { Waiting } from '../../rotation/waiting';
import { comparison, showRequest } from './approve-requests';
import { attemptEach, type Attempts } from './attempts';
import type { Context } from '../context';
import { lookAt, placeOf, reasonOf, type LiveRequest } from './live-request';
import { typed, typedKubectl } from '../typed';

/** Denies live requests, also those that are not as committed: a planted one above all. */
export async function denyRequests(
  context: Context,
  api: KubernetesApi,
  pending: readonly Waiting[],
  json: boolean,
): Promise<Attempts<LiveRequest>> {
  return attemptEach(context, pending, async (waiting) => {
    const request = await lookAt(context, api, waiting);
    if (!json) show(context, api, request);
    const live = isDenied(context, request, json)
      ? request.live
      : await decide(api, request.live, {
          type: 'Denied',
          reason: 'ReleafDenied',
          message: grounds(request),
        });
    if (!json) {
      context.print(`${request.spec.name}: ${request.pending.record.objectName} is denied`);
      context.note(`next: ${typed(context, `renew ${request.spec.name} --force`)}`);
    }
    return { ...request, live };
  });
}

/** What is denied, or how it differs from what we know. */
function show(context: Context, api: KubernetesApi, request: LiveRequest): void {
  const { spec, pending, live, differences } = request;
  if (differences.length === 0) {
    showRequest(context, api, request);
    return;
  }
  const { objectName } = pending.record;
  context.print(`${spec.name}: request ${objectName} is not ${placeOf(spec.name, pending)}`);
  for (const { field, text } of differences) context.print(`  ${field}: ${text}`);
  context.print(`  created by ${visible(live.spec.username ?? 'nobody known')}`);
}

function grounds({ spec, pending, differences }: LiveRequest): string {
  const place = placeOf(spec.name, pending);
  return differences.length > 0
    ? `${differences.map(({ field }) => field).join(', ')} not as in ${place}`
    : `denied by hand; ${comparison(place)}`;
}

/**
 * Whether a request is denied already.
 *
 * @throws ReleafError CLUSTER_REFUSED or REQUEST_FAILED when it cannot be any more
 */
function isDenied(context: Context, { pending, live }: LiveRequest, json: boolean): boolean {
  const { objectName } = pending.record;
  const state = stateOf(live);
  if (state === 'waiting') return false;
  if (state === 'denied') {
    const text = `${objectName} was denied before (${visible(reasonOf(live, 'Denied'))})`;
    if (!json) context.note(text);
    return true;
  }
  throw new ReleafError(
    'CLUSTER_REFUSED',
    `${objectName}: is ${state} already, and the API server takes no denial after that`,
    `to stop a signer that has not issued yet: ${typedKubectl(context, `delete csr ${objectName}`)}; a certificate that was issued stays good until it expires`,
  );
}
