import type { Finding } from '../../model/finding';

/** How one thing that was looked at came out. */
export type Verdict = Pick<Finding, 'level' | 'message' | 'next'>;

/** Commands as a person would type them here, for the folder and the cluster of this run. */
export interface Commands {
  /** `approve kes` → `releaf approve kes -C prod --context test` */
  readonly releaf: (command: string) => string;
  /** `get csr` → `kubectl --context test get csr` */
  readonly kubectl: (command: string) => string;
  /** A file of the folder, as a word of a command. */
  readonly file: (path: string) => string;
}

/**
 * What to do when the cluster is behind the folder.
 *
 * @param file - path in `dist/`
 */
export const applyOutput = (file: string): readonly string[] => [
  `apply dist/${file}, or see why GitOps has not`,
];
