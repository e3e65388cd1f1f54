import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readEveryFile } from '../../lib/store/every-file';
import { folderOf, removeFolders } from '../harness';

afterAll(removeFolders);

const names = (root: string): readonly string[] => Array.from(readEveryFile(root), (p) => p.file);

it('reads every file in order of names, but for .git and node_modules at any depth', () => {
  const root = folderOf({
    'b.yaml': 'b',
    'a/c.pem': 'c',
    '.hidden/d': 'd',
    '.git/config': 'metadata',
    'module/.git': 'gitdir: ../.git/modules/module\n',
    'module/.gitignore': 'build/\n',
    'node_modules/x/key.pem': 'x',
    'module/node_modules/x/key.pem': 'x',
  });
  expect(names(root)).toEqual(['.hidden/d', 'a/c.pem', 'b.yaml', 'module/.gitignore']);
});

it('neither follows links nor opens pipes', () => {
  const root = folderOf({ 'real/file': 'text' });
  symlinkSync('real', join(root, 'folder-link'));
  symlinkSync('real/file', join(root, 'link'));
  symlinkSync('.', join(root, 'loop'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  expect(names(root)).toEqual(['real/file']);
});

it('gives a large file in pieces that overlap', () => {
  const root = folderOf({ large: 'x'.repeat(9 * 1024 * 1024) });
  const sizes = Array.from(readEveryFile(root), ({ bytes }) => bytes.length);
  expect(sizes).toHaveLength(3);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(9 * 1024 * 1024 + 2 * 16 * 1024);
});

it('says which file or folder it cannot read', () => {
  const root = folderOf({ file: 'text' });
  expect(() => names(join(root, 'missing'))).toThrow(/\/missing: there is no such file$/);
  expect(() => names(join(root, 'file'))).toThrow(
    expect.objectContaining({ code: 'FILE_UNREADABLE' }) as Error,
  );
});
