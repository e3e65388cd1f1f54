import type { Revision } from '../model/revision';
import {
  CERTIFICATES,
  isRevisionNumber,
  parseRevision,
  recordedNames,
  REVISION_FILES,
  revisionNumbers,
  revisionReader,
  type ReadRevisionFile,
} from './revisions';
import { decode } from './text-file';

/** What stands in `certificates/`, in the folder or in a commit. Nothing is read before it is asked for. */
export interface RecordedState {
  /** Names that have a revision, in code-unit order. */
  readonly names: readonly string[];
  /** Numbers of the revisions of a name, in order; none where it has no folder. */
  numbers(name: string): readonly number[];
  reader(name: string, number: number): ReadRevisionFile;
}

/** The state of a folder on disk. */
export const stateOnDisk = (root: string): RecordedState => ({
  names: recordedNames(root),
  numbers: (name) => revisionNumbers(root, name),
  reader: (name, number) => revisionReader(root, name, number),
});

/**
 * The state of a commit.
 *
 * @param files - what the commit has in `certificates/`, by path relative to that
 */
export function stateOfCommit(files: ReadonlyMap<string, Buffer>): RecordedState {
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
      const bytes = files.get(`${name}/${number}/${file}`);
      return bytes && decode(bytes, `${CERTIFICATES}/${name}/${number}/${file}`);
    },
  };
}

/**
 * Names whose revisions are not the same in both states, in code-unit order; with them those that one state
 * cannot read.
 */
export function differingNames(before: RecordedState, after: RecordedState): readonly string[] {
  return [...new Set([...before.names, ...after.names])].sort().filter((name) => {
    const numbers = after.numbers(name);
    if (before.numbers(name).join() !== numbers.join()) return true;
    return numbers.some((number) => {
      const [old, now] = [before.reader(name, number), after.reader(name, number)];
      return REVISION_FILES.some((file) => textOf(old, file) !== textOf(now, file));
    });
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
