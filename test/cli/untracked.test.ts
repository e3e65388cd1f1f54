import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCa } from '../../lib/x509/local-ca';
import {
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  releaf,
  removeFolders,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
} from '../harness';
import { signPending } from '../sign-pending';
import { git, repositoryOf } from './repositories';

const [, WEB = ''] = WEB_CONFIG.split('certificates:\n');
const TWO: Files = {
  ...WEB_FILES,
  'releaf.yaml': `${WEB_CONFIG}${WEB.replace('web:', 'api:').replace('web-tls', 'api-tls')}`,
};

let ca: LocalCa;
let issued: Files;

beforeAll(async () => {
  ca = await testCa();
  const root = folderOf(TWO);
  await releaf(['renew', '-C', root]);
  await fetched(root, NOW);
  issued = filesIn(root);
});
afterAll(removeFolders);

async function fetched(root: string, now: Date): Promise<void> {
  const stdin = signPending(root, ca, now);
  const { status, stderr } = await releaf(['fetch', '-C', root, '--from', '-'], { stdin, now });
  if (status !== 0) throw new Error(stderr);
}

function commit(root: string, ...what: readonly string[]): void {
  if (what.length === 0) git(root, 'add', '--all');
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
  git(root, ...who, 'commit', '--quiet', '--message', 'x', ...what);
}

/** A repository in which everything is committed. */
function committed(files: Files): string {
  const root = repositoryOf(files);
  commit(root);
  return root;
}

const LATER = daysAfter(1);
const renew = (root: string, ...more: readonly string[]) =>
  releaf(['renew', 'web', '--force', '-C', root, ...more], { now: LATER });
const verify = (root: string) => releaf(['verify', '-C', root]);

const RIGHT = 'all right: 2 certificates, 2 issued\n';

describe('a revision that git does not have', () => {
  it('is nothing while all of the change is to be committed', async () => {
    const root = committed(issued);
    expect(await verify(root)).toEqual({ status: 0, stdout: '', stderr: RIGHT });
    await renew(root);
    const right = { status: 0, stdout: '', stderr: RIGHT };
    expect(await verify(root)).toEqual(right);
    await fetched(root, LATER);
    expect(await verify(root)).toEqual(right);
    commit(root);
    expect(await verify(root)).toEqual({ status: 0, stdout: '', stderr: RIGHT });
  });

  it('is nothing while the config that asked for it is to be committed with it', async () => {
    const root = committed(issued);
    const config = `${WEB_CONFIG}${WEB.replace('web:', 'api:').replace('web-tls', 'api-tls')}`;
    writeFileSync(
      join(root, 'releaf.yaml'),
      config.replace('secret: { name: web-tls', 'secret: { name: web-new'),
    );
    await renew(root);
    expect(await verify(root)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(RIGHT) as string,
    });
    git(root, 'add', 'releaf.yaml', 'dist');
    expect(await verify(root)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('UNTRACKED_BY_GIT  certificates/web/2/: ') as string,
    });
  });

  it.each<[string, (root: string) => Promise<unknown>, string]>([
    ['is pending', renew, 'certificates/web/2/'],
    [
      'is issued',
      async (root) => {
        await renew(root);
        await fetched(root, LATER);
      },
      'certificates/web/2/',
    ],
    [
      'has a certificate that it lacks',
      async (root) => {
        await renew(root);
        commit(root);
        await fetched(root, LATER);
      },
      'certificates/web/2/certificate.pem',
    ],
    [
      'is withdrawn, which it lacks',
      async (root) => {
        await renew(root);
        await fetched(root, LATER);
        commit(root);
        await releaf(['rollback', 'web', '-C', root], { now: LATER });
      },
      'certificates/web/2/withdrawn',
    ],
  ])('is a problem once the output of it is committed: it %s', async (_, change, path) => {
    const root = committed(issued);
    await change(root);
    commit(root, '--all');
    expect(await verify(root)).toEqual({
      status: 1,
      stdout:
        `UNTRACKED_BY_GIT  ${path}: git does not have it, but has what it gives (dist/web.k8s.yaml), so every other checkout gives something else${path.endsWith('/') ? ', and the sealed key is lost with this one' : ''}\n` +
        `  git add ${path}\n`,
      stderr: '1 problem\n',
    });
    git(root, 'add', path);
    expect(await verify(root)).toMatchObject({ status: 0 });
  });

  it('is a problem for a hook before such a commit', async () => {
    const root = committed(issued);
    await renew(root);
    git(root, 'add', '--update');
    const { status, stdout } = await verify(root);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^UNTRACKED_BY_GIT {2}certificates\/web\/2\/: /);
  });

  it('is named by the hint of a checkout that lacks it', async () => {
    const root = committed(issued);
    await renew(root);
    await fetched(root, LATER);
    commit(root, '--all');
    const clone = join(folderOf({}), 'clone');
    git(root, 'clone', '--quiet', root, clone);
    expect((await verify(clone)).stdout).toBe(
      'DIST_CHANGED  dist/web.k8s.yaml: is not what synth gives\n' +
        '  run releaf synth and commit the result; if a revision was never committed, commit what is missing in certificates/ instead\n',
    );
  });

  it('is no problem where the committed output does not tell of it', async () => {
    const root = committed(
      Object.fromEntries(
        Object.entries(TWO).map(([file, text]) => [
          file,
          text.replaceAll('example.com/internal', 'local'),
        ]),
      ),
    );
    await releaf(['renew', '-C', root]);
    await fetched(root, NOW);
    commit(root);
    await renew(root);
    expect(await verify(root)).toMatchObject({ status: 0, stdout: '' });
  });

  it('is a problem where an app gives the output', async () => {
    const app = 'app: cp -r dist/. $CDK8S_OUTDIR\n';
    const root = committed({ ...issued, 'cdk8s.yaml': app });
    // The app needs what it is to give.
    appendFileSync(join(root, '.git/info/exclude'), '.releaf-tmp\n');
    rmSync(join(root, 'cdk8s.yaml'));
    await renew(root);
    git(root, 'checkout', '--', 'cdk8s.yaml');
    expect(await verify(root)).toMatchObject({ status: 0 });
    commit(root, '--all');
    const { status, stdout } = await verify(root);
    expect(status).toBe(1);
    expect(stdout).toContain('UNTRACKED_BY_GIT  certificates/web/2/: ');
  });

  it('is nothing before the first commit, or without a repository', async () => {
    expect(await verify(repositoryOf(issued))).toMatchObject({ stderr: RIGHT });
    expect(await verify(folderOf(issued))).toMatchObject({ stderr: RIGHT });
  });
});
