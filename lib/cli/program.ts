import { join } from 'node:path';
import { Argument, Command, Help } from 'commander';
import { declareClusterCommands } from './cluster-commands';
import { COMPLETE, completionLines, completionScript, SHELLS, type Shell } from './completion';
import { CommandLine, examples, folderOption, quietOption, type ContextOf } from './command-line';
import { EXIT, type ExitStatus } from './context';
import { declareFolderCommands } from './folder-commands';
import { packageRoot } from './package';
import { declareRepositoryCommands } from './repository-commands';

const EXIT_STATUSES =
  '\nExit status: 0 done or nothing to do; 1 failed or found wanting; 2 wrong usage; 3 work is due (plan --check); 130 stopped with Ctrl-C.';

/** Messages and configs speak of its pages. */
const DOCS = join(packageRoot(), 'docs');

/**
 * The command line: names, flags and help. Each command's code is loaded when it runs, so that
 * `--help` stays as quick as node itself.
 *
 * @param contextOf - makes the context of a command for the folder that it was given
 * @param done - takes the exit status of the command that ran
 */
export function createProgram(
  version: string,
  contextOf: ContextOf,
  done: (status: ExitStatus) => void,
): Command {
  const program = new Command('releaf')
    .description(
      'Renew Kubernetes TLS certificates by pull request: typed config in, reviewed YAML out.',
    )
    .version(version)
    .addOption(folderOption('as after the command').hideHelp())
    .addOption(quietOption())
    .configureHelp({
      // That a switch is off unless it is given needs no word.
      optionDescription(option) {
        const { defaultValue } = option as { defaultValue?: unknown };
        return defaultValue === false ? option.description : new Help().optionDescription(option);
      },
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(releaf COMMAND --help tells more)')
    .addHelpText(
      'after',
      examples(
        'releaf demo --dir /tmp/releaf-demo     the whole story, offline',
        'releaf plan                            what is due and why',
        'releaf renew                           new requests for what is due',
        'releaf approve kes                     compare, approve, wait, keep the certificate',
        'releaf fetch                           take what the cluster has signed',
        'releaf doctor                          will it work in this cluster, and why not',
        'releaf explain kes                     all about one certificate, and where each value comes from',
        'releaf verify                          the gate in CI',
        'releaf plan -C clusters/*              several folders, one after the other',
      ) + `\n${EXIT_STATUSES}\nDocs: ${DOCS}`,
    );

  const line = new CommandLine(program, contextOf, done);
  declareFolderCommands(line);
  declareClusterCommands(line);
  declareRepositoryCommands(line);

  program.commandsGroup('To try it:');
  program
    .command('demo')
    .description('the whole story offline: an expired KES certificate becomes a renewed one')
    .option('--dir <dir>', 'keep everything in this new or empty folder')
    .addHelpText('after', examples('releaf demo', 'releaf demo --dir /tmp/releaf-demo'))
    .action(async (flags: { dir?: string }) => {
      const { runDemo } = await import('./demo.js');
      done(await runDemo(contextOf('.'), flags.dir));
    });

  declareCompletion(program, contextOf, done);
  for (const command of program.commands) command.addOption(quietOption());
  return program;
}

function declareCompletion(
  program: Command,
  contextOf: ContextOf,
  done: (status: ExitStatus) => void,
): void {
  program.commandsGroup('For the shell:');
  program
    .command('completion')
    .description('a script that lets the shell complete commands, options and names')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'source <(releaf completion bash)     in ~/.bashrc',
        'releaf completion zsh > "${fpath[1]}/_releaf"',
        'releaf completion fish > ~/.config/fish/completions/releaf.fish',
      ),
    )
    .action((shell: Shell) => {
      contextOf('.').print(completionScript(shell));
      done(EXIT.done);
    });
  // What those scripts ask.
  program
    .command(COMPLETE, { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { complete } = await import('./complete.js');
      const { namesToComplete } = await import('../store/names-to-complete.js');
      const lines = completionLines(complete(program, words, namesToComplete));
      for (const line of lines) contextOf('.').print(line);
      done(EXIT.done);
    });
}
