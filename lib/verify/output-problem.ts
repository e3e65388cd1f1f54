import { foreignHint } from '../delivery/foreign-file';
import type { ErrorCode } from '../model/errors';
import type { Problem } from '../rotation/coherence';

/** How a file of the output may be wrong. */
export type OutputFault = 'missing' | 'changed' | 'stale' | 'foreign';

const SYNTHESIZE = 'run releaf synth and commit the result';

const FAULTS: Readonly<
  Record<
    OutputFault,
    readonly [code: ErrorCode, fault: string, hint: string | ((file: string) => string)]
  >
> = {
  missing: ['DIST_CHANGED', 'is missing; synth gives it', SYNTHESIZE],
  changed: ['DIST_CHANGED', 'is not what synth gives', SYNTHESIZE],
  stale: ['DIST_STALE', 'synth no longer gives it', SYNTHESIZE],
  foreign: ['FOREIGN_FILE', 'was not written by releaf synth', foreignHint],
};

/** A file of the output that is not what synth gives, as a problem of `verify`. */
export function outputProblem(fault: OutputFault, file: string): Problem {
  const [code, what, hint] = FAULTS[fault];
  const todo = typeof hint === 'string' ? hint : hint(file);
  return { code, file, message: `${file}: ${what}`, hint: todo };
}

/** A path that git ignores although it must be committed, as a problem of `verify`. */
export function ignoredProblem(path: string): Problem {
  return {
    code: 'IGNORED_BY_GIT',
    file: path,
    message: `${path}: git ignores it, so it would never be reviewed, and lost with this checkout`,
    hint: 'take the pattern out of .gitignore; git check-ignore -v --no-index FILE names it',
  };
}

/** A private key in clear, as a problem of `verify`. */
export function privateKeyProblem(file: string, form: string): Problem {
  return {
    code: 'PRIVATE_KEY_IN_CLEAR',
    file,
    message: `${file}: holds a private key in clear (${form})`,
    hint: 'remove it and renew what it was for; a throw-away key of a test goes into knownPrivateKeys',
  };
}
