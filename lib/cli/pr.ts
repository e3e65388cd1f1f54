import { resolve } from 'node:path';
import { ReleafError } from '../model/errors';
import type { Revision } from '../model/revision';
import { visible } from '../model/visible';
import { pullRequestBody, pullRequestJson } from '../report/pull-request';
import type { FolderChanges, ToldChange, Unreadable } from '../report/pull-request-parts';
import { pullRequestTitle } from '../report/pull-request-title';
import type { Problem } from '../rotation/coherence';
import { compareRevisions } from '../rotation/certificate-change';
import { readApp } from '../store/app-output';
import { openFolder, type Folder } from '../store/folder';
import {
  differs,
  namesIn,
  newlyForeign,
  revisionsIn,
  stateOfCommit,
  stateOnDisk,
  type RecordedState,
} from '../store/recorded-state';
import { writeReport } from '../store/report-file';
import { CERTIFICATES, isRevisionFile } from '../store/revisions';
import { EXIT, type Context, type ExitStatus } from './context';
import { noteFailure } from './failure';
import { findProblems } from './find-problems';
import { errorJson, tidy } from './folders';
import { paced } from './progress';
import { typed } from './typed';

export interface PullRequestFlags {
  readonly base: string;
  /** @default - the working tree */
  readonly head?: string;
  readonly title: boolean;
  readonly out?: string;
  readonly json: boolean;
}

/**
 * `releaf pr`: title and body of a pull request. What is wrong with the folder stands in the body, so it
 * does not fail for that.
 *
 * @param contexts - one for each folder; all of them stand in one text
 */
export async function runPullRequest(
  contexts: readonly Context[],
  flags: PullRequestFlags,
): Promise<ExitStatus> {
  const distinct = [...new Map(contexts.map((one) => [resolve(one.folder), one])).values()];
  const [first] = distinct;
  if (!first) throw new Error('a command runs in one folder at least');
  const folders: FolderChanges[] = [];
  for (const context of distinct) {
    folders.push(await changesOrFailure(context, flags, distinct.length > 1));
  }
  const { now, print, note } = first;
  const title = pullRequestTitle(folders, now);
  if (flags.json) {
    print(JSON.stringify(pullRequestJson(folders, now), undefined, 2));
  } else if (flags.title) {
    print(title);
  } else {
    const body = pullRequestBody(folders, now);
    if (flags.out === undefined) print(`${title}\n\n${body.trimEnd()}`);
    else {
      writeReport(flags.out, body);
      print(title);
      note(`wrote    ${visible(flags.out)}`);
    }
  }
  const isSilent = folders.every((one) => !hasChanges(one) && !one.foreign && !one.failure);
  if (isSilent && flags.base === 'HEAD' && flags.head === undefined) {
    note(
      `HEAD has all of it; what a commit or a branch changes: ${typed(first, 'pr --base HEAD~1')}`,
    );
  }
  return folders.some(({ failure }) => failure) ? EXIT.failed : EXIT.done;
}

/** With several folders one that fails does not silence the others. */
async function changesOrFailure(
  context: Context,
  flags: PullRequestFlags,
  several: boolean,
): Promise<FolderChanges> {
  try {
    return await changesIn(context, flags);
  } catch (error) {
    if (!several && flags.json) context.print(JSON.stringify(errorJson(error), undefined, 2));
    if (!several || !(error instanceof ReleafError) || error.code === 'INTERRUPTED') throw error;
    noteFailure(context, error);
    const { code, message, hint } = error;
    return {
      folder: tidy(context.folder),
      changes: [],
      unreadable: [],
      certificates: 0,
      byApp: false,
      failure: { code, message, hint },
      typed: (command) => typed(context, command),
    };
  }
}

async function changesIn(context: Context, flags: PullRequestFlags): Promise<FolderChanges> {
  const folder = openFolder(context.folder);
  const committed = (commit: string): RecordedState =>
    stateOfCommit(context.committedFiles(folder.root, commit, CERTIFICATES, isRevisionFile));
  const before = committed(flags.base);
  const after = flags.head === undefined ? stateOnDisk(folder.root) : committed(flags.head);
  const compared = await compare(context, folder, before, after);
  const foreign = newlyForeign(before, after);
  const isChecked = flags.head === undefined && !flags.title && hasChanges(compared);
  return {
    folder: tidy(context.folder),
    ...compared,
    ...(foreign.length > 0 && { foreign }),
    ...(isChecked && { problems: await problemsIn(context, folder) }),
    certificates: folder.config.certificates.length,
    byApp: readApp(folder.root) !== undefined,
    typed: (command) => typed(context, command),
  };
}

/** What cannot even be verified is a problem as well. */
async function problemsIn(context: Context, folder: Folder): Promise<readonly Problem[]> {
  try {
    return (await findProblems(context, folder)).problems;
  } catch (error) {
    if (!(error instanceof ReleafError) || error.code === 'INTERRUPTED') throw error;
    const { code, message, hint } = error;
    return [{ code, file: CERTIFICATES, message, hint }];
  }
}

type Compared = Pick<FolderChanges, 'changes' | 'unreadable'>;

const hasChanges = ({ changes, unreadable }: Compared): boolean =>
  changes.length + unreadable.length > 0;

async function compare(
  context: Context,
  folder: Folder,
  before: RecordedState,
  after: RecordedState,
): Promise<Compared> {
  const specs = new Map(folder.config.certificates.map((spec) => [spec.name, spec]));
  const changes: ToldChange[] = [];
  const unreadable: Unreadable[] = [];
  const names = namesIn(before, after);
  for await (const name of paced(context, 'compared', names.length, names)) {
    if (!differs(name, before, after)) continue;
    const attempt = <Result>(
      state: Unreadable['state'],
      read: () => Result,
    ): Result | undefined => {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof ReleafError)) throw error;
        unreadable.push({ name, state, message: error.message });
        return undefined;
      }
    };
    const read = (
      state: Unreadable['state'],
      from: RecordedState,
    ): readonly Revision[] | undefined => attempt(state, () => revisionsIn(from, name));
    const [old, now] = [read('before', before), read('after', after)];
    if (!old || !now) continue;
    const spec = specs.get(name);
    const change = attempt('after', () => compareRevisions(name, old, now, spec));
    if (change) changes.push({ change, ...(spec && { spec }) });
  }
  return { changes, unreadable };
}
