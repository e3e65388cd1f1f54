import { formatDuration } from '../config/duration';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, type Revision } from '../model/revision';
import { identityLines } from '../report/identity';
import { planTable } from '../report/plan';
import { altNamesOf } from '../rotation/issued-chain';
import { isDue, plan, type Step } from '../rotation/plan';
import { makeRevision, reuseRevision } from '../rotation/renew';
import type { Sealer } from '../sealing/sealer';
import { openFolder, readCertificate, type Folder } from '../store/folder';
import { writeRevision } from '../store/revisions';
import { sealedForIn } from '../store/sealed-for';
import { preflight } from '../store/synthesize';
import { EXIT, type Context, type ExitStatus } from './context';
import { finish, noteChanges, withStaging } from './finish';
import { withProgress } from './progress';
import { sealers } from './sealers';
import { select } from './selection';

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
  const blocked = due.find(({ step }) => step.action === 'blocked');
  if (blocked) {
    const { name, reason } = blocked.step;
    throw new ReleafError('KEY_REUSE', `${name}: ${reason}`, 'the others: releaf renew NAME…');
  }
  // Read and checked before any key is made.
  const sealerOf = sealers(
    folder,
    context,
    due.filter(({ step }) => !step.keeps).map(({ spec }) => spec),
  );
  preflight(folder, new Map(due.map(({ spec }) => [spec.name, []])), context.output);
  return withStaging(folder, async (staging) => {
    const made = await withProgress(context, 'keys', due, async (work): Promise<Made> => {
      const { spec, revisions } = work;
      const revision = await nextRevision(context, work, sealerOf);
      const file = writeRevision(folder.root, spec.name, revision, staging);
      return { spec, revision, before: currentRevision(revisions) ?? revisions.at(-1), file };
    });
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
      context.print(JSON.stringify({ revisions, ...changes }, undefined, 2));
      return EXIT.done;
    }
    for (const one of made) describe(context, one);
    if (made.length === 0) context.print('nothing to do');
    noteChanges(context, changes);
    if (made.length > 0) context.note('next: commit, open a pull request; once it is signed:');
    for (const { spec, revision } of made) context.note(`  ${fetchCommand(spec.name, revision)}`);
    return EXIT.done;
  });
}

function dueSteps(
  folder: Folder,
  { now }: Context,
  names: readonly string[],
  force: boolean,
): readonly Work[] {
  const forced = force ? { force: names.length ? new Set(names) : ('all' as const) } : {};
  const sealedFor = sealedForIn(folder);
  return select(folder, names).flatMap((spec) => {
    const certificate = readCertificate(folder, spec);
    return plan([certificate], now, { ...forced, sealedFor })
      .filter((step) => isDue(step) || step.action === 'blocked')
      .map((step) => ({ spec, step, revisions: certificate.revisions }));
  });
}

function nextRevision(
  { now, randomness }: Context,
  { spec, step, revisions }: Work,
  sealerOf: (spec: CertificateSpec) => Sealer,
): Promise<Revision> {
  const kept = revisions.find(({ number }) => number === step.keeps?.revision);
  return kept
    ? Promise.resolve(reuseRevision(spec, step.revision, step.reason, kept, now))
    : makeRevision(spec, step.revision, step.reason, {
        generateKey: randomness.generateKey,
        sealer: sealerOf(spec),
        now,
      });
}

/** The command that takes the certificate of a request, once the signer has answered. */
function fetchCommand(name: string, { record }: Revision): string {
  return record.signer === 'local'
    ? `releaf sign ${name} --ca DIR`
    : `kubectl get csr ${record.objectName} -o jsonpath='{.status.certificate}' | base64 -d | releaf fetch ${name} --from -`;
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
