import { releaf, removeFolders } from '../harness';
import { collectExamples, takesShell } from './collect';
import { PREPARED } from './prepared';

const home = process.cwd();

afterEach(() => {
  process.chdir(home);
});
afterAll(removeFolders);

it('every example of the help is prepared to be run, and nothing else is', async () => {
  expect(Object.keys(PREPARED).sort()).toEqual([...(await collectExamples())].sort());
});

// Those that take a shell run in test/system/help-examples.test.ts.
it.each(Object.entries(PREPARED).filter(([line]) => !takesShell(line)))(
  '%s',
  async (line, [tells, prepare]) => {
    const { folder, options, status = 0 } = await prepare();
    process.chdir(folder);
    const argv = line.replace('/tmp/', `${folder}/`).split(' ').slice(1);
    const ran = await releaf(argv, options);
    expect(ran).toMatchObject({ status });
    expect(ran.stderr).not.toMatch(/^error/m);
    expect(`${ran.stdout}${ran.stderr}`).toContain(tells);
  },
);
