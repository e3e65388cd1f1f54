import { Command, Option } from 'commander';
import type { Context, ExitStatus } from './context';
import type { Work } from './folders';

/** What the process gives a command; the folder comes from the command line. */
export type ContextOf = (folder: string) => Context;

const EXIT_STATUSES =
  '\nExit status: 0 done or nothing to do; 1 failed or found wanting; 2 wrong usage; 3 work is due (plan --check).';

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

interface FolderFlag {
  readonly folder?: readonly string[];
}

const folderOption = (description: string): Option =>
  new Option('-C, --folder <dir>', description).argParser(
    (value, before: readonly string[] | undefined) => [...(before ?? []), value],
  );

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
    .showSuggestionAfterError()
    .showHelpAfterError('(releaf COMMAND --help tells more)')
    .addHelpText(
      'after',
      examples(
        'releaf demo --dir /tmp/releaf-demo     the whole story, offline',
        'releaf plan                            what is due and why',
        'releaf renew                           new requests for what is due',
        'releaf fetch kes --from kes.pem        take a signed certificate',
        'releaf explain kes                     all about one certificate, and where each value comes from',
        'releaf verify                          the gate in CI',
        'releaf plan -C clusters/*              several folders, one after the other',
      ) + `\n${EXIT_STATUSES}`,
    );

  const foldersOf = ({ folder }: FolderFlag): readonly string[] =>
    folder ?? program.opts<FolderFlag>().folder ?? ['.'];
  const inEach = async (flags: FolderFlag, work: Work): Promise<void> => {
    const { inFolders } = await import('./folders.js');
    done(await inFolders(foldersOf(flags).map(contextOf), work));
  };

  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(
        folderOption(
          'folder with releaf.yaml (default: "."); several: -C clusters/*, or -C a -C b',
        ),
      );
  const json = (target: Command): Command =>
    target.option('--json', 'print JSON for machines', false);

  json(command('plan [names...]', 'what is due and why; writes nothing'))
    .option('--check', 'exit with 3 when work is due', false)
    .addHelpText('after', examples('releaf plan', 'releaf plan --check --json', 'releaf plan kes'))
    .action((names: string[], flags: FolderFlag & { check: boolean; json: boolean }) =>
      inEach(flags, {
        names,
        json: flags.json,
        run: async (context, own) => (await import('./plan.js')).runPlan(context, own, flags),
      }),
    );

  json(
    command(
      'renew [names...]',
      'next revision for what is due: key, request, sealed key; then synth',
    ),
  )
    .option('--force', 'renew also what is not due, pending or rolled back', false)
    .option('--dry-run', 'tell what would be renewed; write nothing', false)
    .addHelpText(
      'after',
      examples('releaf renew', 'releaf renew kes --force', 'releaf renew --dry-run'),
    )
    .action(
      (names: string[], flags: FolderFlag & { force: boolean; dryRun: boolean; json: boolean }) =>
        inEach(flags, {
          names,
          json: flags.json,
          synthesizes: !flags.dryRun,
          run: async (context, own) => (await import('./renew.js')).runRenew(context, own, flags),
        }),
    );

  json(
    command(
      'sign [names...]',
      'sign pending requests with a CA on disk (development, air-gapped); then synth',
    ),
  )
    .requiredOption('--ca <dir>', 'folder with ca.crt and ca.key, outside of the repository')
    .addHelpText('after', examples('releaf sign --ca ../pki', 'releaf sign kes --ca ../pki'))
    .action((names: string[], flags: FolderFlag & { ca: string; json: boolean }) =>
      inEach(flags, {
        names,
        json: flags.json,
        synthesizes: true,
        run: async (context, own) => (await import('./sign.js')).runSign(context, own, flags),
      }),
    );

  json(command('fetch [names...]', 'take signed certificates, check and install them; then synth'))
    .requiredOption('--from <file>', 'PEM file with the signed certificates, - for standard input')
    .option('--allow-older', 'take a certificate that ends no later than the current one', false)
    .addHelpText(
      'after',
      examples(
        'releaf fetch kes --from kes.pem',
        "kubectl get csr kes-2-3f9ab2c1 -o jsonpath='{.status.certificate}' | base64 -d | releaf fetch --from -",
      ),
    )
    .action(
      (
        names: string[],
        flags: FolderFlag & { from: string; allowOlder: boolean; json: boolean },
      ) => {
        if (foldersOf(flags).length > 1) {
          program.error('error: --from is for one folder; run releaf fetch once for each');
        }
        return inEach(flags, {
          names,
          json: flags.json,
          synthesizes: true,
          run: async (context, own) => (await import('./fetch.js')).runFetch(context, own, flags),
        });
      },
    );

  json(command('rollback <name>', 'back to the revision before, and stay there; then synth'))
    .addHelpText('after', examples('releaf rollback kes'))
    .action((name: string, flags: FolderFlag & { json: boolean }) =>
      inEach(flags, {
        names: [name],
        json: flags.json,
        synthesizes: true,
        run: async (context) => (await import('./rollback.js')).runRollback(context, name, flags),
      }),
    );

  json(
    command('synth', 'folder → dist/ and restart annotations; the same files give the same bytes'),
  )
    .addHelpText('after', examples('releaf synth', 'releaf synth -C clusters/prod'))
    .action((flags: FolderFlag & { json: boolean }) =>
      inEach(flags, {
        names: [],
        json: flags.json,
        synthesizes: true,
        run: async (context) => (await import('./synth.js')).runSynth(context, flags),
      }),
    );

  json(
    command(
      'verify',
      'the gate in CI: coherent, no key in clear, dist/ up to date (not expiry: see plan)',
    ),
  )
    .addHelpText('after', examples('releaf verify', 'releaf verify --json'))
    .action((flags: FolderFlag & { json: boolean }) =>
      inEach(flags, {
        names: [],
        json: flags.json,
        run: async (context) => (await import('./verify.js')).runVerify(context, flags),
      }),
    );

  command('status', 'how each certificate stands, most urgent first')
    .addOption(
      new Option('--format <format>', 'form of the output')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .addHelpText('after', examples('releaf status', 'releaf status --format json'))
    .action((flags: FolderFlag & { format: 'table' | 'json' }) =>
      inEach(flags, {
        names: [],
        json: flags.format === 'json',
        run: async (context) => (await import('./status.js')).runStatus(context, flags.format),
      }),
    );

  json(
    command(
      'explain <name>',
      'request, certificate, signer rules, Secret, restart, and where each value comes from',
    ),
  )
    .addHelpText('after', examples('releaf explain kes', 'releaf explain kes --json'))
    .action((name: string, flags: FolderFlag & { json: boolean }) =>
      inEach(flags, {
        names: [name],
        json: flags.json,
        run: async (context) => (await import('./explain.js')).runExplain(context, name, flags),
      }),
    );

  program
    .command('demo')
    .description('the whole story offline: an expired KES certificate becomes a renewed one')
    .option('--dir <dir>', 'keep everything in this new or empty folder')
    .addHelpText('after', examples('releaf demo', 'releaf demo --dir /tmp/releaf-demo'))
    .action(async (flags: { dir?: string }) => {
      const { runDemo } = await import('./demo.js');
      done(await runDemo(contextOf('.'), flags.dir));
    });

  return program;
}
