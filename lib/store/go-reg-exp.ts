import type * as Re2js from 're2js';

/** Tells whether a regular expression matches somewhere in a text, in time proportional to its length. */
export interface GoRegExp {
  readonly test: (text: string) => boolean;
}

/**
 * A regular expression as Go reads it (RE2): JavaScript reads some otherwise, a wrong match would be a wrong
 * recipient, and some would keep it busy for ever.
 *
 * @returns undefined when Go would refuse it
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function goRegExp(pattern: string): GoRegExp | undefined {
  // Loaded here, since few folders have a `.sops.yaml` and every plan comes by.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { RE2JS, RE2JSException } = require('re2js') as typeof Re2js;
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}
