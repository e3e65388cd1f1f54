import { openFolder } from '../store/folder';
import { synthesize } from '../store/synthesize';
import { EXIT, type Context, type ExitStatus } from './context';
import { noteChanges } from './finish';
import { synthesized, synthesizeOutput } from './output';
import { withStaging } from './with-staging';

/** `releaf synth`: folder → `dist/`. */
export async function runSynth(
  context: Context,
  { json }: { readonly json: boolean },
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  return withStaging(context, folder, async (staging) => {
    // Where the output is moved, releaf is itself the app: `app: releaf synth` in cdk8s.yaml.
    const changes =
      context.output === undefined
        ? await synthesizeOutput(folder, staging, context)
        : await synthesized(context, folder, synthesize(folder, staging, context.output));
    if (json) context.print(JSON.stringify(changes, undefined, 2));
    else {
      noteChanges(context, changes);
      if (changes.written.length + changes.removed.length === 0) context.note('nothing to do');
    }
    return EXIT.done;
  });
}
