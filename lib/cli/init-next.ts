import { join, posix } from 'node:path';
import {
  GITLAB_CI,
  GITLAB_INCLUDE,
  GITLAB_JOBS,
  GITHUB_WORKFLOW,
  nameableInCi,
  type CiFile,
} from '../config/init/ci-files';
import { caCommand, certificateName } from '../config/init/entry-text';
import { inFolder } from '../config/init/found-engine';
import { shellWord } from '../model/shell-word';
import { visible } from '../model/visible';
import { FLUX_OBJECTS } from '../delivery/folder-objects';
import { readApp } from '../store/app-output';
import { OUTPUT_FOLDER } from '../store/output-folder';
import { isThere } from '../store/survey';
import { readTextIfThere } from '../store/text-file';
import type { Context } from './context';
import type { Repository } from './git-repository';
import type { Fresh } from './init';
import { typed } from './typed';

/** Tells what CI needs besides the files, where those were there already. */
export function tellCi(
  { note }: Pick<Context, 'note'>,
  { top, within }: Repository,
  planned: readonly CiFile[],
): void {
  const textOf = (file: string): string =>
    planned.some((one) => one.file === file) ? (readTextIfThere(join(top, file), file) ?? '') : '';
  const gitlab = textOf(GITLAB_CI);
  if (gitlab !== '' && !gitlab.includes(GITLAB_JOBS)) {
    note(`${GITLAB_CI} needs these lines:`);
    for (const line of GITLAB_INCLUDE.trimEnd().split('\n')) note(`      ${line}`);
  }
  for (const file of [GITHUB_WORKFLOW, GITLAB_JOBS]) {
    const [, folders] = /^ *RELEAF_FOLDERS: *(.*)$/m.exec(textOf(file)) ?? [];
    if (folders === undefined) continue;
    const said = folders.replace(/^(['"])(.*)\1$/, '$2').split(' ');
    if (!nameableInCi(within)) {
      note(`warning: ${file} cannot name a folder with blanks: ${visible(within)}`, 'important');
    } else if (said.some((one) => one === (within || '.') || one.includes('*'))) {
      note('what CI needs, such as a token: docs/ci.md');
    } else {
      note(`${file} needs ${within || '.'} among RELEAF_FOLDERS`);
    }
  }
}

/** Tells what a person does next: at the end the three commands, as they are typed. */
export function tellNext(context: Context, root: string, fresh: Fresh): void {
  tellApp(context, root, fresh);
  tellEngine(context, root, fresh);
  tellRecipients(context, fresh);
  const commands = nextCommands(context, root, fresh);
  commands.forEach((command, index) => {
    context.note(`${index === 0 ? 'next: ' : '      '}${command}`);
  });
}

/** What the config names and is not there comes first. */
function nextCommands(context: Context, root: string, { config }: Fresh): readonly string[] {
  const [spec] = config.certificates;
  const file = (name: string): string => shellWord(join(context.folder, name));
  const { sealing, ca } = spec ?? {};
  const missing = [
    ...(sealing?.type === 'sealed-secrets' && !isThere(root, sealing.certificate)
      ? [`${typed(context, 'doctor --sealing-certificate')} > ${file(sealing.certificate)}`]
      : []),
    ...(ca !== undefined && !isThere(root, ca) ? [caCommand(file(ca))] : []),
  ];
  const [plan, renew, pr] = ['plan', 'renew', 'pr'].map((command) => typed(context, command));
  return [...missing, ...(missing.length === 2 ? [renew] : [plan, renew, pr])]
    .slice(0, 3)
    .map((command) => command ?? '');
}

/** An app places certificates itself. */
function tellApp({ note }: Context, root: string, { answers, config }: Fresh): void {
  const app = readApp(root);
  if (!app) return;
  const name = certificateName(answers.server.value);
  // SOPS decrypts only what stands alone in its file.
  const alone = config.certificates.some(({ sealing }) => sealing.type === 'sops')
    ? ', { secretScope: scope }'
    : '';
  note(`the app (${visible(app.command)}) needs two lines, with releaf among its dependencies:`);
  note("      import { loadCertificates, RotatingCertificate } from 'releaf';");
  note('      // in the constructor of a Chart:');
  note(`      RotatingCertificate.from(this, loadCertificates(), '${name}'${alone});`);
}

/** An engine applies what it is told to, and no other folder. */
function tellEngine({ note }: Context, root: string, { answers, findings, within }: Fresh): void {
  const output = readApp(root)?.output ?? OUTPUT_FOLDER;
  const { argoCd, flux } = findings;
  if (answers.delivery.value === 'argo-cd') {
    const folder = posix.join(within, output);
    if (argoCd?.paths.some((path) => inFolder(folder, path))) return;
    note(
      `Argo CD must apply ${visible(folder)}/: as path of an Application, that of the workload at best; docs/argo-cd.md`,
    );
  }
  if (answers.delivery.value === 'kustomize') {
    note(
      `your kustomization.yaml needs ${visible(output)} among its components: docs/kustomize.md`,
    );
  }
  if (answers.delivery.value !== 'flux' || readApp(root)) return;
  const file = posix.join(within, output, FLUX_OBJECTS);
  const path = flux?.path ?? '.';
  note(`Flux must apply ${visible(file)}, which does the rest (docs/flux.md), for instance by`);
  note(
    `      ${visible(posix.join(path, 'kustomization.yaml'))}: resources: [${visible(posix.relative(path, file))}]`,
  );
  if (inFolder(within, path) && !isThere(root, 'kustomization.yaml')) {
    note(
      `warning: Flux takes every YAML file below ${visible(path)} for a manifest, until a kustomization.yaml there lists them`,
      'important',
    );
  }
}

function tellRecipients({ note }: Context, { answers, findings, config }: Fresh): void {
  const [spec] = config.certificates;
  if (answers.sealing.value !== 'sops' || spec?.sealing.type !== 'sops') return;
  if (spec.sealing.recipients || (findings.sops?.recipients.length ?? 0) > 0) return;
  note('.sops.yaml needs the public keys of those who may decrypt, as age-keygen prints them:');
  note('      creation_rules:');
  note('        - age: age1…');
}
