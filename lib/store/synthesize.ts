import { join, relative, resolve, sep } from 'node:path';
import { renderCertificate, renderShared, type RenderedFile } from '../constructs/render';
import { folderObjects } from '../delivery/folder-objects';
import { foreignHint } from '../delivery/foreign-file';
import { MARKER, possibleFiles } from '../delivery/output-file';
import { ReleafError } from '../model/errors';
import type { Certificate, Revision } from '../model/revision';
import { readApp } from './app-output';
import { assertNoOrphans, readFolder, type Folder } from './folder';
import { withoutCarriageReturns } from './line-ends';
import { leadsThroughLink } from './link-below';
import { markedFiles } from './marked-files';
import type { OutputDifference } from './output-difference';
import { OUTPUT_FOLDER } from './output-folder';
import { pathInside } from './path-inside';
import { SecretOwners } from './secret-owners';
import { shownPath } from './shown-path';
import { Staging } from './staging';
import { assertPlaces, TeamFiles } from './team-files';
import { readText, readTextIfThere } from './text-file';
import { UnservedSecrets } from './unserved-secrets';

/**
 * Compares what the committed files give with what stands on disk, file by file: manifests in the
 * output folder, annotations and names of Secrets in the team's own files. A pure function of the
 * committed files: no key is made, no clock or environment asked.
 *
 * @param output - the output folder, absolute or relative to the root
 * @returns differences only
 * @throws ReleafError when the inputs do not hold together; see {@link renderCertificate} and
 * {@link annotateFile}; REVISION_MISSING when a Secret would leave because its revision was lost
 */
export function* outputDifferences(
  folder: Folder,
  output: string = OUTPUT_FOLDER,
): Generator<OutputDifference | undefined> {
  assertNoOrphans(folder);
  const directory = resolve(folder.root, output);
  const shown = (path: string): string => shownPath(folder.root, path) || '.';
  const given = new Set<string>();
  const teamFiles = new TeamFiles(folder.root);
  const owners = new SecretOwners();
  const unserved = new UnservedSecrets();
  function* compare(rendered: readonly RenderedFile[]): Generator<OutputDifference> {
    for (const { file: name, text } of rendered) {
      given.add(name);
      const path = join(directory, name);
      const file = shown(path);
      const present = readTextIfThere(path, file);
      if (leadsThroughLink(directory, name)) yield { kind: 'foreign', file };
      else if (present === undefined) yield { kind: 'missing', file, text };
      else if (!present.startsWith(MARKER)) yield { kind: 'foreign', file };
      else if (withoutCarriageReturns(present) !== text) {
        unserved.assertNoneIn(file, present);
        yield { kind: 'changed', file, text };
      }
    }
  }
  for (const certificate of readFolder(folder)) {
    owners.add(certificate);
    unserved.add(certificate);
    teamFiles.edit(certificate);
    yield* compare(renderCertificate(certificate));
    yield undefined;
  }
  yield* compare(renderShared(folder.config.delivery, [...given]));
  yield* teamFiles.differences();
  // Elsewhere another folder's output may lie beside ours, and would be taken for stale.
  if (isOutside(folder.root, directory)) return;
  for (const name of markedFiles(folder.root, directory)) {
    if (given.has(name)) continue;
    const path = join(directory, name);
    unserved.assertNoneIn(shown(path), readText(path, shown(path)));
    yield { kind: 'stale', file: shown(path) };
  }
}

const isOutside = (root: string, directory: string): boolean =>
  relative(root, directory).startsWith('..');

