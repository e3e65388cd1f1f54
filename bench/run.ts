import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../lib/report/table';
import { FOLDER } from './inputs';
import {
  measure,
  peakOfStream,
  renewSample,
  rsaSample,
  samples,
  shellLoop,
  unsealedKeys,
  type Sample,
} from './measure';
import { fittedExponent, spreadOf, type Spread } from './statistics';

// npm run bench [-- --quick]: see docs/performance.md. Quick is small, and leaves out the whole commands.

const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 5 : 7;
const SIZES = quick ? [200, 400, 1000] : [1000, 2000, 5000];
/** Below this a sample is too short for its ratio to be a gate. */
const LEAST_TO_GATE = 1000;
const STREAMS = quick ? ([1000, 5000] as const) : ([10_000, 50_000] as const);
const FOLDER_SIZE = quick ? 0 : 1000;

/**
 * V8 lets the heap grow to its working size over the first 10,000 certificates, which would pass for a
 * growth of ours.
 */
const SMALL_HEAP = ['--max-semi-space-size=1', '--max-old-space-size=64'];

/** 50,000 manifests of 7.5 KB, and room to spare. */
const ROOM_BYTES = 2 ** 30;

const CLI = join(__dirname, '../lib/cli/bin.js');

type Budget = { readonly atMost: number } | { readonly atLeast: number };
type Gate =
  | 'synthExponent'
  | 'synthToYaml'
  | 'peakMiB'
  | 'peakGrowth'
  | 'helpToNode'
  | 'renewToPrimitives'
  | 'rsaToBareLoop'
  | 'unsealedKeys'
  | 'timesShellLoop';
const BUDGETS = JSON.parse(
  readFileSync(join(__dirname, '../../bench/budgets.json'), 'utf8'),
) as Readonly<Record<Gate, Budget>>;

/** A line of the report; a gate when it has a budget. */
interface Line {
  readonly what: string;
  readonly unit: string;
  readonly value: Spread;
  readonly gate?: Gate;
}

const ratios = (over: readonly number[], under: readonly number[]): Spread =>
  spreadOf(over.map((value, index) => value / under[index]!));

function synthLines(directory: string): readonly Line[] {
  const rounds = Array.from({ length: ROUNDS }, () => samples(SIZES, directory));
  const of = (size: number, subject: keyof Sample): readonly number[] =>
    rounds.map((round) => round[size]![subject]);
  const exponents = rounds.map((round) =>
    fittedExponent(round.map(({ releaf }, size) => [SIZES[size]!, releaf])),
  );
  return [
    ...SIZES.map((count, size) => ({
      what: `synth of ${count}, CPU for each`,
      unit: 'ms',
      value: spreadOf(of(size, 'releaf').map((time) => time / count)),
    })),
    { what: 'exponent of CPU over N', unit: '', value: spreadOf(exponents), gate: 'synthExponent' },
    ...SIZES.map((count, size): Line => ({
      what: `synth of ${count} / yaml`,
      unit: '×',
      value: ratios(of(size, 'releaf'), of(size, 'yaml')),
      ...(count >= LEAST_TO_GATE && { gate: 'synthToYaml' }),
    })),
    ...SIZES.map((count, size) => ({
      what: `synth of ${count} / JSON.stringify`,
      unit: '×',
      value: ratios(of(size, 'releaf'), of(size, 'json')),
    })),
  ];
}

function memoryLines(directory: string): readonly Line[] {
  const [small, large] = STREAMS.map((count) =>
    peakOfStream(count, directory, quick ? SMALL_HEAP : []),
  ) as [number, number];
  return [
    {
      what: `peak memory, ${STREAMS[0]} streamed`,
      unit: 'MiB',
      value: spreadOf([small]),
      ...(!quick && { gate: 'peakMiB' }),
    },
    { what: `peak memory, ${STREAMS[1]} streamed`, unit: 'MiB', value: spreadOf([large]) },
    {
      what: `peak of ${STREAMS[1]} / peak of ${STREAMS[0]}`,
      unit: '×',
      value: spreadOf([large / small]),
      gate: 'peakGrowth',
    },
  ];
}

function startLines(): readonly Line[] {
  const pairs = Array.from({ length: ROUNDS * 2 + 1 }, () => ({
    help: measure([CLI, '--help']),
    node: measure(['-e', '0']),
  }));
  const of = (usage: 'help' | 'node', unit: 'cpu' | 'wall'): readonly number[] =>
    pairs.map((pair) => pair[usage][unit]);
  return [
    { what: '--help, wall', unit: 'ms', value: spreadOf(of('help', 'wall')) },
    {
      what: '--help / node -e 0, wall',
      unit: '×',
      value: ratios(of('help', 'wall'), of('node', 'wall')),
    },
    {
      what: '--help / node -e 0, CPU',
      unit: '×',
      value: ratios(of('help', 'cpu'), of('node', 'cpu')),
      gate: 'helpToNode',
    },
  ];
}

const RENEWALS = 1000;
/** Enough for a rate that chance leaves within a few percent; quick gives the share of keys' time only. */
const RSA_KEYS = quick ? 24 : 400;
const LOOPS = 10;

