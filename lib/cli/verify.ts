import { currentRevision } from '../model/revision';
import { openFolder, readFolder, type Folder } from '../store/folder';
import type { Context, ExitStatus } from './context';
import { findProblems } from './find-problems';
import { tellProblems } from './tell-problems';

/** `releaf verify`: the gate in CI. Everything committed holds together; expiry is not its business. */
export async function runVerify(
  context: Context,
  { json }: { readonly json: boolean },
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const problems = await findProblems(context, folder);
  return tellProblems(context, problems, json, () => `all right: ${counted(folder)}`);
}

function counted(folder: Folder): string {
  let issued = 0;
  for (const { revisions } of readFolder(folder)) if (currentRevision(revisions)) issued += 1;
  const { length } = folder.config.certificates;
  return `${length} ${length === 1 ? 'certificate' : 'certificates'}, ${issued} issued`;
}
