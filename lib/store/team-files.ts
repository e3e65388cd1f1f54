import { annotateFile } from '../delivery/annotate-file';
import { nameSecret } from '../delivery/name-secret';
import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, type Certificate, type Revision } from '../model/revision';
import { caDigest, restartAnnotation, restartDigest } from '../rotation/restart';
import { secretToRead } from '../rotation/secret-name';
import { readFolder, type Folder } from './folder';
import type { OutputDifference } from './output-difference';
import { readNamedFile } from './revisions';

/**
 * What synth changes in the team's own files: restart annotations, and the names of Secrets where the
 * config refers to them.
 *
 * @throws ReleafError RESTART_FILE or FILE_UNREADABLE
 */
export function* teamFileDifferences(folder: Folder): Generator<OutputDifference> {
  const files = new Map<string, { readonly before: string; text: string }>();
  for (const certificate of readFolder(folder)) {
    for (const { file, edit } of editsOf(certificate)) {
      let entry = files.get(file);
      if (!entry) {
        const before = readNamedFile(folder.root, file);
        entry = { before, text: before };
        files.set(file, entry);
      }
      entry.text = edit(entry.text);
    }
  }
  for (const [file, { before, text }] of files) {
    if (text !== before) yield { kind: 'changed', file, text };
  }
}

interface Edit {
  readonly file: string;
  /** Returns the text as it was where there is nothing to say yet. */
  readonly edit: (text: string) => string;
}

function editsOf({ spec, revisions }: Certificate<CertificateSpec>): readonly Edit[] {
  return [
    ...spec.restart.map((place): Edit => ({
      file: place.file,
      edit(text) {
        const digest = restartValue(spec, revisions, place.digestOf);
        return digest === undefined
          ? text
          : annotateFile(text, place, restartAnnotation(spec.name), digest);
      },
    })),
    ...spec.references.map((reference): Edit => ({
      file: reference.file,
      edit(text) {
        const name = secretToRead(revisions);
        const { type } = spec.secret;
        return name === undefined ? text : nameSecret(text, reference, { name, type });
      },
    })),
  ];
}

function restartValue(
  spec: CertificateSpec,
  revisions: readonly Revision[],
  digestOf: 'certificate' | 'ca',
): string | undefined {
  const current = currentRevision(revisions);
  if (!current) return undefined;
  return digestOf === 'ca' ? caDigest(current) : restartDigest(current, spec);
}

/**
 * Refuses places in the team's files that do not exist, before anything is written.
 *
 * @throws ReleafError RESTART_FILE or FILE_UNREADABLE
 */
export function assertPlaces({ root, config }: Folder): void {
  for (const { name, secret, restart, references } of config.certificates) {
    for (const place of restart) {
      annotateFile(readNamedFile(root, place.file), place, restartAnnotation(name), '');
    }
    for (const reference of references) {
      nameSecret(readNamedFile(root, reference.file), reference, secret);
    }
  }
}
