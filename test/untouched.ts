import { statSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from './harness';

/**
 * Every file below a folder with its text, inode and time of change. Two traces are equal only if
 * nothing was written between them, not even the same bytes.
 */
export function traceOf(root: string): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(
    Object.entries(filesIn(root)).map(([path, text]) => {
      const { ino, mtimeNs, ctimeNs } = statSync(join(root, path), { bigint: true });
      return [path, [text, ino, mtimeNs, ctimeNs].map(String)];
    }),
  );
}
