import type { ClusterOptions, KubernetesApi } from '../cluster/kubernetes-api';
import type { Waiting } from '../rotation/waiting';
import { openFolder, type Folder } from '../store/folder';
import { preflight } from '../store/synthesize';
import { approveAndTake } from './requests/approve-and-take';
import { compareRequests, comparison } from './requests/approve-requests';
import { conclude, NOBODY, type Results } from './requests/conclude';
import type { Context, ExitStatus } from './context';
import { denyRequests } from './requests/deny-requests';
import { placeOf } from './requests/live-request';
import { pendingRequests } from './requests/pending-requests';

/** What `releaf approve` was told on the command line. */
export interface ApproveFlags extends ClusterOptions {
  /** Seconds. */
  readonly wait: number;
  /** Whether to wait for the certificate and install it. */
  readonly fetch: boolean;
  readonly deny: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `releaf approve`: compares, approves, waits and installs; then synth. */
export async function runApprove(
  context: Context,
  names: readonly string[],
  flags: ApproveFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const { done, failed } = await pendingRequests(context, folder, names);
  const ending = { json: flags.json, installs: flags.fetch && !flags.deny && !flags.dryRun };
  if (done.length === 0) return conclude(context, folder, { ...NOBODY, failed }, ending);
  // What cannot be installed afterwards would be lost an hour after it was signed.
  if (ending.installs) preflight(folder, new Map(), context.output);
  const api = await context.openCluster(flags);
  const results = await resultsOf(context, api, folder, done, flags);
  const all = { ...results, failed: [...failed, ...results.failed] };
  return conclude(context, folder, all, { ...ending, api });
}

async function resultsOf(
  context: Context,
  api: KubernetesApi,
  folder: Folder,
  pending: readonly Waiting[],
  flags: ApproveFlags,
): Promise<Results> {
  if (flags.deny) {
    const { done, failed } = await denyRequests(context, api, pending, flags.json);
    return { ...NOBODY, denied: done, failed };
  }
  warnOfUncommitted(context, folder, pending);
  if (flags.dryRun) {
    const { done, failed } = await compareRequests(context, api, pending, flags.json);
    if (!flags.json) for (const request of done) tellComparison(context, request);
    return { ...NOBODY, waiting: done, failed };
  }
  return approveAndTake(context, api, folder, pending, flags);
}

function tellComparison({ print }: Context, { spec, pending }: Waiting): void {
  const { objectName } = pending.record;
  print(`${spec.name}: ${objectName}: ${comparison(placeOf(spec.name, pending))}`);
}

/** What is not in Git, nobody has reviewed. */
function warnOfUncommitted(context: Context, { root }: Folder, pending: readonly Waiting[]): void {
  const places = pending.map((one) => placeOf(one.spec.name, one.pending));
  for (const place of context.uncommitted(root, places)) {
    context.note(
      `warning: ${place} is not committed as it stands: nobody has reviewed it`,
      'important',
    );
  }
}
