import { formatDuration } from '../config/duration';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, type Revision } from '../model/revision';
import { identityLines } from '../report/identity';
import { planTable } from '../report/plan';
import { readRecordedRequest } from '../rotation/coherence';
import { altNamesOf } from '../rotation/issued-chain';
import { isDue, plan, type Step } from '../rotation/plan';
import { makeRevision, reuseRevision } from '../rotation/renew';
import type { Sealer } from '../sealing/sealer';
import { readCas } from '../store/ca-file';
import { openFolder, readCertificate, type Folder } from '../store/folder';
import { writeRevision } from '../store/revisions';
import { sealedForIn } from '../store/sealed-for';
import { preflight } from '../store/synthesize';
import { EXIT, type Context, type ExitStatus } from './context';
import { noteFailure } from './failure';
import { finish, noteChanges, withStaging } from './finish';
import { withProgress } from './progress';
import { sealers } from './sealers';
import { select } from './selection';
import { typed } from './typed';

export interface RenewFlags {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

interface Work {
  readonly spec: CertificateSpec;
  readonly step: Step;
  readonly revisions: readonly Revision[];
}

interface Made {
  readonly spec: CertificateSpec;
  readonly revision: Revision;
  /** The revision that serves meanwhile, or that would have. */
  readonly before: Revision | undefined;
  readonly file: string;
}

/** `releaf renew`: the next revision for what is due; then synth. */
export async function runRenew(
  context: Context,
  names: readonly string[],
  flags: RenewFlags,
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const due = dueSteps(folder, context, names, flags.force);
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
  // Read and checked before any key is made.
  const sealerOf = sealers(
    folder,
    context,
    work.filter(({ step }) => !step.keeps),
  );
  for (const { spec, step, revisions } of work) {
    readCas(folder, spec);
    const kept = keptBy(step, revisions);
    // What was changed since it was recorded must not be recorded anew.
    if (kept) readRecordedRequest(spec.name, kept);
  }
  try {
    preflight(folder, new Map(work.map(({ spec }) => [spec.name, []])), context.output);
  } catch (error) {
    // Of a Secret that was renamed although its key stays, this says what to do.
    const isRenamed = error instanceof ReleafError && error.code === 'SECRET_RENAMED';
    throw isRenamed && refusal ? refusal : error;
  }
  return withStaging(folder, async (staging) => {
    const made = await withProgress(context, 'keys', work, async (one): Promise<Made> => {
      const { spec, revisions } = one;
      const revision = await nextRevision(context, one, sealerOf);
      const file = writeRevision(folder.root, spec.name, revision, staging);
      return { spec, revision, before: currentRevision(revisions) ?? revisions.at(-1), file };
    });
    if (!flags.json) for (const one of made) describe(context, one);
    const changes = await finish(
      folder,
      staging,
      context,
      made.map(({ file }) => `${file}/`),
    );
    if (flags.json) {
      const revisions = made.map(({ spec, revision }) => ({
        name: spec.name,
        revision: revision.number,
        ...revision.record,
      }));
      const refused = refusals.map(({ code, message }) => ({ code, message }));
      context.print(
        JSON.stringify({ revisions, ...changes, ...(refused.length && { refused }) }, undefined, 2),
      );
    } else {
      if (made.length === 0) context.print('nothing to do');
      noteChanges(context, changes);
      noteNext(context, made);
    }
    return refusals.length ? refuseRest(context, refusals) : EXIT.done;
  });
}

const refusalOf = ({ step: { name, reason } }: Work): ReleafError =>
  new ReleafError('KEY_REUSE', `${name}: ${reason}`);

/** What could not be renewed holds up nothing else, and is not passed over either. */
function refuseRest(context: Context, refusals: readonly ReleafError[]): ExitStatus {
  for (const refusal of refusals) noteFailure(context, refusal);
  return EXIT.failed;
}

function noteNext(context: Context, made: readonly Made[]): void {
  const local = made.filter(({ spec }) => spec.signer === 'local');
  const others = made.filter(({ spec }) => spec.signer !== 'local');
  if (others.length > 0) {
    context.note('next: commit, open a pull request; once it is signed:');
    for (const { spec, revision } of others) {
      context.note(
        `  kubectl get csr ${revision.record.objectName} -o jsonpath='{.status.certificate}' | base64 -d | ${typed(context, `fetch ${spec.name} --from -`)}`,
      );
    }
  }
  for (const { spec } of local) {
    context.note(`next: ${typed(context, `sign ${spec.name} --ca DIR`)}`);
  }
}

function dueSteps(
  folder: Folder,
  { now }: Context,
  names: readonly string[],
  force: boolean,
): readonly Work[] {
  const forced = force ? { force: names.length ? new Set(names) : ('all' as const) } : {};
  const sealedFor = sealedForIn(folder, (error) => {
    throw error;
  });
  return select(folder, names).flatMap((spec) => {
    const certificate = readCertificate(folder, spec);
    return plan([certificate], now, { ...forced, sealedFor })
      .filter((step) => isDue(step) || step.action === 'blocked')
      .map((step) => ({ spec, step, revisions: certificate.revisions }));
  });
}

/** The revision whose key lives on. */
const keptBy = ({ keeps }: Step, revisions: readonly Revision[]): Revision | undefined =>
  revisions.find(({ number }) => number === keeps?.revision);

function nextRevision(
  { now, randomness }: Context,
  { spec, step, revisions }: Work,
  sealerOf: (spec: CertificateSpec) => Sealer,
): Promise<Revision> {
  const kept = keptBy(step, revisions);
  return kept
    ? Promise.resolve(reuseRevision(spec, step.revision, step.reason, kept, now))
    : makeRevision(spec, step.revision, step.reason, {
        generateKey: randomness.generateKey,
        sealer: sealerOf(spec),
        now,
      });
}

function describe({ print, note }: Context, { spec, revision, before }: Made): void {
  const { record, sealedKey } = revision;
  print(`${spec.name}: revision ${revision.number}, because: ${record.reason}`);
  print(`  request  ${record.objectName}`);
  print(`  signer   ${record.signer}, for ${formatDuration(record.expirationSeconds)}`);
  print(`  subject  ${record.subject.commonName ?? '-'}`);
  for (const [index, name] of altNamesOf(record).entries())
    print(`  ${index ? '     ' : 'names'}    ${name}`);
  print(
    `  key      ${record.key}, ${sealedKey.sealing === 'plaintext' ? 'IN CLEAR' : 'sealed'} for Secret ${sealedKey.namespace}/${sealedKey.name}`,
  );
  for (const line of identityLines(spec, revision, before)) print(`  ${line}`);
  for (const warning of spec.warnings) note(`warning: ${spec.name}: ${warning}`);
}
