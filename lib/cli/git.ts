import { ReleafError } from '../model/errors';
import type { CommittedFiles, Unread } from '../store/recorded-state';
import { LARGEST_BYTES } from '../store/text-file';
import type { IgnoredPath } from '../verify/output-problem';
import { runGit } from './run-git';

/** Of all files of a commit together. */
const MOST_BYTES = 1024 * 1024 * 1024;

/**
 * Asks git which paths its ignore rules keep from it. What it tracks in spite of a rule is not one.
 *
 * @returns none where git or a repository is missing
 */
export function ignoredByGit(root: string, paths: readonly string[]): readonly IgnoredPath[] {
  const { status, stdout, stderr } = runGit(root, ['check-ignore', '--verbose', '-z', '--stdin'], {
    input: paths.join('\0'),
  });
  // One path in a submodule or behind a link, and git answers for none.
  if (status === 128 && paths.length > 1 && /^fatal: pathspec /i.test(stderr.toString())) {
    const half = paths.length >> 1;
    return [paths.slice(0, half), paths.slice(half)].flatMap((some) => ignoredByGit(root, some));
  }
  const fields = status === 0 ? stdout.toString().split('\0') : [];
  const ignored: IgnoredPath[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [source = '', line = '', pattern = '', path = ''] = fields.slice(at, at + 4);
    // What a later rule takes back is told with that.
    if (!pattern.startsWith('!')) ignored.push({ path, rule: `${source}:${line}: ${pattern}` });
  }
  return ignored;
}

/**
 * Asks git which files below a folder it neither tracks nor ignores.
 *
 * @returns paths relative to `root`; none where git or a repository is missing
 */
export function untracked(root: string, folder: string): readonly string[] {
  return listedByGit(root, ['--others', '--exclude-standard', '--', folder]);
}

/**
 * Asks git which files below a folder are not in its index as they stand.
 *
 * @returns paths relative to `root`; none where git or a repository is missing
 */
export function unstaged(root: string, folder: string): readonly string[] {
  return listedByGit(root, ['--others', '--modified', '--', folder]);
}

function listedByGit(root: string, args: readonly string[]): readonly string[] {
  const { status, stdout } = runGit(root, ['ls-files', '-z', ...args]);
  const files = status === 0 ? stdout.toString().split('\0') : [];
  return files.filter((file) => file !== '');
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
    const args = ['status', '--porcelain', '--untracked-files=all', '--ignored', '--', path];
    const { error, status, stdout, stderr } = runGit(root, args);
    if (error) return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    return status === 0 ? stdout.length > 0 : !stderr.includes(NO_REPOSITORY);
  });
}

/** As `git ls-tree` has it: a regular file, executable or not. */
const REGULAR = /^100\d{3}$/;

/**
 * What stands below a folder in a commit; as `Context.committedFiles`. `HEAD` of a repository without any
 * commit has nothing.
 *
 * @param isWanted - which files are read, by path relative to `path`
 * @throws ReleafError GIT_STATE
 */
export function committedFiles(
  root: string,
  commit: string,
  path: string,
  isWanted: (file: string) => boolean,
): CommittedFiles {
  if (commit === 'HEAD' && isUnborn(root)) return new Map();
  const git = (args: readonly string[], input?: string): Buffer => {
    const { error, status, stdout, stderr } = runGit(root, args, {
      maxBuffer: 2 * MOST_BYTES,
      ...(input !== undefined && { input }),
    });
    if (!error && status === 0) return stdout;
    const told = (error?.message ?? stderr.toString()).trim().split('\n');
    throw new ReleafError(
      'GIT_STATE',
      `${commit}: git does not give this state of ${root}: ${told.find((line) => !line.startsWith('warning: ')) ?? ''}`,
      'name a commit of this repository that is there: --base HEAD; a shallow clone lacks most (git fetch --unshallow), a partial one what was never checked out, and releaf lets git fetch nothing',
    );
  };
  const hash = git(['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`])
    .toString()
    .trim();
  const below = path === '' ? [] : ['--', path];
  const listed = git(['ls-tree', '-r', '-l', '-z', hash, ...below])
    .toString()
    .split('\0');
  const objects = new Map<string, string>();
  const unread = new Map<string, Unread>();
  const sizes = new Map<string, number>();
  let bytes = 0;
  for (const line of listed) {
    const [, mode, object, size, name] = /^(\d+) \w+ ([\da-f]+) +(\S+)\t([^]*)$/.exec(line) ?? [];
    if (mode === undefined || !object || name === undefined) continue;
    const file = path === '' ? name : name.slice(path.length + 1);
    const read = sizes.has(object) ? 0 : Number(size);
    if (mode === '160000') unread.set(file, 'a repository of its own');
    else if (!REGULAR.test(mode)) unread.set(file, 'a symbolic link');
    else if (!isWanted(file)) unread.set(file, 'not wanted');
    // Not so of a size that git does not know.
    else if (Number(size) <= LARGEST_BYTES && bytes + read <= MOST_BYTES) {
      objects.set(file, object);
      sizes.set(object, Number(size));
      bytes += read;
    } else unread.set(file, 'too large');
  }
  const contents =
    sizes.size === 0 ? new Map<string, Buffer>() : contentsOf([...sizes.keys()], git);
  const files = new Map<string, Buffer | Unread>(unread);
  for (const [file, object] of objects) files.set(file, contents.get(object) ?? 'too large');
  return files;
}

function contentsOf(
  objects: readonly string[],
  git: (args: readonly string[], input: string) => Buffer,
): ReadonlyMap<string, Buffer> {
  const answer = git(['cat-file', '--batch'], `${objects.join('\n')}\n`);
  let at = 0;
  return new Map(
    objects.map((object) => {
      const end = answer.indexOf('\n', at);
      const size = Number(answer.toString('latin1', at, end).split(' ')[2]);
      at = end + 1 + size + 1;
      return [object, answer.subarray(end + 1, end + 1 + size)];
    }),
  );
}

/** Whether there is a repository, and no commit yet on the branch that is checked out. */
function isUnborn(root: string): boolean {
  const succeeds = (...args: readonly string[]): boolean => runGit(root, args).status === 0;
  return (
    succeeds('symbolic-ref', '--quiet', 'HEAD') &&
    !succeeds('rev-parse', '--verify', '--quiet', 'HEAD')
  );
}
