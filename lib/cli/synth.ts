import { openFolder } from '../store/folder';
import { synthesize } from '../store/synthesize';
import { EXIT, type Context, type ExitStatus } from './context';
import { noteChanges, withStaging } from './finish';

/** `releaf synth`: folder → `dist/`. */
export async function runSynth(
  context: Context,
  { json }: { readonly json: boolean },
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  return withStaging(folder, (staging) => {
    const changes = synthesize(folder, staging, context.output);
    if (json) context.print(JSON.stringify(changes, undefined, 2));
    else {
      noteChanges(context, changes);
      if (changes.written.length + changes.removed.length === 0) context.note('nothing to do');
    }
    return Promise.resolve(EXIT.done);
  });
}
