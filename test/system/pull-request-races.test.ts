import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolders, SEALING_CERTIFICATE } from '../harness';
import { config, entry, keyOf, Repository, SCRIPT } from './forge/repository';

afterAll(removeFolders);

const BRANCH = 'releaf/renew/all';

const teamOf = (): Repository =>
  new Repository({
    'releaf.yaml': config(entry('web', 'shop')),
    'sealing.pem': SEALING_CERTIFICATE,
  });

/** A whole run of the script, for a moment in the middle of another one. */
const wholeRun = (repository: Repository): string =>
  `cd '${repository.clone()}' && RELEAF_FOLDERS=. exec sh '${SCRIPT}' renew\n`;

/** Git asks this before it pushes; once. */
function beforePush(repository: Repository, checkout: string): void {
  const hook = join(checkout, '.git/hooks/pre-push');
  mkdirSync(join(checkout, '.git/hooks'), { recursive: true });
  const run = wholeRun(repository);
  writeFileSync(hook, `#!/bin/sh\nrm "$0"\nunset GIT_DIR\n${run}`, { mode: 0o755 });
}

/** One branch of one commit, one open pull request, one call that opened it. */
function expectOne(repository: Repository): void {
  expect(repository.branches()).toEqual([BRANCH]);
  expect(repository.requests()).toMatchObject([{ number: 1, state: 'open', head: BRANCH }]);
  const range = `main..${BRANCH}`;
  expect(repository.run('git', ['-C', repository.remote, 'rev-list', '--count', range])).toBe('1');
}

const MOMENTS = ['before-pr-list', 'after-pr-list', 'before-pr-create', 'after-pr-create'];

it.each(['github', 'gitlab'])(
  'two runs on %s that start at once make one pull request',
  async (forge) => {
    const repository = teamOf();
    const ended = await Promise.all([
      repository.script('renew', forge),
      repository.script('renew', forge),
      repository.script('renew', forge),
    ]);
    expect(ended.map(({ status, stderr }) => (status === 0 ? '' : stderr))).toEqual(['', '', '']);
    expectOne(repository);
    const key = keyOf(repository, BRANCH, 'web/1');
    expect(await repository.good('renew', forge)).toContain(`${BRANCH}: is up to date\n`);
    expect(keyOf(repository, BRANCH, 'web/1')).toEqual(key);
  },
);

it.each(MOMENTS)('a run in the middle of another one, %s, leaves one pull request', async (at) => {
  const repository = teamOf();
  repository.hook(at, wholeRun(repository));
  await repository.good('renew');
  expect(repository.ranHook(at)).toBe(true);
  expectOne(repository);
});

it('the slower of two that push leaves it to the other one, also when both update', async () => {
  const repository = teamOf();
  const lost = async (): Promise<void> => {
    const checkout = repository.clone();
    beforePush(repository, checkout);
    expect(await repository.good('renew', 'github', { checkout })).toContain(
      `${BRANCH}: another run was faster; left to it\n`,
    );
    expectOne(repository);
  };
  await lost();
  const key = keyOf(repository, BRANCH, 'web/1');
  repository.onMain({ 'README.md': 'moved on\n' });
  const before = repository.tip(BRANCH);
  await lost();
  expect(repository.tip(BRANCH)).not.toBe(before);
  expect(keyOf(repository, BRANCH, 'web/1')).toEqual(key);
});

it('a person who pushes in the middle of a run keeps the branch', async () => {
  const repository = teamOf();
  await repository.good('renew');
  repository.onMain({ 'README.md': 'moved on\n' });
  const other = repository.clone();
  repository.hook(
    'after-pr-list',
    `cd '${other}' && git checkout --quiet '${BRANCH}' && git commit --quiet --allow-empty --message mine && git push --quiet`,
  );
  expect(await repository.good('renew')).toContain('another run was faster; left to it\n');
  expect(repository.ranHook('after-pr-list')).toBe(true);
  const { remote } = repository;
  expect(repository.run('git', ['-C', remote, 'log', '-1', '--format=%s', BRANCH])).toBe('mine');
});
