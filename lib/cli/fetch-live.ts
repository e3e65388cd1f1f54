import type { ClusterOptions } from '../cluster/kubernetes-api';
import { openFolder } from '../store/folder';
import { attemptEach, type Failure } from './requests/attempts';
import { awaitCertificates, isYetToBeMade } from './requests/await-certificates';
import { conclude, NOBODY } from './requests/conclude';
import type { Context, ExitStatus } from './context';
import { pendingRequests } from './requests/pending-requests';
import { isSigned, isUnsigned, lookEverywhere } from './requests/signed-request';
import { takeCertificate } from './requests/take-certificate';
import { unsigned } from './requests/unsigned';

/** What `releaf fetch` without `--from` was told on the command line. */
export interface FetchLiveFlags extends ClusterOptions {
  /** Seconds. @default - take what is there */
  readonly wait?: number;
  readonly allowOlder: boolean;
  readonly json: boolean;
}

/** `releaf fetch`: takes from the cluster what is signed, checks and installs it; then synth. */
export async function runFetchLive(
  context: Context,
  names: readonly string[],
  flags: FetchLiveFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const { wait, allowOlder, json } = flags;
  const ending = { json, installs: true };
  const pending = await pendingRequests(context, folder, names);
  if (pending.done.length === 0) {
    return conclude(context, folder, { ...NOBODY, failed: pending.failed }, ending);
  }
  const api = await context.openCluster(flags);
  const seen = await attemptEach(context, pending.done, (one) => lookEverywhere(context, api, one));
  const unseen = pending.done.flatMap((one) => {
    const failure = seen.failed.find(({ name }) => name === one.spec.name);
    return failure ? [{ ...one, failure }] : [];
  });
  const toCome = wait === undefined ? [] : unseen.filter(isYetToBeMade);
  const awaited =
    wait === undefined
      ? { done: seen.done.filter(isSigned), failed: [] }
      : await awaitCertificates(context, api, [...seen.done, ...toCome], wait, lookEverywhere);
  const open = wait === undefined ? seen.done.filter(isUnsigned) : [];
  // A scheduled run has nothing to say of what others have yet to do.
  const isAsked = names.length > 0 || wait !== undefined;
  const isExpected = (one: Failure): boolean => !isAsked && one.error.code === 'REQUEST_MISSING';
  const missing = unseen.filter(({ failure }) => isExpected(failure));
  const taken = await attemptEach(context, awaited.done, (one) =>
    takeCertificate(context, folder, one, allowOlder),
  );
  const failed = [
    ...pending.failed,
    ...unseen
      .filter((one) => !toCome.includes(one) && !isExpected(one.failure))
      .map(({ failure }) => failure),
    ...awaited.failed,
    ...(isAsked ? open.map((one) => unsigned(context, one)) : []),
    ...taken.failed,
  ];
  const waiting = isAsked ? [] : [...open, ...missing];
  return conclude(
    context,
    folder,
    { ...NOBODY, issues: taken.done, waiting, failed },
    { ...ending, api },
  );
}
