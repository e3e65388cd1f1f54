import { removeFolders, SEALING_CERTIFICATE, testCa } from '../harness';
import { Team } from './team';

afterAll(removeFolders);

const entry = (name: string, namespace: string, more = ''): string => `  ${name}:
    dnsNames: [${name}.example.com]
    signer: example.com/internal
    secret: { name: ${name}-tls, namespace: ${namespace} }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
${more}`;

const configOf = (...entries: readonly string[]): string =>
  `version: 1\ncertificates:\n${entries.join('')}`;

/** `old` expires on day 90, `older` on day 80; the others have no certificate yet. */
async function teamOf(): Promise<Team> {
  const [old, older] = [entry('old', 'shop'), entry('older', 'data', '    duration: 80d\n')];
  const files = { 'releaf.yaml': configOf(old, older), 'sealing.pem': SEALING_CERTIFICATE };
  const team = new Team(files, await testCa());
  await team.renew();
  team.edit(/^[^]*$/, configOf(entry('api', 'shop'), old, older, entry('web', 'web')));
  return team;
}

const lines = async (team: Team, flags: string, day: number): Promise<readonly string[]> =>
  (await team.run(`plan ${flags}`, day)).stdout.split('\n').slice(0, -1);

let team: Team;
beforeAll(async () => {
  team = await teamOf();
});

it.each([
  // What has expired comes first, then what has never had a certificate, then what expires.
  ['--group all', 70, ['all api web older old']],
  ['--group all', 85, ['all older api web old']],
  ['--group namespace', 70, ['shop api old', 'web web', 'data older']],
  ['--group namespace', 85, ['data older', 'shop api old', 'web web']],
  ['--group none', 85, ['older older', 'api api', 'web web', 'old old']],
  ['--group none --max 2', 85, ['older older', 'api api']],
  ['--group namespace --max 3', 85, ['data older', 'shop api', 'web web']],
  ['--group all --max 100 --step renew', 70, ['all api web older old']],
  ['--group all', 1, ['all api web']],
  ['old older --group all', 1, []],
  ['web old --group all', 70, ['all web old']],
  ['--group all --step await', 70, []],
])('plan %s on day %i prints the groups, the most urgent first', async (flags, day, expected) => {
  expect(await lines(team, flags, day)).toEqual(expected);
});

it('prints what waits for its certificate, and nothing that is due then', async () => {
  const waiting = await teamOf();
  await waiting.run('renew api web');
  expect(await lines(waiting, '--group namespace --step await', 1)).toEqual([
    'shop api',
    'web web',
  ]);
  expect(await lines(waiting, '--group all', 70)).toEqual(['all older old']);
});

it('prints JSON for machines', async () => {
  const { stdout } = await team.run('plan --group namespace --max 3 --json', 85);
  expect(JSON.parse(stdout)).toEqual({
    groups: [
      { group: 'data', certificates: ['older'] },
      { group: 'shop', certificates: ['api'] },
      { group: 'web', certificates: ['web'] },
    ],
  });
});

it('says with its exit status what plan says, whatever it prints', async () => {
  expect((await team.try('plan --check --group all --step await', 70)).status).toBe(3);
  expect((await team.try('plan --check old older --group all', 1)).status).toBe(0);
});

it.each(['plan --max 3', 'plan --step await'])('refuses %s, which groups nothing', async (line) => {
  const { status, stderr } = await team.try(line);
  expect(status).toBe(2);
  expect(stderr).toContain(
    'error: --max and --step choose what --group prints; say how to group\n',
  );
});
