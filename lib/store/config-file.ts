import { existsSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import type * as Jiti from 'jiti';
import { mergeConfig } from '../config/merge-config';
import type { ConfigLayer } from '../config/origins';
import { ReleafError } from '../model/errors';
import { shellWord } from '../model/shell-word';
import { linesOf } from '../yaml/line-of';
import { readYamlValue } from '../yaml/read-yaml';
import { shownPath } from './shown-path';
import { readText } from './text-file';

/** Names of the config file, in the order in which they are looked for. */
export const CONFIG_FILES = ['releaf.yaml', 'releaf.config.ts', 'releaf.config.js'] as const;

const MOST_EXTENDS = 10;

/** What a person wrote, unchecked, with `extends` resolved. */
export interface ConfigFile {
  /** Name of the file in the folder. */
  readonly file: string;
  /** How messages call what was read: the file, and what it extends. */
  readonly source: string;
  readonly written: unknown;
  /** What each file says by itself: the folder's own first, then what it extends. */
  readonly layers: readonly ConfigLayer[];
}

/**
 * Reads the config of a folder.
 *
 * @throws ReleafError CONFIG_MISSING, FILE_UNREADABLE, or CONFIG_INVALID when it is not YAML, throws,
 * or `extends` leads in a circle
 */
export function readConfigFile(root: string): ConfigFile {
  const found = CONFIG_FILES.filter((name) => existsSync(join(root, name)));
  const [file] = found;
  if (file === undefined) {
    throw new ReleafError(
      'CONFIG_MISSING',
      `${root}: there is no ${CONFIG_FILES.join(', ')}`,
      hintOf(root),
    );
  }
  if (found.length > 1) {
    throw new ReleafError(
      'CONFIG_INVALID',
      `${root}: there are ${found.join(' and ')}; one of them must be the config`,
      'remove the other',
    );
  }
  const layers: ConfigLayer[] = [];
  const written = readWithExtends(root, join(root, file), [], layers);
  const bases = layers.slice(1).map((layer) => layer.file);
  const source = bases.length === 0 ? file : `${file} (which extends ${bases.join(', ')})`;
  return { file, source, written, layers };
}

/** Far enough for any repository; where there is none it ends there. */
const MOST_LEVELS = 8;

function hintOf(root: string): string {
  const above = configAbove(root);
  return above === undefined
    ? 'make one: releaf init; or name the folder with -C'
    : `there is one in ${above}: say -C ${shellWord(above)}; or make one here: releaf init`;
}

/** The nearest folder above with a config, in the same repository; from where the person stands. */
function configAbove(root: string): string | undefined {
  let folder = root;
  for (let level = 0; level < MOST_LEVELS && !existsSync(join(folder, '.git')); level += 1) {
    folder = dirname(folder);
    if (CONFIG_FILES.some((name) => existsSync(join(folder, name)))) {
      return shownPath('', folder) || '.';
    }
  }
  return undefined;
}

function readWithExtends(
  root: string,
  path: string,
  seen: readonly string[],
  layers: ConfigLayer[],
): unknown {
  const shown = shownPath(root, path);
  if (seen.includes(path) || seen.length > MOST_EXTENDS) {
    const way = [...seen, path].map((file) => shownPath(root, file)).join(' → ');
    throw new ReleafError('CONFIG_INVALID', `extends leads in a circle or too far: ${way}`);
  }
  const written = readOne(path, shown, seen.length === 0 || isCode(seen.at(-1) ?? ''));
  layers.push({ file: shown, written, lineOf: lineFinder(path, shown) });
  const parent: unknown =
    typeof written === 'object' && written !== null && 'extends' in written
      ? written.extends
      : undefined;
  if (typeof parent !== 'string') return written;
  const base = resolve(dirname(path), parent);
  return mergeConfig(readWithExtends(root, base, [...seen, path], layers), written);
}

/** Reads the file again, and only when somebody asks for a line. */
function lineFinder(path: string, shown: string): ConfigLayer['lineOf'] {
  if (isCode(path)) return () => undefined;
  let lines: ConfigLayer['lineOf'] | undefined;
  return (where) => (lines ??= linesOf(readText(path, shown)))(where);
}

const isCode = (path: string): boolean => ['.ts', '.js'].includes(extname(path));

/**
 * @param mayRun - whether code is expected here: as the config itself, or where code extends code. A
 * YAML config must stay data whatever it names.
 */
function readOne(path: string, shown: string, mayRun: boolean): unknown {
  if (['.yaml', '.yml'].includes(extname(path))) return readYaml(path, shown);
  if (isCode(path) && mayRun) return evaluate(path, shown);
  throw new ReleafError(
    'CONFIG_INVALID',
    `extends: ${shown}: ${isCode(path) ? 'is code, and a YAML config extends only YAML' : 'is neither .yaml nor .yml'}`,
    'name a YAML file, or write the config as releaf.config.ts',
  );
}

function readYaml(path: string, shown: string): unknown {
  const reading = readYamlValue(readText(path, shown));
  if ('value' in reading) return reading.value;
  const { message, at } = reading.problem;
  throw new ReleafError(
    'CONFIG_INVALID',
    at ? `${shown}:${at.line}:${at.column}: not YAML: ${message}` : `${shown}: ${message}`,
  );
}

/** Runs a typed config. It may import `releaf` also where the package is not installed. */
function evaluate(path: string, shown: string): unknown {
  readText(path, shown);
  // Loaded here, since few configs are TypeScript and every command reads one.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { createJiti } = require('jiti') as typeof Jiti;
  const jiti = createJiti(__filename, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    alias: { releaf: resolve(__dirname, '../index') },
  });
  try {
    // Its asynchronous form cannot be used by a cdk8s app, whose constructors are synchronous.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const loaded = jiti(path) as { readonly default?: unknown };
    if (loaded.default !== undefined) return loaded.default;
    if (Object.keys(loaded).length > 0) return loaded;
  } catch (error) {
    if (error instanceof ReleafError) throw error;
    const { message, stack = '' } = error as Error;
    const place = /^:\d+:\d+/.exec(stack.split(path)[1] ?? '')?.[0] ?? '';
    throw new ReleafError(
      'CONFIG_INVALID',
      `${shown}${place}: cannot be run: ${(message.split('\n')[0] ?? '').trim()}`,
    );
  }
  throw new ReleafError(
    'CONFIG_INVALID',
    `${shown}: exports nothing`,
    'end it with: export default defineConfig({ … })',
  );
}
