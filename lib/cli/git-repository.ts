import { runGit } from './run-git';

/** The Git repository around a folder. */
export interface Repository {
  /** Absolute path of its top. */
  readonly top: string;
  /** The folder in it, with forward slashes; empty for the top. */
  readonly within: string;
  /** Host of the remote `origin`, such as `github.com`. @default - it has none, or none on a host */
  readonly host?: string;
}

/**
 * Asks git for the repository around a folder.
 *
 * @returns undefined where git or a repository is missing, or git does not trust it
 */
export function repositoryOf(root: string): Repository | undefined {
  const within = git(root, ['rev-parse', '--show-prefix']);
  const top = git(root, ['rev-parse', '--show-toplevel']);
  if (within === undefined || top === undefined) return undefined;
  const url = git(root, ['remote', 'get-url', 'origin']);
  const host = url === undefined ? undefined : hostOf(url);
  return {
    // As it was named, where links lead to it.
    top: within === '' ? root : top,
    within: within.replace(/\/$/, ''),
    ...(host !== undefined && { host }),
  };
}

/** Where a branch left another one. */
export interface Fork {
  /** The other one: `origin/main`. */
  readonly branch: string;
  /** Hash of the commit. */
  readonly commit: string;
  /** Whether the other one still stands there. */
  readonly isTip: boolean;
}

/** What a branch goes to, first to last: a branch that is pushed has left its upstream nowhere. */
const GOES_TO = ['origin/HEAD', '@{upstream}', 'origin/main', 'origin/master'];

/**
 * Asks git where what is checked out left the branch that it goes to.
 *
 * @returns undefined where it has nothing that the other one has not, or git knows of no other one
 */
export function forkOf(root: string): Fork | undefined {
  const head = git(root, ['rev-parse', '--verify', '--quiet', 'HEAD']);
  for (const name of head === undefined ? [] : GOES_TO) {
    const tip = git(root, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    const commit = tip === undefined ? undefined : git(root, ['merge-base', tip, 'HEAD']);
    const branch = git(root, ['rev-parse', '--abbrev-ref', name]);
    if (commit === undefined || branch === undefined || commit === head) continue;
    return { branch, commit, isTip: commit === tip };
  }
  return undefined;
}

function git(root: string, args: readonly string[]): string | undefined {
  const { status, stdout } = runGit(root, args);
  return status === 0 ? stdout.toString().replace(/\n$/, '') : undefined;
}

/** Of a URL, or of `user@host:path` as ssh has it; a path on this machine has none. */
function hostOf(url: string): string | undefined {
  const [, host] =
    /^[a-z+]+:\/\/(?:[^@/]*@)?([^:/]+)/i.exec(url) ??
    /^(?:[^@/:]*@)?([^:/]+):(?!\/\/)/.exec(url) ??
    [];
  return host?.toLowerCase();
}
