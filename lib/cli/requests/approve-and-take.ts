import type { KubernetesApi } from '../../cluster/kubernetes-api';
import type { Waiting } from '../../rotation/waiting';
import type { Folder } from '../../store/folder';
import { approveRequests, compareRequests } from './approve-requests';
import { attemptEach } from './attempts';
import { awaitCertificates } from './await-certificates';
import type { Results } from './conclude';
import type { RequestContext } from './live-request';
import { lookInRequest, signedOf } from './signed-request';
import { takeCertificate } from './take-certificate';

/**
 * Compares, approves, waits for the certificates and judges them; installs nothing yet.
 *
 * @param flags - `fetch`: whether to wait and take; `wait`: for so many seconds
 */
export async function approveAndTake(
  context: RequestContext,
  api: KubernetesApi,
  folder: Folder,
  pending: readonly Waiting[],
  { fetch, wait, json }: { readonly fetch: boolean; readonly wait: number; readonly json: boolean },
): Promise<Results> {
  const compared = await compareRequests(context, api, pending, json);
  const approved = await approveRequests(context, api, compared.done, json);
  const byUs = approved.done.filter((one) => one.byUs);
  const awaited = fetch
    ? await awaitCertificates(context, api, approved.done.map(signedOf), wait, lookInRequest)
    : { done: [], failed: [] };
  const taken = await attemptEach(context, awaited.done, (one) =>
    takeCertificate(context, folder, one, false),
  );
  return {
    approved: byUs,
    issues: taken.done,
    waiting: fetch ? [] : approved.done,
    failed: [...compared.failed, ...approved.failed, ...awaited.failed, ...taken.failed],
  };
}
