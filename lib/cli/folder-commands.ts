import { Option } from 'commander';
import { GROUPINGS } from '../rotation/groups';
import {
  clustered,
  examples,
  json,
  waitOption,
  wholeNumber,
  type ClusterFlags,
  type CommandLine,
  type FolderFlag,
} from './command-line';
import type { PlanFlags } from './plan';
import type { StatusFormat } from './status';

/** Declares the commands for which the folder is enough; only `renew --now` asks the cluster. */
export function declareFolderCommands(line: CommandLine): void {
  line.program.commandsGroup('In the folder:');
  declarePlan(line);
  declareRenew(line);
  declareSign(line);
  declareRollback(line);
  declareSynth(line);
  declareVerify(line);
  declareStatus(line);
  declareExplain(line);
}

function declarePlan(line: CommandLine): void {
  json(line.command('plan [names...]', 'what is due and why; writes nothing'))
    .option('--check', 'exit with 3 when work is due', false)
    .addOption(
      new Option(
        '--group <by>',
        'print what is due in groups, a line each: its name, then the certificates',
      ).choices(GROUPINGS),
    )
    .option('--max <n>', 'with --group: so many certificates at most, the most urgent', wholeNumber)
    .addOption(
      new Option('--step <step>', 'with --group: certificates of this step').choices([
        'renew',
        'await',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        'releaf plan',
        'releaf plan --check --json',
        'releaf plan kes',
        'releaf plan --group namespace --max 10',
      ),
    )
    .action((names: string[], flags: FolderFlag & PlanFlags) => {
      if (flags.group === undefined && (flags.max !== undefined || flags.step !== undefined)) {
        line.program.error('error: --max and --step choose what --group prints; say how to group');
      }
      return line.inEach(flags, {
        names,
        json: flags.json,
        run: async (context, own) => (await import('./plan.js')).runPlan(context, own, flags),
      });
    });
}

function declareRenew(line: CommandLine): void {
  json(
    clustered(
      line.command(
        'renew [names...]',
        'next revision for what is due: key, request, sealed key; then synth',
      ),
    ),
  )
    .option('--force', 'renew also what is not due, pending or rolled back', false)
    .option('--dry-run', 'tell what would be renewed; write nothing', false)
    .addOption(
      new Option(
        '--now',
        'also create the request in the cluster, compare, approve, wait and fetch; needs names',
      )
        .default(false)
        .conflicts('dryRun'),
    )
    .addOption(waitOption('with --now: how long to wait for the signer', '5m'))
    .addHelpText(
      'after',
      examples(
        'releaf renew',
        'releaf renew kes --force',
        'releaf renew --dry-run',
        'releaf renew kes --now        without a pull request in between',
      ),
    )
    .action(
      (
        names: string[],
        flags: FolderFlag &
          ClusterFlags & {
            force: boolean;
            dryRun: boolean;
            now: boolean;
            wait: number;
            json: boolean;
          },
      ) => {
        if (flags.now && names.length === 0) {
          line.program.error(
            'error: --now approves without review, so say which: releaf renew NAME --now',
          );
        }
        return line.inEach(flags, {
          names,
          json: flags.json,
          synthesizes: !flags.dryRun,
          run: async (context, own) =>
            flags.now
              ? (await import('./renew-now.js')).runRenewNow(context, own, flags)
              : (await import('./renew.js')).runRenew(context, own, flags),
        });
      },
    );
}

function declareSign(line: CommandLine): void {
  json(
    line.command(
      'sign [names...]',
      'sign pending requests with a CA on disk (development, air-gapped); then synth',
    ),
  )
    .requiredOption('--ca <dir>', 'folder with ca.crt and ca.key, outside of the repository')
    .addOption(
      new Option('--print', 'print the certificates for releaf fetch --from; install nothing')
        .default(false)
        .conflicts('json'),
    )
    .addHelpText(
      'after',
      examples(
        'releaf sign --ca ../pki',
        'releaf sign kes --ca ../pki',
        'releaf sign --ca ../pki --print | releaf fetch --from -',
      ),
    )
    .action((names: string[], flags: FolderFlag & { ca: string; print: boolean; json: boolean }) =>
      line.inEach(flags, {
        names,
        json: flags.json,
        synthesizes: true,
        run: async (context, own) => (await import('./sign.js')).runSign(context, own, flags),
      }),
    );
}

function declareRollback(line: CommandLine): void {
  json(line.command('rollback <name>', 'back to the revision before, and stay there; then synth'))
    .addHelpText('after', examples('releaf rollback kes'))
    .action((name: string, flags: FolderFlag & { json: boolean }) =>
      line.inEach(flags, {
        names: [name],
        json: flags.json,
        synthesizes: true,
        run: async (context) => (await import('./rollback.js')).runRollback(context, name, flags),
      }),
    );
}

function declareSynth(line: CommandLine): void {
  json(
    line.command(
      'synth',
      'folder → dist/ and restart annotations; the same files give the same bytes',
    ),
  )
    .addHelpText('after', examples('releaf synth', 'releaf synth -C clusters/prod'))
    .action((flags: FolderFlag & { json: boolean }) =>
      line.inEach(flags, {
        names: [],
        json: flags.json,
        synthesizes: true,
        run: async (context) => (await import('./synth.js')).runSynth(context, flags),
      }),
    );
}

function declareVerify(line: CommandLine): void {
  json(
    line.command(
      'verify',
      'the gate in CI: coherent, no key in clear, dist/ up to date (not expiry: see plan)',
    ),
  )
    .option(
      '--rendered <file>',
      'whether objects that an overlay rendered still do their work; - for standard input',
    )
    .addHelpText(
      'after',
      examples(
        'releaf verify',
        'releaf verify --json',
        'kubectl kustomize overlays/prod | releaf verify --rendered -',
      ),
    )
    .action((flags: FolderFlag & { rendered?: string; json: boolean }) => {
      const { rendered } = flags;
      if (rendered !== undefined && line.foldersOf(flags).length > 1) {
        line.program.error('error: --rendered is for one folder; run releaf verify once for each');
      }
      return line.inEach(flags, {
        names: [],
        json: flags.json,
        run: async (context) =>
          rendered === undefined
            ? (await import('./verify.js')).runVerify(context, flags)
            : (await import('./verify-rendered.js')).runVerifyRendered(context, {
                ...flags,
                rendered,
              }),
      });
    });
}

function declareStatus(line: CommandLine): void {
  line
    .command('status', 'how each certificate stands, most urgent first')
    .addOption(
      new Option('--format <format>', 'form of the output')
        .choices(['table', 'json', 'markdown', 'html'])
        .default('table'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .addHelpText(
      'after',
      examples(
        'releaf status',
        'releaf status --json',
        'releaf status --format markdown     for an issue that shows all',
        'releaf status --format html > status.html',
      ),
    )
    .action(async (flags: FolderFlag & { format: StatusFormat }) => {
      const { statusIn } = await import('./status.js');
      const { run, finish } = statusIn(flags.format);
      await line.inEach(flags, { names: [], json: flags.format === 'json', run });
      finish(line.contextOf('.'));
    });
}

function declareExplain(line: CommandLine): void {
  json(
    line.command(
      'explain <name>',
      'request, certificate, signer rules, Secret, restart, and where each value comes from',
    ),
  )
    .addHelpText('after', examples('releaf explain kes', 'releaf explain kes --json'))
    .action((name: string, flags: FolderFlag & { json: boolean }) =>
      line.inEach(flags, {
        names: [name],
        json: flags.json,
        run: async (context) => (await import('./explain.js')).runExplain(context, name, flags),
      }),
    );
}
