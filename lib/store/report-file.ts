import { writeFileSync } from 'node:fs';
import { errno, fileError } from './text-file';

/**
 * Writes a text where the command line says.
 *
 * @param path - relative to the working directory
 * @throws ReleafError FILE_UNWRITABLE
 */
export function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    if (errno(error) === undefined) throw error;
    throw fileError('FILE_UNWRITABLE', path, error);
  }
}
