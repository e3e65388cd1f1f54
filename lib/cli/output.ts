import { appDifferences, readApp, type App } from '../store/app-output';
import { assertNoOrphans, type Folder } from '../store/folder';
import type { OutputDifference } from '../store/output-difference';
import type { Staging } from '../store/staging';
import { outputDifferences, synthesize, type Synthesis } from '../store/synthesize';
import { teamFileDifferences } from '../store/team-files';
import { runApp } from './app';
import type { Context } from './context';
import { withStaging } from './finish';

/**
 * Writes what the committed files give, and nothing that is right already: manifests through the team's
 * own app where `cdk8s.yaml` names one, else as releaf renders them.
 *
 * @throws ReleafError APP_FAILED, or as `synthesize`
 */
export async function synthesizeOutput(
  folder: Folder,
  staging: Staging,
  context: Context,
): Promise<Synthesis> {
  const app = readApp(folder.root);
  if (!app) return synthesize(folder, staging, context.output);
  const output = context.output ?? app.output;
  const differences = await differencesOfApp(folder, staging, context, { ...app, output });
  return synthesize(folder, staging, output, differences);
}

/**
 * What stands in the folder and is not what the committed files give.
 *
 * @throws ReleafError APP_FAILED, or as `outputDifferences`
 */
export async function committedDifferences(
  folder: Folder,
  context: Context,
): Promise<readonly OutputDifference[]> {
  const app = readApp(folder.root);
  if (!app) return [...outputDifferences(folder)];
  return withStaging(folder, (staging) => differencesOfApp(folder, staging, context, app));
}

async function differencesOfApp(
  folder: Folder,
  staging: Staging,
  context: Context,
  { command, output }: App,
): Promise<readonly OutputDifference[]> {
  assertNoOrphans(folder);
  const produced = staging.makeFolder('app');
  await runApp(context, folder, command, produced);
  return [...appDifferences(folder.root, produced, output), ...teamFileDifferences(folder)];
}
