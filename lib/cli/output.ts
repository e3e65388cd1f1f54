import { posix } from 'node:path';
import { folderObjects } from '../delivery/folder-objects';
import { possibleFiles } from '../delivery/output-file';
import { appDifferences, producedFiles, readApp, type App } from '../store/app-output';
import { assertNoOrphans, type Folder } from '../store/folder';
import type { OutputDifference } from '../store/output-difference';
import { OUTPUT_FOLDER } from '../store/output-folder';
import { revisionNumbers } from '../store/revisions';
import type { Staging } from '../store/staging';
import { outputDifferences, synthesize, type Synthesis } from '../store/synthesize';
import { teamFileDifferences } from '../store/team-files';
import { assertSecretsStay } from '../store/unserved-secrets';
import { runApp } from './app';
import type { Context } from './context';
import { paced, pacedWork } from './progress';
import { withStaging } from './with-staging';

/** What the committed files give. */
export interface Output {
  /** What stands in the folder and is something else. */
  readonly differences: readonly OutputDifference[];
  /** All files that the output has, or will have once something is issued; relative to the folder. */
  readonly files: readonly string[];
}

/**
 * Writes what the committed files give, and nothing that is right already: manifests through the team's
 * own app where `cdk8s.yaml` names one, else as releaf renders them.
 *
 * @throws ReleafError APP_FAILED, or as `readApp` and `synthesize`
 */
export async function synthesizeOutput(
  folder: Folder,
  staging: Staging,
  context: Context,
): Promise<Synthesis> {
  const app = readApp(folder.root, context.output);
  if (!app) return synthesized(context, folder, synthesize(folder, staging, context.output));
  const { differences } = await outputOfApp(folder, staging, context, app);
  return synthesized(context, folder, synthesize(folder, staging, app.output, differences));
}

/** Does what synth takes, certificate by certificate. */
export const synthesized = (
  context: Context,
  { config }: Folder,
  work: ReturnType<typeof synthesize>,
): Promise<Synthesis> => pacedWork(context, 'synth', config.certificates.length, work);

/**
 * What the committed files give, where GitOps reads it.
 *
 * @throws ReleafError APP_FAILED, or as `readApp` and `outputDifferences`
 */
export async function committedOutput(folder: Folder, context: Context): Promise<Output> {
  const app = readApp(folder.root);
  if (!app) {
    const differences: OutputDifference[] = [];
    const { length } = folder.config.certificates;
    for await (const one of paced(context, 'dist/', length, outputDifferences(folder))) {
      if (one) differences.push(one);
    }
    return { differences, files: ownFiles(folder) };
  }
  return withStaging(context, folder, (staging) => outputOfApp(folder, staging, context, app));
}

function ownFiles({ root, config }: Folder): readonly string[] {
  const files = config.certificates.flatMap((spec) =>
    possibleFiles(spec, revisionNumbers(root, spec.name)),
  );
  const shared = folderObjects(config.delivery, files).map(({ file }) => file);
  return [...files, ...shared].map((file) => `${OUTPUT_FOLDER}/${file}`);
}

async function outputOfApp(
  folder: Folder,
  staging: Staging,
  context: Context,
  app: App,
): Promise<Output> {
  assertNoOrphans(folder);
  const produced = staging.makeFolder('app');
  await runApp(context, folder, app, produced);
  const differences = [...appDifferences(folder.root, produced, app.output)];
  assertSecretsStay(folder, differences);
  return {
    differences: [...differences, ...teamFileDifferences(folder)],
    files: producedFiles(produced).map((name) => posix.join(app.output, name)),
  };
}
