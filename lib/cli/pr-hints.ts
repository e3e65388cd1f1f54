import { ReleafError } from '../model/errors';
import { shellWord } from '../model/shell-word';
import { visible } from '../model/visible';
import { isDue, plan } from '../rotation/plan';
import { readCertificate, type Folder } from '../store/folder';
import { sealedForIn } from '../store/sealed-for';
import type { Context } from './context';
import { paced } from './progress';
import { typed } from './typed';

/** What to compare with where nothing differs from `HEAD`: a line for a person. */
export function otherBase(context: Context): string {
  const fork = context.forkOf(context.folder);
  const compare = (base: string): string => typed(context, `pr --base ${base}`);
  if (!fork) return `HEAD has all of it; what a commit or a branch changes: ${compare('HEAD~1')}`;
  const { branch, commit, isTip } = fork;
  return isTip
    ? `HEAD has all of it; what this branch changes: ${compare(shellWord(branch))}`
    : `HEAD has all of it; what this branch changes since it left ${visible(branch)}: ${compare(commit.slice(0, 12))}`;
}

/** Nothing is due by its date then. */
const BEFORE_ALL = new Date(0);

/** Whether the config asks for something that neither serves nor waits, whatever the time. */
export async function asksForMore(context: Context, folder: Folder): Promise<boolean> {
  const { certificates } = folder.config;
  const sealedFor = sealedForIn(folder, () => undefined);
  try {
    for await (const spec of paced(context, 'compared', certificates.length, certificates)) {
      const steps = plan([readCertificate(folder, spec)], BEFORE_ALL, { sealedFor });
      if (steps.some(isDue)) return true;
    }
  } catch (error) {
    // What cannot be read is told by `releaf plan`.
    if (!(error instanceof ReleafError) || error.code === 'INTERRUPTED') throw error;
  }
  return false;
}
