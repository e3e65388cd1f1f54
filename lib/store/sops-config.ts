import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { shown } from '../config/problem';
import { ReleafError } from '../model/errors';
import { assertAgeRecipients } from '../sealing/age-recipient';
import { readYamlValue } from '../yaml/read-yaml';
import { goRegExp, type GoRegExp } from './go-reg-exp';
import { shownPath } from './shown-path';
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

/** Who shall open which file, by the team's `.sops.yaml`. */
export interface SopsRules {
  /** The `.sops.yaml`, relative to the folder. */
  readonly file: string;
  /**
   * @param outputFile - relative to the folder, such as `dist/web.sops.yaml`
   * @returns age recipients, one or more, each once
   * @throws ReleafError SEALING_RECIPIENTS when there are none, or other keys than those of age
   */
  readonly recipientsFor: (outputFile: string) => readonly string[];
}

/** What to do where no recipients are to be had. */
export const NAME_RECIPIENTS =
  'name age recipients in sealing.recipients, or in a creation rule of .sops.yaml';

/**
 * Reads the rules as `sops` would: in the nearest `.sops.yaml`, from the folder upwards, and there the first
 * creation rule that matches. `path_regex` is held against the path relative to the folder of `.sops.yaml`; a
 * rule without one matches everything; `key_groups` goes before `age`. Unlike `sops`, it does not look above
 * the folder that holds `.git`, and without one not above the folder at all: what lies there is of others.
 *
 * @param root - the folder of the config
 * @returns undefined when there is no such file
 * @throws ReleafError SEALING_RECIPIENTS when it has no rules that can be read; FILE_UNREADABLE
 * @see https://github.com/getsops/sops/blob/v3.13.2/config/config.go parseCreationRuleForFile
 */
export function readSopsRules(root: string): SopsRules | undefined {
  const path = findConfig(root);
  if (path === undefined) return undefined;
  const file = shownPath(root, path);
  const refuse = (what: string): never => {
    throw new ReleafError('SEALING_RECIPIENTS', `${file}: ${what}`, NAME_RECIPIENTS);
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
  const { creation_rules: rules } = config.data;
  const expressions = new Map<string, GoRegExp | undefined>();
  const matches = (pattern: string, output: string): boolean => {
    if (!expressions.has(pattern)) expressions.set(pattern, goRegExp(pattern));
    const expression = expressions.get(pattern);
    return expression
      ? expression.test(output)
      : refuse(`cannot tell what path_regex ${shown(pattern)} matches; write it simpler`);
  };
  return {
    file,
    recipientsFor: (outputFile) => {
      const output = relative(dirname(path), resolve(root, outputFile));
      const index = rules.findIndex(
        ({ path_regex: pattern }) => !pattern || matches(pattern, output),
      );
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
      return found;
    },
  };
}

function findConfig(root: string): string | undefined {
  const repository = foldersFrom(root).findIndex((folder) => existsSync(join(folder, '.git')));
  return foldersFrom(root)
    .slice(0, Math.max(repository, 0) + 1)
    .map((folder) => join(folder, CONFIG_FILE))
    .find((path) => existsSync(path));
}

/** The folder and all above it. */
function foldersFrom(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersFrom(parent)];
}

/** A key may be anything, an identity put there by mistake as well. */
function issueOf({ error }: { readonly error: z.ZodError }): string {
  const [issue] = error.issues;
  const message =
    issue?.code === 'unrecognized_keys'
      ? `Unrecognized key: ${issue.keys.map(shown).join(', ')}`
      : issue?.message;
  return [issue?.path.join('.'), message].filter(Boolean).join(': ');
}
