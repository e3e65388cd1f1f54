import { visible } from '../model/visible';
import type { Problem } from '../rotation/coherence';
import { EXIT, type Context, type ExitStatus } from './context';

/**
 * Prints what `verify` found.
 *
 * @param right - what to say when nothing is wrong
 */
export function tellProblems(
  { print, note }: Context,
  problems: readonly Problem[],
  json: boolean,
  right: () => string,
): ExitStatus {
  if (json) {
    print(JSON.stringify({ ok: problems.length === 0, problems }, undefined, 2));
  } else {
    for (const { code, message, hint } of problems) {
      print(`${code}  ${visible(message)}`);
      if (hint) print(`  ${visible(hint)}`);
    }
    const { length } = problems;
    note(length > 0 ? `${length} ${length === 1 ? 'problem' : 'problems'}` : right());
  }
  return problems.length > 0 ? EXIT.failed : EXIT.done;
}
