import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ReleafError } from '../model/errors';
import { fileError } from './text-file';

const TEMPLATE = 'templates/demo';

/**
 * Makes the folder of the demo: the team's files, and the CA that stands in for the cluster's.
 *
 * @param packageRoot - where the package is installed
 * @param path - a new or empty folder; left out, a scratch folder is made
 * @returns its absolute path
 * @throws ReleafError FILE_UNWRITABLE when it cannot be made or is not empty
 */
export function makeDemoFolder(
  packageRoot: string,
  path: string | undefined,
  caCertificate: string,
): string {
  const folder = path === undefined ? mkdtempSync(join(tmpdir(), 'releaf-demo-')) : resolve(path);
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new ReleafError(
        'FILE_UNWRITABLE',
        `${folder}: is not empty`,
        'give --dir a new folder, so that nothing of yours is touched',
      );
    }
    mkdirSync(folder, { recursive: true });
    cpSync(join(packageRoot, TEMPLATE), folder, { recursive: true });
    writeFileSync(join(folder, 'ca.pem'), caCertificate);
  } catch (error) {
    if (path === undefined) removeDemoFolder(folder);
    if (error instanceof ReleafError) throw error;
    throw fileError('FILE_UNWRITABLE', folder, error);
  }
  return folder;
}

/** Removes a scratch folder. */
export function removeDemoFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
