import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { committedFiles, ignoredByGit, uncommitted, unstaged, untracked } from '../../lib/cli/git';
import { forkOf, repositoryOf } from '../../lib/cli/git-repository';
import { runGit } from '../../lib/cli/run-git';
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

afterAll(removeFolders);

describe('what is not committed as it stands', () => {
  const { env } = process;
  beforeEach(() => {
    process.env = { ...env };
  });
  afterEach(() => {
    process.env = env;
  });

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
        process.env['GIT_WORK_TREE'] = '/none';
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

const everything = (): boolean => true;

/** All that releaf asks git. */
function askAll(root: string): void {
  const asked = [
    () => repositoryOf(root),
    () => ignoredByGit(root, ['web/a']),
    () => untracked(root, 'web'),
    () => unstaged(root, 'web'),
    () => uncommitted(root, ['web']),
    () => committedFiles(root, 'HEAD', 'web', everything),
    () => forkOf(root),
  ];
  for (const ask of asked) {
    try {
      ask();
    } catch (error) {
      expect(error).toMatchObject({ code: 'GIT_STATE' });
    }
  }
}

describe('git starts no program of a repository', () => {
  /** A program that says that it ran. */
  const trap = (folder: string): { readonly program: string; readonly ran: () => boolean } => {
    const program = join(folder, 'trap');
    writeFileSync(program, `#!/bin/sh\ntouch '${folder}/RAN'\nexit 1\n`);
    chmodSync(program, 0o755);
    return { program, ran: () => existsSync(join(folder, 'RAN')) };
  };

  /** Files of `web` are not in it: they are where the address leads. */
  const partialClone = ({ folder, git }: Repository, address: string, to: string): void => {
    git('config', 'uploadpack.allowFilter', 'true');
    git('clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${folder}`, to);
    git('-C', to, 'config', 'remote.origin.url', address);
  };

  it.each<[string, (hostile: string, program: string) => void]>([
    [
      'ssh, to fetch what a partial clone lacks',
      (hostile, program) => {
        partialClone(repository(), 'ssh://localhost/x', hostile);
        execFileSync('git', ['-C', hostile, 'config', 'core.sshCommand', program]);
      },
    ],
    [
      'a transport of its own, to fetch what a partial clone lacks',
      (hostile, program) => {
        partialClone(repository(), `ext::${program}`, hostile);
        execFileSync('git', ['-C', hostile, 'config', 'protocol.ext.allow', 'always']);
      },
    ],
    [
      'a file system monitor',
      (hostile, program) => {
        cpSync(repository().folder, hostile, { recursive: true });
        execFileSync('git', ['-C', hostile, 'config', 'core.fsmonitor', program]);
      },
    ],
    [
      'a hook',
      (hostile, program) => {
        cpSync(repository().folder, hostile, { recursive: true });
        cpSync(program, join(hostile, '.git/hooks/post-index-change'));
      },
    ],
  ])('%s', (_, make) => {
    const folder = folderOf({});
    const { program, ran } = trap(folder);
    const hostile = join(folder, 'hostile');
    make(hostile, program);
    askAll(hostile);
    expect(ran()).toBe(false);
    for (const args of [
      ['status', '--porcelain'],
      ['cat-file', '-p', 'HEAD:web/a'],
    ]) {
      try {
        execFileSync('git', ['-C', hostile, ...args], { stdio: 'pipe' });
      } catch {
        // What matters is what it started.
      }
    }
    expect(ran()).toBe(true);
  });

  it('and takes no folder for a repository that was committed as one', () => {
    const { folder, git } = repository();
    const { program, ran } = trap(folder);
    const bare = join(folder, 'p');
    partialClone(repository(), 'ssh://localhost/x', join(folder, 'made'));
    cpSync(join(folder, 'made/.git'), bare, { recursive: true });
    rmSync(join(folder, 'made'), { recursive: true });
    const settings = `[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = ${program}\n\tsshCommand = ${program}\n`;
    appendFileSync(join(bare, 'config'), settings);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'p');
    const clone = join(folder, 'clone');
    git('clone', '--quiet', folder, clone);
    // Git keeps no empty folders.
    for (const empty of ['refs/heads', 'objects']) {
      mkdirSync(join(clone, 'p', empty), { recursive: true });
    }
    askAll(join(clone, 'p'));
    expect(repositoryOf(join(clone, 'p'))).toBeUndefined();
    expect(() => committedFiles(join(clone, 'p'), 'HEAD', 'web', everything)).toThrow(
      /cannot use bare repository/,
    );
    expect(ran()).toBe(false);
    expect(() =>
      execFileSync('git', ['-C', join(clone, 'p'), 'status'], { stdio: 'pipe' }),
    ).not.toThrow();
    expect(ran()).toBe(true);
  });

  it('but no protocol is left when the list is empty', () => {
    const { folder, git } = repository();
    git('remote', 'add', 'origin', `file://${folder}`);
    const { status, stderr } = runGit(folder, ['fetch', 'origin']);
    expect(status).not.toBe(0);
    expect(stderr.toString()).toContain("transport 'file' not allowed");
  });
});

describe('where a repository is not a folder `.git`', () => {
  const text = (root: string): unknown =>
    committedFiles(root, 'HEAD', 'web', everything).get('a')?.toString();

  it.each<[string, (repository: Repository) => string]>([
    [
      'a worktree',
      ({ folder, git }) => {
        git('worktree', 'add', '--quiet', '--detach', join(folder, 'next'));
        return join(folder, 'next');
      },
    ],
    [
      'a worktree of a bare repository',
      ({ folder, git }) => {
        git('clone', '--quiet', '--bare', folder, join(folder, 'bare.git'));
        git('-C', join(folder, 'bare.git'), 'worktree', 'add', '--quiet', '--detach', '../next');
        return join(folder, 'next');
      },
    ],
    [
      'a submodule',
      ({ folder, git }) => {
        const other = repository().folder;
        git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'sub');
        return join(folder, 'sub');
      },
    ],
  ])('%s is as any other', (_, make) => {
    const root = make(repository());
    expect(text(root)).toBe('a');
    expect(repositoryOf(root)).toMatchObject({ within: '' });
    expect(uncommitted(root, ['web'])).toEqual([]);
    writeFileSync(join(root, 'web/a'), 'b');
    expect(uncommitted(root, ['web'])).toEqual(['web']);
  });
});

describe('what git ignores', () => {
  it('is told although a path is in a submodule, of which git tells nothing', () => {
    const { folder, git } = repository();
    const other = repository().folder;
    git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'sub');
    writeFileSync(join(folder, '.gitignore'), 'dist\n');
    const paths = ['web/a', 'sub/web/a', 'dist/web.k8s.yaml', 'dist/api.k8s.yaml'];
    expect(ignoredByGit(folder, paths)).toEqual(
      ['dist/web.k8s.yaml', 'dist/api.k8s.yaml'].map((path) => ({
        path,
        rule: '.gitignore:1: dist',
      })),
    );
  });
});

