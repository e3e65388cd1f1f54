import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { runApp } from '../../lib/cli/app';
import { MARKER } from '../../lib/delivery/output-file';
import { appDifferences, readApp } from '../../lib/store/app-output';
import { openFolder } from '../../lib/store/folder';
import {
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
} from '../harness';
import { signPending } from '../sign-pending';
import { traceOf } from '../untouched';

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

const OTHER = { 'other.k8s.yaml': 'kind: ConfigMap\nmetadata:\n' };

async function run(
  app: string,
  { root = folderOf(WEB_FILES), command = 'node app.js' } = {},
): Promise<{ readonly notes: readonly string[]; readonly produced: Record<string, string> }> {
  const folder = folderOf({ ...filesIn(root), 'app.js': app });
  const notes: string[] = [];
  const outdir = join(folder, '.releaf-tmp/app');
  const note = (line: string) => notes.push(line);
  await runApp({ note }, openFolder(folder), { command, output: 'dist' }, outdir);
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
      OTHER,
      'console.log("hello", process.argv[2]); console.error("a\\u001b[31mb");',
    );
    const { notes, produced } = await run(app, { command: 'node ./app.js "$(echo shell)"' });
    expect(produced).toEqual(OTHER);
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
        { command: 'exec node app.js', output: 'dist' },
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

  it('fails when it writes nowhere', async () => {
    await expect(run(appOf({}))).rejects.toEqual(
      failed(
        'the app of cdk8s.yaml wrote no file into the folder that CDK8S_OUTDIR names: node app.js',
        'does it set outdir itself? new App() without outdir takes CDK8S_OUTDIR',
      ),
    );
  });

  it('does not get the kubeconfig of the command that runs it', async () => {
    const before = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = '/kubeconfig-of-fetch';
    try {
      const { notes } = await run(appOf(OTHER, "console.log('KUBECONFIG' in process.env);"));
      expect(notes).toEqual(['false']);
    } finally {
      if (before === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = before;
    }
  });

  it('may say a lot in one line, of which the beginning is told', async () => {
    const more = 'process.stdout.write(`${"x".repeat(3e6)}\\r\\nnext\\r\\nlast`);';
    const { notes } = await run(appOf(OTHER, more));
    expect(notes).toEqual([`${'x'.repeat(10_000)}…`, 'next', 'last']);
  });

  it('is over when it ends, whatever it has started', async () => {
    const { notes } = await run(appOf(OTHER), { command: 'node app.js; sleep 60 & echo $!' });
    expect(() => process.kill(Number(notes[0]))).not.toThrow();
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

  it('never takes for stale what neither cdk8s nor releaf can have written', () => {
    expect(
      differences(
        { 'a.yaml': 'a' },
        {
          'dist/a.yaml': 'a',
          'dist/b.yaml': 'ours',
          'dist/c.sops.yaml': 'ours',
          'dist/charts/d.k8s.yaml': 'ours',
          'dist/e.json': 'ours',
        },
      ),
    ).toEqual([]);
  });

  it('is stale where releaf wrote it before there was an app', () => {
    expect(
      differences(
        { 'shop.k8s.yaml': 'a' },
        {
          'dist/shop.k8s.yaml': 'a',
          'dist/web.k8s.yaml': `${MARKER}\n`,
          'dist/web.sops.yaml': `${MARKER}\n`,
          'dist/web.patch.yaml': `${MARKER}\n`,
          'dist/kustomization.yaml': `${MARKER}\n`,
          'dist/secrets/web.k8s.yaml': `${MARKER}\n`,
          'dist/secrets/theirs.k8s.yaml': 'theirs',
          'dist/charts/web.k8s.yaml': `${MARKER}\n`,
        },
      ),
    ).toEqual(
      [
        'kustomization.yaml',
        'secrets/web.k8s.yaml',
        'web.k8s.yaml',
        'web.patch.yaml',
        'web.sops.yaml',
      ].map((name) => ({ kind: 'stale', file: `dist/${name}` })),
    );
  });

  it('is never stale outside the folder, where others may write too', () => {
    const outside = folderOf({ 'deep/theirs.k8s.yaml': 'x', 'theirs.k8s.yaml': 'x' });
    const produced = folderOf({ 'a.k8s.yaml': 'a', 'deep/a.k8s.yaml': 'a' });
    const found = [...appDifferences(folderOf({}), produced, outside)];
    expect(found.map(({ kind }) => kind)).toEqual(['missing', 'missing']);
  });

  it('is nothing where there is neither', () => {
    expect(differences({}, {})).toEqual([]);
  });
});

describe('the output of an app is a folder of its own', () => {
  const files = (output: string, given: Files = OTHER): Files => ({
    ...WEB_FILES,
    'cdk8s.yaml': `app: node app.js\noutput: ${output}\n`,
    'app.js': appOf(given),
    'other/mine.k8s.yaml': 'mine',
  });
  const NOTHING = 'version: 1\ncertificates: {}\n';

  it.each([
    ['.', 'CONFIG_INVALID: cdk8s.yaml: output: "." holds the folder of the config'],
    ['dist/..', 'CONFIG_INVALID: cdk8s.yaml: output: "dist/.." holds the folder of the config'],
    ['""', 'CONFIG_INVALID: cdk8s.yaml: output: "" is no relative path'],
    ['5', 'CONFIG_INVALID: cdk8s.yaml: output: 5 is no relative path'],
    ['/tmp/x', 'CONFIG_INVALID: cdk8s.yaml: output: "/tmp/x" is no relative path'],
    [
      './certificates',
      'CONFIG_INVALID: cdk8s.yaml: output: "./certificates" is in certificates/, which is releaf\'s own',
    ],
    [
      '.releaf-tmp/x',
      'CONFIG_INVALID: cdk8s.yaml: output: ".releaf-tmp/x" is in .releaf-tmp/, which is releaf\'s own',
    ],
    ['../outside', 'PATH_OUTSIDE: ../outside leads out of the folder'],
  ])('so %s is refused before a key is made or the app is run', async (output, message) => {
    const root = folderOf(files(output));
    const trace = traceOf(root);
    const { status, stderr } = await releaf(['renew', '-C', root]);
    expect(stderr).toContain(`error ${message}`);
    if (message.startsWith('CONFIG')) {
      expect(stderr).toContain(
        '  name a folder of its own inside the folder of the config, such as dist\n',
      );
    }
    expect(status).toBe(1);
    expect(traceOf(root)).toEqual(trace);
  });

  it.each([
    ['link', '.', '"link" holds the folder of the config'],
    ['link/web', 'certificates', '"link/web" is in certificates/, which is releaf\'s own'],
  ])('so %s is refused where it is a link to %s', (output, target, message) => {
    const root = folderOf({ ...files(output), 'certificates/README': '' });
    symlinkSync(target, join(root, 'link'));
    expect(() => readApp(root)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `cdk8s.yaml: output: ${message}`,
      }) as Error,
    );
  });

  it.each([
    ['the folder', (root: string) => root],
    ['one above it', dirname],
    ['certificates/', () => 'certificates'],
  ])('so CDK8S_OUTDIR is not %s', async (_, outputIn) => {
    const root = folderOf(files('dist'));
    const trace = traceOf(root);
    const output = outputIn(root);
    const { status, stderr } = await releaf(['renew', '-C', root], { output });
    expect(stderr).toContain(`error CONFIG_INVALID: CDK8S_OUTDIR: ${output} `);
    expect(status).toBe(1);
    expect(traceOf(root)).toEqual(trace);
  });

  it('or one elsewhere by CDK8S_OUTDIR, where nothing is removed', async () => {
    const given = { 'a.k8s.yaml': 'kind: A\n', 'sub/a.k8s.yaml': 'kind: A\n' };
    const root = folderOf({ ...files('dist', given), 'releaf.yaml': NOTHING });
    const theirs = { 'sub/theirs.k8s.yaml': 'theirs', 'theirs.k8s.yaml': `${MARKER}\n` };
    const output = folderOf(theirs);
    const ran = await releaf(['renew', '-C', root], { output });
    expect(ran).toMatchObject({ status: 0, stdout: 'nothing to do\n' });
    expect(filesIn(output)).toEqual({ ...theirs, ...given });
  });

  it.each([
    ['a link', 'dist/victim.txt', 'victim.txt'],
    ['a folder that is a link', 'dist/sub', '.'],
  ])('so nothing is written through %s in it', async (_, link, target) => {
    const outside = folderOf({ 'victim.txt': 'precious' });
    const given = { 'victim.txt': 'new', 'sub/victim.txt': 'new' };
    const root = folderOf({ ...files('dist', given), 'releaf.yaml': NOTHING });
    mkdirSync(join(root, 'dist'));
    symlinkSync(join(outside, target), join(root, link));
    const { status, stderr } = await releaf(['synth', '-C', root]);
    expect(stderr).toMatch(/^error FOREIGN_FILE: dist\/(sub\/)?victim\.txt: was not written by/);
    expect(status).toBe(1);
    expect(filesIn(outside)).toEqual({ 'victim.txt': 'precious' });
  });

  it('and releaf itself writes through no link either', async () => {
    const root = folderOf(WEB_FILES);
    await releaf(['renew', '-C', root]);
    const marked = `${MARKER}\n`;
    const outside = folderOf({ 'victim.txt': marked });
    rmSync(join(root, 'dist/web.k8s.yaml'));
    symlinkSync(join(outside, 'victim.txt'), join(root, 'dist/web.k8s.yaml'));
    for (const command of [['synth'], ['renew', '--force']]) {
      const { status, stderr } = await releaf([...command, '-C', root]);
      expect(stderr).toContain('error FOREIGN_FILE: dist/web.k8s.yaml: was not written by');
      expect(status).toBe(1);
    }
    expect(readdirSync(join(root, 'certificates/web'))).toEqual(['1']);
    expect(filesIn(outside)).toEqual({ 'victim.txt': marked });
  });
});

