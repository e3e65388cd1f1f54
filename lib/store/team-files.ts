import { annotateFile, type Annotation } from '../delivery/annotate-file';
import { nameSecret } from '../delivery/name-secret';
import { restartInPlace } from '../delivery/restart-in-place';
import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, type Certificate } from '../model/revision';
import { restartValue } from '../rotation/restart';
import { readFolder, type Folder } from './folder';
import type { OutputDifference } from './output-difference';
import { readNamedFile } from './revisions';

/**
 * Reads a file of the team's own that `restart` or `references` of a certificate name.
 *
 * @throws ReleafError FILE_UNREADABLE or PATH_OUTSIDE
 */
export const readTeamFile = (root: string, file: string, name: string): string =>
  readNamedFile(
    root,
    file,
    `put it there, or correct its name in restart and references of ${name} in the config`,
  );

/**
 * What synth changes in the team's own files: restart annotations, and the names of Secrets where the
 * config refers to them. Nothing is written here.
 */
export class TeamFiles {
  readonly #root: string;
  readonly #files = new Map<string, { readonly text: string; readonly wanted: Annotation[] }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws ReleafError RESTART_FILE or FILE_UNREADABLE */
  edit({ spec, revisions }: Certificate): void {
    const current = currentRevision(revisions);
    for (const place of spec.restart) {
      const digest = current && restartValue(place.digestOf, current, spec);
      // Nothing to say yet: but the file has to be there.
      this.#add(
        spec,
        place.file,
        digest === undefined ? [] : [restartInPlace(place, spec, digest)],
      );
    }
    for (const reference of spec.references) {
      // Not before there is a Secret of that name: what runs would wait for it.
      const name = current?.sealedKey.name;
      const { type } = spec.secret;
      this.#add(
        spec,
        reference.file,
        name === undefined ? [] : nameSecret(reference, { name, type }),
      );
    }
  }

  /**
   * Tries what {@link edit} does once the certificate is issued.
   *
   * @throws ReleafError RESTART_FILE or FILE_UNREADABLE
   */
  rehearse(spec: CertificateSpec): void {
    for (const place of spec.restart) {
      this.#add(spec, place.file, [restartInPlace(place, spec, '')]);
    }
    for (const reference of spec.references) {
      this.#add(spec, reference.file, nameSecret(reference, spec.secret));
    }
  }

  #add({ name }: CertificateSpec, file: string, annotations: readonly Annotation[]): void {
    let entry = this.#files.get(file);
    if (!entry) {
      entry = { text: readTeamFile(this.#root, file, name), wanted: [] };
      this.#files.set(file, entry);
    }
    entry.wanted.push(...annotations);
  }

  /** @throws ReleafError RESTART_FILE */
  *differences(): Generator<OutputDifference> {
    for (const [file, { text: before, wanted }] of this.#files) {
      const text = annotateFile(before, wanted);
      if (text !== before) yield { kind: 'changed', file, text };
    }
  }
}

/** What is to be changed in the team's files for all certificates of a folder. */
export function teamFileDifferences(folder: Folder): Iterable<OutputDifference> {
  const files = new TeamFiles(folder.root);
  for (const certificate of readFolder(folder)) files.edit(certificate);
  return files.differences();
}

/**
 * Refuses places in the team's files that do not exist, before anything is written.
 *
 * @throws ReleafError RESTART_FILE or FILE_UNREADABLE
 */
export function assertPlaces({ root, config }: Folder): void {
  const files = new TeamFiles(root);
  for (const spec of config.certificates) files.rehearse(spec);
  Array.from(files.differences());
}
