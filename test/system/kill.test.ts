import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, folderOf, releaf as releafHere, removeFolders, type Files } from '../harness';
import {
  changesOf,
  copyOf,
  everythingIn,
  interrupted,
  SITUATIONS,
  twoAtATime,
} from './interrupted';
import { RELEAF, start } from './process';

/** A process for each change takes its time. */
const MINUTES = 10;

/** Files with everything that is random or told by the clock made alike. */
function masked(files: Files): Files {
  const alike = (text: string): string =>
    text
      .replace(/-----BEGIN ([A-Z ]+)-----[^-]+/g, '-----BEGIN $1-----\n')
      .replace(/[A-Za-z0-9+/]{60,}={0,2}/g, 'base64 or hex')
      .replace(/\b(api|web)-(\d)-[0-9a-f]{8}\b/g, '$1-$2-hash')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'time');
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, alike(text)]));
}

/** Files of one revision, or of the output, by where it is. */
function groups(files: Files): ReadonlyMap<string, Files> {
  const found = new Map<string, Record<string, string>>();
  for (const [file, text] of Object.entries(files)) {
    if (file.startsWith('.releaf-tmp/')) continue;
    const [revision] = /^certificates\/\w+\/\d+/.exec(file) ?? [];
    const name = revision ?? file;
    found.set(name, { ...found.get(name), [file]: text });
  }
  return found;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

afterAll(removeFolders);

it.each(Object.keys(SITUATIONS) as (keyof typeof SITUATIONS)[])(
  'releaf %s, killed at any change of its folder, has left everything whole, and run again does the rest',
  async (command) => {
    const { folder, args } = await SITUATIONS[command]();
    const undisturbed = copyOf(folder);
    const changes = await changesOf({ folder: undisturbed, args });
    // Only renew draws random numbers.
    const read = (root: string): Files =>
      command === 'renew' ? masked(filesIn(root)) : filesIn(root);
    const [before, after] = [read(folder), read(undisturbed)];
    expect(after).not.toEqual(before);
    const points = [
      ...[...changes, 'the end'].map((name, index) => ({
        name,
        at: index + 1,
        how: 'kill' as const,
      })),
      ...changes
        .map((name, index) => ({ name, at: index + 1, how: 'tear' as const }))
        .filter(({ name }) => name.endsWith(' torn')),
    ];
    const faults: string[] = [];
    await twoAtATime(points, async ({ name, at, how }) => {
      const copy = copyOf(folder);
      const check = (right: boolean, what: string): void => {
        if (!right) faults.push(`${how} at change ${at}, ${name}: ${what}`);
      };
      const { signal } = await interrupted({ folder: copy, args }, at, how);
      check(signal === 'SIGKILL', 'was not killed');
      const left = groups(read(copy));
      for (const group of new Set(
        [...left, ...groups(before), ...groups(after)].map(([key]) => key),
      )) {
        const [now, old, made] = [left, groups(before), groups(after)].map((all) => all.get(group));
        check(same(now, old) || same(now, made), `${group} is neither as before nor as after`);
      }
      const again = await releafHere([...args, '-C', copy], { now: new Date() });
      check(again.status === 0, `run again: ${again.stderr}`);
      check(same(read(copy), after), 'ends in another state');
      check(same(everythingIn(copy), everythingIn(undisturbed)), 'leaves something behind');
      const verified = await releafHere(['verify', '-C', copy], { now: new Date() });
      check(verified.status === 0, `verify: ${verified.stdout}${verified.stderr}`);
      rmSync(copy, { recursive: true });
    });
    expect(faults).toEqual([]);
  },
  MINUTES * 60_000,
);

describe('what a killed synth has left where it wrote is swept by the next one', () => {
  it('when CDK8S_OUTDIR moved the output', async () => {
    const { folder } = await SITUATIONS.rollback();
    const out = folderOf({});
    const env = { CDK8S_OUTDIR: out };
    const situation = { folder, args: ['synth'] };
    const killed = await interrupted(situation, 4, 'kill', {
      env: { ...env, INTERRUPT_FOLDER: out },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(existsSync(join(out, '.releaf-tmp'))).toBe(true);
    expect(await start(process.execPath, [RELEAF, 'synth'], { cwd: folder, env })).toMatchObject({
      status: 0,
    });
    expect(everythingIn(out)).toEqual(['api.k8s.yaml', 'web.k8s.yaml']);
  });
});
