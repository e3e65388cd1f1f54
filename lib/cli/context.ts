import type { ClusterOptions, KubernetesApi } from '../cluster/kubernetes-api';
import type { CommittedFiles } from '../store/recorded-state';
import type { IgnoredPath } from '../verify/output-problem';
import type { Ask } from './ask';
import type { Clock } from './clock';
import type { Fork, Repository } from './git-repository';
import type { Interruption } from './interruption';
import type { Randomness } from './randomness';

/** Everything that a command gets from the process it runs in. Tests hand in their own. */
export interface Context {
  /** The folder to work on, as given with `-C`; relative to the working directory. */
  readonly folder: string;
  /** The flags that say which cluster, as they were given. @default - none were */
  readonly cluster?: ClusterOptions;
  /** The output folder where `CDK8S_OUTDIR` moves it. */
  readonly output?: string;
  /** The time of this run; read once, so that all of a run agrees. */
  readonly now: Date;
  /** For commands that wait. */
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** How many processors there are to make keys on. */
  readonly cores: number;
  /** Prints a result: a line on standard output. */
  readonly print: (line: string) => void;
  /**
   * Says something to a person: a line on standard error.
   *
   * @param weight - `important` for warnings and failures, which `--quiet` leaves
   */
  readonly note: (line: string, weight?: 'important') => void;
  /** Whether `note` leaves out all but warnings and failures. @default false */
  readonly quiet?: boolean;
  /** Whether standard error is a terminal, where progress can be shown. */
  readonly interactive: boolean;
  /** Whether standard output takes colour. */
  readonly colour: boolean;
  /** All of standard input; where that is more than is read of a text, no more than shows it. */
  readonly readInput: () => Promise<Buffer>;
  /** Which of these paths git ignores, and does not track all the same; none where there is no git. */
  readonly ignoredByGit: (root: string, paths: readonly string[]) => readonly IgnoredPath[];
  /** Which files below a folder git neither tracks nor ignores, relative to `root`; none without git. */
  readonly untracked: (root: string, folder: string) => readonly string[];
  /** Which files below a folder are not in git's index as they stand, relative to `root`; none without git. */
  readonly unstaged: (root: string, folder: string) => readonly string[];
  /** Which of these paths hold something that is not committed; none where there is no git. */
  readonly uncommitted: (root: string, paths: readonly string[]) => readonly string[];
  /**
   * What stands below a folder in a commit, by path relative to that folder, with forward slashes; nothing
   * where the commit has no such folder. The folder itself, where it is none, has the empty path.
   *
   * @param root - the folder of the config
   * @param commit - as git reads it: `HEAD`, `origin/main`, a hash
   * @param path - the folder to read, relative to `root`; empty for all of a repository, from its top
   * @param isWanted - which files are read, by path relative to `path`
   * @throws ReleafError GIT_STATE
   */
  readonly committedFiles: (
    root: string,
    commit: string,
    path: string,
    isWanted: (file: string) => boolean,
  ) => CommittedFiles;
  /** The Git repository around a folder, absolute; undefined where there is none, or no git. */
  readonly repositoryOf: (root: string) => Repository | undefined;
  /** Where what is checked out left the branch that it goes to; undefined where it did not, or without git. */
  readonly forkOf: (root: string) => Fork | undefined;
  /** What to take back when a signal ends the program. @default - no signal is waited for */
  readonly during?: Interruption['during'];
  /** Asks a person at the terminal. @default - there is none: nothing may be asked */
  readonly ask?: Ask;
  /** The Kubernetes API, as kubectl would reach it; its client is loaded then. */
  readonly openCluster: (options: ClusterOptions) => Promise<KubernetesApi>;
}

/** Exit statuses, the same for every command. */
export const EXIT = {
  /** Done, or nothing to do. */
  done: 0,
  /** Failed, or found wanting. */
  failed: 1,
  /** Wrong usage of the command line. */
  usage: 2,
  /** Work is due (`plan --check`). */
  due: 3,
  /** A person gave up with Ctrl-C; as the shell has it, 128 and the number of the signal. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
