import { join } from 'node:path';
import type { ClusterOptions, KubernetesApi } from '../cluster/kubernetes-api';
import type { SecretDescription } from '../config/adopt/describe-secret';
import { adoptSecret, type Adopted, type AdoptOptions } from '../config/adopt/adopt-secret';
import { entryYaml } from '../config/adopt/entry-yaml';
import { ReleafError } from '../model/errors';
import { shellWord } from '../model/shell-word';
import { visible } from '../model/visible';
import { adoptedText } from '../report/adopted';
import { configWith, fileOf, ignoreLine, openTarget, writeFiles } from '../store/adopt-into';
import type { Target } from '../store/adopt-into';
import { findCa, type FoundCa } from './adopt-ca';
import { keyWarning, readSecret, type Read } from './adopt-read';
import { EXIT, type Context, type ExitStatus } from './context';
import { typed, typedKubectl } from './typed';

/** What `releaf adopt` was told on the command line. */
export interface AdoptFlags extends ClusterOptions {
  /** Name of the certificate. @default - from the Secret's name */
  readonly name?: string;
  /** Kubernetes signer name, where the certificate does not tell. */
  readonly signer?: string;
  /** Print the entry and write nothing. */
  readonly print: boolean;
  readonly json: boolean;
}

/** `releaf adopt`: the config entry for a Secret that is there. */
export async function runAdopt(
  context: Context,
  reference: string,
  flags: AdoptFlags,
): Promise<ExitStatus> {
  const target = openTarget(context.folder);
  const { secret, api, file } = await readSecret(context, reference, flags);
  const present = presentName(target, secret);
  if (present !== undefined) return alreadyThere(context, target, secret, present, flags);
  const { adopted, ca } = await adopt(context, target, secret, api, flags);
  assertFree(target, adopted.name);
  const text = flags.print ? undefined : configWith(target, adopted.name, adopted.entry);
  if (text === undefined && !flags.print && target.configFile.endsWith('.yaml')) {
    if (!flags.json) context.print(entryYaml(adopted.name, adopted.entry).trimEnd());
    throw new ReleafError(
      'CONFIG_INVALID',
      `${target.configFile}: there is no place behind which an entry can be added without changing something else`,
      'paste the entry above under certificates: by hand (--print prints it alone)',
    );
  }
  const files = flags.print ? new Map<string, string>() : filesOf(context, target, text, ca);
  const written = files.size === 0 ? [] : writeFiles(target, files);
  const { name, entry, unknown } = adopted;
  const warnings = [...adopted.warnings, ...keyWarning(secret, file)];
  if (flags.json) {
    context.print(JSON.stringify({ name, entry, unknown, warnings, written }, undefined, 2));
  } else {
    tell(context, target, { secret, adopted: { ...adopted, warnings }, ca, written }, flags);
  }
  return EXIT.done;
}

/** The certificate that has this very Secret. */
function presentName({ present }: Target, secret: SecretDescription): string | undefined {
  const { namespace = present?.written.defaults?.secret?.namespace } = secret;
  return present?.config.certificates.find(
    (one) => one.secret.name === secret.name && one.secret.namespace === namespace,
  )?.name;
}

function alreadyThere(
  context: Context,
  { configFile, present }: Target,
  secret: SecretDescription,
  name: string,
  { json }: AdoptFlags,
): ExitStatus {
  const entry = present?.written.certificates?.[name];
  if (json) {
    context.print(
      JSON.stringify({ name, entry, unknown: [], warnings: [], written: [] }, undefined, 2),
    );
  } else {
    context.note(`nothing to do: ${secret.name} is already there: ${name} in ${configFile}`);
  }
  return EXIT.done;
}

function assertFree({ configFile, present }: Target, name: string): void {
  const there = present?.config.certificates.find((one) => one.name === name);
  if (!there) return;
  throw new ReleafError(
    'CONFIG_INVALID',
    `${configFile} has a certificate ${name} already, for Secret ${there.secret.namespace}/${there.secret.name}`,
    'choose another name with --name NAME',
  );
}

