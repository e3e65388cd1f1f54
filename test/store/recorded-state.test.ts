import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  differingNames,
  revisionsIn,
  stateOfCommit,
  stateOnDisk,
} from '../../lib/store/recorded-state';
import { filesIn, folderOf, removeFolders, type Files } from '../harness';

const RECORDED = filesIn(join(__dirname, '../pull-requests/renewal-issued/after'));

const committed = (files: Files): ReadonlyMap<string, Buffer> =>
  new Map(
    Object.entries(files)
      .filter(([path]) => path.startsWith('certificates/'))
      .map(([path, text]) => [path.replace('certificates/', ''), Buffer.from(text)]),
  );

afterAll(removeFolders);

describe('what is recorded', () => {
  it('is the same on disk and in a commit', () => {
    const [disk, commit] = [stateOnDisk(folderOf(RECORDED)), stateOfCommit(committed(RECORDED))];
    expect(disk.names).toEqual(['web']);
    expect(commit.names).toEqual(['web']);
    expect(revisionsIn(commit, 'web')).toEqual(revisionsIn(disk, 'web'));
    expect(revisionsIn(commit, 'web').map(({ number }) => number)).toEqual([1, 2]);
    expect(differingNames(commit, disk)).toEqual([]);
  });

  it('leaves alone what is no revision', () => {
    const files = { ...RECORDED, 'certificates/web/notes.md': 'x', 'certificates/README': 'x' };
    const state = stateOfCommit(committed(files));
    expect(state.names).toEqual(['web']);
    expect(differingNames(state, stateOnDisk(folderOf(RECORDED)))).toEqual([]);
    expect(revisionsIn(state, 'nobody')).toEqual([]);
  });

  it.each([
    ['certificates/web/2/certificate.pem', 'x'],
    ['certificates/web/2/withdrawn', ''],
    ['certificates/web/3/request.pem', ''],
    ['certificates/shop/1/request.pem', ''],
  ])('differs where %s does', (path, text) => {
    const state = stateOfCommit(committed({ ...RECORDED, [path]: text }));
    const [, name] = path.split('/');
    expect(differingNames(state, stateOnDisk(folderOf(RECORDED)))).toEqual([name]);
    expect(differingNames(stateOfCommit(committed(RECORDED)), state)).toEqual([name]);
  });

  it.each([
    ['request.yaml', undefined, 'REVISION_INVALID', 'there is no such file'],
    ['request.yaml', 'a: b', 'REVISION_INVALID', 'Invalid input'],
    ['private-key.yaml', '', 'REVISION_INVALID', ''],
    ['request.pem', '\xff', 'FILE_UNREADABLE', 'is not UTF-8 text'],
  ])('is refused in a commit as it is on disk: %s is %j', (file, text, code, words) => {
    const path = `certificates/web/2/${file}`;
    const bytes = new Map(committed(RECORDED));
    const root = folderOf(RECORDED);
    if (text === undefined) bytes.delete(`web/2/${file}`);
    else bytes.set(`web/2/${file}`, Buffer.from(text, 'latin1'));
    if (text !== undefined) writeFileSync(join(root, path), Buffer.from(text, 'latin1'));
    const refused = expect.objectContaining({
      code,
      message: expect.stringContaining(words) as string,
    }) as Error;
    expect(() => revisionsIn(stateOfCommit(bytes), 'web')).toThrow(refused);
    if (text !== undefined) {
      expect(() => revisionsIn(stateOnDisk(root), 'web')).toThrow(refused);
      expect(differingNames(stateOfCommit(bytes), stateOnDisk(root))).toEqual(
        code === 'FILE_UNREADABLE' ? ['web'] : [],
      );
    }
  });

  it('follows no link', () => {
    const root = folderOf(RECORDED);
    mkdirSync(join(root, 'certificates/linked/1'), { recursive: true });
    const target = join(root, 'releaf.yaml');
    symlinkSync(target, join(root, 'certificates/linked/1/request.pem'));
    expect(readFileSync(target, 'utf8')).toContain('version: 1');
    expect(() => revisionsIn(stateOnDisk(root), 'linked')).toThrow(/symbolic link/);
  });
});
