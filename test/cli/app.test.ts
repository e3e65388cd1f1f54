import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runApp } from '../../lib/cli/app';
import { appDifferences, readApp } from '../../lib/store/app-output';
import { openFolder } from '../../lib/store/folder';
import { filesIn, folderOf, releaf, removeFolders, WEB_CONFIG, WEB_FILES } from '../harness';

afterAll(removeFolders);

/** An app that writes these files into the folder that it is told. */
const appOf = (files: Readonly<Record<string, string>>, more = ''): string => `
const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
for (const [name, text] of Object.entries(${JSON.stringify(files)})) {
  const path = join(process.env.CDK8S_OUTDIR, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
${more}`;

const PLACED = 'metadata:\n  labels:\n    releaf.dev/certificate: web\n';

async function run(
  app: string,
  { root = folderOf(WEB_FILES), command = 'node app.js' } = {},
): Promise<{ readonly notes: readonly string[]; readonly produced: Record<string, string> }> {
  const folder = folderOf({ ...filesIn(root), 'app.js': app });
  const notes: string[] = [];
  const outdir = join(folder, '.releaf-tmp/app');
  await runApp({ note: (line) => notes.push(line) }, openFolder(folder), command, outdir);
  return { notes, produced: existsSync(outdir) ? filesIn(outdir) : {} };
}

const failed = (message: string, hint: string): unknown =>
  expect.objectContaining({ code: 'APP_FAILED', message, hint });

describe('the app of cdk8s.yaml', () => {
  it.each([
    [
      'is run as cdk8s says',
      'app: npx ts-node main.ts\noutput: out\n',
      'npx ts-node main.ts',
      'out',
    ],
    [
      'writes to dist unless it says',
      'language: typescript\napp: node main.js\n',
      'node main.js',
      'dist',
    ],
  ])('%s', (_, text, command, output) => {
    expect(readApp(folderOf({ 'cdk8s.yaml': text }))).toEqual({ command, output });
  });

  it.each([
    ['no cdk8s.yaml', {}],
    ['an empty one', { 'cdk8s.yaml': '' }],
    ['one that only imports', { 'cdk8s.yaml': 'imports:\n  - k8s\n' }],
  ])('is none where there is %s', (_, files) => {
    expect(readApp(folderOf(files))).toBeUndefined();
  });

  it('is not guessed from something else than YAML', () => {
    expect(() => readApp(folderOf({ 'cdk8s.yaml': 'app: [node' }))).toThrow(
      expect.objectContaining({
        code: 'FILE_UNREADABLE',
        message: expect.stringMatching(/^cdk8s\.yaml:\d+:\d+: not YAML: /) as string,
      }) as Error,
    );
  });

  it('writes where it is told, by a shell in the folder of the config, and is quoted', async () => {
    const app = appOf(
      { 'web.k8s.yaml': PLACED },
      'console.log("hello", process.argv[2]); console.error("a\\u001b[31mb");',
    );
    const { notes, produced } = await run(app, { command: 'node ./app.js "$(echo shell)"' });
    expect(produced).toEqual({ 'web.k8s.yaml': PLACED });
    expect([...notes].sort()).toEqual(['a\\u{1b}[31mb', 'hello shell']);
  });

  it.each([
    ['ends with a status', 'console.error("oh"); process.exit(7)', 'exit status 7', ['oh']],
    ['is killed', 'process.kill(process.pid, "SIGKILL")', 'SIGKILL', []],
  ])('fails when it %s', async (_, app, end, said) => {
    const notes: string[] = [];
    const folder = folderOf({ ...WEB_FILES, 'app.js': app });
    await expect(
      runApp(
        { note: (line) => notes.push(line) },
        openFolder(folder),
        'exec node app.js',
        join(folder, 'out'),
      ),
    ).rejects.toEqual(
      failed(
        `the app of cdk8s.yaml ended with ${end}: exec node app.js`,
        'its own words stand above; nothing was written to the output; try it by itself: cdk8s synth',
      ),
    );
    expect(notes).toEqual(said);
  });

  it('must place a certificate that waits or serves', async () => {
    const root = folderOf(WEB_FILES);
    await run(appOf({}), { root });
    expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
    const other = { 'a.k8s.yaml': PLACED.replace('web', 'web-2') };
    await expect(run(appOf(other), { root })).rejects.toEqual(
      failed(
        'the app of cdk8s.yaml does not place certificate web',
        "add it: RotatingCertificate.from(chart, loadCertificates(), 'web')",
      ),
    );
    await expect(run(appOf({ 'charts/a.yaml': PLACED }), { root })).resolves.toBeDefined();
  });

  it('need not place a certificate that waits for releaf sign', async () => {
    const root = folderOf({
      ...WEB_FILES,
      'releaf.yaml': WEB_CONFIG.replace('example.com/internal', 'local'),
    });
    expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
    await expect(run(appOf({}), { root })).resolves.toBeDefined();
  });

  it('is no circle when it calls releaf', async () => {
    process.env['RELEAF_RUNS_APP'] = '1';
    try {
      await expect(run('', { command: 'npx releaf synth' })).rejects.toEqual(
        failed(
          'the app of cdk8s.yaml calls releaf, which would run the app: npx releaf synth',
          "let the app use the library: RotatingCertificate.from(chart, loadCertificates(), 'NAME')",
        ),
      );
    } finally {
      delete process.env['RELEAF_RUNS_APP'];
    }
  });
});

describe('what the app wrote, compared with the output', () => {
  const differences = (
    produced: Readonly<Record<string, string>>,
    present: Readonly<Record<string, string>>,
  ): readonly unknown[] => {
    const root = folderOf(present);
    return [...appDifferences(root, folderOf(produced), 'dist')];
  };

  it('is what is missing, changed or stale', () => {
    const given = { 'a.k8s.yaml': 'a', 'b.k8s.yaml': 'b', 'charts/c.k8s.yaml': 'c' };
    expect(
      differences(given, {
        'dist/b.k8s.yaml': 'before',
        'dist/charts/c.k8s.yaml': 'c',
        'dist/charts/old.k8s.yaml': 'old',
        'dist/README.md': 'ours',
        'dist/kustomization.yaml': 'ours',
      }),
    ).toEqual([
      { kind: 'missing', file: 'dist/a.k8s.yaml', text: 'a' },
      { kind: 'changed', file: 'dist/b.k8s.yaml', text: 'b' },
      { kind: 'stale', file: 'dist/charts/old.k8s.yaml' },
    ]);
  });

  it('takes the ending that the app gives its files', () => {
    expect(differences({ 'a.yaml': 'a' }, { 'dist/a.yaml': 'a', 'dist/b.yaml': 'b' })).toEqual([
      { kind: 'stale', file: 'dist/b.yaml' },
    ]);
  });

  it('is nothing where there is neither', () => {
    expect(differences({}, {})).toEqual([]);
  });
});
