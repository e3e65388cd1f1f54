import { formatDuration } from '../config/duration';
import type { CertificateSpec } from '../model/certificate-spec';
import type { Revision } from '../model/revision';
import { planTable } from '../report/plan';
import { isDue, plan, type Step } from '../rotation/plan';
import { makeRevision } from '../rotation/renew';
import { plaintextSealer } from '../sealing/plaintext';
import { readSealingCertificate, sealedSecretsSealer } from '../sealing/sealed-secrets';
import type { Sealer } from '../sealing/sealer';
import { openFolder, readCertificate, type Folder } from '../store/folder';
import { readNamedFile, writeRevision } from '../store/revisions';
import { preflight } from '../store/synthesize';
import { EXIT, type Context, type ExitStatus } from './context';
import { finish, noteChanges, withStaging } from './finish';
import { withProgress } from './progress';
import { select } from './selection';

export interface RenewFlags {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

interface Work {
  readonly spec: CertificateSpec;
  readonly step: Step;
  readonly sealer: Sealer;
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
  const sealers = new Map<string, Sealer>();
  const work = due.map(({ spec, step }): Work => {
    const source = spec.sealing.type === 'plaintext' ? '' : spec.sealing.certificate;
    const sealer = sealers.get(source) ?? sealerFor(folder, context, spec);
    sealers.set(source, sealer);
    return { spec, step, sealer };
  });
  preflight(folder, new Map(work.map(({ spec }) => [spec.name, []])), context.output);
  return withStaging(folder, async (staging) => {
    const made = await withProgress(context, 'keys', work, async ({ spec, step, sealer }) => {
      const { now, randomness } = context;
      const revision = await makeRevision(spec, step.revision, step.reason, {
        generateKey: randomness.generateKey,
        sealer,
        now,
      });
      return { spec, revision, file: writeRevision(folder.root, spec.name, revision, staging) };
    });
    const changes = finish(
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
    for (const { spec, revision } of made) describe(context, spec, revision);
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
): readonly { readonly spec: CertificateSpec; readonly step: Step }[] {
  const forced = force ? { force: names.length ? new Set(names) : ('all' as const) } : {};
  return select(folder, names).flatMap((spec) =>
    plan([readCertificate(folder, spec)], now, forced)
      .filter(isDue)
      .map((step) => ({ spec, step })),
  );
}

/** The way in which a certificate of the config seals, read and checked before any key is made. */
function sealerFor(
  { root }: Folder,
  { now, randomness }: Context,
  { sealing }: CertificateSpec,
): Sealer {
  if (sealing.type === 'plaintext') return plaintextSealer;
  const pem = readNamedFile(
    root,
    sealing.certificate,
    `get it from the controller: kubeseal --fetch-cert > ${sealing.certificate}`,
  );
  return sealedSecretsSealer(
    readSealingCertificate(pem, sealing.certificate, now),
    randomness.bytes,
  );
}

/** The command that takes the certificate of a request, once the signer has answered. */
function fetchCommand(name: string, { record }: Revision): string {
  return record.signer === 'local'
    ? `releaf sign ${name} --ca DIR`
    : `kubectl get csr ${record.objectName} -o jsonpath='{.status.certificate}' | base64 -d | releaf fetch ${name} --from -`;
}

function describe({ print, note }: Context, spec: CertificateSpec, revision: Revision): void {
  const { record, sealedKey } = revision;
  const names = [...record.dnsNames, ...record.ipAddresses];
  print(`${spec.name}: revision ${revision.number}, because: ${record.reason}`);
  print(`  request  ${record.objectName}`);
  print(`  signer   ${record.signer}, for ${formatDuration(record.expirationSeconds)}`);
  print(`  subject  ${record.subject.commonName ?? '-'}`);
  for (const [index, name] of names.entries()) print(`  ${index ? '     ' : 'names'}    ${name}`);
  print(
    `  key      ${record.key}, ${sealedKey.sealing === 'plaintext' ? 'IN CLEAR' : 'sealed'} for Secret ${sealedKey.namespace}/${sealedKey.name}`,
  );
  for (const warning of spec.warnings) note(`warning: ${spec.name}: ${warning}`);
}
