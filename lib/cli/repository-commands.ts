import { examples, json, type CommandLine, type FolderFlag } from './command-line';
import type { InitFlags } from './init';
import type { PullRequestFlags } from './pr';

/** Declares the commands that know of the repository around the folder. */
export function declareRepositoryCommands(line: CommandLine): void {
  line.program.commandsGroup('In the repository:');
  line
    .command('init', 'write config, ignore rules and a CI workflow; never overwrites')
    .option('--yes', 'take what was found, and the defaults; ask nothing', false)
    .option('--dry-run', 'print what would be written; write nothing', false)
    .addHelpText('after', examples('releaf init', 'releaf init --yes', 'releaf init --dry-run'))
    .action((flags: FolderFlag & InitFlags) =>
      line.inEach(flags, {
        names: [],
        json: false,
        run: async (context) => (await import('./init.js')).runInit(context, flags),
      }),
    );

  json(line.command('pr', 'title and body of the pull request: what changed, and what follows'))
    .option('--base <commit>', 'the state before', 'HEAD')
    .option('--head <commit>', 'the state after (default: the working tree)')
    .option('--title', 'print the title alone', false)
    .option('--out <file>', 'write the body there, and print the title')
    .addHelpText(
      'after',
      examples(
        'releaf pr',
        'releaf pr --base origin/main --out body.md',
        'releaf pr --base HEAD~1 --title',
      ),
    )
    .action((flags: FolderFlag & PullRequestFlags) =>
      line.inEach(flags, {
        names: [],
        json: flags.json,
        run: async (context) => (await import('./pr.js')).runPullRequest(context, flags),
      }),
    );
}
