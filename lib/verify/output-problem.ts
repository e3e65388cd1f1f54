import type { Problem } from '../rotation/coherence';

/** How a file of the output may be wrong. */
export type OutputFault = 'missing' | 'changed' | 'stale' | 'foreign';

/** A file of the output that is not what synth gives, as a problem of `verify`. */
export function outputProblem(fault: OutputFault, file: string): Problem {
  switch (fault) {
    case 'missing':
      return {
        code: 'DIST_CHANGED',
        file,
        message: `${file}: is missing; synth gives it`,
        hint: 'run releaf synth and commit the result',
      };
    case 'changed':
      return {
        code: 'DIST_CHANGED',
        file,
        message: `${file}: is not what synth gives`,
        hint: 'run releaf synth and commit the result',
      };
    case 'stale':
      return {
        code: 'DIST_STALE',
        file,
        message: `${file}: synth no longer gives it`,
        hint: 'run releaf synth and commit the result',
      };
    case 'foreign':
      return {
        code: 'FOREIGN_FILE',
        file,
        message: `${file}: was not written by releaf synth`,
        hint: 'move it, or rename the certificate in the config',
      };
  }
}

/** A path that git ignores although it must be committed, as a problem of `verify`. */
export function ignoredProblem(path: string): Problem {
  return {
    code: 'DIST_IGNORED',
    file: path,
    message: `${path}: git ignores it, so it will never be reviewed or applied`,
    hint: 'take the pattern out of .gitignore (cdk8s init writes one for dist/)',
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
