import { existsSync, lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { configYaml, entryYaml } from '../config/adopt/entry-yaml';
import { mergeConfig } from '../config/merge-config';
import { parseConfig, type Config } from '../config/parse-config';
import type { WrittenCertificate, WrittenConfig } from '../config/written-config';
import { ReleafError } from '../model/errors';
import { readYamlValue } from '../yaml/read-yaml';
import { addEntry } from './add-entry';
import { CONFIG_FILES, readConfigFile, type ConfigFile } from './config-file';
import { pathInside } from './path-inside';
import { Staging, STAGING_FOLDER } from './staging';
import { readText, readTextIfThere } from './text-file';

const NEW_CONFIG = CONFIG_FILES[0];
const IGNORE_FILE = '.gitignore';

/** A folder into which a certificate is adopted; it need not have a config yet. */
export interface Target {
  /** Absolute path. */
  readonly root: string;
  /** Name of the config file, there or to be. */
  readonly configFile: string;
  /** Absent while there is no config. */
  readonly present?: {
    readonly file: ConfigFile;
    readonly written: WrittenConfig;
    readonly config: Config;
  };
}

/**
 * Opens a folder that may have no config.
 *
 * @throws ReleafError CONFIG_MISSING when there is no such folder, or as `openFolder`
 */
export function openTarget(path: string): Target {
  const root = resolve(path);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ReleafError('CONFIG_MISSING', `${root}: there is no such folder`, 'make it first');
  }
  if (!CONFIG_FILES.some((name) => existsSync(join(root, name)))) {
    return { root, configFile: NEW_CONFIG };
  }
  const file = readConfigFile(root);
  const config = parseConfig(file.written, file.source);
  return {
    root,
    configFile: file.file,
    present: { file, written: file.written as WrittenConfig, config },
  };
}

/**
 * The text of the config with an entry added, checked as a whole.
 *
 * @returns undefined when the config is code, or has no place for an entry
 * @throws ReleafError CONFIG_INVALID or SIGNER_RULE when the config would not be valid with it
 */
export function configWith(
  { root, configFile, present }: Target,
  name: string,
  entry: WrittenCertificate,
): string | undefined {
  if (!present) return configYaml(name, entry);
  if (configFile !== NEW_CONFIG) return undefined;
  const text = addEntry(readText(join(root, configFile), configFile), entryYaml(name, entry));
  if (text === undefined) return undefined;
  const reading = readYamlValue(text);
  if ('problem' in reading) return undefined;
  const bases = present.file.layers.slice(1).map(({ written }) => written);
  parseConfig([...bases].reverse().concat(reading.value).reduce(mergeConfig), configFile);
  return text;
}

/** What must be ignored by git and is not: the line for `.gitignore`; `write` when there is none. */
export function ignoreLine({
  root,
}: Target): { readonly line: string; readonly write: boolean } | undefined {
  const line = `${STAGING_FOLDER}/`;
  const text = readTextIfThere(join(root, IGNORE_FILE), IGNORE_FILE);
  if (text === undefined) return { line, write: true };
  const patterns = text.split(/\r?\n/).map((one) => one.trim().replace(/^\/|\/$/g, ''));
  return patterns.includes(STAGING_FOLDER) ? undefined : { line, write: false };
}

/** A file of the folder, or undefined. */
export function fileOf({ root }: Target, file: string): string | undefined {
  return lstatSync(join(root, file), { throwIfNoEntry: false })
    ? readTextIfThere(pathInside(root, file), file)
    : undefined;
}

/**
 * Writes files, all whole; the last one last.
 *
 * @returns their names
 */
export function writeFiles(
  { root }: Target,
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const staging = new Staging(root);
  staging.sweep();
  try {
    for (const [file, text] of files) staging.stageFile(pathInside(root, file), text);
    staging.commit();
  } finally {
    staging.close();
  }
  return [...files.keys()];
}