/** What a synth did; paths relative to the root. */
export interface Synthesis {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Writes what the committed files give, and nothing that is right already: stale manifests of ours go,
 * foreign files stay. Nothing is touched unless everything could be rendered.
 *
 * It yields after each part of the work, where nothing is half done.
 *
 * @param output - the output folder, absolute or relative to the root
 * @param differences - what to write and remove
 * @throws ReleafError FOREIGN_FILE when somebody else's file is in the way
 */
export function* synthesize(
  folder: Folder,
  staging: Staging,
  output?: string,
  differences: Iterable<OutputDifference | undefined> = outputDifferences(folder, output),
): Generator<undefined, Synthesis> {
  const written: string[] = [];
  const removed: string[] = [];
  const directory = resolve(folder.root, output ?? OUTPUT_FOLDER);
  // A rename works within one file system only, so an output folder elsewhere has a staging of its own.
  const elsewhere = isOutside(folder.root, directory);
  const outputStaging = elsewhere ? new Staging(directory) : staging;
  if (elsewhere) outputStaging.sweep();
  if (!elsewhere) pathInside(folder.root, relative(folder.root, directory));
  try {
    for (const difference of differences) {
      if (!difference) {
        yield undefined;
        continue;
      }
      const { file, kind } = difference;
      const path = resolve(folder.root, file);
      if (kind === 'foreign') throw foreignFile(file);
      if (kind === 'stale') {
        removed.push(file);
        continue;
      }
      // Links in an output folder elsewhere were found foreign.
      if (elsewhere && path.startsWith(`${directory}${sep}`)) {
        outputStaging.stageFile(path, difference.text);
      } else {
        staging.stageFile(pathInside(folder.root, file), difference.text);
      }
      written.push(file);
    }
    outputStaging.commit();
    staging.commit();
    for (const file of removed) outputStaging.remove(resolve(folder.root, file));
  } finally {
    if (elsewhere) outputStaging.close();
  }
  return { written: written.sort(), removed };
}

const foreignFile = (file: string): ReleafError =>
  new ReleafError('FOREIGN_FILE', `${file}: was not written by releaf synth`, foreignHint(file));

/**
 * Finds out before anything is written whether a synth can succeed afterwards: no foreign file in the
 * way, every restart annotation has its place, every certificate holds together.
 *
 * @param next - by name, the revisions that a certificate is about to have; none while they are still
 * to be made
 * @throws ReleafError as {@link synthesize} would
 */
export function preflight(
  folder: Folder,
  next: ReadonlyMap<string, readonly Revision[]>,
  output?: string,
): void {
  assertNoOrphans(folder);
  assertPlaces(folder);
  const directory = resolve(folder.root, output ?? OUTPUT_FOLDER);
  const appWrites = readApp(folder.root, output) !== undefined;
  const owners = new SecretOwners();
  const textOf = (file: string): string | undefined =>
    readTextIfThere(join(directory, file), shownPath(folder.root, join(directory, file)));
  const assertOurs = (file: string): void => {
    if (appWrites) return;
    const path = join(directory, file);
    const present = textOf(file);
    const foreign = present !== undefined && !present.startsWith(MARKER);
    if (foreign || leadsThroughLink(directory, file)) {
      throw foreignFile(shownPath(folder.root, path));
    }
  };
  const assertServed = (certificate: Certificate): void => {
    const unserved = new UnservedSecrets();
    if (!unserved.add(certificate)) return;
    for (const file of possibleFiles(certificate.spec, [])) {
      unserved.assertNoneIn(shownPath(folder.root, join(directory, file)), textOf(file) ?? '');
    }
  };
  const possible = folder.config.certificates.flatMap((spec) => possibleFiles(spec, []));
  const shared = folderObjects(folder.config.delivery, possible).map(({ file }) => file);
  for (const file of [...possible, ...shared]) assertOurs(file);
  for (const { spec, revisions } of readFolder(folder)) {
    const after = next.get(spec.name) ?? revisions;
    // A request that is still to be made takes no Secret away.
    const kept = { spec, revisions: after.length > 0 ? after : revisions };
    owners.add(kept);
    assertServed(kept);
    const rendered = renderCertificate({ spec, revisions: after });
    for (const { file } of rendered) assertOurs(file);
  }
}
