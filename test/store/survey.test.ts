import { spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SURVEY_LIMITS, surveyRepository, type SurveyLimits } from '../../lib/store/survey';
import { folderOf, removeFolders, type Files } from '../harness';

afterAll(removeFolders);

const survey = (root: string, limits: Partial<SurveyLimits> = {}, folder = '.') => {
  const { files, cut } = surveyRepository(join(root, folder), root, 'dist', {
    ...SURVEY_LIMITS,
    ...limits,
  });
  return { files: files.map(({ file }) => file), cut };
};

describe('a survey of a repository', () => {
  it('reads YAML and PEM, the nearest first, and leaves out what tools keep', () => {
    const root = folderOf({
      'a/b/c.yaml': '',
      'z.yml': '',
      'ca.crt': '',
      '.sops.yaml': '',
      'README.md': '',
      '.git/config.yaml': '',
      '.terraform/x.yaml': '',
      'a/node_modules/x.yaml': '',
      'vendor/x.yaml': '',
      'dist/web.k8s.yaml': '',
    });
    expect(survey(root)).toEqual({
      files: ['.sops.yaml', 'ca.crt', 'z.yml', 'a/b/c.yaml'],
      cut: false,
    });
  });

  it('reads the folder of the config before the rest of the repository, and once', () => {
    const root = folderOf({ 'a/x.yaml': '', 'a/b/y.yaml': '', 'z.yaml': '', 'c/w.yaml': '' });
    expect(survey(root, {}, 'a').files).toEqual(['x.yaml', 'b/y.yaml', '../z.yaml', '../c/w.yaml']);
  });

  it('opens no link, pipe or folder, and passes over what it cannot read', () => {
    const elsewhere = folderOf({ 'secret.yaml': 'x' });
    const root = folderOf({ 'binary.yaml': 'a\0b', 'here.yaml': '', 'folder.yaml/x.txt': '' });
    writeFileSync(join(root, 'latin.yaml'), Buffer.from([0xff, 0xfe]));
    symlinkSync(elsewhere, join(root, 'link'));
    symlinkSync(join(elsewhere, 'secret.yaml'), join(root, 'link.yaml'));
    symlinkSync(root, join(root, 'loop'));
    expect(spawnSync('mkfifo', [join(root, 'pipe.yaml')]).status).toBe(0);
    writeFileSync(join(root, 'closed.yaml'), '');
    chmodSync(join(root, 'closed.yaml'), 0);
    const readable = process.getuid?.() === 0 ? ['closed.yaml'] : [];
    expect(survey(root).files).toEqual([...readable, 'here.yaml']);
  });

  it.each<[string, Partial<SurveyLimits>, Files, string[], boolean]>([
    [
      'entries',
      { entries: 2 },
      { 'a.yaml': '', 'b.yaml': '', 'c.yaml': '' },
      ['a.yaml', 'b.yaml'],
      true,
    ],
    [
      'depth',
      { depth: 1 },
      { 'a.yaml': '', 'b/c.yaml': '', 'b/d/e.yaml': '' },
      ['a.yaml', 'b/c.yaml'],
      true,
    ],
    ['bytes of a file', { fileBytes: 3 }, { 'a.yaml': 'four', 'b.yaml': 'abc' }, ['b.yaml'], false],
    ['bytes of all', { bytes: 5 }, { 'a.yaml': 'four', 'b.yaml': 'abc' }, ['a.yaml'], false],
  ])('ends at so many %s', (_, limits, files, read, cut) => {
    expect(survey(folderOf(files), limits)).toEqual({ files: read, cut });
  });
});