describe('of each certificate the app places every object once', () => {
  /** One revision serves, the next one waits. */
  let root: string;
  /** As releaf itself writes it. */
  let reference: string;
  let documents: readonly string[];
  beforeAll(async () => {
    root = folderOf(WEB_FILES);
    const ca = await testCa();
    await releaf(['renew', '-C', root]);
    await releaf(['fetch', '-C', root, '--from', '-'], { stdin: signPending(root, ca, NOW) });
    await releaf(['renew', '--force', '-C', root]);
    reference = read(root, 'dist/web.k8s.yaml');
    documents = reference.split(/^---\n/m);
    expect(documents).toHaveLength(2);
  });

  const json = (text: string): Manifest => parse(text) as Manifest;
  interface Manifest {
    readonly metadata: { readonly labels: object };
    readonly spec: object;
  }

  it.each<readonly [string, () => Files]>([
    ['in one file', () => ({ 'a.k8s.yaml': reference })],
    [
      'in several, with labels and annotations of its own',
      () => ({
        'a/secret.yaml': documents[0]!
          .replace(/^ {2}labels:\n/m, '$&    team: shop\n')
          .replace(/^metadata:\n/m, '$&  annotations: { a: b }\n'),
        'a/request.yml': documents[1]!,
        'README.md': '- {',
      }),
    ],
    [
      'as JSON and in a List',
      () => ({
        'a.json': JSON.stringify({ kind: 'List', items: documents.map(json) }),
        'b.yaml': 'kind: [x]\n---\n- 1\n---\nkind: ConfigMap\nmetadata:\n',
      }),
    ],
  ])('%s', async (_, given) => {
    await expect(run(appOf(given()), { root })).resolves.toBeDefined();
  });

  const MISSING =
    /^the app of cdk8s\.yaml does not place (SealedSecret shop\/web-tls|CertificateSigningRequest web-2-[0-9a-f]{8}) of certificate web$/;
  const DIFFERENT =
    /^dist\/a\.k8s\.yaml: (SealedSecret shop\/web-tls|CertificateSigningRequest web-2-[0-9a-f]{8}) is not what RotatingCertificate gives for certificate web$/;

  it.each<readonly [string, () => Files, RegExp]>([
    [
      'its label in a comment',
      () => ({ 'a.k8s.yaml': '# releaf.dev/certificate: web\nkind: ConfigMap\n' }),
      MISSING,
    ],
    ['the Secret alone', () => ({ 'a.k8s.yaml': documents[0]! }), MISSING],
    ['the request alone', () => ({ 'a.k8s.yaml': documents[1]! }), MISSING],
    [
      'a Secret in another namespace',
      () => ({ 'a.k8s.yaml': reference.replace('namespace: shop', 'namespace: shop2') }),
      MISSING,
    ],
    ['a file that nobody applies', () => ({ 'a.k8s.yaml.bak': reference }), MISSING],
    [
      'it in two files',
      () => ({ 'a.k8s.yaml': reference, 'sub/b.yaml': documents[0]! }),
      /^the app of cdk8s\.yaml gives SealedSecret shop\/web-tls of certificate web twice: in dist\/a\.k8s\.yaml and dist\/sub\/b\.yaml$/,
    ],
    [
      'another Secret of that name',
      () => ({
        'a.k8s.yaml': `${reference}---\nkind: Secret\nmetadata: { name: web-tls, namespace: shop }\n`,
      }),
      /twice: in dist\/a\.k8s\.yaml and dist\/a\.k8s\.yaml$/,
    ],
    [
      'another ciphertext',
      () => ({ 'a.k8s.yaml': reference.replace('tls.key: Ag', 'tls.key: Ah') }),
      DIFFERENT,
    ],
    [
      'an annotation that Argo CD acts on',
      () => ({
        'a.k8s.yaml': reference.replace(
          /^metadata:\n/m,
          '$&  annotations: { argocd.argoproj.io/hook: Skip }\n',
        ),
      }),
      DIFFERENT,
    ],
    [
      'another type',
      () => ({ 'a.k8s.yaml': reference.replace('kubernetes.io/tls', 'Opaque') }),
      DIFFERENT,
    ],
    [
      'another signer',
      () => ({ 'a.k8s.yaml': reference.replace('example.com/internal', 'example.com/other') }),
      DIFFERENT,
    ],
    [
      'more than it gives',
      () => ({ 'a.k8s.yaml': reference.replace(/^spec:/m, 'x: 1\nspec:') }),
      DIFFERENT,
    ],
    [
      'without its label',
      () => ({ 'a.k8s.yaml': reference.replace('releaf.dev/certificate: web', 'a: b') }),
      DIFFERENT,
    ],
    [
      'without its annotation',
      () => ({ 'a.k8s.yaml': reference.replace('releaf.dev/revision: "2"', 'a: b') }),
      DIFFERENT,
    ],
    [
      'what is not YAML',
      () => ({ 'a.k8s.yaml': reference, 'b.yaml': 'a: 1\na: 2\n' }),
      /^dist\/b\.yaml: the app of cdk8s\.yaml wrote what is not YAML: the key "a" is there twice$/,
    ],
    [
      'an alias without bound',
      () => ({ 'a.k8s.yaml': '*a' }),
      /^dist\/a\.k8s\.yaml: the app of cdk8s\.yaml wrote what is not YAML: /,
    ],
  ])('and not %s', async (_, given, message) => {
    const files = given();
    expect(files).not.toEqual({ 'a.k8s.yaml': reference });
    await expect(run(appOf(files), { root })).rejects.toMatchObject({
      code: 'APP_FAILED',
      message: expect.stringMatching(message) as string,
    });
  });

  it('and says what to add', async () => {
    await expect(run(appOf(OTHER), { root })).rejects.toMatchObject({
      hint: "add it: RotatingCertificate.from(chart, loadCertificates(), 'web')",
    });
  });

  it('but not of one that waits for releaf sign', async () => {
    const local = folderOf({
      ...WEB_FILES,
      'releaf.yaml': WEB_CONFIG.replace('example.com/internal', 'local'),
    });
    expect(await releaf(['renew', '-C', local])).toMatchObject({ status: 0 });
    await expect(run(appOf(OTHER), { root: local })).resolves.toBeDefined();
  });

  it('so an app that copies the output cannot bless a change by hand', async () => {
    const folder = folderOf({
      ...filesIn(root),
      'cdk8s.yaml': 'app: cp -r dist/. $CDK8S_OUTDIR\n',
    });
    expect(await releaf(['verify', '-C', folder])).toMatchObject({ status: 0, stdout: '' });
    writeFileSync(
      join(folder, 'dist/web.k8s.yaml'),
      reference.replace('type: kubernetes.io/tls', 'type: Opaque'),
    );
    const { status, stderr } = await releaf(['verify', '-C', folder]);
    expect(stderr).toContain(
      'error APP_FAILED: dist/web.k8s.yaml: SealedSecret shop/web-tls is not what RotatingCertificate gives',
    );
    expect(status).toBe(1);
  });
});

it('a renewal whose app fails says what is there all the same, and how the output follows', async () => {
  const folder = folderOf({ ...WEB_FILES, 'cdk8s.yaml': 'app: exit 3\n' });
  const { status, stderr } = await releaf(['renew', '-C', folder]);
  expect(stderr).toBe(
    'wrote    certificates/web/1/\n' +
      `that stays; once the following is settled, the output follows: releaf synth -C ${folder}\n` +
      'error APP_FAILED: the app of cdk8s.yaml ended with exit status 3: exit 3\n' +
      '  its own words stand above; nothing was written to the output; try it by itself: cdk8s synth\n',
  );
  expect(status).toBe(1);
  expect(filesIn(folder)).toHaveProperty(['certificates/web/1/request.pem']);
});
