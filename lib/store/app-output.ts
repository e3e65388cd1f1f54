import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ReleafError } from '../model/errors';
import { visible } from '../model/visible';
import { readYamlValue } from '../yaml/read-yaml';
import { withoutCarriageReturns } from './line-ends';
import { leadsThroughLink } from './link-below';
import { markedFiles } from './marked-files';
import type { OutputDifference } from './output-difference';
import { OUTPUT_FOLDER } from './output-folder';
import { pathInside } from './path-inside';
import { CERTIFICATES } from './revisions';
import { shownPath } from './shown-path';
import { STAGING_FOLDER } from './staging';
import { errno, fileError, readText, readTextIfThere } from './text-file';

const CDK8S_CONFIG = 'cdk8s.yaml';

/** The team's own cdk8s app. */
export interface App {
  /** A line for the shell, such as `npx ts-node main.ts`. */
  readonly command: string;
  /** Where its manifests go, absolute or relative to the folder. */
  readonly output: string;
}

/**
 * The app that `cdk8s.yaml` beside the config names: it gives the manifests then, instead of releaf.
 *
 * @param moved - the output folder where `CDK8S_OUTDIR` moves it, absolute or relative to the folder
 * @returns undefined where there is no `cdk8s.yaml`, or it names no app
 * @throws ReleafError FILE_UNREADABLE; CONFIG_INVALID or PATH_OUTSIDE when the output is no folder of its
 * own inside this one. `CDK8S_OUTDIR` alone may lead out.
 * @see https://cdk8s.io/docs/latest/cli/synth/
 */
export function readApp(root: string, moved?: string): App | undefined {
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
  if (moved === undefined) return { command: app, output: inFolder(root, output ?? OUTPUT_FOLDER) };
  assertApart(root, resolve(root, moved), `CDK8S_OUTDIR: ${moved}`);
  return { command: app, output: moved };
}

const ELSEWHERE = `name a folder of its own inside the folder of the config, such as ${OUTPUT_FOLDER}`;

function inFolder(root: string, output: unknown): string {
  const shown = `${CDK8S_CONFIG}: output: ${visible(JSON.stringify(output))}`;
  if (typeof output !== 'string' || output === '' || isAbsolute(output)) {
    throw new ReleafError('CONFIG_INVALID', `${shown} is no relative path`, ELSEWHERE);
  }
  assertApart(root, pathInside(root, output), shown);
  return output;
}

/** What is stale in the output is removed, so nothing else may live there. */
function assertApart(root: string, directory: string, shown: string): void {
  const real = realpathOf(directory);
  const realRoot = realpathSync.native(root);
  const holds = (folder: string, path: string): boolean =>
    `${path}${sep}`.startsWith(`${folder}${sep}`);
  const wrong = holds(real, realRoot)
    ? 'holds the folder of the config'
    : [CERTIFICATES, STAGING_FOLDER]
        .filter((name) => holds(join(realRoot, name), real))
        .map((name) => `is in ${name}/, which is releaf's own`)[0];
  if (wrong !== undefined) throw new ReleafError('CONFIG_INVALID', `${shown} ${wrong}`, ELSEWHERE);
}

/** As `realpath`, of something that need not exist. */
function realpathOf(path: string): string {
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  return join(realpathSync.native(existing), relative(existing, path));
}

/**
 * Compares what the app wrote with what stands in the output folder, file by file. Stale is only what
 * `cdk8s synth` (`*.k8s.yaml`) or releaf (by its mark, whichever the delivery was) can have written, and
 * only inside the folder: elsewhere another app's output may lie beside this one.
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
  const given = producedFiles(produced);
  for (const name of given) {
    const file = shownPath(root, join(directory, name));
    if (leadsThroughLink(directory, name)) {
      yield { kind: 'foreign', file };
      continue;
    }
    const text = readText(join(produced, name), file);
    const present = readTextIfThere(join(directory, name), file);
    if (present === undefined) yield { kind: 'missing', file, text };
    else if (withoutCarriageReturns(present) !== withoutCarriageReturns(text)) {
      yield { kind: 'changed', file, text };
    }
  }
  if (relative(root, directory).startsWith('..')) return;
  const kept = new Set(given);
  // YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE has folders, but none in a folder.
  const depth = given.some((name) => name.includes('/')) ? 1 : 0;
  const ofCdk8s = filesBelow(directory, '', depth).filter((name) => name.endsWith('.k8s.yaml'));
  for (const name of [...new Set([...ofCdk8s, ...markedFiles(root, directory)])].sort()) {
    if (!kept.has(name)) yield { kind: 'stale', file: shownPath(root, join(directory, name)) };
  }
}

/**
 * The files that the app wrote, relative to where it did, in code-unit order.
 *
 * @param produced - the folder that the app wrote into, absolute
 */
export function producedFiles(produced: string): readonly string[] {
  return filesBelow(produced, '', Infinity);
}

/** Regular files below a folder, with forward slashes, in code-unit order; none where it is missing. */
function filesBelow(root: string, folder: string, depth: number): readonly string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true })
      .flatMap((entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) return depth > 0 ? filesBelow(root, path, depth - 1) : [];
        return entry.isFile() ? [path] : [];
      })
      .sort();
  } catch (error) {
    if (errno(error) === 'ENOENT') return [];
    throw fileError('FILE_UNREADABLE', join(root, folder), error);
  }
}
