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
  readonly #files = new Map<string, { readonly before: string; text: string }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws ReleafError RESTART_FILE or FILE_UNREADABLE */
  edit(certificate: Certificate<CertificateSpec>): void {
    for (const { file, edit } of editsOf(certificate)) {
      let entry = this.#files.get(file);
      if (!entry) {
        const before = readTeamFile(this.#root, file, certificate.spec.name);
        entry = { before, text: before };
        this.#files.set(file, entry);
      }
      entry.text = edit(entry.text);
    }
  }

  *differences(): Generator<OutputDifference> {
    for (const [file, { before, text }] of this.#files) {
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
        const current = currentRevision(revisions);
        const digest = current && restartValue(place.digestOf, current, spec);
        return digest === undefined ? text : restartInPlace(text, place, spec, digest);
      },
    })),
    ...spec.references.map((reference): Edit => ({
      file: reference.file,
      edit(text) {
        // Not before there is a Secret of that name: what runs would wait for it.
        const name = currentRevision(revisions)?.sealedKey.name;
        const { type } = spec.secret;
        return name === undefined ? text : nameSecret(text, reference, { name, type });
      },
    })),
  ];
}

/**
 * Refuses places in the team's files that do not exist, before anything is written.
 *
 * @throws ReleafError RESTART_FILE or FILE_UNREADABLE
 */
export function assertPlaces({ root, config }: Folder): void {
  for (const spec of config.certificates) {
    const { name, secret, restart, references } = spec;
    for (const place of restart) {
      restartInPlace(readTeamFile(root, place.file, name), place, spec, '');
    }
    for (const reference of references) {
      nameSecret(readTeamFile(root, reference.file, name), reference, secret);
    }
  }
}
