import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uncommitted } from '../../lib/cli/git';
import { folderOf, removeFolders } from '../harness';

const COMMITTER = [
  '-c',
  'user.name=x',
  '-c',
  'user.email=x@example.com',
  '-c',
  'commit.gpgsign=false',
];

/** A repository in which `web/a` is committed. */
function repository(): { readonly folder: string; readonly git: (...args: string[]) => void } {
  const folder = folderOf({ 'web/a': 'a' });
  const git = (...args: string[]): void => {
    execFileSync('git', ['-C', folder, ...COMMITTER, ...args], { stdio: 'pipe' });
  };
  git('init');
  git('add', '.');
  git('commit', '-m', 'a');
  return { folder, git };
}

type Repository = ReturnType<typeof repository>;

describe('what is not committed as it stands', () => {
  const { env } = process;
  beforeEach(() => {
    process.env = { ...env };
  });
  afterEach(() => {
    process.env = env;
  });
  afterAll(removeFolders);

  it.each<[string, readonly string[], (repository: Repository) => void]>([
    ['nothing, when all is committed', [], () => undefined],
    [
      'what was changed',
      ['web'],
      ({ folder }) => {
        writeFileSync(join(folder, 'web/a'), 'b');
      },
    ],
    [
      'what was staged',
      ['web'],
      ({ folder, git }) => {
        writeFileSync(join(folder, 'web/a'), 'b');
        git('add', '.');
      },
    ],
    [
      'what is new, also where git is told not to show it',
      ['web'],
      ({ folder, git }) => {
        git('config', 'status.showUntrackedFiles', 'no');
        writeFileSync(join(folder, 'web/b'), 'b');
      },
    ],
    [
      'what is ignored',
      ['web'],
      ({ folder }) => {
        writeFileSync(join(folder, '.git/info/exclude'), 'b');
        writeFileSync(join(folder, 'web/b'), 'b');
      },
    ],
    [
      'everything, when git cannot tell because GIT_DIR leads nowhere',
      ['web', 'other'],
      () => {
        process.env['GIT_DIR'] = '/none';
      },
    ],
    [
      'everything, when git cannot tell because the repository is broken',
      ['web', 'other'],
      ({ folder }) => {
        writeFileSync(join(folder, '.git/config'), '[');
      },
    ],
    [
      'everything, when git will not tell because the repository is of somebody else',
      ['web', 'other'],
      () => {
        process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'] = '1';
      },
    ],
    [
      'nothing, without a repository',
      [],
      ({ folder }) => {
        rmSync(join(folder, '.git'), { recursive: true });
      },
    ],
    [
      'nothing, without git',
      [],
      () => {
        process.env['PATH'] = '/none';
      },
    ],
    [
      'everything, when git does not start',
      ['web', 'other'],
      ({ folder }) => {
        writeFileSync(join(folder, 'git'), '#!/bin/sh\necho no >&2; exit 128\n');
        chmodSync(join(folder, 'git'), 0o755);
        process.env['PATH'] = `${folder}:${env['PATH'] ?? ''}`;
      },
    ],
  ])('is %s', (_, expected, change) => {
    const made = repository();
    change(made);
    expect(uncommitted(made.folder, ['web', 'other'])).toEqual(expected);
  });
});
