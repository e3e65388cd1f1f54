import { join } from 'node:path';
import {
  GITLAB_CI,
  GITLAB_INCLUDE,
  GITLAB_JOBS,
  GITHUB_WORKFLOW,
  nameableInCi,
  type CiFile,
} from '../config/init/ci-files';
import { caCommand, certificateName } from '../config/init/entry-text';
import { furtherServers } from '../config/init/further-servers';
import { shellWord } from '../model/shell-word';
import { visible } from '../model/visible';
import { ENGINE_RULES } from '../delivery/engines';
import { readApp } from '../store/app-output';
import { isThere } from '../store/survey';
import { readTextIfThere } from '../store/text-file';
import type { Context } from './context';
import type { Repository } from './git-repository';
import { tellEngine } from './init-engine';
import type { Fresh } from './init-prepare';
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

/** Tells a folder without certificates how it gets one. */
export function tellEmpty(context: Context, configFile: string): void {
  const adopt = typed(context, 'adopt NAMESPACE/SECRET');
  context.note(
    `${configFile} has no certificates yet: ${adopt} writes the entry of one that the cluster has; docs/config.md shows what an entry says`,
  );
}

/**
 * Tells what a person does next: at the end the commands, as they are typed.
 *
 * @param first - commands that come before all others
 * @param fresh - undefined where there was a config
 */
export function tellNext(
  context: Context,
  root: string,
  first: readonly string[],
  fresh: Fresh | undefined,
): void {
  if (fresh) {
    tellApp(context, root, fresh);
    tellEngine(context, root, fresh);
    tellRecipients(context, fresh);
    tellFurther(context, fresh);
  }
  const commands = [...first, ...(fresh ? nextCommands(context, root, fresh) : [])];
  commands.forEach((command, index) => {
    context.note(`${index === 0 ? 'next: ' : '      '}${command}`);
  });
  if (fresh) context.note('where docs/ is: releaf --help');
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
  // What all certificates share belongs to the output before there is one; verify misses it otherwise.
  const shares = ENGINE_RULES[config.delivery.engine].listing !== undefined && !readApp(root);
  const commands = [shares ? 'synth' : 'plan', 'renew', 'pr'].map((one) => typed(context, one));
  return [...missing, ...(missing.length === 2 ? commands.slice(1) : commands)].slice(0, 3);
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

/** One run writes one entry. */
function tellFurther(context: Context, { answers, findings }: Fresh): void {
  const further = furtherServers(findings, answers.server.value);
  if (!further) return;
  const adopt = typed(context, 'adopt NAMESPACE/SECRET');
  context.note(
    `found ${further.count} more with a Secret for TLS: ${visible(further.named)}; an entry each: copy that one, or ${adopt}`,
  );
}

function tellRecipients({ note }: Context, { answers, findings, config }: Fresh): void {
  const [spec] = config.certificates;
  if (answers.sealing.value !== 'sops' || spec?.sealing.type !== 'sops') return;
  if (spec.sealing.recipients || (findings.sops?.recipients.length ?? 0) > 0) return;
  note('.sops.yaml needs the public keys of those who may decrypt, as age-keygen prints them:');
  note('      creation_rules:');
  note('        - age: age1…');
}
