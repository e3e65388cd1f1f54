import path from 'node:path';

/**
 * A path as messages and lists of files show it: relative to the folder, with forward slashes on every
 * machine, as Git and the config have it.
 */
export const shownPath = (root: string, target: string, on: path.PlatformPath = path): string =>
  on.relative(root, target).split(on.sep).join('/');
