import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { ForeignFile } from '../model/foreign-file';
import { CERTIFICATES, isRevisionFile } from './revisions';
import { errno, fileError } from './text-file';

/**
 * What no command of releaf writes, on disk. No link is followed, no file opened; empty folders are nothing,
 * as in Git.
 *
 * @throws ReleafError FILE_UNREADABLE
 */
export function foreignOnDisk(root: string): readonly ForeignFile[] {
  const found: ForeignFile[] = [];
  const top = lstatSync(join(root, CERTIFICATES), { throwIfNoEntry: false });
  if (!top) return [];
  if (!top.isDirectory()) {
    return [{ path: CERTIFICATES, kind: top.isSymbolicLink() ? 'a symbolic link' : 'a file' }];
  }
  const folders = [CERTIFICATES];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = entriesOf(root, folder);
    if (entries.some(({ name }) => name === '.git')) {
      found.push({ path: folder, kind: 'a repository of its own' });
      continue;
    }
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isSymbolicLink()) found.push({ path, kind: 'a symbolic link' });
      else if (!entry.isFile() || !isRevisionFile(path.slice(CERTIFICATES.length + 1))) {
        found.push({ path, kind: 'a file' });
      }
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entriesOf(root: string, folder: string): readonly Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (errno(error) === undefined) throw error;
    throw fileError('FILE_UNREADABLE', folder, error);
  }
}
