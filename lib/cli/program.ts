import { Command, Option } from 'commander';
import type { Context, ExitStatus } from './context';

/** What the process gives a command; the folder comes from the command line. */
export type ContextOf = (folder: string) => Context;

const EXIT_STATUSES =
  '\nExit status: 0 done or nothing to do; 1 failed or found wanting; 2 wrong usage; 3 work is due (plan --check).';

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

interface FolderFlag {
  readonly folder?: string;
}

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
    .addOption(new Option('-C, --folder <dir>', 'as after the command').hideHelp())
    .showSuggestionAfterError()
    .showHelpAfterError('(releaf COMMAND --help tells more)')
    .addHelpText(
      'after',
      examples(
        'releaf demo --dir /tmp/releaf-demo     the whole story, offline',
        'releaf plan                            what is due and why',
        'releaf renew                           new requests for what is due',
        'releaf fetch kes --from kes.pem        take a signed certificate',
        'releaf verify                          the gate in CI',
      ) + `\n${EXIT_STATUSES}`,
    );

  const contextFor = ({ folder }: FolderFlag): Context =>
    contextOf(folder ?? program.opts<FolderFlag>().folder ?? '.');

  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(new Option('-C, --folder <dir>', 'folder with releaf.yaml (default: ".")'));
  const json = (target: Command): Command =>
    target.option('--json', 'print JSON for machines', false);

  json(command('plan [names...]', 'what is due and why; writes nothing'))
    .option('--check', 'exit with 3 when work is due', false)
    .addHelpText('after', examples('releaf plan', 'releaf plan --check --json', 'releaf plan kes'))
    .action(async (names: string[], flags: FolderFlag & { check: boolean; json: boolean }) => {
      const { runPlan } = await import('./plan.js');
      done(runPlan(contextFor(flags), names, flags));
    });

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
      async (
        names: string[],
        flags: FolderFlag & { force: boolean; dryRun: boolean; json: boolean },
      ) => {
        const { runRenew } = await import('./renew.js');
        done(await runRenew(contextFor(flags), names, flags));
      },
    );

  json(
    command(
      'sign [names...]',
      'sign pending requests with a CA on disk (development, air-gapped); then synth',
    ),
  )
    .requiredOption('--ca <dir>', 'folder with ca.crt and ca.key')
    .addHelpText('after', examples('releaf sign --ca pki', 'releaf sign kes --ca pki'))
    .action(async (names: string[], flags: FolderFlag & { ca: string; json: boolean }) => {
      const { runSign } = await import('./sign.js');
      done(await runSign(contextFor(flags), names, flags));
    });

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
      async (
        names: string[],
        flags: FolderFlag & { from: string; allowOlder: boolean; json: boolean },
      ) => {
        const { runFetch } = await import('./fetch.js');
        done(await runFetch(contextFor(flags), names, flags));
      },
    );

  json(command('rollback <name>', 'back to the revision before, and stay there; then synth'))
    .addHelpText('after', examples('releaf rollback kes'))
    .action(async (name: string, flags: FolderFlag & { json: boolean }) => {
      const { runRollback } = await import('./rollback.js');
      done(await runRollback(contextFor(flags), name, flags));
    });

  json(
    command('synth', 'folder → dist/ and restart annotations; the same files give the same bytes'),
  )
    .addHelpText('after', examples('releaf synth', 'releaf synth -C clusters/prod'))
    .action(async (flags: FolderFlag & { json: boolean }) => {
      const { runSynth } = await import('./synth.js');
      done(await runSynth(contextFor(flags), flags));
    });

  json(
    command(
      'verify',
      'the gate in CI: coherent, no key in clear, dist/ up to date (not expiry: see plan)',
    ),
  )
    .addHelpText('after', examples('releaf verify', 'releaf verify --json'))
    .action(async (flags: FolderFlag & { json: boolean }) => {
      const { runVerify } = await import('./verify.js');
      done(runVerify(contextFor(flags), flags));
    });

  command('status', 'how each certificate stands, most urgent first')
    .addOption(
      new Option('--format <format>', 'form of the output')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .addHelpText('after', examples('releaf status', 'releaf status --format json'))
    .action(async (flags: FolderFlag & { format: 'table' | 'json' }) => {
      const { runStatus } = await import('./status.js');
      done(runStatus(contextFor(flags), flags.format));
    });

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
