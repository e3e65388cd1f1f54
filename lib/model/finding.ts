/** How a check came out. A warning is for a person to weigh; a failure will stop a renewal. */
export type FindingLevel = 'ok' | 'warning' | 'failure';

/** What one check of the live cluster found: a line of `releaf doctor`. */
export interface Finding {
  readonly level: FindingLevel;
  /** What was looked at, in a word or two: `api server`, `rights`, `secret`. */
  readonly check: string;
  /** Name of the certificate that it is about; absent where it is about all. */
  readonly certificate?: string;
  /** What was found, with the values: lower case, no full stop. */
  readonly message: string;
  /**
   * What to do next: lines, of which a command is one by itself, ready to paste. Names from the cluster
   * have no place in them.
   */
  readonly next?: readonly string[];
}
