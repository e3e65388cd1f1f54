import { posix, win32 } from 'node:path';
import { shownPath } from '../../lib/store/shown-path';

it('has forward slashes on Windows too', () => {
  const root = 'C:\\work\\clusters\\prod';
  expect(shownPath(root, `${root}\\dist\\kes.k8s.yaml`, win32)).toBe('dist/kes.k8s.yaml');
  expect(shownPath(root, 'C:\\work\\base.yaml', win32)).toBe('../../base.yaml');
});

it('leaves a backslash in a name where it is no separator', () => {
  expect(shownPath('/team', '/team/dist/a\\b', posix)).toBe('dist/a\\b');
});
