import { filesIn, folderOf, releaf as releafHere, removeFolders, WEB_FILES } from '../harness';
import {
  changesOf,
  copyOf,
  everythingIn,
  interrupted,
  SITUATIONS,
  twoAtATime,
} from './interrupted';
import { releaf, type Ended } from './process';

const ROUNDS = 10;

const DONE = /^((web|api): revision \d, because: |nothing to do\n$)/;
const LOST = new RegExp(
  '^(wrote {4}.*\\n|removed {2}.*\\n|that stays; .*\\n)*error (REVISION_EXISTS: \\S+: another run wrote it first|FILE_UNWRITABLE: \\S+: ' +
    '(another run in the same folder has swept this one away|there is no such file))\\n',
);

const MINUTES = 5;

/** That a run ended as it may beside another one: done, or told that the other one was in its way. */
const endedWell = ({
  status,
  stdout,
  stderr,
}: Pick<Ended, 'status' | 'stdout' | 'stderr'>): boolean =>
  (status === 0 && DONE.test(stdout)) ||
  (status === 1 && LOST.test(stderr.replace('waiting\n', '')));

/** What stands in the folder when somebody has run synth afterwards; fails unless verify is green. */
async function settle(folder: string): Promise<readonly string[]> {
  const now = new Date();
  expect(await releafHere(['synth', '-C', folder], { now })).toMatchObject({ status: 0 });
  expect(await releafHere(['verify', '-C', folder], { now })).toMatchObject({
    status: 0,
    stdout: '',
  });
  return everythingIn(folder);
}

afterAll(removeFolders);

it.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))(
  'two releaf renew, started at the same time, make one revision, whole (round %i)',
  async () => {
    const folder = folderOf(WEB_FILES);
    const ended = await Promise.all([
      releaf(['renew', '-C', folder]),
      releaf(['renew', '-C', folder]),
    ]);
    expect(ended.filter((each) => !endedWell(each))).toEqual([]);
    await settle(folder);
    expect(Object.keys(filesIn(folder))).toEqual([
      'certificates/web/1/private-key.yaml',
      'certificates/web/1/request.pem',
      'certificates/web/1/request.yaml',
      'dist/web.k8s.yaml',
      'releaf.yaml',
      'sealing.pem',
    ]);
  },
);

it(
  'releaf renew, overtaken by a second one before any change of its folder, makes one revision, whole',
  async () => {
    const { folder, args } = await SITUATIONS.renew();
    const undisturbed = copyOf(folder);
    const changes = await changesOf({ folder: undisturbed, args });
    const expected = everythingIn(undisturbed);
    const faults: string[] = [];
    await twoAtATime([...changes.keys()], async (index) => {
      const copy = copyOf(folder);
      const check = (right: boolean, what: string): void => {
        if (!right) faults.push(`at change ${index + 1}, ${changes[index] ?? ''}: ${what}`);
      };
      let second: Pick<Ended, 'status' | 'stdout' | 'stderr'> | undefined;
      const first = await interrupted({ folder: copy, args }, index + 1, 'wait', {
        meanwhile: async () => {
          second = await releafHere(['renew', '-C', copy], { now: new Date() });
        },
      });
      check(first.stderr.includes('waiting\n'), 'did not wait');
      for (const ended of [first, second]) {
        check(ended !== undefined && endedWell(ended), `ended with ${JSON.stringify(ended)}`);
      }
      const settled = await settle(copy).catch(String);
      check(
        JSON.stringify(settled) === JSON.stringify(expected),
        `left ${JSON.stringify(settled)}`,
      );
    });
    expect(faults).toEqual([]);
  },
  MINUTES * 60_000,
);
