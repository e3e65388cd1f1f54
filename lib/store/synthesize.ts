import { readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { manifestFile, MARKER, renderCertificate } from '../constructs/render';
import { annotateFile } from '../delivery/annotate-file';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, type Certificate, type Revision } from '../model/revision';
import { caDigest, restartAnnotation, restartDigest } from '../rotation/restart';
import { assertNoOrphans, readFolder, type Folder } from './folder';
import { pathInside } from './path-inside';
import { readNamedFile } from './revisions';
import { Staging } from './staging';
import { errno, fileError, readTextIfThere } from './text-file';

/** Where the output goes unless `CDK8S_OUTDIR` or a flag moves it. */
export const OUTPUT_FOLDER = 'dist';

/** A file of the output that is not what the committed files give. */
export type OutputDifference =
  | { readonly kind: 'missing' | 'changed'; readonly file: string; readonly text: string }
  /** Written by an earlier synth, no longer given. */
  | { readonly kind: 'stale'; readonly file: string }
  /** Somebody else's file stands where the output would go. */
  | { readonly kind: 'foreign'; readonly file: string };

/**
 * Compares what the committed files give with what stands on disk, file by file: manifests in the
 * output folder, restart annotations in the team's own files. A pure function of the committed files:
 * no key is made, no clock or environment asked.
 *
 * @param output - the output folder, absolute or relative to the root
 * @returns differences only, paths relative to the root
 * @throws ReleafError when the inputs do not hold together; see {@link renderCertificate} and
 * {@link annotateFile}
 */
export function* outputDifferences(
  folder: Folder,
  output: string = OUTPUT_FOLDER,
): Generator<OutputDifference> {
  assertNoOrphans(folder);
  const directory = resolve(folder.root, output);
  const shown = (path: string): string => relative(folder.root, path) || '.';
  const given = new Set<string>();
  const restartFiles = new Map<string, { readonly before: string; text: string }>();
  for (const certificate of readFolder(folder)) {
    const manifest = renderCertificate(certificate);
    if (manifest) {
      given.add(manifest.file);
      const path = join(directory, manifest.file);
      const file = shown(path);
      const present = readTextIfThere(path, file);
      if (present === undefined) yield { kind: 'missing', file, text: manifest.text };
      else if (!present.startsWith(MARKER)) yield { kind: 'foreign', file };
      else if (present !== manifest.text) yield { kind: 'changed', file, text: manifest.text };
    }
    annotate(folder, certificate, restartFiles);
  }
  for (const [file, { before, text }] of restartFiles) {
    if (text !== before) yield { kind: 'changed', file, text };
  }
  // Elsewhere another folder's output may lie beside ours, and would be taken for stale.
  if (isOutside(folder.root, directory)) return;
  for (const name of otherManifests(directory, given)) {
    yield { kind: 'stale', file: shown(join(directory, name)) };
  }
}

/** Places the restart annotations of one certificate into the texts of the team's files. */
function annotate(
  { root }: Folder,
  { spec, revisions }: Certificate<CertificateSpec>,
  files: Map<string, { readonly before: string; text: string }>,
): void {
  const current = currentRevision(revisions);
  for (const place of spec.restart) {
    let entry = files.get(place.file);
    if (!entry) {
      const before = readNamedFile(root, place.file);
      entry = { before, text: before };
      files.set(place.file, entry);
    }
    if (!current) continue;
    const digest = place.digestOf === 'ca' ? caDigest(current) : restartDigest(current, spec);
    if (digest === undefined) continue;
    entry.text = annotateFile(entry.text, place, restartAnnotation(spec.name), digest);
  }
}

const isOutside = (root: string, directory: string): boolean =>
  relative(root, directory).startsWith('..');

/** Manifests in the output folder that carry our mark, but for the given ones. */
function otherManifests(directory: string, given: ReadonlySet<string>): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if (errno(error) === 'ENOENT') return [];
    throw fileError('FILE_UNREADABLE', directory, error);
  }
  return names
    .filter((name) => name.endsWith('.k8s.yaml') && !given.has(name))
    .filter((name) => readTextIfThere(join(directory, name), name)?.startsWith(MARKER))
    .sort();
}

/** What a synth did; paths relative to the root. */
export interface Synthesis {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Writes what the committed files give, and nothing that is right already: stale manifests of ours go,
 * foreign files stay. Nothing is touched unless everything could be rendered.
 *
 * @param output - the output folder, absolute or relative to the root
 * @throws ReleafError FOREIGN_FILE when somebody else's file is in the way
 */
export function synthesize(folder: Folder, staging: Staging, output?: string): Synthesis {
  const written: string[] = [];
  const removed: string[] = [];
  const directory = resolve(folder.root, output ?? OUTPUT_FOLDER);
  // A rename works within one file system only, so an output folder elsewhere has a staging of its own.
  const elsewhere = isOutside(folder.root, directory);
  const outputStaging = elsewhere ? new Staging(directory) : staging;
  if (elsewhere) outputStaging.sweep();
  if (!elsewhere) pathInside(folder.root, relative(folder.root, directory));
  try {
    for (const difference of outputDifferences(folder, output)) {
      const { file, kind } = difference;
      const path = resolve(folder.root, file);
      if (kind === 'foreign') throw foreignFile(file);
      if (kind === 'stale') {
        removed.push(file);
        continue;
      }
      const ours = dirname(path) === directory;
      (ours ? outputStaging : staging).stageFile(
        ours ? path : pathInside(folder.root, file),
        difference.text,
      );
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
  new ReleafError(
    'FOREIGN_FILE',
    `${file}: was not written by releaf synth`,
    'move it, or rename the certificate in the config',
  );

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
  const directory = resolve(folder.root, output ?? OUTPUT_FOLDER);
  for (const spec of folder.config.certificates) {
    const path = join(directory, manifestFile(spec.name));
    const present = readTextIfThere(path, relative(folder.root, path));
    if (present !== undefined && !present.startsWith(MARKER)) {
      throw foreignFile(relative(folder.root, path));
    }
    for (const place of spec.restart) {
      annotateFile(readNamedFile(folder.root, place.file), place, restartAnnotation(spec.name), '');
    }
  }
  for (const { spec, revisions } of readFolder(folder)) {
    renderCertificate({ spec, revisions: next.get(spec.name) ?? revisions });
  }
}
