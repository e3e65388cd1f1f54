import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of a script that a Job runs; what it takes stands at its head. */
export type ScriptName = 'issue.sh' | 'await-secret.sh';

const texts = new Map<ScriptName, string>();

/**
 * Text of a script: POSIX sh, the same bytes wherever releaf runs. Part of the program as this file is, and so
 * no state: read once, from beside it.
 */
export function scriptText(name: ScriptName): string {
  const text = texts.get(name) ?? readFileSync(join(__dirname, 'scripts', name), 'utf8');
  texts.set(name, text);
  return text;
}
