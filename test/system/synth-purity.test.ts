import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { filesIn, folderOf, removeFolders, type Files } from '../harness';
import {
  programBeside,
  RELEAF,
  releaf,
  ROOT,
  start,
  type Ended,
  type ProcessOptions,
} from './process';

/** What the repository commits as its own example. */
const COMMITTED = ['releaf.yaml', 'certificates', 'dist', 'examples'];

/** What makes a cdk8s app of it: `cdk8s.yaml` names `build/main.js`. */
const OF_THE_APP = ['cdk8s.yaml', 'crds', 'imports'];

const HOSTILE_HOST = join(__dirname, 'preload/hostile-host.js');

let committed: Files;

function copyOf(paths: readonly string[]): string {
  const folder = folderOf({});
  for (const path of paths) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  return folder;
}

/** A copy of the repository's example, which releaf renders by itself. */
const copy = (): string => copyOf(COMMITTED);

/** As {@link copy}, where releaf and cdk8s run the app of the folder. */
const copyWithApp = (): string => programBeside(copyOf([...COMMITTED, ...OF_THE_APP]));

/** The files that Git would see. */
function tracked(folder: string): Files {
  for (const path of ['build', 'node_modules', 'package.json', ...OF_THE_APP]) {
    rmSync(join(folder, path), { recursive: true, force: true });
  }
  return filesIn(folder);
}

/** Takes the output away, so that every byte of it must be written again. */
function withoutOutput(folder: string): string {
  rmSync(join(folder, 'dist'), { recursive: true });
  return folder;
}

beforeAll(() => {
  committed = filesIn(copy());
  expect(Object.keys(committed).filter((file) => file.startsWith('dist/'))).not.toEqual([]);
});

afterAll(removeFolders);

const expectCommitted = (folder: string, ended: Ended): void => {
  expect(ended).toMatchObject({ status: 0 });
  expect(tracked(folder)).toEqual(committed);
};

const synth = (folder: string, options?: ProcessOptions): Promise<Ended> =>
  releaf(['synth', '-C', folder], options);

const cdk8s = (folder: string, args: readonly string[], env = {}): Promise<Ended> =>
  start(join(folder, 'node_modules/.bin/cdk8s'), [...args, '--check-upgrade=false'], {
    cwd: folder,
    env,
  });

