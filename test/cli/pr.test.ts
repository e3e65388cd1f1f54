import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCa } from '../../lib/x509/local-ca';
import {
  daysAfter,
  filesIn,
  folderOf,
  read,
  releaf,
  removeFolders,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
} from '../harness';
import { manyTimes } from '../pull-requests/many-times';
import { signPending } from '../sign-pending';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

function git(root: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t'];
  return execFileSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' });
}

function commit(root: string): void {
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '--message', 'next');
}

/** A repository with a folder in it, and nothing committed. */
function repository(folder = '.', files = WEB_FILES): string {
  const root = folderOf(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [join(folder, path), text])),
  );
  git(root, 'init', '--quiet');
  return root;
}

const pr = (root: string, day: number, ...flags: readonly string[]) =>
  releaf(['pr', '-C', root, ...flags], { now: daysAfter(day) });

const renew = (root: string, day: number) => releaf(['renew', '-C', root], { now: daysAfter(day) });

const sign = (root: string, day: number) =>
  releaf(['fetch', '--from', '-', '-C', root], {
    now: daysAfter(day),
    stdin: signPending(root, ca, daysAfter(day)),
  });

describe('releaf pr', () => {
  it('tells each step of a renewal against the commit before, and nothing once it is committed', async () => {
    const root = repository();
    commit(root);
    expect(await pr(root, 0)).toEqual({
      status: 0,
      stdout: 'No certificate changes\n\nNo certificate changes.\n',
      stderr: `the config asks for more: releaf renew -C ${root}\nHEAD has all of it; what a commit or a branch changes: releaf pr --base HEAD~1 -C ${root}\n`,
    });
    await renew(root, 0);
    expect((await pr(root, 0)).stdout).toMatch(/^Request a new certificate for web\n\n/);
    commit(root);
    await sign(root, 1);
    const { stdout } = await pr(root, 1);
    expect(stdout).toMatch(
      /^Install the new certificate of web, valid until 2027-05-31 11:55 UTC\n/,
    );
    expect(stdout).toContain('`releaf verify` passes (1 certificate)');
    commit(root);
    expect((await pr(root, 1, '--title')).stdout).toBe('No certificate changes\n');
  });

  it('works before the first commit', async () => {
    const root = repository();
    await renew(root, 0);
    expect(await pr(root, 0, '--title')).toMatchObject({
      status: 0,
      stdout: 'Request a new certificate for web\n',
    });
  });

  it('compares two commits, and then says that it has not checked them', async () => {
    const root = repository();
    commit(root);
    await renew(root, 0);
    commit(root);
    await sign(root, 1);
    commit(root);
    rmSync(join(root, 'certificates'), { recursive: true });
    const { stdout } = await pr(root, 1, '--base', 'HEAD~1', '--head', 'HEAD');
    expect(stdout).toMatch(/^Install the new certificate of web/);
    expect(stdout).toContain('Not checked here');
    const both = await pr(root, 1, '--base', 'HEAD~2', '--head', 'HEAD');
    expect(both.stdout).toContain('**Both steps in one:**');
  });

  it('reads the folder as it lies in the repository', async () => {
    const root = repository('clusters/prod');
    commit(root);
    const folder = join(root, 'clusters/prod');
    await renew(folder, 0);
    commit(root);
    await sign(folder, 1);
    expect((await pr(folder, 1)).stdout).toContain('| request | `web-1-');
  });

  it('writes the body to a file and prints the title', async () => {
    const root = repository();
    await renew(root, 0);
    const out = join(root, 'body.md');
    const ran = await pr(root, 0, '--out', out);
    expect(ran).toEqual({
      status: 0,
      stdout: 'Request a new certificate for web\n',
      stderr: `wrote    ${out}\n`,
    });
    const whole = await pr(root, 0);
    expect(whole.stdout).toBe(`${ran.stdout}\n${read(root, 'body.md')}`);
    expect(await pr(root, 0, '--out', join(root, 'none/body.md'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('error FILE_UNWRITABLE') as string,
    });
  });

  it('says what releaf did not write, also when nothing else changes', async () => {
    const root = repository();
    await renew(root, 0);
    commit(root);
    writeFileSync(join(root, 'certificates/web/evil @you.sh'), 'x');
    symlinkSync('/proc/self/environ', join(root, 'certificates/web/1/certificate.pem'));
    const warned =
      '> [!CAUTION]\n> - **not written by releaf:** `certificates/web/1/certificate.pem (a symbolic link)`, `certificates/web/evil @you.sh`';
    expect((await pr(root, 0)).stdout).toContain(warned);
    rmSync(join(root, 'certificates/web/1/certificate.pem'));
    const { stdout } = await pr(root, 0);
    expect(stdout).toMatch(
      /^Files among the certificates that releaf did not write\n\n> \[!CAUTION\]/,
    );
    expect(JSON.parse((await pr(root, 0, '--json')).stdout)).toMatchObject({
      changes: [],
      foreign: [{ path: 'certificates/web/evil @you.sh', kind: 'a file' }],
    });
    commit(root);
    expect((await pr(root, 0, '--base', 'HEAD~1', '--head', 'HEAD')).stdout).toContain(
      'evil @you.sh`',
    );
    expect((await pr(root, 0, '--title')).stdout).toBe('No certificate changes\n');
  });

  it('warns where the request that waited is another one', async () => {
    const root = repository();
    await renew(root, 0);
    commit(root);
    rmSync(join(root, 'certificates/web/1'), { recursive: true });
    await renew(root, 0);
    const { stdout } = await pr(root, 0);
    expect(stdout).toMatch(
      /\n> \[!CAUTION\]\n> - `web`: \*\*key replaced:\*\* revision 1 waited for its certificate, and has another request/,
    );
  });

  it('says what is exchanged, whatever was withdrawn beside it', async () => {
    const root = repository();
    await renew(root, 0);
    await sign(root, 1);
    commit(root);
    const force = () => releaf(['renew', 'web', '--force', '-C', root], { now: daysAfter(2) });
    await force();
    await sign(root, 2);
    await force();
    await releaf(['rollback', 'web', '-C', root], { now: daysAfter(2) });
    const { stdout } = await pr(root, 2);
    expect(stdout).toMatch(/^Install the new certificate of web/);
    expect(stdout).toContain('does not go back to what served: a newer revision');
    expect(stdout).not.toContain('Nothing restarts');
  });

  it('names the CA that a first certificate brings along, and what a planted revision is', async () => {
    const root = repository();
    await renew(root, 0);
    const evil = await testCa('evil root');
    const signed = signPending(root, evil, daysAfter(1)) + evil.certificate.pem;
    await releaf(['fetch', '--from', '-', '-C', root], { now: daysAfter(1), stdin: signed });
    const first = JSON.parse((await pr(root, 1, '--json')).stdout) as unknown;
    expect(first).toMatchObject({
      changes: [
        {
          issuersAdded: [{ subject: 'CN=evil root', sha256: evil.certificate.sha256 }],
          warnings: [{ kind: 'ca', message: expect.stringContaining('CN=evil root') as string }],
        },
      ],
    });
    const force = () => releaf(['renew', 'web', '--force', '-C', root], { now: daysAfter(2) });
    await force();
    await sign(root, 2);
    expect(JSON.parse((await pr(root, 2, '--json')).stdout)).toMatchObject({
      changes: [
        {
          beside: [{ revision: 1, issuer: 'CN=evil root' }],
          warnings: [
            { kind: 'other-revision', message: expect.stringContaining('revision 1') as string },
          ],
        },
      ],
    });
  });

  it('writes the body where no link is followed', async () => {
    const root = repository();
    const out = join(root, 'body.md');
    writeFileSync(join(root, 'victim'), 'mine');
    symlinkSync(join(root, 'victim'), out);
    expect(await pr(root, 0, '--out', out)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        `error FILE_UNWRITABLE: ${out}: is a symbolic link, or leads through too many`,
      ) as string,
    });
    expect(read(root, 'victim')).toBe('mine');
  });

  it('gives machines all of it', async () => {
    const root = repository();
    await renew(root, 0);
    commit(root);
    await sign(root, 1);
    const { stdout } = await pr(root, 1, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      title: 'Install the new certificate of web, valid until 2027-05-31 11:55 UTC',
      changes: [
        {
          name: 'web',
          kind: 'issued',
          after: { revision: 1, notAfter: '2027-05-31T11:55:00.000Z', names: ['web.example.com'] },
          warnings: [],
        },
      ],
      unreadable: [],
      problems: [],
    });
  });

  it('says first what verify finds, and does not fail for it', async () => {
    const root = repository();
    commit(root);
    await renew(root, 0);
    writeFileSync(join(root, 'dist/web.k8s.yaml'), 'kind: Other\n');
    const { status, stdout } = await pr(root, 0);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\n> \[!CAUTION\]\n> \*\*Not to be merged as it is:\*\* `releaf verify` finds a problem\.\n> - `(?:DIST_CHANGED|FOREIGN_FILE)`/,
    );
    expect(stdout).toContain('`releaf verify` fails, as said above.');
  });

  it.each([
    ['before', 'as it was'],
    ['after', 'as it is'],
  ])('goes on where a revision cannot be read %s', async (state, words) => {
    const root = repository('.', {
      ...WEB_FILES,
      'releaf.yaml': `${WEB_CONFIG}${WEB_CONFIG.split('certificates:\n')[1]!.replaceAll('web', 'api')}`,
    });
    await renew(root, 0);
    const record = join(root, 'certificates/web/1/request.yaml');
    const text = read(root, 'certificates/web/1/request.yaml');
    if (state === 'before') writeFileSync(record, 'not: this\n');
    commit(root);
    writeFileSync(record, text);
    await sign(root, 1);
    if (state === 'after') writeFileSync(record, 'not: this\n');
    const { status, stdout } = await pr(root, 1);
    expect(status).toBe(0);
    expect(stdout).toContain(
      `- \`web\`: **cannot be read** ${words}: certificates/web/1/request.yaml:`,
    );
  });

  it('puts several folders into one text, and goes on where one fails', async () => {
    const root = repository('prod');
    for (const folder of ['test', 'broken']) {
      mkdirSync(join(root, folder));
      for (const [path, text] of Object.entries(WEB_FILES)) {
        writeFileSync(join(root, folder, path), text);
      }
    }
    commit(root);
    const [prod, test, broken] = ['prod', 'test', 'broken'].map((name) => join(root, name));
    await renew(prod!, 0);
    const two = await pr(prod!, 0, '-C', `${test}/`);
    expect(two.stdout).toContain(`## \`${prod}\``);
    expect(two.stdout).toContain(`No certificate changes in \`${test}\`.`);
    expect(two.status).toBe(0);
    writeFileSync(join(broken!, 'releaf.yaml'), 'version: 2\n');
    const three = await pr(prod!, 0, '-C', test!, '-C', broken!);
    expect(three.status).toBe(1);
    expect(three.stderr).toContain('error CONFIG_INVALID');
    expect(three.stdout).toContain('This folder cannot be compared: `CONFIG_INVALID`');
    const json = await pr(prod!, 0, '-C', broken!, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      folders: [
        { folder: prod, changes: [{ name: 'web', kind: 'requested' }] },
        { folder: broken, error: { code: 'CONFIG_INVALID' } },
      ],
    });
  });

  it('says what git cannot give', async () => {
    const root = repository();
    commit(root);
    const ran = await pr(root, 0, '--base', 'origin/main', '--json');
    expect(ran).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('error GIT_STATE: origin/main: ') as string,
    });
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'GIT_STATE' } });
    expect(await pr(folderOf(WEB_FILES), 0)).toMatchObject({ status: 1 });
  });

  it('compares a folder that moved with what stood there, and says so', async () => {
    const root = repository('old/web');
    await renew(join(root, 'old/web'), 0);
    await sign(join(root, 'old/web'), 1);
    commit(root);
    mkdirSync(join(root, 'new'));
    git(root, 'mv', 'old/web', 'new/web');
    const folder = join(root, 'new/web');
    const moved = await pr(folder, 1);
    expect(moved.stdout).toMatch(
      /^Move certificates from old\/web\n\n\*\*Moved:\*\* the certificates were in `old\/web`, and are compared with what stood there: nothing of them changes\. What names the folder/,
    );
    expect(moved.stdout).toContain('`releaf verify` passes');
    expect(moved.stderr).toBe('');
    expect(JSON.parse((await pr(folder, 1, '--json')).stdout)).toMatchObject({
      changes: [],
      movedFrom: 'old/web',
    });
    const key = 'certificates/web/1/private-key.yaml';
    const sealed = read(folder, key);
    writeFileSync(join(folder, key), sealed.replace('web-tls', 'other-tls'));
    expect((await pr(folder, 1)).stdout).toMatch(/^Rewrite revisions of web\n[^]*\*\*rewritten:/);
    writeFileSync(join(folder, key), sealed);
    await releaf(['renew', 'web', '--force', '-C', folder], { now: daysAfter(2) });
    const requested = await pr(folder, 2);
    expect(requested.stdout).toMatch(
      /^Request a new certificate for web\n\n\*\*Moved:\*\* .* stood there\. What names/,
    );
    commit(root);
    const both = ['--base', 'HEAD~1', '--head', 'HEAD'];
    expect((await pr(folder, 2, ...both)).stdout).toContain('**Moved:**');
    git(root, 'mv', ...['releaf.yaml', 'certificates'].map((path) => `new/web/${path}`), '.');
    expect((await pr(root, 2, '--title')).stdout).toBe('Move certificates from new/web\n');
  });

  it('does not call a copy moved, nor other certificates of the same names', async () => {
    const root = repository('old');
    await renew(join(root, 'old'), 0);
    commit(root);
    cpSync(join(root, 'old'), join(root, 'new'), { recursive: true });
    const title = async () => (await pr(join(root, 'new'), 0, '--title')).stdout;
    expect(await title()).toBe('Request a new certificate for web\n');
    rmSync(join(root, 'old'), { recursive: true });
    expect(await title()).toBe('Move certificates from old\n');
    rmSync(join(root, 'new/certificates'), { recursive: true });
    await renew(join(root, 'new'), 0);
    expect(await title()).toBe('Request a new certificate for web\n');
  });

  it('does not take a folder for the old place that was put there to be compared with', async () => {
    const root = repository('old');
    await renew(join(root, 'old'), 0);
    await sign(join(root, 'old'), 1);
    commit(root);
    cpSync(join(root, 'old'), join(root, 'decoy'), { recursive: true });
    await releaf(['renew', '--force', 'web', '-C', join(root, 'decoy')], { now: daysAfter(2) });
    await sign(join(root, 'decoy'), 3);
    const moved = async (): Promise<string> => {
      git(root, 'mv', 'decoy', 'new');
      rmSync(join(root, 'old'), { recursive: true });
      return (await pr(join(root, 'new'), 4, '--title')).stdout;
    };
    commit(root);
    expect(await moved()).toMatch(/^Install the new certificate of web, /);

    git(root, 'reset', '--quiet', '--hard');
    rmSync(join(root, 'new'), { recursive: true, force: true });
    rmSync(join(root, 'decoy/releaf.yaml'));
    commit(root);
    writeFileSync(join(root, 'decoy/releaf.yaml'), WEB_CONFIG);
    // The real place is the only one, and there the new key was not.
    expect(await moved()).toMatch(/^Install the new certificate of web, /);
  });

  it('without a change proposes what the branch left, and what the config asks for', async () => {
    const origin = repository();
    await renew(origin, 0);
    await sign(origin, 1);
    commit(origin);
    git(origin, 'branch', '--move', 'main');
    const root = join(folderOf({}), 'clone');
    git(origin, 'clone', '--quiet', origin, root);
    const silent = async () => (await pr(root, 1)).stderr;
    const has = 'HEAD has all of it; what';
    expect(await silent()).toBe(
      `${has} a commit or a branch changes: releaf pr --base HEAD~1 -C ${root}\n`,
    );
    git(root, 'checkout', '--quiet', '-b', 'topic');
    commit(root);
    expect(await silent()).toBe(
      `${has} this branch changes: releaf pr --base origin/main -C ${root}\n`,
    );
    writeFileSync(join(origin, 'note'), 'main goes on');
    commit(origin);
    git(root, 'fetch', '--quiet');
    const left = git(root, 'merge-base', 'HEAD', 'origin/main').trim();
    expect(await silent()).toBe(
      `${has} this branch changes since it left origin/main: releaf pr --base ${left.slice(0, 12)} -C ${root}\n`,
    );
    git(root, 'remote', 'set-head', 'origin', '--delete');
    git(root, 'push', '--quiet', '--set-upstream', 'origin', 'topic');
    expect(await silent()).toContain('since it left origin/main:');
    const config = join(root, 'releaf.yaml');
    writeFileSync(config, WEB_CONFIG.replace('[web.', '[www.example.com, web.'));
    expect(await pr(root, 1)).toMatchObject({
      stdout: 'No certificate changes\n\nNo certificate changes.\n',
      stderr: expect.stringMatching(/^the config asks for more: releaf renew -C /) as string,
    });
    expect((await pr(root, 1, '--quiet')).stderr).toBe('');
    await renew(root, 1);
    commit(root);
    expect(await silent()).not.toContain('asks for more');
  });

  it('parses only what differs', async () => {
    const recorded = (state: string) =>
      manyTimes(3, filesIn(join(__dirname, '../pull-requests/renewal-issued', state)));
    const root = repository('.', recorded('before'));
    for (const name of ['site-1', 'site-3']) {
      writeFileSync(join(root, `certificates/${name}/2/request.yaml`), 'not: this\n');
    }
    commit(root);
    const file = 'certificates/site-2/2/certificate.pem';
    writeFileSync(join(root, file), recorded('after')[file]!);
    expect(JSON.parse((await pr(root, 63, '--json')).stdout)).toMatchObject({
      changes: [{ name: 'site-2', kind: 'issued' }],
      unreadable: [],
    });
  });
});
