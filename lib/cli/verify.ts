import { visible } from '../model/visible';
import { openFolder } from '../store/folder';
import type { Context, ExitStatus } from './context';
import { findProblems } from './find-problems';
import { tellProblems } from './tell-problems';

/** `releaf verify`: the gate in CI. Everything committed holds together; expiry is not its business. */
export async function runVerify(
  context: Context,
  { json }: { readonly json: boolean },
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const { problems, issued, warnings } = await findProblems(context, folder);
  for (const warning of warnings) context.note(`warning: ${visible(warning)}`, 'important');
  const { length } = folder.config.certificates;
  const certificates = `${length} ${length === 1 ? 'certificate' : 'certificates'}`;
  return tellProblems(
    context,
    problems,
    json,
    () => `all right: ${certificates}, ${issued} issued`,
  );
}
