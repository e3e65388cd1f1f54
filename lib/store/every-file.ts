import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './text-file';

/**
 * What git itself keeps (a file in a worktree or submodule), and what a package manager puts there, most of
 * it other people's tests.
 */
const SKIPPED = new Set(['.git', 'node_modules']);

const PIECE_BYTES = 4 * 1024 * 1024;
const OVERLAP_BYTES = 16 * 1024;

/** A piece of a file; the pieces of one file overlap, so that what lies across a cut is seen whole. */
export interface FilePiece {
  /** Relative to the folder, with forward slashes. */
  readonly file: string;
  /** Valid until the next piece is asked for. */
  readonly bytes: Buffer;
}

/**
 * Reads every regular file below a folder, in code-unit order of names, also what git ignores. Links are
 * not followed; pipes, sockets and devices are not opened. `.git` and `node_modules` are left out at any
 * depth, also where they are committed.
 *
 * @throws ReleafError FILE_UNREADABLE, also for a folder
 */
export function* readEveryFile(root: string): Generator<FilePiece> {
  yield* readFolder(root, '', Buffer.alloc(PIECE_BYTES));
}

function* readFolder(root: string, folder: string, piece: Buffer): Generator<FilePiece> {
  const entries = orUnreadable(folder || root, () =>
    readdirSync(join(root, folder), { withFileTypes: true }),
  );
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (SKIPPED.has(entry.name)) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* readFolder(root, path, piece);
    if (entry.isFile()) yield* readPieces(root, path, piece);
  }
}

function* readPieces(root: string, file: string, piece: Buffer): Generator<FilePiece> {
  const descriptor = orUnreadable(file, () => openSync(join(root, file), 'r'));
  try {
    let kept = 0;
    for (;;) {
      const read = orUnreadable(file, () =>
        readSync(descriptor, piece, kept, PIECE_BYTES - kept, null),
      );
      if (read === 0) return;
      const length = kept + read;
      yield { file, bytes: piece.subarray(0, length) };
      kept = Math.min(OVERLAP_BYTES, length);
      piece.copyWithin(0, length - kept, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

function orUnreadable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fileError('FILE_UNREADABLE', path, error);
  }
}
