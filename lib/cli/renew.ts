import { ReleafError } from '../model/errors';
import { planTable } from '../report/plan';
import { isDue } from '../rotation/plan';
import { openFolder, type Folder } from '../store/folder';
import { EXIT, type Context, type ExitStatus } from './context';
import { noteFailure } from './failure';
import { noteChanges } from './finish';
import {
  madeJson,
  plannedSteps,
  prepareRevisions,
  refusalOf,
  type Made,
  type Planned,
} from './make-revisions';
import { isApprovedByJob } from '../model/delivery-spec';
import { typed, typedKubectl } from './typed';

/** What `releaf renew` without `--now` was told on the command line. */
export interface RenewFlags {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `releaf renew`: the next revision for what is due; then synth. */
export async function runRenew(
  context: Context,
  names: readonly string[],
  flags: RenewFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const due = plannedSteps(folder, context, names, flags.force).filter(
    ({ step }) => isDue(step) || step.action === 'blocked',
  );
  if (flags.dryRun) {
    if (flags.json)
      context.print(JSON.stringify({ steps: due.map(({ step }) => step) }, undefined, 2));
    else context.print(due.length ? planTable(due.map(({ step }) => step)) : 'nothing to do');
    return EXIT.done;
  }
  const refusals = due.filter(({ step }) => step.action === 'blocked').map(refusalOf);
  const work = due.filter(({ step }) => isDue(step));
  const [refusal] = refusals;
  if (refusal && work.length === 0) throw refusal;
  const { made, changes } = await prepared(context, folder, work, refusal)(flags.json);
  if (flags.json) {
    const revisions = made.map(madeJson);
    const refused = refusals.map(({ code, message }) => ({ code, message }));
    context.print(
      JSON.stringify({ revisions, ...changes, ...(refused.length && { refused }) }, undefined, 2),
    );
  } else {
    if (made.length === 0) context.print('nothing to do');
    for (const { spec } of made) {
      for (const warning of spec.warnings) {
        context.note(`warning: ${spec.name}: ${warning}`, 'important');
      }
    }
    noteChanges(context, changes);
    noteNext(context, folder, made);
  }
  return refusals.length ? refuseRest(context, refusals) : EXIT.done;
}

function prepared(
  context: Context,
  folder: Folder,
  work: readonly Planned[],
  refusal: ReleafError | undefined,
): ReturnType<typeof prepareRevisions> {
  try {
    return prepareRevisions(context, folder, work);
  } catch (error) {
    // Of a Secret that was renamed although its key stays, this says what to do.
    const isRenamed = error instanceof ReleafError && error.code === 'SECRET_RENAMED';
    throw isRenamed && refusal ? refusal : error;
  }
}

/** What could not be renewed holds up nothing else, and is not passed over either. */
function refuseRest(context: Context, refusals: readonly ReleafError[]): ExitStatus {
  for (const refusal of refusals) noteFailure(context, refusal);
  return EXIT.failed;
}

/** All are delivered in one way. */
function onceApplied([made]: readonly Made[]): string {
  const { engine, request } = made?.spec.delivery ?? {};
  const what = engine === 'kustomize' ? 'your overlay' : 'dist/';
  const job = request === 'job' ? ' and its Job is done' : '';
  return `next: commit, open a pull request; once ${what} is applied${job}`;
}

/** More are not listed: a command without names is for all that are pending. */
const MOST_NAMED = 5;

const namesOf = (made: readonly Made[]): string =>
  made.length > MOST_NAMED ? '' : ` ${made.map(({ spec }) => spec.name).join(' ')}`;

function noteNext(context: Context, { config }: Folder, made: readonly Made[]): void {
  const local = made.filter(({ spec }) => spec.signer === 'local');
  const inCluster = made.filter(({ spec }) => spec.signer !== 'local');
  const byJob = inCluster.filter(({ spec }) => isApprovedByJob(spec.delivery, spec.signer));
  const others = inCluster.filter((one) => !byJob.includes(one));
  if (byJob.length > 0) {
    context.note(`${onceApplied(byJob)}:`);
    context.note(`  ${typed(context, `fetch${namesOf(byJob)}`)}`);
  }
  if (others.length > 0) {
    context.note(`${onceApplied(others)}:`);
    context.note(`  ${typed(context, `approve${namesOf(others)}`)}`);
    context.note('or approve in another way; once it is signed:');
    if (others.length > MOST_NAMED) context.note(`  ${typed(context, 'fetch')}`);
    else for (const one of others) context.note(`  ${fetchByKubectl(context, one)}`);
  }
  if (local.length > 0) {
    // Without names it signs what others are to sign, too.
    const onlyLocal = config.certificates.every(({ signer }) => signer === 'local');
    const names = local.map(({ spec }) => spec.name).join(' ');
    const named = onlyLocal ? namesOf(local) : ` ${names}`;
    context.note(`next: ${typed(context, `sign${named} --ca DIR`)}`);
  }
}

function fetchByKubectl(context: Context, { spec, revision }: Made): string {
  const get = `get csr ${revision.record.objectName} -o jsonpath='{.status.certificate}'`;
  return `${typedKubectl(context, get)} | base64 -d | ${typed(context, `fetch ${spec.name} --from -`)}`;
}