/** Looks for the CA only where the profile has a use for it. */
async function adopt(
  context: Context,
  target: Target,
  secret: SecretDescription,
  api: KubernetesApi | undefined,
  { name, signer }: AdoptFlags,
): Promise<{ readonly adopted: Adopted; readonly ca?: FoundCa }> {
  const written = target.present?.written;
  const options: AdoptOptions = {
    name,
    signer,
    defaults: written?.defaults,
    kubectl: (command) => typedKubectl(context, command),
    sealing: Object.values(written?.certificates ?? {}).findLast(({ sealing }) => sealing)?.sealing,
  };
  const adopted = adoptSecret(secret, options);
  if (adopted.spec.profile !== 'minio-kes') return { adopted };
  const ca = await findCa(target, secret, adopted.name, context.now, api);
  return typeof ca === 'string'
    ? { adopted: adoptSecret(secret, { ...options, caMissing: ca }) }
    : { adopted: adoptSecret(secret, { ...options, ca: ca.file }), ca };
}

/** The config comes last: what it names is there by then. */
function filesOf(
  context: Context,
  target: Target,
  config: string | undefined,
  ca: FoundCa | undefined,
): ReadonlyMap<string, string> {
  const ignore = toIgnore(context, target);
  return new Map([
    ...(ca?.pem === undefined ? [] : [[ca.file, ca.pem] as const]),
    ...(ignore?.write ? [['.gitignore', `${ignore.line}\n`] as const] : []),
    ...(config === undefined ? [] : [[target.configFile, config] as const]),
  ]);
}

/** A `.gitignore` further up may say it too. */
function toIgnore(context: Context, target: Target): ReturnType<typeof ignoreLine> {
  const ignore = ignoreLine(target);
  return ignore && context.ignoredByGit(target.root, [`${ignore.line}x`]).length === 0
    ? ignore
    : undefined;
}

interface Told extends Read {
  readonly adopted: Adopted;
  readonly ca: FoundCa | undefined;
  readonly written: readonly string[];
}

function tell(
  context: Context,
  target: Target,
  { secret, adopted, ca, written }: Told,
  { print }: AdoptFlags,
): void {
  const { note } = context;
  const { name, entry, spec, unknown, warnings } = adopted;
  if (print) context.print(entryYaml(name, entry).trimEnd());
  (print ? note : context.print)(adoptedText(secret, adopted, context.now));
  for (const file of written) {
    note(`wrote    ${visible(file)}${file === ca?.file ? `, ${ca.from}` : ''}`);
  }
  for (const line of warnings) note(`warning: ${visible(line)}`, 'important');
  for (const line of unknown) note(`unknown: ${visible(line)}`, 'important');
  if (ca?.pem !== undefined && print) note(`missing: ${ca.file}, which is written without --print`);
  if (!print && !written.includes(target.configFile)) {
    context.print(`${JSON.stringify(name)}: ${JSON.stringify(entry, undefined, 2)},`);
    note(`${target.configFile} is code: paste the entry above into its certificates`);
  }
  const ignore = print ? undefined : toIgnore(context, target);
  if (ignore) note(`.gitignore needs one line: ${ignore.line}`);
  const { sealing } = spec;
  const steps = [
    ...(sealing.type === 'sealed-secrets' && fileOf(target, sealing.certificate) === undefined
      ? [
          `${typed(context, 'doctor --sealing-certificate')} > ${shellWord(join(context.folder, sealing.certificate))}`,
        ]
      : []),
    `${typed(context, `renew ${name}`)}, or without a review in between: ${typed(context, `renew ${name} --now`)}`,
  ];
  steps.forEach((step, index) => {
    note(`${index === 0 ? 'next: ' : '      '}${step}`);
  });
}
