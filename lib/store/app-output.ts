import { readdirSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { ReleafError } from '../model/errors';
import { pendingRevision } from '../model/revision';
import { servedRevisions } from '../rotation/secret-name';
import { readYamlValue } from '../yaml/read-yaml';
import { readFolder, type Folder } from './folder';
import type { OutputDifference } from './output-difference';
import { errno, fileError, readText, readTextIfThere } from './text-file';

const CDK8S_CONFIG = 'cdk8s.yaml';
const CDK8S_OUTPUT = 'dist';
const CDK8S_MANIFEST = '.k8s.yaml';

/** The team's own cdk8s app. */
export interface App {
  /** A line for the shell, such as `npx ts-node main.ts`. */
  readonly command: string;
  /** Where `cdk8s synth` puts its manifests, relative to the folder. */
  readonly output: string;
}

/**
 * The app that `cdk8s.yaml` beside the config names: it gives the manifests then, instead of releaf.
 *
 * @returns undefined where there is no `cdk8s.yaml`, or it names no app
 * @throws ReleafError FILE_UNREADABLE
 * @see https://cdk8s.io/docs/latest/cli/synth/
 */
export function readApp(root: string): App | undefined {
  const text = readTextIfThere(join(root, CDK8S_CONFIG), CDK8S_CONFIG);
  if (text === undefined) return undefined;
  const reading = readYamlValue(text);
  if ('problem' in reading) {
    const { message, at } = reading.problem;
    const place = at ? `:${at.line}:${at.column}` : '';
    throw new ReleafError('FILE_UNREADABLE', `${CDK8S_CONFIG}${place}: not YAML: ${message}`);
  }
  const { app, output } = (reading.value ?? {}) as { app?: unknown; output?: unknown };
  if (typeof app !== 'string' || app.trim() === '') return undefined;
  return { command: app, output: typeof output === 'string' ? output : CDK8S_OUTPUT };
}

/**
 * Compares what the app wrote with what stands in the output folder, file by file. Stale are manifests
 * with the endings that the app's files have: `cdk8s synth` would remove them, and everything else too.
 *
 * @param produced - the folder that the app wrote into, absolute
 * @param output - the output folder, absolute or relative to the root
 * @returns differences only, paths relative to the root, in code-unit order
 * @throws ReleafError FILE_UNREADABLE
 */
export function* appDifferences(
  root: string,
  produced: string,
  output: string,
): Generator<OutputDifference> {
  const directory = resolve(root, output);
  const given = filesBelow(produced, '');
  for (const name of given) {
    const file = relative(root, join(directory, name));
    const text = readText(join(produced, name), file);
    const present = readTextIfThere(join(directory, name), file);
    if (present === undefined) yield { kind: 'missing', file, text };
    else if (present !== text) yield { kind: 'changed', file, text };
  }
  const kept = new Set(given);
  const endings = new Set([CDK8S_MANIFEST, ...given.map(ending)]);
  for (const name of filesBelow(directory, '')) {
    if (kept.has(name) || !endings.has(ending(name))) continue;
    yield { kind: 'stale', file: relative(root, join(directory, name)) };
  }
}

/**
 * The certificates with a Secret or a pending request that the app left out: none of its manifests has
 * their label.
 *
 * @param produced - the folder that the app wrote into, absolute
 */
export function leftOut(folder: Folder, produced: string): readonly string[] {
  const placed = new Set<string>();
  for (const name of filesBelow(produced, '')) {
    const text = readText(join(produced, name), name);
    for (const [, certificate = ''] of text.matchAll(LABEL)) placed.add(certificate);
  }
  return Array.from(readFolder(folder))
    .filter(({ spec, revisions }) => {
      const pending = pendingRevision(revisions);
      return (
        servedRevisions(spec, revisions).length > 0 ||
        (pending !== undefined && pending.record.signer !== 'local')
      );
    })
    .map(({ spec }) => spec.name)
    .filter((name) => !placed.has(name));
}

const LABEL = /releaf\.dev\/certificate["']?\s*:\s*["']?([a-z0-9-]+)/g;

const ending = (name: string): string =>
  name.endsWith(CDK8S_MANIFEST) ? CDK8S_MANIFEST : extname(name);

/** Regular files below a folder, with forward slashes, in code-unit order; none where it is missing. */
function filesBelow(root: string, folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true })
      .flatMap((entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) return filesBelow(root, path);
        return entry.isFile() ? [path] : [];
      })
      .sort();
  } catch (error) {
    if (errno(error) === 'ENOENT') return [];
    throw fileError('FILE_UNREADABLE', join(root, folder), error);
  }
}
