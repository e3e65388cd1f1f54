import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, type Revision } from '../model/revision';
import { askedLines } from '../report/asked';
import { identityLines } from '../report/identity';
import { readRecordedRequest } from '../rotation/coherence';
import { plan, type Step } from '../rotation/plan';
import { makeRevision, reuseRevision } from '../rotation/renew';
import type { Sealer } from '../sealing/sealer';
import { readCas } from '../store/ca-file';
import { readCertificate, type Folder } from '../store/folder';
import { writeRevision } from '../store/revisions';
import { sealedForIn } from '../store/sealed-for';
import { preflight } from '../store/synthesize';
import type { Context } from './context';
import { finish, type Changes } from './finish';
import { withProgress } from './progress';
import { sealers } from './sealers';
import { select } from './selection';
import { withStaging } from './with-staging';

/** A certificate and what is to be done about it. */
export interface Planned {
  readonly spec: CertificateSpec;
  readonly step: Step;
  readonly revisions: readonly Revision[];
}

/** A revision that was written. */
export interface Made {
  readonly spec: CertificateSpec;
  readonly revision: Revision;
  /** The revision that serves meanwhile, or that would have. */
  readonly before: Revision | undefined;
  readonly file: string;
}

/** What is to be done about the certificates of these names; none means all. */
export function plannedSteps(
  folder: Folder,
  { now }: Context,
  names: readonly string[],
  force: boolean,
): readonly Planned[] {
  const forced = force ? { force: names.length ? new Set(names) : ('all' as const) } : {};
  const sealedFor = sealedForIn(folder, (error) => {
    throw error;
  });
  return select(folder, names).flatMap((spec) => {
    const certificate = readCertificate(folder, spec);
    return plan([certificate], now, { ...forced, sealedFor }).map((step) => ({
      spec,
      step,
      revisions: certificate.revisions,
    }));
  });
}

/**
 * Reads and checks all that making revisions takes, before any key is made.
 *
 * @param work - steps that are due
 * @returns makes them, tells of them unless for machines, and lets the output follow
 */
export function prepareRevisions(
  context: Context,
  folder: Folder,
  work: readonly Planned[],
): (json: boolean) => Promise<{ readonly made: readonly Made[]; readonly changes: Changes }> {
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
  preflight(folder, new Map(work.map(({ spec }) => [spec.name, []])), context.output);
  return (json) =>
    withStaging(context, folder, async (staging) => {
      const made = await withProgress(context, 'keys', work, async (one): Promise<Made> => {
        const { spec, revisions } = one;
        const revision = await nextRevision(context, one, sealerOf);
        const file = writeRevision(folder.root, spec.name, revision, staging);
        return { spec, revision, before: currentRevision(revisions) ?? revisions.at(-1), file };
      });
      if (!json) for (const one of made) describe(context, one);
      const files = made.map(({ file }) => `${file}/`);
      return { made, changes: await finish(folder, staging, context, files) };
    });
}

/** What cannot be renewed, and why. */
export const refusalOf = ({ step: { name, reason } }: Planned): ReleafError =>
  new ReleafError('KEY_REUSE', `${name}: ${reason}`);

/** A revision that was made, for machines. */
export const madeJson = ({ spec, revision }: Made): object => ({
  name: spec.name,
  revision: revision.number,
  ...revision.record,
});

/** The revision whose key lives on. */
const keptBy = ({ keeps }: Step, revisions: readonly Revision[]): Revision | undefined =>
  revisions.find(({ number }) => number === keeps?.revision);

function nextRevision(
  { now, randomness }: Context,
  { spec, step, revisions }: Planned,
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

function describe({ print }: Context, { spec, revision, before }: Made): void {
  const { record, sealedKey } = revision;
  print(`${spec.name}: revision ${revision.number}, because: ${record.reason}`);
  print(`  request  ${record.objectName}`);
  for (const line of askedLines(record)) print(`  ${line}`);
  print(
    `  key      ${record.key}, ${sealedKey.sealing === 'plaintext' ? 'IN CLEAR' : 'sealed'} for Secret ${sealedKey.namespace}/${sealedKey.name}`,
  );
  for (const line of identityLines(spec, revision, before)) print(`  ${line}`);
}
