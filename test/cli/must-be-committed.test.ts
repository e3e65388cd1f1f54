import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X25519 } from '../age-identities';
import {
  filesIn,
  folderOf,
  NOW,
  releaf,
  removeFolders,
  testCa,
  WEB_CONFIG,
  type Files,
} from '../harness';
import { signPending } from '../sign-pending';

/** Sealed for whom `.sops.yaml` says, one revision issued. */
let whole: Files;

beforeAll(async () => {
  const root = folderOf({
    'releaf.yaml': WEB_CONFIG.replace(/sealing: .*/, 'sealing: { type: sops }'),
    '.sops.yaml': `creation_rules:\n  - age: ${X25519.recipient}\n`,
  });
  await releaf(['renew', '-C', root]);
  const stdin = signPending(root, await testCa(), NOW);
  await releaf(['fetch', '-C', root, '--from', '-'], { stdin });
  whole = filesIn(root);
});
afterAll(removeFolders);

/** What verify finds ignored. */
async function ignored(pattern: string, more: Files = {}, committed = whole) {
  const root = folderOf({ ...committed, ...more, '.gitignore': `${pattern}\n` });
  execFileSync('git', ['init', '-q', root]);
  const { stdout, stderr } = await releaf(['verify', '-C', root]);
  expect(stderr).not.toContain('error');
  return Array.from(stdout.matchAll(/(?<=IGNORED_BY_GIT {2})[^:]+/g), ([path]) =>
    path.split(', '),
  ).flat();
}

const APP = 'app: cp -r manifests/. $CDK8S_OUTDIR\noutput: manifests\n';
const underApp = (): Files => {
  const { 'dist/web.sops.yaml': secret = '', ...others } = whole;
  return { ...others, 'manifests/a/b.yaml': secret, 'cdk8s.yaml': APP };
};

describe('verify insists that git does not ignore', () => {
  it.each([
    ['the Secret that SOPS opens', '*.sops.yaml', ['dist/web.sops.yaml', '.sops.yaml']],
    ['the .sops.yaml that says for whom keys are sealed', '/.sops.yaml', ['.sops.yaml']],
    ['the output', 'dist/', ['dist/']],
    ['a file that nobody needs', 'notes', []],
  ])('%s', async (_, pattern, found) => {
    expect(await ignored(pattern)).toEqual(found);
  });

  it('the Secret of each revision', async () => {
    const config = (whole['releaf.yaml'] ?? '').replace('shop }', 'shop, naming: perRevision }');
    const root = folderOf({ 'releaf.yaml': config, '.sops.yaml': whole['.sops.yaml'] ?? '' });
    await releaf(['renew', '-C', root]);
    expect(await ignored('web.1*', {}, filesIn(root))).toEqual(['dist/web.1.sops.yaml']);
  });

  it.each([
    ['what the app writes', 'manifests/', ['manifests/']],
    ['one file that the app writes', 'b.yaml', ['manifests/']],
    ['the folder where there would be no output without an app', 'dist/', []],
  ])('%s', async (_, pattern, found) => {
    expect(await ignored(pattern, {}, underApp())).toEqual(found);
  });

  it('but no .sops.yaml where the config names the recipients, or that lies above', async () => {
    const text = whole['releaf.yaml'] ?? '';
    const named = text.replace('type: sops', `type: sops, recipients: [${X25519.recipient}]`);
    expect(named).not.toBe(text);
    expect(await ignored('/.sops.yaml', { 'releaf.yaml': named })).toEqual([]);

    const below = Object.entries(whole)
      .filter(([file]) => file !== '.sops.yaml')
      .map(([file, content]) => [`team/${file}`, content] as const);
    const root = folderOf(Object.fromEntries(below));
    writeFileSync(join(root, '.sops.yaml'), whole['.sops.yaml'] ?? '');
    writeFileSync(join(root, '.gitignore'), '/.sops.yaml\n');
    execFileSync('git', ['init', '-q', root]);
    expect(await releaf(['verify', '-C', join(root, 'team')])).toMatchObject({ status: 0 });
  });

  it('nor one that cannot be read: that is for the next renew', async () => {
    expect(await ignored('notes', { '.sops.yaml': '{' })).toEqual([]);
  });

  it.each([
    ['*.pem', '!/certificates/ !/certificates/**'],
    ['dist/', '!/dist/ !/dist/**'],
    ['*.yaml', '!/dist/ !/dist/** !/releaf.yaml !/.sops.yaml !/certificates/ !/certificates/**'],
    ['certificates', '!/certificates/ !/certificates/**'],
  ])('and of %s says once how to take it back', async (pattern, lines) => {
    const root = folderOf({ ...whole, '.gitignore': `.releaf-tmp/\n${pattern}\n` });
    execFileSync('git', ['init', '-q', root]);
    const { stdout } = await releaf(['verify', '-C', root]);
    expect(stdout.match(/IGNORED_BY_GIT/g)).toHaveLength(1);
    expect(stdout).toContain(`(.gitignore:2: ${pattern})`);
    expect(stdout).toContain(
      `\n  put at the end of .gitignore beside the config: ${lines} (each on its own line)\n`,
    );
    appendFileSync(join(root, '.gitignore'), `${lines.replaceAll(' ', '\n')}\n`);
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  });

  it('what it does not track yet', async () => {
    const root = folderOf({ ...whole, '.gitignore': '*.pem\n' });
    execFileSync('git', ['init', '-q', root]);
    execFileSync('git', ['-C', root, 'add', '--force', '.']);
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0, stdout: '' });

    const renewed = await releaf(['renew', '--force', '-C', root]);
    expect(renewed.stderr).toContain(
      'warning: certificates/web/2/request.pem: git ignores it (.gitignore:1: *.pem), so nobody would review it, and it goes with this checkout\n' +
        '  put at the end of .gitignore beside the config: !/certificates/ !/certificates/** (each on its own line)\n',
    );
    const { stdout } = await releaf(['verify', '-C', root]);
    expect(stdout).toContain('IGNORED_BY_GIT  certificates/web/2/request.pem');
  });
});
