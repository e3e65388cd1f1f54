import type { CertificateSpec } from '../model/certificate-spec';
import type { ErrorCode } from '../model/errors';
import type { CertificateChange } from '../rotation/certificate-change';
import type { Problem } from '../rotation/coherence';

/** A change, and what the config says of the certificate. */
export interface ToldChange {
  readonly change: CertificateChange;
  /** Absent where the config has no such entry any more. */
  readonly spec?: CertificateSpec;
}

/** A certificate whose files cannot be read in one of the states. */
export interface Unreadable {
  readonly name: string;
  readonly state: 'before' | 'after';
  readonly message: string;
}

/** All that a pull request says of one folder. */
export interface FolderChanges {
  /** As it was given on the command line. */
  readonly folder: string;
  /** In code-unit order of names. */
  readonly changes: readonly ToldChange[];
  readonly unreadable: readonly Unreadable[];
  /** What `releaf verify` finds; absent where it was not asked. */
  readonly problems?: readonly Problem[];
  /** How many certificates the config has. */
  readonly certificates: number;
  /** Whether an app of the team's makes the manifests. */
  readonly byApp: boolean;
  /** Why the folder cannot be compared at all; all else is empty then. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string; readonly hint: string };
  /** A command of releaf as it is typed for this folder. */
  readonly typed: (command: string) => string;
}

/** `2027-05-30 12:00 UTC` */
export const minute = (date: Date): string =>
  `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The first digits, by which people compare. */
export const short = (sha256: string): string => `${sha256.slice(0, 12)}…`;

const DAY = 86_400_000;

/** `30 days`, `1 day`, `5 hours`, `20 minutes`. */
export function lengthOf(milliseconds: number): string {
  const [unit, size] =
    milliseconds >= DAY
      ? (['day', DAY] as const)
      : milliseconds >= 3_600_000
        ? (['hour', 3_600_000] as const)
        : (['minute', 60_000] as const);
  const count = Math.round(milliseconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/**
 * As many lines as there is room for, and a word on the rest.
 *
 * @param room - in bytes
 * @param rest - says how many are left out
 */
export function fitting(
  lines: readonly string[],
  room: number,
  rest: (count: number) => string,
): readonly string[] {
  let left = room;
  const shown = lines.findIndex((line) => {
    left -= Buffer.byteLength(line) + 1;
    return left < 0;
  });
  return shown < 0 ? lines : [...lines.slice(0, shown), rest(lines.length - shown)];
}
