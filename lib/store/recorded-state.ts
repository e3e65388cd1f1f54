import { ReleafError } from '../model/errors';
import type { ForeignFile } from '../model/foreign-file';
import type { Revision } from '../model/revision';
import { foreignOnDisk } from './foreign-files';
import { withoutCarriageReturns } from './line-ends';
import {
  CERTIFICATES,
  isRevisionFile,
  isRevisionNumber,
  parseRevision,
  recordedNames,
  REVISION_FILES,
  revisionNumbers,
  revisionReader,
  type ReadRevisionFile,
} from './revisions';
import { decode, tooLarge } from './text-file';

/** Why something in a commit is not read. */
export type Unread = 'a symbolic link' | 'a repository of its own' | 'too large' | 'not wanted';

/** What stands below a folder in a commit, by path relative to that. */
export type CommittedFiles = ReadonlyMap<string, Buffer | Unread>;

/** What stands in `certificates/`, in the folder or in a commit. Nothing is read before it is asked for. */
export interface RecordedState {
  /** Names that have a revision, in code-unit order. */
  readonly names: readonly string[];
  /** Numbers of the revisions of a name, in order; none where it has no folder. */
  numbers(name: string): readonly number[];
  reader(name: string, number: number): ReadRevisionFile;
  /** What no command of releaf writes there, in code-unit order of paths. */
  foreign(): readonly ForeignFile[];
}

/** The state of a folder on disk. */
export const stateOnDisk = (root: string): RecordedState => ({
  names: recordedNames(root),
  numbers: (name) => revisionNumbers(root, name),
  reader: (name, number) => revisionReader(root, name, number),
  foreign: () => foreignOnDisk(root),
});

/**
 * The state of a commit.
 *
 * @param files - what the commit has in `certificates/`, by path relative to that
 */
export function stateOfCommit(files: CommittedFiles): RecordedState {
  const numbers = new Map<string, Set<number>>();
  for (const path of files.keys()) {
    const [name = '', number = '', ...rest] = path.split('/');
    if (rest.length === 0 || !isRevisionNumber(number)) continue;
    const known = numbers.get(name) ?? new Set();
    numbers.set(name, known.add(Number(number)));
  }
  return {
    names: [...numbers.keys()].sort(),
    numbers: (name) => [...(numbers.get(name) ?? [])].sort((a, b) => a - b),
    reader: (name, number) => (file) => {
      const path = `${CERTIFICATES}/${name}/${number}/${file}`;
      const found = files.get(`${name}/${number}/${file}`);
      if (typeof found !== 'string') return found && withoutCarriageReturns(decode(found, path));
      if (found === 'too large') throw tooLarge(path, 'more');
      throw new ReleafError('FILE_UNREADABLE', `${path}: is ${found}`);
    },
    foreign: () =>
      [...files]
        .filter(([path, found]) => !isRevisionFile(path) || isForeign(found))
        .map(([path, found]) => ({
          path: path === '' ? CERTIFICATES : `${CERTIFICATES}/${path}`,
          kind: isForeign(found) ? found : ('a file' as const),
        }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

const isForeign = (
  found: Buffer | Unread,
): found is 'a symbolic link' | 'a repository of its own' =>
  found === 'a symbolic link' || found === 'a repository of its own';

/** What no command of releaf writes, and the state before does not have. */
export function newlyForeign(before: RecordedState, after: RecordedState): readonly ForeignFile[] {
  const known = new Set(before.foreign().map(({ path, kind }) => `${kind} ${path}`));
  return after.foreign().filter(({ path, kind }) => !known.has(`${kind} ${path}`));
}

/** Names that one of the states has, in code-unit order. */
export const namesIn = (...states: readonly RecordedState[]): readonly string[] =>
  [...new Set(states.flatMap(({ names }) => names))].sort();

/** Whether the revisions of a name are not the same in both states, or one state cannot read them. */
export function differs(name: string, before: RecordedState, after: RecordedState): boolean {
  const numbers = after.numbers(name);
  if (before.numbers(name).join() !== numbers.join()) return true;
  return numbers.some((number) => {
    const [old, now] = [before.reader(name, number), after.reader(name, number)];
    return REVISION_FILES.some((file) => textOf(old, file) !== textOf(now, file));
  });
}

/** What cannot be read equals nothing. */
function textOf(read: ReadRevisionFile, file: (typeof REVISION_FILES)[number]): unknown {
  try {
    return read(file);
  } catch {
    return Symbol(file);
  }
}

/**
 * The revisions of a certificate in a state, oldest first.
 *
 * @throws ReleafError REVISION_INVALID, FILE_UNREADABLE or PATH_OUTSIDE
 */
export const revisionsIn = (state: RecordedState, name: string): readonly Revision[] =>
  state.numbers(name).map((number) => parseRevision(name, number, state.reader(name, number)));