function renewLines(directory: string): readonly Line[] {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    ...renewSample(RENEWALS, directory),
    shell: shellLoop(LOOPS, directory),
  }));
  const each = (of: (round: (typeof rounds)[number]) => number): Spread =>
    spreadOf(rounds.map((round) => of(round) / RENEWALS));
  const shell = rounds.flatMap((round) => round.shell ?? []);
  return [
    { what: `renew of ${RENEWALS}, CPU for each`, unit: 'ms', value: each(({ releaf }) => releaf) },
    {
      what: `renew of ${RENEWALS} / bare primitives`,
      unit: '×',
      value: spreadOf(rounds.map(({ releaf, floor }) => releaf / floor)),
      gate: 'renewToPrimitives',
    },
    {
      what: 'renew with its manifest, wall for each',
      unit: 'ms',
      value: each(({ withManifest }) => withManifest),
    },
    ...(shell.length < rounds.length
      ? []
      : ([
          {
            what: 'openssl and kubectl in a shell loop, wall for each',
            unit: 'ms',
            value: spreadOf(shell),
          },
          {
            what: 'shell loop / renew with its manifest',
            unit: '×',
            value: ratios(
              shell.map((time) => time * RENEWALS),
              rounds.map(({ withManifest }) => withManifest),
            ),
            gate: 'timesShellLoop',
          },
        ] as const)),
    {
      what: 'private keys in memory, on 64 cores',
      unit: '',
      value: spreadOf([unsealedKeys(64)]),
      gate: 'unsealedKeys',
    },
    ...rsaLines(),
  ];
}

function rsaLines(): readonly Line[] {
  const { releaf, bare, share } = rsaSample(RSA_KEYS);
  const rate = (time: number): Spread => spreadOf([(RSA_KEYS / time) * 1000]);
  return [
    { what: `renew of ${RSA_KEYS} with RSA-2048`, unit: 'keys/s', value: rate(releaf) },
    { what: `bare loop of ${RSA_KEYS} RSA-2048 keys`, unit: 'keys/s', value: rate(bare) },
    {
      what: 'renew / bare loop, RSA-2048',
      unit: '×',
      value: spreadOf([bare / releaf]),
      ...(!quick && { gate: 'rsaToBareLoop' as const }),
    },
    {
      what: 'share of a renewal in which its RSA key is made',
      unit: '',
      value: spreadOf([share]),
      gate: 'rsaToBareLoop',
    },
  ];
}

function commandLines(directory: string): readonly Line[] {
  const folder = join(directory, FOLDER);
  rmSync(join(folder, 'dist'), { recursive: true });
  const line = (command: string, what: string): Line => ({
    what: `releaf ${what}, ${FOLDER_SIZE}: CPU for each`,
    unit: 'ms',
    value: spreadOf([measure([CLI, command, '-C', folder]).cpu / FOLDER_SIZE]),
  });
  return [
    line('synth', 'synth, first run'),
    line('synth', 'synth, nothing to do'),
    line('plan', 'plan'),
  ];
}

const figure = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

function verdict({ value, gate }: Line): string {
  if (gate === undefined) return '';
  const budget = BUDGETS[gate];
  const kept = 'atMost' in budget ? value.median <= budget.atMost : value.median >= budget.atLeast;
  return kept ? 'passed' : 'FAILED';
}

function limit({ gate }: Line): string {
  if (gate === undefined) return '';
  const budget = BUDGETS[gate];
  return 'atMost' in budget ? `at most ${budget.atMost}` : `at least ${budget.atLeast}`;
}

/** Memory where there is enough of it, so that no disk is measured. */
function place(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize >= ROOM_BYTES) return '/dev/shm';
  } catch {
    // No such file system here.
  }
  return tmpdir();
}

function run(): boolean {
  const where = place();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
  console.log(
    `node ${process.version}, ${machine}, output in ${where}${where === '/dev/shm' ? '' : ' (may be a disk)'}`,
  );
  const directory = mkdtempSync(join(where, 'releaf-bench-'));
  let lines: readonly Line[];
  try {
    measure([join(__dirname, 'prepare.js'), directory, `${SIZES.at(-1)!}`, `${FOLDER_SIZE}`]);
    lines = [
      ...synthLines(directory),
      ...memoryLines(directory),
      ...startLines(),
      ...renewLines(directory),
      ...(quick ? [] : commandLines(directory)),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
  const rows = lines.map((line) => [
    line.what,
    `${figure(line.value.median)} ${line.unit}`,
    `${figure(line.value.least)} to ${figure(line.value.most)}`,
    limit(line),
    verdict(line),
  ]);
  console.log(`\n${table(['WHAT', 'MEDIAN', 'RANGE', 'GATE', ''], rows)}\n`);
  writeFileSync(
    join(__dirname, `results-${process.version}.json`),
    `${JSON.stringify({ machine, where, quick, lines }, undefined, 2)}\n`,
  );
  const verdicts = lines.map(verdict);
  const failed = verdicts.filter((word) => word === 'FAILED').length;
  console.log(`${verdicts.filter((word) => word === 'passed').length} passed, ${failed} failed`);
  return failed === 0;
}

process.exitCode = run() ? 0 : 1;
