import type { Finding } from '../../model/finding';

/** How one thing that was looked at came out. */
export type Verdict = Pick<Finding, 'level' | 'message' | 'next'>;

/** A command of releaf as a person would type it here: `approve kes` → `releaf approve kes -C prod`. */
export type Typed = (command: string) => string;

/** What to do when the cluster is behind the folder. */
export const applyOutput = (name: string): string =>
  `apply dist/${name}.k8s.yaml, or see why GitOps has not`;
