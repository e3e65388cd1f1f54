import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spellOutFolders } from '../../lib/cli/folder-words';
import {
  daysAfter,
  filesIn,
  folderOf,
  releaf,
  removeFolders,
  WEB_CONFIG,
  WEB_FILES,
} from '../harness';

afterAll(removeFolders);

const under = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

/** Folders `prod` and `test`, both with a certificate `web`, `test` with `api` too. */
function clusters(): { readonly prod: string; readonly test: string; readonly root: string } {
  const api = WEB_CONFIG.split('\n').slice(2).join('\n').replaceAll('web', 'api');
  const root = folderOf({
    ...under('prod', WEB_FILES),
    ...under('test', { ...WEB_FILES, 'releaf.yaml': WEB_CONFIG + api }),
  });
  return { root, prod: join(root, 'prod'), test: join(root, 'test') };
}

describe('the words behind -C', () => {
  it.each([
    ['plan -C prod kes', 'plan -C prod kes'],
    ['plan -C clusters/a clusters/b clusters/c', 'plan -C clusters/a -C clusters/b -C clusters/c'],
    ['plan -C clusters/a clusters/b kes', 'plan -C clusters/a -C clusters/b kes'],
    ['plan -C a/ b/ --check', 'plan -C a/ -C b/ --check'],
    ['fetch -C a/b --from x/y.pem', 'fetch -C a/b --from x/y.pem'],
    ['-C ./a ./b plan kes', '-C ./a -C ./b plan kes'],
    ['plan --folder=a/b c/d', 'plan --folder=a/b -C c/d'],
    ['plan -Ca b/c', 'plan -Ca -C b/c'],
    ['plan ../../etc', 'plan ../../etc'],
    ['plan -C a -- b/c', 'plan -C a -- b/c'],
    ['plan -C', 'plan -C'],
  ])('%s means %s', (typed, meant) => {
    expect(spellOutFolders(typed.split(' ')).join(' ')).toBe(meant);
  });
});

it('gives each of several folders a heading', async () => {
  const { prod, test } = clusters();
  const { status, stdout } = await releaf(['plan', '-C', prod, `${test}/`]);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `${prod}:
NAME  STEP   REVISION  WHY
web   renew  1         there is no certificate yet

${test}:
NAME  STEP   REVISION  WHY
api   renew  1         there is no certificate yet
web   renew  1         there is no certificate yet
`,
  });
});

it('works on the names in each folder that has them', async () => {
  const { root, prod, test } = clusters();
  expect(await releaf(['renew', 'api', '-C', prod, '-C', test])).toMatchObject({ status: 0 });
  const made = Object.keys(filesIn(root)).filter((path) => path.endsWith('request.pem'));
  expect(made).toEqual(['test/certificates/api/1/request.pem']);
});

it('refuses a name that no folder has before anything is written', async () => {
  const { root, prod, test } = clusters();
  const before = filesIn(root);
  const { status, stderr } = await releaf(['renew', 'web', 'appi', '-C', prod, test]);
  expect({ status, stderr, files: filesIn(root) }).toEqual({
    status: 1,
    stderr:
      'error CERTIFICATE_UNKNOWN: appi: no certificate of this name in any of the 2 folders; did you mean api?\n  there are: api, web\n',
    files: before,
  });
});

it('goes on when one folder fails, and says which', async () => {
  const { root, prod, test } = clusters();
  const missing = join(root, 'no');
  const { status, stderr } = await releaf(['renew', '-C', missing, prod, test]);
  expect(status).toBe(1);
  expect(stderr).toContain(
    `${missing}:\nerror CONFIG_MISSING: ${missing}: there is no such folder\n`,
  );
  expect(stderr).toMatch(new RegExp(`\n\nfailed: ${missing}\n$`));
  expect(Object.keys(filesIn(root))).toEqual(
    expect.arrayContaining([
      'prod/certificates/web/1/request.pem',
      'test/certificates/api/1/request.pem',
    ]),
  );
});

it('prints one JSON document, also with a folder that failed', async () => {
  const { prod, test } = clusters();
  writeFileSync(join(prod, 'releaf.yaml'), 'version: 2\n');
  const { status, stdout } = await releaf(['status', '--json', '-C', prod, test]);
  const message = expect.stringMatching(/^releaf\.yaml has 1 problem:\n/) as string;
  expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
    status: 1,
    folders: [
      { folder: prod, error: { code: 'CONFIG_INVALID', message } },
      { folder: test, certificates: [{ name: 'api' }, { name: 'web' }] },
    ],
  });
});

describe('the worst exit status counts', () => {
  it('3 over 0', async () => {
    const { prod, test } = clusters();
    await releaf(['renew', '-C', prod]);
    const check = (...folders: readonly string[]) =>
      releaf(['plan', '--check', '-C', ...folders]).then(({ status }) => status);
    expect([await check(prod), await check(prod, test), await check(test, prod)]).toEqual([
      0, 3, 3,
    ]);
  });

  it('1 over 3', async () => {
    const { prod, test, root } = clusters();
    const argv = ['plan', '--check', '-C', prod, join(root, 'no'), test];
    expect(await releaf(argv)).toMatchObject({ status: 1 });
  });
});

it('prints for one folder what it always printed, also when it is named twice', async () => {
  const { prod } = clusters();
  const once = await releaf(['plan', '--json', '-C', prod]);
  expect(await releaf(['plan', '--json', '-C', prod, `${prod}/`])).toEqual(once);
  expect(JSON.parse(once.stdout)).toMatchObject({ steps: [{ name: 'web' }] });
});

it('takes certificates from a file into one folder only', async () => {
  const { prod, test } = clusters();
  expect(await releaf(['fetch', '--from', '-', '-C', prod, test])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /^error: --from is for one folder; run releaf fetch once for each\n/,
    ),
  });
});

it('refuses to let the output of several folders meet in CDK8S_OUTDIR', async () => {
  const { prod, test, root } = clusters();
  const output = join(root, 'out');
  const { status, stderr } = await releaf(['synth', '-C', prod, test], { output });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `error FILE_UNWRITABLE: CDK8S_OUTDIR is ${output}, where the output of several folders would meet\n  synthesize one folder at a time, or unset CDK8S_OUTDIR\n`,
  });
  expect(await releaf(['plan', '-C', prod, test], { output })).toMatchObject({ status: 0 });
});

it('verifies several folders', async () => {
  const { prod, test } = clusters();
  await releaf(['renew', '-C', prod, test], { now: daysAfter(0) });
  rmSync(join(test, 'dist/web.k8s.yaml'));
  const { status, stdout } = await releaf(['verify', '--json', '-C', prod, test]);
  expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
    status: 1,
    folders: [
      { folder: prod, ok: true, problems: [] },
      { folder: test, ok: false, problems: [{ file: 'dist/web.k8s.yaml' }] },
    ],
  });
});

it('prints a failure of the one folder as JSON too, and says it on standard error', async () => {
  const { status, stdout, stderr } = await releaf(['plan', '--json', '-C', '/no/such/folder']);
  const message = '/no/such/folder: there is no such folder';
  expect(JSON.parse(stdout)).toEqual({ error: { code: 'CONFIG_MISSING', message, hint: '' } });
  expect(stderr).toBe(`error CONFIG_MISSING: ${message}\n`);
  expect(status).toBe(1);
});
