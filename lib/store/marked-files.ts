import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isManifestFile, MARKER, OUTPUT_FOLDERS } from '../delivery/output-file';
import { leadsThroughLink } from './link-below';
import { shownPath } from './shown-path';
import { errno, fileError } from './text-file';

/**
 * The files of an output folder that synth has written, whichever the delivery was. Files of others are left
 * alone, whatever they are.
 *
 * @param root - the folder of the config
 * @param output - the output folder, absolute
 * @returns paths relative to the output folder, with forward slashes, folder by folder
 * @throws ReleafError FILE_UNREADABLE
 */
export function markedFiles(root: string, output: string): readonly string[] {
  const shown = (name: string): string => shownPath(root, join(output, name)) || '.';
  return ['', ...OUTPUT_FOLDERS]
    .filter((below) => below === '' || !leadsThroughLink(output, below))
    .flatMap((below) =>
      namesIn(join(output, below), shown(below))
        .filter(isManifestFile)
        .map((name) => posix.join(below, name))
        .sort(),
    )
    .filter((name) => isMarked(join(output, name), shown(name)));
}

function namesIn(directory: string, shown: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isNone(error)) return [];
    throw fileError('FILE_UNREADABLE', shown, error);
  }
}

const MARK = Buffer.from(MARKER);

/** Reads no more than the mark: what comes behind it, in a file of others, may be anything. */
function isMarked(path: string, shown: string): boolean {
  try {
    // Not to wait for a writer where somebody put a FIFO.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return false;
      const start = Buffer.alloc(MARK.length);
      return readSync(file, start, 0, MARK.length, 0) === MARK.length && start.equals(MARK);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isNone(error)) return false;
    throw fileError('FILE_UNREADABLE', shown, error);
  }
}

/** Nothing is there, a file where a folder would be, a link that leads nowhere, or a socket. */
const isNone = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(errno(error) ?? '');
