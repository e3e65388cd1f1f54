import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './text-file';

/**
 * Whether a file below a folder is a symbolic link or is reached through one, so that to write it would
 * write somewhere else. The folder itself may be one.
 *
 * @param path - relative to the folder, with forward slashes; need not exist
 * @throws ReleafError FILE_UNREADABLE
 */
export function leadsThroughLink(folder: string, path: string): boolean {
  const parts = path.split('/');
  try {
    return parts.some((_, index) =>
      lstatSync(join(folder, ...parts.slice(0, index + 1)), {
        throwIfNoEntry: false,
      })?.isSymbolicLink(),
    );
  } catch (error) {
    throw fileError('FILE_UNREADABLE', join(folder, path), error);
  }
}
