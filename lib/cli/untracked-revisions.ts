import { renderCertificate } from '../constructs/render';
import { ReleafError } from '../model/errors';
import type { Certificate } from '../model/revision';
import type { Problem } from '../rotation/coherence';
import { readApp } from '../store/app-output';
import { readCertificate, type Folder } from '../store/folder';
import { OUTPUT_FOLDER } from '../store/output-folder';
import { CERTIFICATES, REQUEST_FILES, REVISION_FILES, type RevisionFile } from '../store/revisions';
import { untrackedProblem } from '../verify/output-problem';
import type { Context } from './context';

/**
 * Revisions that git does not have, although it has what they give, as after `git commit --all`: it leaves new
 * files out. Where both are still to be added, nothing is forgotten yet.
 *
 * @param files - of the output, relative to the folder; what stands in them is what the revisions give
 */
export function untrackedRevisions(
  { untracked, unstaged }: Pick<Context, 'untracked' | 'unstaged'>,
  folder: Folder,
  files: readonly string[],
): readonly Problem[] {
  const { root, configFile, config } = folder;
  const lost = new Set(untracked(root, CERTIFICATES));
  if (lost.size === 0 || unstaged(root, configFile).length > 0) return [];
  const names = new Set(Array.from(lost, (path) => path.split('/')[1]));
  const app = readApp(root);
  const output = app?.output ?? OUTPUT_FOLDER;
  const toAdd = new Set(unstaged(root, output));
  return config.certificates
    .filter(({ name }) => names.has(name))
    .flatMap((spec) => {
      const { paths, gives } = lackingOf(readCertificate(folder, spec), lost);
      const given = gives.map((file) => `${output}/${file}`);
      // The app may have put them into any of its files.
      const isForgotten =
        given.length > 0 && !(app ? files : given).some((file) => toAdd.has(file));
      const shown = app ? `${output}/` : given.join(', ');
      return isForgotten ? paths.map((path) => untrackedProblem(path, shown)) : [];
    });
}

interface Lacking {
  /** What git lacks of a certificate. */
  readonly paths: readonly string[];
  /** Files of the output that another checkout would give in another way. */
  readonly gives: readonly string[];
}

function lackingOf(certificate: Certificate, untracked: ReadonlySet<string>): Lacking {
  const without = outputOf(withoutUntracked(certificate, untracked));
  return {
    paths: untrackedPaths(certificate, untracked),
    gives: [...outputOf(certificate)]
      .filter(([file, text]) => without.get(file) !== text)
      .map(([file]) => file),
  };
}

const fileOf = ({ spec }: Certificate, number: number, file: RevisionFile) =>
  `${CERTIFICATES}/${spec.name}/${number}/${file}`;

/** A folder once, where git has none of its files. */
function untrackedPaths(
  certificate: Certificate,
  untracked: ReadonlySet<string>,
): readonly string[] {
  return certificate.revisions.flatMap(({ number }) => {
    const files = REVISION_FILES.map((file) => fileOf(certificate, number, file));
    const isWhole = REQUEST_FILES.every((file) => untracked.has(fileOf(certificate, number, file)));
    return isWhole
      ? [`${CERTIFICATES}/${certificate.spec.name}/${number}/`]
      : files.filter((file) => untracked.has(file));
  });
}

/** The certificate as another checkout has it. */
function withoutUntracked(certificate: Certificate, untracked: ReadonlySet<string>): Certificate {
  const { spec, revisions } = certificate;
  const has = (number: number, file: RevisionFile): boolean =>
    !untracked.has(fileOf(certificate, number, file));
  return {
    spec,
    revisions: revisions
      .filter(({ number }) => REQUEST_FILES.every((file) => has(number, file)))
      .map(({ certificate: pem, withdrawn, ...revision }) => ({
        ...revision,
        ...(pem !== undefined && has(revision.number, 'certificate.pem') && { certificate: pem }),
        withdrawn: withdrawn && has(revision.number, 'withdrawn'),
      })),
  };
}

/** What cannot be rendered gives nothing. */
function outputOf(certificate: Certificate): ReadonlyMap<string, string> {
  try {
    return new Map(renderCertificate(certificate).map(({ file, text }) => [file, text]));
  } catch (error) {
    if (error instanceof ReleafError) return new Map();
    throw error;
  }
}
