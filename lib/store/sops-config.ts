import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { ReleafError } from '../model/errors';
import { assertAgeRecipients } from '../sealing/age-recipient';
import { readYamlValue } from '../yaml/read-yaml';
import { goRegExp } from './go-reg-exp';
import { readText } from './text-file';

const CONFIG_FILE = '.sops.yaml';

const recipients = z.union([z.string(), z.array(z.string())]);

/** What a rule may say besides who opens the file: how `sops` itself would encrypt it. Not followed. */
const NOT_FOLLOWED = Object.fromEntries(
  [
    'path_regex',
    'unencrypted_suffix',
    'encrypted_suffix',
    'unencrypted_regex',
    'encrypted_regex',
    'unencrypted_comment_regex',
    'encrypted_comment_regex',
    'mac_only_encrypted',
    'shamir_threshold',
  ].map((name) => [name, z.unknown().optional()]),
);

const RULE = z.strictObject({
  ...NOT_FOLLOWED,
  age: recipients.optional(),
  key_groups: z
    .array(z.strictObject({ age: z.array(z.string()).default([]) }))
    .max(1, 'several key groups share the key among them (Shamir), which releaf does not')
    .optional(),
});

const CONFIG = z.object({
  creation_rules: z.array(z.looseObject({ path_regex: z.string().nullish() })).min(1),
});

/** Who shall open a file, by the team's `.sops.yaml`. */
export interface SopsRecipients {
  /** age recipients, one or more, each once. */
  readonly recipients: readonly string[];
  /** The `.sops.yaml` that says so, relative to the folder. */
  readonly file: string;
}

/**
 * Finds the age recipients for a file of the output as `sops` would: in the nearest `.sops.yaml`, from the
 * folder upwards, and there in the first creation rule that matches. `path_regex` is held against the path
 * relative to the folder of `.sops.yaml`; a rule without one matches everything; `key_groups` goes before
 * `age`. Unlike `sops`, it does not look above the folder that holds `.git`.
 *
 * @param root - the folder of the config
 * @param outputFile - relative to `root`, such as `dist/web.sops.yaml`
 * @throws ReleafError SEALING_RECIPIENTS when there are none, or other keys than those of age; FILE_UNREADABLE
 * @see https://github.com/getsops/sops/blob/v3.13.2/config/config.go parseCreationRuleForFile
 */
export function readSopsRecipients(root: string, outputFile: string): SopsRecipients {
  const path = findConfig(root);
  const where = 'name age recipients in sealing.recipients, or in a creation rule of .sops.yaml';
  if (path === undefined) {
    throw new ReleafError(
      'SEALING_RECIPIENTS',
      `there is no ${CONFIG_FILE} in the folder or above it, and the config names no recipients`,
      where,
    );
  }
  const file = relative(root, path);
  const refuse = (what: string): never => {
    throw new ReleafError('SEALING_RECIPIENTS', `${file}: ${what}`, where);
  };
  const reading = readYamlValue(readText(path, file));
  if ('problem' in reading) {
    const { message, at } = reading.problem;
    return refuse(
      at ? `is not valid YAML: line ${at.line}, column ${at.column}: ${message}` : message,
    );
  }
  const config = CONFIG.safeParse(reading.value);
  if (!config.success) return refuse(`has no creation_rules that can be read (${issueOf(config)})`);
  const output = relative(dirname(path), resolve(root, outputFile));
  const { creation_rules: rules } = config.data;
  const index = rules.findIndex(({ path_regex: pattern }) => {
    if (!pattern) return true;
    const expression = goRegExp(pattern);
    return expression
      ? expression.test(output)
      : refuse(`cannot tell what path_regex ${JSON.stringify(pattern)} matches; write it simpler`);
  });
  if (index < 0) return refuse(`no creation rule matches ${output}`);
  const rule = RULE.safeParse(rules[index]);
  const name = `creation_rules[${index}]`;
  if (!rule.success) {
    return refuse(
      `${name}, for ${output}, is not only of age recipients, and releaf seals for no others (${issueOf(rule)})`,
    );
  }
  const { age = [], key_groups: [group] = [] } = rule.data;
  const found = (group ? group.age : [age].flat())
    .flatMap((entry) => entry.split(','))
    .map((recipient) => recipient.trim())
    .filter((recipient) => recipient !== '');
  assertAgeRecipients(found, `${file}: ${name}`);
  return { recipients: found, file };
}

function findConfig(folder: string): string | undefined {
  const path = join(folder, CONFIG_FILE);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder || existsSync(join(folder, '.git')) ? undefined : findConfig(parent);
}

function issueOf({ error }: { readonly error: z.ZodError }): string {
  const [issue] = error.issues;
  return [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ');
}
