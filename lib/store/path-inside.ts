import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { ReleafError } from '../model/errors';

/**
 * The absolute path of a file of the folder. Refuses one that leads out of it, by name or through a
 * symbolic link.
 *
 * @param root - the folder
 * @param path - relative to it; need not exist yet
 * @throws ReleafError PATH_OUTSIDE
 */
export function pathInside(root: string, path: string): string {
  const target = resolve(root, path);
  const realRoot = realpathSync.native(root);
  const outside = (where: string): boolean => {
    const way = relative(realRoot, where);
    return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  };
  let existing = target;
  while (!exists(existing)) existing = dirname(existing);
  if (outside(resolve(realRoot, relative(resolve(root), target))) || outside(real(existing))) {
    throw new ReleafError(
      'PATH_OUTSIDE',
      `${path} leads out of the folder ${root}`,
      'name a file inside the folder of the config',
    );
  }
  return target;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // A dangling link: where it would lead cannot be told, so it leads out.
    return sep;
  }
}
