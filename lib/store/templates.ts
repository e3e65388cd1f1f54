import { join } from 'node:path';
import { readText } from './text-file';

const FOLDER = 'templates/ci';

/**
 * A file of the package that `releaf init` writes into a repository.
 *
 * @param packageRoot - where the package is installed
 * @param name - relative to `templates/ci`
 * @throws ReleafError FILE_UNREADABLE
 */
export const readTemplate = (packageRoot: string, name: string): string =>
  readText(join(packageRoot, FOLDER, name), `${FOLDER}/${name}`);
