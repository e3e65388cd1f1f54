import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { errno, fileError } from './text-file';

const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/**
 * Writes a text where the command line says. A link is not followed: a checkout may have one of that name,
 * which leads anywhere.
 *
 * @param path - relative to the working directory
 * @throws ReleafError FILE_UNWRITABLE
 */
export function writeReport(path: string, text: string): void {
  try {
    const file = openSync(path, WRITE, 0o666);
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (errno(error) === undefined) throw error;
    throw fileError('FILE_UNWRITABLE', path, error);
  }
}
