import { join } from 'node:path';
import { ReleafError } from '../model/errors';
import { CONFIG_FILES } from '../store/config-file';
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
 * Looks in a commit for the folder that these certificates were in: another one with a config and one of their
 * requests at least, that has no certificates any more. A request is signed by its key, so no two are the same.
 * Where two folders fit, one was put there to be compared with: then they count as new.
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
  const shared = new Set<string>();
  const files = filesIn(context, top, base, after);
  for (const [path, content] of files) {
    const [, from = '', name, number] = REQUEST.exec(path) ?? [];
    if (name === undefined || typeof content === 'string') continue;
    if (withoutCarriageReturns(content.toString()) !== requestOf(after, name, Number(number))) {
      continue;
    }
    shared.add(from);
  }
  const hasConfig = (from: string): boolean =>
    CONFIG_FILES.some((file) => files.has(from === '' ? file : `${from}/${file}`));
  const [left, ...others] = [...shared]
    .filter(hasConfig)
    .map((from) => ({ top, from }))
    .filter(isLeft);
  return others.length === 0 ? left : undefined;
}

/** Where the certificates of such a folder are, in the repository. */
export const certificatesOf = ({ from }: MovedFolder): string =>
  from === '' ? CERTIFICATES : `${from}/${CERTIFICATES}`;

/** Such a folder on disk. */
export const folderOf = ({ top, from }: MovedFolder): string => join(top, from);

/** Requests that may be theirs, and every config. */
function filesIn(
  { committedFiles }: Context,
  top: string,
  base: string,
  after: RecordedState,
): CommittedFiles {
  const isWanted = (path: string): boolean => {
    if (CONFIG_FILES.some((file) => path === file || path.endsWith(`/${file}`))) return true;
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
