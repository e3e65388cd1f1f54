import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { isNativeError } from 'node:util/types';
import { ReleafError, type ErrorCode } from '../model/errors';

const MEBIBYTE = 1024 * 1024;

/** The largest text that is read, in bytes; a config of 50,000 certificates is below it. */
export const LARGEST_BYTES = 16 * MEBIBYTE;

/** `ENOENT` and the like, of an error of the file system. */
export function errno(error: unknown): string | undefined {
  return isNativeError(error) ? (error as NodeJS.ErrnoException).code : undefined;
}

/** A failure of the file system as one that a person can act on. */
export function fileError(code: ErrorCode, path: string, error: unknown): ReleafError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EISDIR: 'is a directory',
    ENOTDIR: 'a part of the path is not a directory',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
    ELOOP: 'is a symbolic link, or leads through too many',
    ENAMETOOLONG: 'the name is too long',
  };
  const name = errno(error);
  if (name === undefined) throw error;
  return new ReleafError(code, `${path}: ${reasons[name] ?? name}`);
}

/**
 * Reads a file as UTF-8 text.
 *
 * @param shown - how messages call the file
 * @param hint - what to do when it is missing
 * @throws ReleafError FILE_UNREADABLE when it is missing, no regular file, too large or not UTF-8
 */
export function readText(path: string, shown: string, hint = ''): string {
  const text = readTextIfThere(path, shown);
  if (text === undefined)
    throw new ReleafError('FILE_UNREADABLE', `${shown}: there is no such file`, hint);
  return text;
}

/** What to do when a file is a symbolic link: releaf itself writes none. */
export type Links = 'follow links' | 'refuse links';

/** As {@link readText}, but undefined when there is no such file. */
export function readTextIfThere(
  path: string,
  shown: string,
  links: Links = 'follow links',
): string | undefined {
  try {
    return decode(readRegularFile(path, shown, links), shown);
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    if (error instanceof ReleafError) throw error;
    throw fileError('FILE_UNREADABLE', shown, error);
  }
}

function readRegularFile(path: string, shown: string, links: Links): Buffer {
  const noFollow = links === 'refuse links' ? constants.O_NOFOLLOW : 0;
  // Not to wait for a writer where somebody put a FIFO.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | noFollow);
  try {
    const status = fstatSync(file);
    if (status.isDirectory()) throw new ReleafError('FILE_UNREADABLE', `${shown}: is a directory`);
    if (!status.isFile()) {
      throw new ReleafError('FILE_UNREADABLE', `${shown}: is not a regular file`);
    }
    if (status.size > LARGEST_BYTES) {
      throw tooLarge(shown, `${Math.ceil(status.size / MEBIBYTE)} MiB`);
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Of a file that is not read for its size. */
export const tooLarge = (shown: string, size: string): ReleafError =>
  new ReleafError(
    'FILE_UNREADABLE',
    `${shown}: has ${size}, at most ${LARGEST_BYTES / MEBIBYTE} MiB are read`,
  );

/**
 * Bytes as UTF-8 text, without a byte order mark.
 *
 * @throws ReleafError FILE_UNREADABLE when they are not UTF-8, or too many
 */
export function decode(bytes: Buffer, shown: string): string {
  if (bytes.length > LARGEST_BYTES) throw tooLarge(shown, 'more');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ReleafError('FILE_UNREADABLE', `${shown}: is not UTF-8 text`, 'save it as UTF-8');
  }
}
