import { spawnSync, type SpawnSyncReturns } from 'node:child_process';

/**
 * Settings of a repository by which git would start programs. `safe.bareRepository` is for a folder that was
 * committed with `HEAD`, `config`, `objects` and `refs` in it: git would take it for a repository, and its
 * `config`, which a clone delivers, for settings.
 *
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository
 */
const SETTINGS = [
  'safe.bareRepository=explicit',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
];

/**
 * Nothing is fetched, not even what a partial clone lacks: the address and the program for it are settings of
 * the repository. An empty list of protocols allows none, also where git is too old for `GIT_NO_LAZY_FETCH`.
 *
 * @see https://git-scm.com/docs/git#Documentation/git.txt-GITALLOWPROTOCOL
 */
const ENVIRONMENT = {
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
  GIT_SSH_COMMAND: 'false',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  // Messages are compared.
  LC_ALL: 'C',
};

export interface GitInput {
  /** Standard input. @default - none */
  readonly input?: string;
  /** Most bytes of standard output; more is an error. @default 64 MiB */
  readonly maxBuffer?: number;
}

/**
 * In a hook of a linked worktree git says where the repository is, and not where its files are; then it would take
 * `root` for their top. It finds both by itself.
 */
const inHook = (): { readonly GIT_DIR?: undefined } =>
  process.env['GIT_WORK_TREE'] === undefined ? { GIT_DIR: undefined } : {};

/**
 * Asks git, in a repository that nobody vouches for: it starts no other program but the filters of a configuration
 * that no clone delivers, and fetches nothing.
 */
export const runGit = (
  root: string,
  args: readonly string[],
  { input, maxBuffer = 64 * 1024 * 1024 }: GitInput = {},
): SpawnSyncReturns<Buffer> =>
  spawnSync('git', [...SETTINGS.flatMap((setting) => ['-c', setting]), '-C', root, ...args], {
    input,
    maxBuffer,
    env: { ...process.env, ...inHook(), ...ENVIRONMENT },
  });
