import { join, resolve } from 'node:path';
import { nameProblem, type ReasonedAnswers } from '../config/init/answers';
import { ciFiles, GITHUB_WORKFLOW, GITLAB_JOBS, type CiFile } from '../config/init/ci-files';
import { SIGNER } from '../config/kubernetes-names';
import { ReleafError } from '../model/errors';
import { visible } from '../model/visible';
import { answersText } from '../report/init';
import { openTarget, writeFiles, type Target } from '../store/adopt-into';
import { readApp } from '../store/app-output';
import { OUTPUT_FOLDER } from '../store/output-folder';
import { shownPath } from '../store/shown-path';
import { isThere } from '../store/survey';
import { readTemplate } from '../store/templates';
import { EXIT, type Context, type ExitStatus } from './context';
import type { Repository } from './git-repository';
import type { AnswerFlags } from './init-answers';
import { ignoreRules } from './init-ignore';
import { tellCi, tellEmpty, tellNext } from './init-next';
import { packageCommands } from './init-package';
import { prepare } from './init-prepare';
import { packageRoot, packageVersion } from './package';

/** What `releaf init` was told on the command line. */
export interface InitFlags extends AnswerFlags {
  /** Print what would be written; write nothing. */
  readonly dryRun: boolean;
}

/** A file that is written unless it is there. */
interface Planned extends CiFile {
  /** Absolute path of the folder that it is in. */
  readonly root: string;
}

/** `releaf init`: config, ignore rules and CI for the repository as it is. What is there stays. */
export async function runInit(context: Context, flags: InitFlags): Promise<ExitStatus> {
  assertUsable(flags);
  const target = openTarget(context.folder);
  const repository = repositoryAround(context, target);
  const fresh = target.present ? undefined : await prepare(context, target, repository, flags);
  const config = target.present?.config ?? fresh?.config;
  const output = readApp(target.root)?.output ?? OUTPUT_FOLDER;
  const ignore = ignoreRules(context, target.root, output, config?.certificates ?? []);
  const planned: readonly Planned[] = [
    ...ciOf(repository, fresh?.answers.ci.value ?? flags.ci ?? 'none'),
    ...ignore.files.map((one) => ({ ...one, root: target.root })),
    // Last, so that a run which was cut off is made good by the next.
    ...(fresh ? [{ root: target.root, file: target.configFile, text: fresh.text }] : []),
  ];
  if (fresh) (flags.dryRun ? context.note : context.print)(answersText(fresh.answers));
  const missing = planned.filter(({ root, file }) => !isThere(root, file));
  // As it is reached from where the person stands.
  const shown = ({ root, file }: Planned): string =>
    visible(join(context.folder, shownPath(target.root, join(root, file))));
  for (const one of planned) {
    if (!missing.includes(one)) context.note(`kept     ${shown(one)}, which is there already`);
    else if (flags.dryRun) context.print(`--- ${shown(one)}\n${one.text}`);
  }
  if (!flags.dryRun) {
    write(missing);
    for (const one of missing) context.note(`wrote    ${shown(one)}`);
  }
  if (flags.dryRun) context.note('nothing is written: --dry-run');
  if (missing.length === 0) {
    context.print(
      `nothing to do: ${target.configFile} is there; releaf adopt adds what a cluster has`,
    );
  }
  if (config?.certificates.length === 0) tellEmpty(context, target.configFile);
  tellCi(context, repository, planned);
  for (const line of ignore.notes) context.note(line);
  const runsInCi = missing.some(({ file }) => [GITHUB_WORKFLOW, GITLAB_JOBS].includes(file));
  const first = packageCommands(context, target.root, repository.top, runsInCi);
  tellNext(context, target.root, fresh || runsInCi ? first : [], fresh);
  return EXIT.done;
}

/** All of a folder at once, in the order of the folders. */
function write(files: readonly Planned[]): void {
  for (const root of new Set(files.map((one) => one.root))) {
    const own = files
      .filter((one) => one.root === root)
      .map(({ file, text }) => [file, text] as const);
    writeFiles({ root, configFile: '' }, new Map(own));
  }
}

/** @throws ReleafError CONFIG_INVALID */
function assertUsable({ name, profile, signer }: InitFlags): void {
  const problem =
    (name === undefined ? undefined : labelled('--name', nameProblem(name, profile))) ??
    (signer === undefined ? undefined : labelled('--signer', SIGNER.broken(signer)));
  if (problem !== undefined) {
    throw new ReleafError('CONFIG_INVALID', problem, 'nothing was written; give another one');
  }
}

const labelled = (flag: string, problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `${flag}: ${problem}`;

/** A folder in no repository is one by itself. */
function repositoryAround(context: Context, { root }: Target): Repository {
  const found = context.repositoryOf(root);
  return found ? { ...found, top: resolve(found.top) } : { top: root, within: '' };
}

function ciOf({ top, within }: Repository, ci: ReasonedAnswers['ci']['value']): readonly Planned[] {
  const template = (name: string): string => readTemplate(packageRoot(), name);
  return ciFiles({ ci, version: packageVersion(), within }, template).map((one) => ({
    ...one,
    root: top,
  }));
}
