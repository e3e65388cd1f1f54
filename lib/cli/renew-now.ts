import { join } from 'node:path';
import { mayApprove, allows } from '../cluster/access';
import { forbidden } from '../cluster/forbidden';
import type { ClusterOptions, KubernetesApi, Right } from '../cluster/kubernetes-api';
import { createSigningRequest, signingRequestRights } from '../cluster/signing-requests';
import { signingRequestObject } from '../delivery/signing-request-object';
import { shellWord } from '../model/shell-word';
import { isDue } from '../rotation/plan';
import { openFolder, type Folder } from '../store/folder';
import { readText } from '../store/text-file';
import { approveAndTake } from './requests/approve-and-take';
import { attemptEach, type Failure } from './requests/attempts';
import { conclude, NOBODY, type Results } from './requests/conclude';
import type { Context, ExitStatus } from './context';
import { noteChanges } from './finish';
import {
  madeJson,
  plannedSteps,
  prepareRevisions,
  refusalOf,
  type Planned,
} from './make-revisions';
import type { RequestContext } from './requests/live-request';
import { pendingRequests, signedHere } from './requests/pending-requests';
import { typed, typedKubectl } from './typed';

/** What `releaf renew --now` was told on the command line. */
export interface RenewNowFlags extends ClusterOptions {
  readonly force: boolean;
  /** Seconds. */
  readonly wait: number;
  readonly json: boolean;
}

/**
 * `releaf renew --now`: renews, creates the request in the cluster, compares, approves, waits and
 * installs; then synth. Without review in between.
 *
 * @param names - one or more
 */
export async function runRenewNow(
  context: Context,
  names: readonly string[],
  flags: RenewNowFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const planned = plannedSteps(folder, context, names, flags.force);
  const local = planned.find(({ spec }) => spec.signer === 'local');
  if (local) {
    const { name } = local.spec;
    const renew = typed(context, `renew ${name}${flags.force ? ' --force' : ''}`);
    throw signedHere(name, `${renew}; ${typed(context, `sign ${name} --ca DIR`)}`);
  }
  const blocked = planned.find(({ step }) => step.action === 'blocked');
  if (blocked) throw refusalOf(blocked);
  const due = planned.filter(({ step }) => isDue(step));
  const wanted = planned.filter((one) => due.includes(one) || one.step.action === 'await');
  if (!flags.json) tellIdle(context, planned, wanted);
  const ending = { json: flags.json, installs: true };
  if (wanted.length === 0) return conclude(context, folder, NOBODY, ending);
  const make = prepareRevisions(context, folder, due);
  const api = await context.openCluster(flags);
  await assertRights(api, wanted);
  const { made, changes } = await make(flags.json);
  if (!flags.json) noteChanges(context, changes);
  const results = await createAndApprove(
    { ...context, renewsNow: true },
    api,
    folder,
    wanted,
    flags,
  );
  const status = await conclude(context, folder, results, {
    ...ending,
    before: changes,
    extra: { revisions: made.map(madeJson) },
    api,
    next: ({ written }) => nextNow(context, names, written),
  });
  noteAgain(context, results.failed);
  return status;
}

/** Nobody waits for a pull request here: how what was written gets into the cluster, and then into Git. */
function nextNow(context: Context, names: readonly string[], written: readonly string[]): string {
  const at = (file: string): string => shellWord(join(context.folder, file));
  const apply = typedKubectl(context, 'apply -f');
  const commands = written
    .filter((file) => /\.(?:k8s|sops)\.yaml$/.test(file) && holdsObjects(context, file))
    .map((file) =>
      file.endsWith('.sops.yaml')
        ? `sops decrypt ${at(file)} | ${apply} -`
        : `${apply} ${at(file)}`,
    );
  return [
    'next, unless GitOps does it from a commit:',
    ...commands.map((command) => `  ${command}`),
    `whether it arrives, and what restarts: ${typed(context, `doctor ${names.join(' ')}`)}; then commit`,
  ].join('\n');
}

/** A file that a list names may hold a comment only, which kubectl refuses. */
const holdsObjects = ({ folder }: Context, file: string): boolean =>
  /^kind: /m.test(readText(join(folder, file), file));

/** What is left as it is, and why. */
function tellIdle(context: Context, planned: readonly Planned[], wanted: readonly Planned[]): void {
  for (const { step } of planned.filter((one) => !wanted.includes(one))) {
    const again = typed(context, `renew ${step.name} --now --force`);
    context.note(`${step.name}: ${step.reason}; to renew it all the same: ${again}`);
  }
}

/**
 * Asks for every right that it takes before a key is made: a missing one costs nothing then.
 *
 * @throws ReleafError CLUSTER_FORBIDDEN with the first rule that is missing
 */
async function assertRights(api: KubernetesApi, wanted: readonly Planned[]): Promise<void> {
  const { create, get, updateApproval, approve } = signingRequestRights;
  const names = wanted.map(({ step, revisions }) =>
    isDue(step) ? undefined : revisions.at(-1)?.record.objectName,
  );
  const demanded = new Map<string, Right>();
  for (const right of [create(), ...names.map(get), ...names.map(updateApproval)]) {
    demanded.set(JSON.stringify(right), right);
  }
  for (const right of demanded.values()) {
    if (!(await allows(api, right))) throw forbidden(right);
  }
  for (const signer of new Set(wanted.map(({ spec }) => spec.signer))) {
    if (!(await mayApprove(api, signer))) throw forbidden(approve(signer));
  }
}

/** Puts the requests into the cluster unless they are there, approves them and takes what comes. */
async function createAndApprove(
  context: RequestContext,
  api: KubernetesApi,
  folder: Folder,
  wanted: readonly Planned[],
  { wait, json }: RenewNowFlags,
): Promise<Results> {
  const names = wanted.map(({ spec }) => spec.name);
  const pending = await pendingRequests(context, folder, names);
  const created = await attemptEach(context, pending.done, async (one) => {
    await createSigningRequest(api, signingRequestObject(one.spec.name, one.pending));
    return one;
  });
  const results = await approveAndTake(context, api, folder, created.done, {
    fetch: true,
    wait,
    json,
  });
  return { ...results, failed: [...pending.failed, ...created.failed, ...results.failed] };
}

/** What may go well another time, with the same request. */
const AGAIN = /^(CLUSTER_|REQUEST_(CHANGED|MISSING|UNSIGNED)$)/;

/** The revision is there and waits: the same command goes on with it. */
function noteAgain(context: Context, failed: readonly Failure[]): void {
  const names = failed.filter(({ error }) => AGAIN.test(error.code)).map(({ name }) => name);
  if (names.length === 0) return;
  context.note(
    `nothing is lost, the pending revision stays; once that is settled, run again: ${typed(context, `renew ${names.join(' ')} --now`)}`,
    'important',
  );
}
