import { ReleafError, type ErrorCode } from '../model/errors';
import { visible, visibleLines } from '../model/visible';
import { EXIT, type Context, type ExitStatus } from './context';

/** Refusals that list all that is wrong, a line each; their values are on one line already. */
const MANY_LINES: ReadonlySet<ErrorCode> = new Set([
  'CONFIG_INVALID',
  'SIGNER_RULE',
  'REQUEST_DIFFERS',
]);

/** Whose hint is something to paste. */
const HINT_LINES: ReadonlySet<ErrorCode> = new Set(['CLUSTER_FORBIDDEN']);

const ISSUES = 'this is a bug in releaf; please report it with the lines above';

/** Whether a person gave up, and wants nothing else done. */
export const isInterrupted = (error: unknown): boolean =>
  error instanceof ReleafError && error.code === 'INTERRUPTED';

/** Tells what a command failed with: an expected failure with its code, a bug with its stack. */
export function noteFailure({ note }: Pick<Context, 'note'>, error: unknown): ExitStatus {
  if (error instanceof ReleafError) {
    const text = MANY_LINES.has(error.code) ? visibleLines(error.message) : visible(error.message);
    note(`error ${error.code}: ${text}`, 'important');
    if (error.hint) {
      const hint = HINT_LINES.has(error.code) ? visibleLines(error.hint) : visible(error.hint);
      note(hint.replace(/^(?=.)/gm, '  '), 'important');
    }
  } else {
    note(error instanceof Error ? (error.stack ?? error.message) : String(error), 'important');
    note(ISSUES, 'important');
  }
  return isInterrupted(error) ? EXIT.interrupted : EXIT.failed;
}

/** Tells of what a command can do without, each thing once. */
export function warner({ note }: Pick<Context, 'note'>): (error: ReleafError) => void {
  const told = new Set<string>();
  return ({ message, hint }) => {
    if (told.has(message)) return;
    told.add(message);
    note(`warning: ${visible(message)}`, 'important');
    if (hint) note(`  ${visible(hint)}`, 'important');
  };
}
