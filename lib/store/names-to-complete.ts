import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ReleafError } from '../model/errors';
import { readConfigFile } from './config-file';
import { recordedNames } from './revisions';

/** What a shell can be given without quotes, whoever wrote the file. */
const PLAIN = /^[a-z0-9][a-z0-9.-]*$/;

/**
 * Names of certificates that a shell may offer; none where there is nothing to read. A config that is
 * code does not run for that: there, only what `certificates/` has is known.
 */
export function namesToComplete(root: string): readonly string[] {
  try {
    return namesIn(root).filter((name) => PLAIN.test(name));
  } catch (error) {
    if (error instanceof ReleafError) return [];
    throw error;
  }
}

function namesIn(root: string): readonly string[] {
  if (!existsSync(join(root, 'releaf.yaml'))) return recordedNames(root);
  const { written } = readConfigFile(root);
  const { certificates } = (written ?? {}) as { readonly certificates?: unknown };
  const isMap = typeof certificates === 'object' && !Array.isArray(certificates);
  return isMap ? Object.keys(certificates ?? {}) : [];
}
