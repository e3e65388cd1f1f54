import { FLUX_OBJECTS } from '../delivery/folder-objects';
import { visible } from '../model/visible';
import { superfluousRevisions } from '../rotation/retention';
import { readFolder, type Folder } from '../store/folder';
import { REQUEST_FILES, removeRevision } from '../store/revisions';
import type { Staging } from '../store/staging';
import type { Context } from './context';
import { ignoredProblems } from './ignored-problems';
import { synthesizeOutput } from './output';
import { typed } from './typed';

/** Files and folders that a command changed, relative to the folder. */
export interface Changes {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/**
 * What every command does last: old revisions go, and the output follows. Also what a rerun does after
 * an earlier run was cut off, so both end in the same state.
 *
 * @param changed - what the command itself wrote
 */
export async function finish(
  folder: Folder,
  staging: Staging,
  context: Context,
  changed: readonly string[],
): Promise<Changes> {
  const old: string[] = [];
  for (const { spec, revisions } of readFolder(folder)) {
    for (const number of superfluousRevisions(revisions)) {
      old.push(`${removeRevision(folder.root, spec.name, number, staging)}/`);
    }
  }
  try {
    const { written, removed } = await synthesizeOutput(folder, staging, context);
    noteIgnored(context, folder, changed, written);
    return { written: [...changed, ...written], removed: [...old, ...removed] };
  } catch (error) {
    noteUnfinished(context, { written: changed, removed: old });
    throw error;
  }
}

/** What was just made is lost if it is never committed, and `git status` does not show it. */
function noteIgnored(
  context: Context,
  folder: Folder,
  changed: readonly string[],
  output: readonly string[],
): void {
  const inputs = changed.flatMap((path) =>
    path.endsWith('/') ? REQUEST_FILES.map((file) => `${path}${file}`) : [path],
  );
  for (const { message, hint } of ignoredProblems(context, folder, output, inputs)) {
    context.note(`warning: ${visible(message)}`, 'important');
    context.note(`  ${visible(hint)}`, 'important');
  }
}

/** What is there although the command fails: a rerun would not do it again, nor say so. */
function noteUnfinished(context: Context, changes: Changes): void {
  if (changes.written.length + changes.removed.length === 0) return;
  noteChanges(context, changes, 'important');
  context.note(
    `that stays; once the following is settled, the output follows: ${typed(context, 'synth')}`,
    'important',
  );
}

/** Tells a person what changed. */
export function noteChanges(
  { note }: Context,
  { written, removed }: Changes,
  weight?: 'important',
): void {
  for (const file of written) note(`wrote    ${visible(file)}`, weight);
  for (const file of removed) note(`removed  ${visible(file)}`, weight);
  if (!removed.some((file) => file.endsWith(`/${FLUX_OBJECTS}`))) return;
  note(
    `warning: ${FLUX_OBJECTS} is gone: Flux deletes the Secrets that it applied for it once this is merged, unless it is told not to: docs/flux.md, 'Leaving Flux'`,
    'important',
  );
}
