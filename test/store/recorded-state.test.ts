import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  differs,
  namesIn,
  newlyForeign,
  revisionsIn,
  stateOfCommit,
  stateOnDisk,
  type Unread,
  type RecordedState,
} from '../../lib/store/recorded-state';
import { filesIn, folderOf, removeFolders, type Files } from '../harness';

const RECORDED = filesIn(join(__dirname, '../pull-requests/renewal-issued/after'));

const committed = (files: Files): ReadonlyMap<string, Buffer> =>
  new Map(
    Object.entries(files)
      .filter(([path]) => path.startsWith('certificates/'))
      .map(([path, text]) => [path.replace('certificates/', ''), Buffer.from(text)]),
  );

const differingNames = (before: RecordedState, after: RecordedState): readonly string[] =>
  namesIn(before, after).filter((name) => differs(name, before, after));

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

  it('tells what releaf did not write, alike on disk and in a commit', () => {
    const strange = [
      'certificates/README',
      'certificates/web/2/.gitattributes',
      'certificates/web/2/deep/request.pem',
      'certificates/web/02/request.pem',
      'certificates/web/notes.md',
    ];
    const root = folderOf({
      ...RECORDED,
      ...Object.fromEntries(strange.map((path) => [path, 'x'])),
    });
    symlinkSync('request.pem', join(root, 'certificates/web/2/withdrawn'));
    mkdirSync(join(root, 'certificates/empty'));
    mkdirSync(join(root, 'certificates/inner/.git'), { recursive: true });
    writeFileSync(join(root, 'certificates/inner/.git/config'), '');
    const found = [
      ...strange.map((path) => ({ path, kind: 'a file' as const })),
      { path: 'certificates/inner', kind: 'a repository of its own' as const },
      { path: 'certificates/web/2/withdrawn', kind: 'a symbolic link' as const },
    ].sort((a, b) => (a.path < b.path ? -1 : 1));
    const commit = stateOfCommit(
      new Map<string, Buffer | Unread>([
        ...committed(RECORDED),
        ...found.map(
          ({ path, kind }) =>
            [path.replace('certificates/', ''), kind === 'a file' ? 'not wanted' : kind] as const,
        ),
      ]),
    );
    expect(stateOnDisk(root).foreign()).toEqual(found);
    expect(commit.foreign()).toEqual(found);
    const clean = stateOfCommit(committed(RECORDED));
    expect(newlyForeign(clean, stateOnDisk(root))).toEqual(found);
    expect(newlyForeign(commit, stateOnDisk(root))).toEqual([]);
    expect(() => revisionsIn(commit, 'web')).toThrow(
      'certificates/web/2/withdrawn: is a symbolic link',
    );
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