describe('the committed output is written again, byte for byte,', () => {
  it('by releaf synth', async () => {
    const folder = withoutOutput(copy());
    expectCommitted(folder, await synth(folder));
  });

  it('by releaf synth, which runs the app of cdk8s.yaml', async () => {
    const folder = withoutOutput(copyWithApp());
    expectCommitted(folder, await synth(folder));
  });

  it('by cdk8s synth', async () => {
    const folder = withoutOutput(copyWithApp());
    expectCommitted(folder, await cdk8s(folder, ['synth']));
  });

  it('by releaf synth without a network', async () => {
    const folder = withoutOutput(copy());
    const program = [process.execPath, RELEAF, 'synth', '-C', folder];
    const flags = process.getuid?.() === 0 ? '-n' : '-rn';
    expectCommitted(folder, await start('unshare', [flags, ...program]));
  });

  it('by releaf synth, which then finds nothing to do', async () => {
    const folder = copy();
    const again = await synth(folder);
    expect(again.stderr).toBe('nothing to do\n');
    expectCommitted(folder, again);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['another time zone', { TZ: 'Pacific/Kiritimati' }],
    ['a time zone that does not exist', { TZ: 'Nowhere/Land' }],
    ['a Turkish locale', { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }],
    ['the C locale', { LANG: 'C', LC_ALL: 'C', LANGUAGE: '' }],
    ['CDK8S_DISABLE_SORT', { CDK8S_DISABLE_SORT: '1' }],
    ['CDK8S_LEGACY_HASH', { CDK8S_LEGACY_HASH: '1' }],
    ['CDK8S_RECORD_CONSTRUCT_METADATA', { CDK8S_RECORD_CONSTRUCT_METADATA: 'true' }],
    [
      'no environment but PATH',
      Object.fromEntries(
        Object.keys(process.env).map((name) => [
          name,
          name === 'PATH' ? process.env['PATH'] : undefined,
        ]),
      ),
    ],
  ])('under %s', async (_, env) => {
    for (const folder of [withoutOutput(copy()), withoutOutput(copyWithApp())]) {
      expectCommitted(folder, await synth(folder, { env }));
    }
  });

  it('by cdk8s synth under all of its variables', async () => {
    const folder = withoutOutput(copyWithApp());
    const env = {
      CDK8S_DISABLE_SORT: '1',
      CDK8S_LEGACY_HASH: '1',
      CDK8S_RECORD_CONSTRUCT_METADATA: 'true',
    };
    expectCommitted(folder, await cdk8s(folder, ['synth'], env));
  });

  it.each([
    ['the folder itself', '.', '.'],
    ['a folder in it', 'examples/minio', '../..'],
    ['the root of the file system', '/', undefined],
  ])('from %s as working directory', async (_, cwd, flag) => {
    const folder = withoutOutput(copy());
    const ended = await releaf(['synth', '-C', flag ?? folder], { cwd: resolve(folder, cwd) });
    expectCommitted(folder, ended);
  });

  it.each([
    ['releaf synth', copy],
    ['releaf synth, which runs the app of cdk8s.yaml,', copyWithApp],
  ])(
    'by %s with a random clock and directory order, and randomness, locale and network out of reach',
    async (_, made) => {
      for (let round = 0; round < 3; round += 1) {
        const folder = withoutOutput(made());
        expectCommitted(
          folder,
          await synth(folder, { env: { NODE_OPTIONS: `--require ${HOSTILE_HOST}` } }),
        );
      }
    },
  );

  it.each([
    ['in the folder', () => 'moved/out'],
    ['beside it', () => join(folderOf({}), 'out')],
    ['on another file system', () => mkdtempSync('/dev/shm/releaf-')],
  ])('where CDK8S_OUTDIR moves it: %s', async (_, place) => {
    const expected = Object.entries(committed).flatMap(([file, text]) =>
      /^dist\/[^/]+\.k8s\.yaml$/.test(file) ? [[file.slice('dist/'.length), text]] : [],
    );
    const out = place();
    try {
      for (const folder of [copy(), copyWithApp()]) {
        const moved = resolve(folder, out);
        rmSync(moved, { recursive: true, force: true });
        expect(await releaf(['synth'], { cwd: folder, env: { CDK8S_OUTDIR: out } })).toMatchObject({
          status: 0,
        });
        expect(filesIn(moved)).toEqual(Object.fromEntries(expected));
        expect(existsSync(join(moved, '.releaf-tmp'))).toBe(false);
        rmSync(join(folder, 'moved'), { recursive: true, force: true });
        expect(tracked(folder)).toEqual(committed);
      }
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
});

describe('the hostile host', () => {
  const evaluate = (expression: string): Promise<Ended> =>
    start(process.execPath, ['--require', HOSTILE_HOST, '-p', expression]);

  it.each([
    ['Math.random', 'Math.random()'],
    ['localeCompare', "'a'.localeCompare('b')"],
    ['Collator', 'new Intl.Collator()'],
    ['randomBytes', "require('node:crypto').randomBytes(1)"],
    ['generateKeyPairSync', "require('node:crypto').generateKeyPairSync('ed25519')"],
    ['connect', "require('node:net').connect(1)"],
  ])('refuses %s', async (name, expression) => {
    expect(await evaluate(expression)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`synth asked for ${name}`) as string,
    });
  });

  it.each([
    ['the time', 'new Date().getTime()'],
    ['the time', 'Date.now()'],
    ['the order of a directory', "require('node:fs').readdirSync('/usr/bin').join()"],
  ])('never tells %s twice alike', async (_, expression) => {
    expect(await evaluate(`${expression} === ${expression}`)).toMatchObject({ stdout: 'false\n' });
  });
});

it('cdk8s import leaves imports/ as it is committed', async () => {
  const folder = copyWithApp();
  rmSync(join(folder, 'imports'), { recursive: true });
  expect(await cdk8s(folder, ['import'])).toMatchObject({ status: 0 });
  expect(filesIn(join(folder, 'imports'))).toEqual(filesIn(join(ROOT, 'imports')));
});
