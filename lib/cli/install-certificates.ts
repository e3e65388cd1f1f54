import { formatDuration } from '../config/duration';
import type { CertificateSpec } from '../model/certificate-spec';
import { visible } from '../model/visible';
import { currentRevision, type Revision } from '../model/revision';
import type { AcceptedCertificate } from '../rotation/accept-certificate';
import { servedRevisions } from '../rotation/secret-name';
import { readCertificate, type Folder } from '../store/folder';
import { writeCertificate } from '../store/revisions';
import { preflight } from '../store/synthesize';
import { linesNaming } from '../store/team-file-warnings';
import { EXIT, type Context, type ExitStatus } from './context';
import { finish, noteChanges, type Changes } from './finish';
import { withStaging } from './with-staging';

/** A signed certificate that passed every check and may join its revision. */
export interface Issue {
  readonly spec: CertificateSpec;
  readonly pending: Revision;
  readonly accepted: AcceptedCertificate;
}

/**
 * Writes certificates that passed into their revisions; then old revisions go and the output follows.
 * A run that was cut off is completed by this one, also without any certificate.
 *
 * @param json - leaves telling what was done to the caller
 */
export async function writeIssued(
  context: Context,
  folder: Folder,
  issues: readonly Issue[],
  json: boolean,
): Promise<Changes> {
  const next = issues.map((issue) => [issue.spec.name, revisionsWith(folder, issue)] as const);
  preflight(folder, new Map(next), context.output);
  const moved = issues.flatMap((issue) => movedSecret(folder, issue));
  return withStaging(context, folder, async (staging) => {
    const written = issues.map(({ spec, pending, accepted }) =>
      writeCertificate(folder.root, spec.name, pending.number, accepted.certificate, staging),
    );
    if (!json) for (const issue of issues) describe(context, issue);
    const changes = await finish(folder, staging, context, written);
    if (!json) {
      for (const one of moved) context.note(`warning: ${moveWarning(folder, one)}`, 'important');
    }
    return changes;
  });
}

/** An issued certificate for machines; times in RFC 3339. */
export function issuedJson({ spec, pending, accepted: { leaf, differences } }: Issue): object {
  return {
    name: spec.name,
    revision: pending.number,
    serialNumber: leaf.serialNumber,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    differences,
  };
}

/** {@link writeIssued}, and tells of it. */
export async function install(
  context: Context,
  folder: Folder,
  issues: readonly Issue[],
  json: boolean,
): Promise<ExitStatus> {
  const changes = await writeIssued(context, folder, issues, json);
  if (json) {
    context.print(JSON.stringify({ issued: issues.map(issuedJson), ...changes }, undefined, 2));
  } else {
    if (issues.length === 0) context.print('nothing to do');
    noteChanges(context, changes);
    if (issues.length > 0) context.note(NEXT_ISSUED);
  }
  return EXIT.done;
}

/** What a person does with certificates that were installed. */
export const NEXT_ISSUED = 'next: commit, open a pull request';

interface MovedSecret {
  readonly spec: CertificateSpec;
  readonly old: Revision['sealedKey'];
  readonly now: Revision['sealedKey'];
}

/** A Secret that gets another name, if the old one goes. */
function movedSecret(folder: Folder, issue: Issue): readonly MovedSecret[] {
  const { spec, pending } = issue;
  const old = currentRevision(readCertificate(folder, spec).revisions)?.sealedKey;
  const stays = servedRevisions(spec, revisionsWith(folder, issue)).some(
    ({ sealedKey }) => sealedKey.namespace === old?.namespace && sealedKey.name === old.name,
  );
  return !old || stays ? [] : [{ spec, old, now: pending.sealedKey }];
}

/** What a person must know then; the team's files have what synth sets in them. */
function moveWarning({ root }: Folder, { spec, old, now }: MovedSecret): string {
  const lines = old.name === now.name ? [] : linesNaming(root, spec, old.name);
  const still =
    lines.length === 0
      ? ''
      : `; ${lines.map(visible).join(', ')} still ${lines.length === 1 ? 'says' : 'say'} ${old.name}: change it, or let references do it`;
  return `${spec.name}: Secret ${old.namespace}/${old.name} leaves the output for ${now.namespace}/${now.name}: what still mounts the old one must follow first${still}`;
}

/** The revisions of a certificate once the issue has joined them. */
function revisionsWith(folder: Folder, { spec, pending, accepted }: Issue): readonly Revision[] {
  return readCertificate(folder, spec).revisions.map((revision) =>
    revision.number === pending.number
      ? { ...revision, certificate: accepted.certificate }
      : revision,
  );
}

function describe({ print, note }: Context, { spec, pending, accepted }: Issue): void {
  const { leaf, differences } = accepted;
  const seconds = Math.round((leaf.notAfter.getTime() - leaf.notBefore.getTime()) / 1000);
  print(`${spec.name}: revision ${pending.number} is issued`);
  print(`  serial   ${leaf.serialNumber}`);
  print(
    `  valid    ${leaf.notBefore.toISOString()} to ${leaf.notAfter.toISOString()} (${formatDuration(seconds)})`,
  );
  print(`  issuer   ${visible(leaf.issuer)}`);
  for (const difference of differences) {
    note(`not as asked: ${spec.name}: ${visible(difference)}`, 'important');
  }
  for (const warning of spec.warnings) note(`warning: ${spec.name}: ${warning}`, 'important');
}
