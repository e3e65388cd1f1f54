import { join } from 'node:path';
import { ReleafError } from '../model/errors';
import { withoutCarriageReturns } from '../store/line-ends';
import type { CommittedFiles, RecordedState } from '../store/recorded-state';
import { CERTIFICATES } from '../store/revisions';
import type { Context } from './context';

/** Where a folder was in an earlier commit. */
export interface MovedFolder {
  /** Top of the repository. */
  readonly top: string;
  /** The folder in it, with forward slashes; empty for the top. */
  readonly from: string;
}

const REQUEST = /^(?:([^]+)\/)?certificates\/([^/]+)\/(\d+)\/request\.pem$/;

/**
 * Looks in a commit for the folder that these certificates were in: another one with one of their requests at
 * least, that has no certificates any more. A request is signed by its key, so no two are the same.
 *
 * @param base - the commit
 * @param after - the certificates as they are
 * @param isLeft - whether a folder of the repository has no certificates now
 * @returns undefined where they are new, or git cannot tell
 */
export function movedFrom(
  context: Context,
  root: string,
  base: string,
  after: RecordedState,
  isLeft: (folder: MovedFolder) => boolean,
): MovedFolder | undefined {
  const top = context.repositoryOf(root)?.top;
  if (top === undefined || after.names.length === 0) return undefined;
  const shared = new Map<string, number>();
  for (const [path, content] of requestsIn(context, top, base, after)) {
    const [, from = '', name = '', number = ''] = REQUEST.exec(path) ?? [];
    if (typeof content === 'string') continue;
    if (withoutCarriageReturns(content.toString()) !== requestOf(after, name, Number(number))) {
      continue;
    }
    shared.set(from, (shared.get(from) ?? 0) + 1);
  }
  return [...shared]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([from]) => ({ top, from }))
    .find(isLeft);
}

/** Where the certificates of such a folder are, in the repository. */
export const certificatesOf = ({ from }: MovedFolder): string =>
  from === '' ? CERTIFICATES : `${from}/${CERTIFICATES}`;

/** Such a folder on disk. */
export const folderOf = ({ top, from }: MovedFolder): string => join(top, from);

function requestsIn(
  { committedFiles }: Context,
  top: string,
  base: string,
  after: RecordedState,
): CommittedFiles {
  const isWanted = (path: string): boolean => {
    const [, , name = '', number = ''] = REQUEST.exec(path) ?? [];
    return name !== '' && after.numbers(name).includes(Number(number));
  };
  try {
    return committedFiles(top, base, '', isWanted);
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    // A partial clone lacks what stands elsewhere; then they count as new.
    return new Map();
  }
}

/** What cannot be read is told where it is compared. */
function requestOf(state: RecordedState, name: string, number: number): string | undefined {
  try {
    return state.reader(name, number)('request.pem');
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    return undefined;
  }
}
