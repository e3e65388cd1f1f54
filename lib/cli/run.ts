import { CommanderError } from 'commander';
import { ReleafError, type ErrorCode } from '../model/errors';
import { visible, visibleLines } from '../model/visible';
import { EXIT, type Context, type ExitStatus } from './context';
import { createProgram } from './program';

/** What a run gets from its process, besides the arguments. */
export type Surroundings = Omit<Context, 'folder'>;

/** Refusals that list all that is wrong, a line each; their values are on one line already. */
const MANY_LINES: ReadonlySet<ErrorCode> = new Set(['CONFIG_INVALID', 'SIGNER_RULE']);

const ISSUES = 'this is a bug in releaf; please report it with the lines above';

/**
 * Runs one command line.
 *
 * @param argv - the arguments after the program's name
 * @returns the exit status; expected failures are printed with their code, bugs with their stack
 */
export async function run(
  argv: readonly string[],
  version: string,
  surroundings: Surroundings,
): Promise<number> {
  const { note } = surroundings;
  let status: ExitStatus = EXIT.done;
  const program = createProgram(
    version,
    (folder) => ({ ...surroundings, folder }),
    (result) => {
      status = result;
    },
  );
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        surroundings.print(text.trimEnd());
      },
      writeErr: (text) => {
        note(visibleLines(text.trimEnd()));
      },
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof ReleafError) {
      const text = MANY_LINES.has(error.code)
        ? visibleLines(error.message)
        : visible(error.message);
      note(`error ${error.code}: ${text}`);
      if (error.hint) note(`  ${visible(error.hint)}`);
      return EXIT.failed;
    }
    note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    note(ISSUES);
    return EXIT.failed;
  }
}
