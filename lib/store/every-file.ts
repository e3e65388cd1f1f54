import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileError } from './text-file';

/** Folders that hold other people's files: nothing in them is the team's to commit. */
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
 * Reads every regular file below a folder, in code-unit order of names, also what git ignores; links
 * are not followed.
 *
 * @throws ReleafError FILE_UNREADABLE
 */
export function* readEveryFile(root: string): Generator<FilePiece> {
  yield* readFolder(root, root, Buffer.alloc(PIECE_BYTES));
}

function* readFolder(root: string, folder: string, piece: Buffer): Generator<FilePiece> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* readFolder(root, path, piece);
    if (entry.isFile()) {
      yield* readPieces(path, relative(root, path).split(sep).join('/'), piece);
    }
  }
}

function* readPieces(path: string, file: string, piece: Buffer): Generator<FilePiece> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw fileError('FILE_UNREADABLE', file, error);
  }
  try {
    let kept = 0;
    for (;;) {
      const read = readSync(descriptor, piece, kept, PIECE_BYTES - kept, null);
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
