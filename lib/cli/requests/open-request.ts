import { stateOf } from '../../cluster/signing-requests';
import type { Waiting } from '../../rotation/waiting';
import type { Context } from '../context';
import { typed } from '../typed';
import { isByApprovingJob, isByJob } from './by-job';
import type { LiveRequest } from './live-request';

/** A pending revision without a certificate; nothing is live where the cluster has no such request. */
export type OpenRequest = Waiting & Partial<Pick<LiveRequest, 'live'>>;

/** What it waits for, in words. */
export const waitsFor = (request: OpenRequest): string => {
  const { pending, live } = request;
  switch (live && stateOf(live)) {
    case undefined:
      return 'is not in the cluster';
    case 'issued':
      return 'is issued, to be fetched';
    case 'approved':
      return `is approved, waits for ${pending.record.signer}`;
    default:
      return isByApprovingJob(request) ? 'waits for its Job to approve it' : 'waits for approval';
  }
};

/** What a person does next about it. */
export function nextFor(context: Context, request: OpenRequest): string {
  const { spec, live } = request;
  const fetch = typed(context, `fetch ${spec.name}`);
  if (live && stateOf(live) !== 'waiting') return fetch;
  const approve = typed(context, `approve ${spec.name}`);
  if (!isByJob(request.spec)) return live ? approve : `apply dist/; ${approve}`;
  const created = live ? '' : 'apply dist/, or let GitOps do it; ';
  return isByApprovingJob(request)
    ? `${created}once its Job has got the certificate: ${fetch}`
    : `${created}${live ? '' : 'once its Job has created it: '}${approve}`;
}
