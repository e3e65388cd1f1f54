import { rollback } from '../rotation/rollback';
import { readCas } from '../store/ca-file';
import { openFolder, readCertificate } from '../store/folder';
import { writeWithdrawn } from '../store/revisions';
import { preflight } from '../store/synthesize';
import { EXIT, type Context, type ExitStatus } from './context';
import { finish, noteChanges } from './finish';
import { select } from './selection';
import { typed } from './typed';
import { withStaging } from './with-staging';

/** `releaf rollback NAME`: back to the revision before, and stay there. */
export async function runRollback(
  context: Context,
  name: string,
  { json }: { readonly json: boolean },
): Promise<ExitStatus> {
  const folder = openFolder(context.folder);
  const [spec] = select(folder, [name]);
  if (!spec) throw new Error(`select returned nothing for ${name}`);
  const { revisions } = readCertificate(folder, spec);
  const { withdraw, serves } = rollback(spec, revisions, context.now, readCas(folder, spec));
  const next = revisions.map((revision) =>
    revision.number === withdraw ? { ...revision, withdrawn: true } : revision,
  );
  preflight(folder, new Map([[name, next]]), context.output);
  return withStaging(context, folder, async (staging) => {
    const written =
      withdraw === undefined ? [] : [writeWithdrawn(folder.root, name, withdraw, staging)];
    const changes = await finish(folder, staging, context, written);
    if (json) {
      context.print(
        JSON.stringify({ name, withdrawn: withdraw ?? null, serves, ...changes }, undefined, 2),
      );
    } else {
      context.print(
        withdraw === undefined
          ? `${name}: rolled back already, revision ${serves} serves`
          : `${name}: revision ${withdraw} is withdrawn, revision ${serves} serves`,
      );
      noteChanges(context, changes);
      context.note(`it stays there until: ${typed(context, `renew ${name} --force`)}`);
      if (changes.written.length + changes.removed.length > 0) {
        context.note('next: commit, open a pull request');
      }
    }
    return EXIT.done;
  });
}
