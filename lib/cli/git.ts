import { spawnSync } from 'node:child_process';
import { ReleafError } from '../model/errors';

const MOST_BYTES = 1024 * 1024 * 1024;

/**
 * Asks git which paths its ignore rules match, tracked or not: what is tracked in spite of a rule is
 * lost as soon as somebody adds a new file beside it.
 *
 * @returns none where git or a repository is missing
 */
export function ignoredByGit(root: string, paths: readonly string[]): readonly string[] {
  const { status, stdout } = spawnSync(
    'git',
    ['-C', root, 'check-ignore', '--no-index', '-z', '--stdin'],
    { input: paths.join('\0'), encoding: 'utf8' },
  );
  return status === 0 ? stdout.split('\0').filter((path) => path !== '') : [];
}

/** Of a folder in no repository, and not of one that is broken. */
const NO_REPOSITORY = 'not a git repository (or any';

/**
 * Asks git which paths hold something that is not committed as it stands: new, changed, staged or
 * ignored.
 *
 * @returns also those of which git cannot tell, as in a repository of another owner; none where git or
 * a repository is missing
 */
export function uncommitted(root: string, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    const { error, status, stdout, stderr } = spawnSync(
      'git',
      ['-C', root, 'status', '--porcelain', '--untracked-files=all', '--ignored', '--', path],
      { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
    );
    if (error) return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    return status === 0 ? stdout !== '' : !stderr.includes(NO_REPOSITORY);
  });
}

/** Of `git ls-tree`: a regular file, executable or not. */
const REGULAR = /^100\d{3}$/;

/**
 * The files below a folder as they stand in a commit; as `Context.committedFiles`. `HEAD` of a repository
 * without any commit has none.
 *
 * @throws ReleafError GIT_STATE
 */
export function committedFiles(
  root: string,
  commit: string,
  path: string,
): ReadonlyMap<string, Buffer> {
  if (commit === 'HEAD' && isUnborn(root)) return new Map();
  const git = (args: readonly string[], input?: string): Buffer => {
    const { error, status, stdout, stderr } = spawnSync('git', ['-C', root, ...args], {
      input,
      maxBuffer: MOST_BYTES,
    });
    if (!error && status === 0) return stdout;
    const [reason] = (error?.message ?? stderr.toString()).trim().split('\n');
    throw new ReleafError(
      'GIT_STATE',
      `${commit}: git does not give this state of ${root}: ${reason ?? ''}`,
      'name a commit of this repository that is there: --base HEAD; a shallow clone lacks most (git fetch --unshallow)',
    );
  };
  const hash = git(['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`])
    .toString()
    .trim();
  const listed = git(['ls-tree', '-r', '-z', hash, '--', `${path}/`])
    .toString()
    .split('\0');
  const files = listed.flatMap((line) => {
    const [, mode = '', object = '', name = ''] =
      /^(\d+) blob ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
    return REGULAR.test(mode) ? [{ object, name: name.slice(path.length + 1) }] : [];
  });
  if (files.length === 0) return new Map();
  const contents = git(
    ['cat-file', '--batch'],
    `${files.map(({ object }) => object).join('\n')}\n`,
  );
  let at = 0;
  return new Map(
    files.map(({ name }) => {
      const end = contents.indexOf('\n', at);
      const size = Number(contents.toString('latin1', at, end).split(' ')[2]);
      at = end + 1 + size + 1;
      return [name, contents.subarray(end + 1, end + 1 + size)];
    }),
  );
}

/** Whether there is a repository, and no commit yet on the branch that is checked out. */
function isUnborn(root: string): boolean {
  const succeeds = (...args: readonly string[]): boolean =>
    spawnSync('git', ['-C', root, ...args]).status === 0;
  return (
    succeeds('symbolic-ref', '--quiet', 'HEAD') &&
    !succeeds('rev-parse', '--verify', '--quiet', 'HEAD')
  );
}
