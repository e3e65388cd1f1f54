import type { CertificateSpec } from '../model/certificate-spec';
import type { ErrorCode } from '../model/errors';
import { shellWord } from '../model/shell-word';
import type { CertificateChange } from '../rotation/certificate-change';
import type { Problem } from '../rotation/coherence';
import type { ForeignFile } from '../model/foreign-file';
import { wordList } from './markdown';

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
  /** What came into `certificates/` that no command of releaf writes. @default - nothing */
  readonly foreign?: readonly ForeignFile[];
  /** Folder of the repository that these certificates were in before; empty for the top. @default - here */
  readonly movedFrom?: string;
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

/** The first digits, by which people compare. */
export const short = (sha256: string): string => `${sha256.slice(0, 12)}…`;

const DAY = 86_400;

/** `30 days`, `1 day`, `5 hours`, `20 minutes`. */
export function lengthOf(seconds: number): string {
  const [unit, size] =
    seconds >= DAY
      ? (['day', DAY] as const)
      : seconds >= 3_600
        ? (['hour', 3_600] as const)
        : (['minute', 60] as const);
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Whether another certificate serves than before. */
export const isServedAnew = ({ change }: ToldChange): boolean => change.servesAnew;

/** Their names in a sentence: Markdown. */
export const listed = (told: readonly ToldChange[]): string =>
  wordList(told.map(({ change }) => change.name)).markdown;

/** Their names as they are pasted into a shell; a folder in `certificates/` may be called anything. */
export const namesOf = (told: readonly ToldChange[]): readonly string[] =>
  told.map(({ change }) => shellWord(change.name));

/** Whether there is something to say of it. */
export const hasNews = ({
  changes,
  unreadable,
  foreign = [],
  movedFrom,
  failure,
}: FolderChanges): boolean =>
  failure !== undefined ||
  movedFrom !== undefined ||
  changes.length + unreadable.length + foreign.length > 0;

/** Where `movedFrom` is empty. */
export const REPOSITORY_TOP = 'the top of the repository';

/** The command that installs what waits, by who signs. */
export const installerOf = (signers: readonly (string | undefined)[]): string => {
  const local = signers.filter((signer) => signer === 'local').length;
  if (local === 0) return 'releaf fetch';
  return local === signers.length ? 'releaf sign' : 'releaf sign or releaf fetch';
};
