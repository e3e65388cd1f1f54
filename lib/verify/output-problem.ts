import { foreignHint } from '../delivery/foreign-file';
import type { ErrorCode } from '../model/errors';
import type { Problem } from '../rotation/coherence';

/** How a file of the output may be wrong. */
export type OutputFault = 'missing' | 'changed' | 'stale' | 'foreign';

const SYNTHESIZE = 'run releaf synth and commit the result';
const SYNTHESIZE_OR_ADD = `${SYNTHESIZE}; if a revision was never committed, commit what is missing in certificates/ instead`;

const FAULTS: Readonly<
  Record<
    OutputFault,
    readonly [code: ErrorCode, fault: string, hint: string | ((file: string) => string)]
  >
> = {
  missing: ['DIST_CHANGED', 'is missing; synth gives it', SYNTHESIZE_OR_ADD],
  changed: ['DIST_CHANGED', 'is not what synth gives', SYNTHESIZE_OR_ADD],
  stale: ['DIST_STALE', 'synth no longer gives it', SYNTHESIZE],
  foreign: ['FOREIGN_FILE', 'was not written by releaf synth', foreignHint],
};

/** A file of the output that is not what synth gives, as a problem of `verify`. */
export function outputProblem(fault: OutputFault, file: string): Problem {
  const [code, what, hint] = FAULTS[fault];
  const todo = typeof hint === 'string' ? hint : hint(file);
  return { code, file, message: `${file}: ${what}`, hint: todo };
}

/** A path that git ignores. */
export interface IgnoredPath {
  readonly path: string;
  /** Where the rule stands, and how it goes: `.gitignore:3: *.pem`. */
  readonly rule: string;
}

/**
 * What one rule of git ignores although it must be committed, as a problem of `verify`.
 *
 * @param folders - those of releaf's own, such as `dist/`, which may be committed whole
 */
export function ignoredProblem(
  rule: string,
  paths: readonly string[],
  folders: ReadonlySet<string>,
): Problem {
  const [file = ''] = paths;
  const them = paths.length === 1 ? 'it' : 'them';
  const lines = new Set(paths.flatMap((path) => negations(path, folders)));
  return {
    code: 'IGNORED_BY_GIT',
    file,
    message: `${listed(paths)}: git ignores ${them} (${rule}), so nobody would review ${them}, and ${them === 'it' ? 'it goes' : 'they go'} with this checkout`,
    hint: `put at the end of .gitignore beside the config: ${[...lines].join(' ')} (each on its own line)`,
  };
}

/** Rules that take back whatever ignores a path: a folder is opened before what is in it. */
function negations(path: string, folders: ReadonlySet<string>): readonly string[] {
  const folder = path.replace(/\/.*/, '/');
  return folders.has(folder) ? [`!/${folder}`, `!/${folder}**`] : [`!/${path}`];
}

/** A revision that git does not have, although it has the output of it. */
export function untrackedProblem(path: string, output: string): Problem {
  const key = path.endsWith('/') ? ', and the sealed key is lost with this one' : '';
  return {
    code: 'UNTRACKED_BY_GIT',
    file: path,
    message: `${path}: git does not have it, but has what it gives (${output}), so every other checkout gives something else${key}`,
    hint: `git add ${path}`,
  };
}

const MOST_NAMED = 3;

/** Some of the paths, and how many more there are. */
const listed = (paths: readonly string[]): string =>
  paths.length > MOST_NAMED
    ? `${paths.slice(0, MOST_NAMED).join(', ')} and ${paths.length - MOST_NAMED} more`
    : paths.join(', ');

/** A private key in clear, as a problem of `verify`. */
export function privateKeyProblem(file: string, form: string): Problem {
  return {
    code: 'PRIVATE_KEY_IN_CLEAR',
    file,
    message: `${file}: holds a private key in clear (${form})`,
    hint: 'remove it and renew what it was for; a throw-away key of a test goes into knownPrivateKeys',
  };
}
