import { spawnSync } from 'node:child_process';

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
