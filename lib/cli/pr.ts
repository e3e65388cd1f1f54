import { resolve } from 'node:path';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { Revision } from '../model/revision';
import { visible } from '../model/visible';
import { pullRequestBody, pullRequestJson } from '../report/pull-request';
import {
  hasNews,
  type FolderChanges,
  type ToldChange,
  type Unreadable,
} from '../report/pull-request-parts';
import { pullRequestTitle } from '../report/pull-request-title';
import type { Problem } from '../rotation/coherence';
import { compareRevisions } from '../rotation/certificate-change';
import { readApp } from '../store/app-output';
import { readCas } from '../store/ca-file';
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
import type { X509 } from '../x509/certificate';
import { EXIT, type Context, type ExitStatus } from './context';
import { noteFailure } from './failure';
import { findProblems } from './find-problems';
import { errorJson, tidy } from './folders';
import { certificatesOf, folderOf, movedFrom, type MovedFolder } from './moved-folder';
import { asksForMore, otherBase } from './pr-hints';
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
  const isSilent = !folders.some(hasNews);
  if (isSilent && flags.base === 'HEAD' && flags.head === undefined) note(otherBase(first));
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
  const { base, head } = flags;
  const committed = (commit: string, root = folder.root, path: string = CERTIFICATES) =>
    stateOfCommit(context.committedFiles(root, commit, path, isRevisionFile));
  const there = committed(base);
  const after = head === undefined ? stateOnDisk(folder.root) : committed(head);
  const isLeft = (moved: MovedFolder): boolean =>
    (head === undefined
      ? stateOnDisk(folderOf(moved))
      : committed(head, moved.top, certificatesOf(moved))
    ).names.length === 0;
  const moved =
    there.names.length === 0 ? movedFrom(context, folder.root, base, after, isLeft) : undefined;
  const before = moved ? committed(base, moved.top, certificatesOf(moved)) : there;
  const foreign = newlyForeign(before, after);
  const changes: FolderChanges = {
    folder: tidy(context.folder),
    ...(await compare(context, folder, before, after)),
    ...(foreign.length > 0 && { foreign }),
    ...(moved && { movedFrom: moved.from }),
    certificates: folder.config.certificates.length,
    byApp: readApp(folder.root) !== undefined,
    typed: (command) => typed(context, command),
  };
  if (head !== undefined) return changes;
  if (!hasNews(changes)) {
    if (!context.quiet && (await asksForMore(context, folder))) {
      context.note(`the config asks for more: ${typed(context, 'renew')}`);
    }
    return changes;
  }
  return flags.title ? changes : { ...changes, problems: await problemsIn(context, folder) };
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

/** A `ca` file that cannot be read is told by `releaf verify`; all CAs count as unknown then. */
function casOf(folder: Folder, spec: CertificateSpec | undefined): readonly X509[] | undefined {
  try {
    return spec && readCas(folder, spec);
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    return undefined;
  }
}

type Compared = Pick<FolderChanges, 'changes' | 'unreadable'>;

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
    const change = attempt('after', () =>
      compareRevisions(name, old, now, spec, casOf(folder, spec)),
    );
    if (change) changes.push({ change, ...(spec && { spec }) });
  }
  return { changes, unreadable };
}
