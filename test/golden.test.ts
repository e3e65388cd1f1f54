import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeInputs } from './golden/make-inputs';
import { daysAfter, filesIn, folderOf, releaf, removeFolders, type Files } from './harness';
import { traceOf } from './untouched';

const GOLDEN = join(__dirname, 'golden');

const situations = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** What synth gives: all of dist/, and what it changed outside. */
const given = (before: Files, after: Files): Files =>
  Object.fromEntries(
    Object.entries(after).filter(
      ([path, text]) => path.startsWith('dist/') || before[path] !== text,
    ),
  );

function rewrite(folder: string, files: Files): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe('synth, folder by folder', () => {
  beforeAll(async () => {
    if (process.env['UPDATE_GOLDEN_INPUTS']) await makeInputs(GOLDEN);
  });

  afterAll(removeFolders);

  it.each(situations)('%s', async (situation) => {
    const expected = join(GOLDEN, situation, 'expected');
    const input = filesIn(join(GOLDEN, situation, 'input'));
    const root = folderOf(input);

    expect(await releaf(['synth', '-C', root])).toMatchObject({ status: 0, stdout: '' });
    const after = filesIn(root);
    if (process.env['UPDATE_GOLDEN']) rewrite(expected, given(input, after));
    expect(given(input, after)).toEqual(existsSync(expected) ? filesIn(expected) : {});
    const kept = Object.keys(input).filter((path) => !path.startsWith('dist/'));
    expect(Object.keys(after)).toEqual(expect.arrayContaining(kept));

    const trace = traceOf(root);
    const later = { now: daysAfter(10_000) };
    expect(await releaf(['synth', '-C', root], later)).toMatchObject({ stderr: 'nothing to do\n' });
    expect(await releaf(['verify', '-C', root], later)).toMatchObject({ status: 0, stdout: '' });
    expect(traceOf(root)).toEqual(trace);
  });
});
