import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A part of the page that is a file of its own, so that lint sees it. */
export type PagePart = 'page.css' | 'page.js';

/** Text of a part, read from beside this file; a part of the program as this file is, and so no state. */
export const partText = (name: PagePart): string =>
  readFileSync(join(__dirname, 'status-page', name), 'utf8');

/**
 * A Content-Security-Policy under which a page may use this style and this script and can ask nothing of any
 * server.
 *
 * @see https://www.w3.org/TR/CSP3/#grammardef-hash-source
 */
export function contentSecurityPolicy(style: string, script: string): string {
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
