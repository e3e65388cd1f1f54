import { CommanderError } from 'commander';
import { visibleLines } from '../model/visible';
import { EXIT, type Context, type ExitStatus } from './context';
import { noteFailure } from './failure';
import { spellOutFolders } from './folder-words';
import { createProgram } from './program';

/** What a run gets from its process, besides the arguments. */
export type Surroundings = Omit<Context, 'folder'>;

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
  let quiet = false;
  const program = createProgram(
    version,
    (folder) => ({ ...(quiet ? quieted(surroundings) : surroundings), folder }),
    (result) => {
      status = result;
    },
  );
  program.hook('preAction', (_, command) => {
    quiet = command.optsWithGlobals<{ quiet?: boolean }>().quiet ?? false;
  });
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
    await program.parseAsync([...spellOutFolders(argv)], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return noteFailure(surroundings, error);
  }
}

function quieted(surroundings: Surroundings): Surroundings {
  const { note } = surroundings;
  return {
    ...surroundings,
    quiet: true,
    interactive: false,
    note: (line, weight) => {
      if (weight) note(line, weight);
    },
  };
}