describe('in a hook, where git says where the repository is,', () => {
  it('a folder of it is not taken for its top', () => {
    const { folder, git } = repository();
    git('worktree', 'add', '--quiet', '--detach', 'linked');
    const root = join(folder, 'linked');
    process.env['GIT_DIR'] = join(folder, '.git/worktrees/linked');
    try {
      expect(repositoryOf(join(root, 'web'))).toMatchObject({ within: 'web' });
    } finally {
      delete process.env['GIT_DIR'];
    }
  });
});

describe('the files of a commit', () => {
  it('are read where they are wanted and not too large; what else is there is told', () => {
    const { folder, git } = repository();
    writeFileSync(join(folder, 'web/large'), Buffer.alloc(16 * 1024 * 1024 + 1));
    writeFileSync(join(folder, 'web/other'), 'b');
    symlinkSync('/etc/passwd', join(folder, 'web/link'));
    mkdirSync(join(folder, 'web/deep\nfolder'));
    writeFileSync(join(folder, 'web/deep\nfolder/same'), 'a');
    git('clone', '--quiet', folder, join(folder, 'web/inner'));
    git('add', '--all');
    git('commit', '--quiet', '--message', 'b');
    const found = committedFiles(folder, 'HEAD', 'web', (file) => file !== 'other');
    expect(Object.fromEntries(found)).toEqual({
      a: Buffer.from('a'),
      'deep\nfolder/same': Buffer.from('a'),
      inner: 'a repository of its own',
      large: 'too large',
      link: 'a symbolic link',
      other: 'not wanted',
    });
  });

  it('are none where the folder is something else', () => {
    const { folder, git } = repository();
    rmSync(join(folder, 'web'), { recursive: true });
    symlinkSync('/', join(folder, 'web'));
    git('add', '--all');
    git('commit', '--quiet', '--message', 'link');
    expect([...committedFiles(folder, 'HEAD', 'web', everything)]).toEqual([
      ['', 'a symbolic link'],
    ]);
  });
});
