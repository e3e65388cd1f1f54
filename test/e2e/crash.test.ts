import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { filesIn, removeFolders } from '../harness';
import { RELEAF } from '../system/process';
import { traceOf } from '../untouched';
import {
  getRequest,
  issuedCertificate,
  kubectl,
  releafDone,
  startApiServer,
  stopApiServer,
} from './cluster';
import { meddle, type Passing } from './meddle';
import { committedRequest, newNames, servingFolder } from './serving';

/** What crashes in the middle of which command. */
interface Crash {
  readonly victim: 'the API server' | 'releaf';
  readonly command: string;
  /** In words. */
  readonly moment: string;
  /** `lost`: the API server has done what it was asked for, and its answer does not arrive. */
  readonly when: 'before' | 'after' | 'lost';
  /** Method and path. */
  readonly request: RegExp;
  /** Which one of these requests. @default 1 */
  readonly nth?: number;
  /** What the command that meets the crash is told to wait at most. @default - nothing */
  readonly wait?: string;
  /** What the request in the cluster is before; absent: not there. */
  readonly given?: 'waiting' | 'issued';
  /** Conditions of the request right after the crash; absent: it is not there. */
  readonly left?: readonly string[];
}

const GET = /^GET .*\/certificatesigningrequests\//;
const CREATE = /^POST .*\/certificatesigningrequests\b/;
const APPROVE = /^PUT .*\/approval\b/;
const ASK = /^POST .*\/selfsubjectaccessreviews\b/;

const CRASHES: readonly (Crash & { readonly name: string })[] = (
  [
    {
      victim: 'the API server',
      command: 'approve',
      moment: 'between the look at the request and its approval',
      when: 'after',
      request: GET,
      given: 'waiting',
      left: [],
    },
    {
      victim: 'the API server',
      command: 'approve',
      moment: 'after it approved and before it says so',
      when: 'lost',
      request: APPROVE,
      given: 'waiting',
      left: ['Approved'],
    },
    {
      victim: 'the API server',
      command: 'approve',
      moment: 'while releaf waits for the signer',
      when: 'before',
      request: GET,
      nth: 2,
      wait: '3s',
      given: 'waiting',
      left: ['Approved'],
    },
    {
      victim: 'the API server',
      command: 'fetch',
      moment: 'before it gives the certificate',
      when: 'before',
      request: GET,
      given: 'issued',
      left: ['Approved'],
    },
    {
      victim: 'the API server',
      command: 'fetch --wait 1m',
      moment: 'while releaf waits for the approval',
      when: 'before',
      request: GET,
      nth: 2,
      wait: '3s',
      given: 'waiting',
      left: [],
    },
    {
      victim: 'the API server',
      command: 'renew --now',
      moment: 'before it says what the user may do',
      when: 'before',
      request: ASK,
    },
    {
      victim: 'the API server',
      command: 'renew --now',
      moment: 'after it created the request and before it says so',
      when: 'lost',
      request: CREATE,
      left: [],
    },
    {
      victim: 'releaf',
      command: 'approve',
      moment: 'while it waits for the signer',
      when: 'before',
      request: GET,
      nth: 2,
      given: 'waiting',
      left: ['Approved'],
    },
    {
      victim: 'releaf',
      command: 'renew --now',
      moment: 'right after it created the request',
      when: 'lost',
      request: CREATE,
      left: [],
    },
  ] as const
).map((one) => ({ ...one, name: newNames('crash')[0] ?? '' }));

const root = servingFolder(CRASHES.map(({ name }) => name));
const objectOf = (name: string): string => committedRequest(root, name).metadata.name;
const filesOf = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(filesIn(root)).filter(([path]) => path.includes(`/${name}`)));
const argv = ({ command, name }: { readonly command: string; readonly name: string }): string[] => [
  ...command.split(' '),
  name,
  '-C',
  root,
];

beforeAll(async () => {
  const given = CRASHES.flatMap((one) => (one.given === undefined ? [] : [one.name]));
  await releafDone(['renew', ...given, '-C', root]);
  await kubectl(['apply', '-f', `${root}/dist`]);
  for (const { name } of CRASHES.filter((one) => one.given === 'issued')) {
    await kubectl(['certificate', 'approve', objectOf(name)]);
    await issuedCertificate(objectOf(name));
  }
});
afterAll(removeFolders);

/** Runs the command until the crash, and to its end where it lives on. */
async function crash(one: Crash & { readonly name: string }): Promise<{
  readonly status: number | null;
  readonly stderr: string;
}> {
  let left = one.nth ?? 1;
  const crashAt =
    (...moments: readonly Crash['when'][]) =>
    async ({ method, path }: Passing): Promise<'cut' | undefined> => {
      if (!moments.includes(one.when) || !one.request.test(`${method} ${path}`)) return undefined;
      left -= 1;
      if (left !== 0) return undefined;
      if (one.victim === 'releaf') child.kill('SIGKILL');
      else await stopApiServer();
      return one.when === 'lost' ? 'cut' : undefined;
    };
  const meddler = await meddle({ before: crashAt('before'), after: crashAt('after', 'lost') });
  const patience = one.wait === undefined ? [] : ['--wait', one.wait];
  const child = spawn(process.execPath, [RELEAF, ...argv(one), ...patience], {
    env: { ...process.env, KUBECONFIG: meddler.kubeconfig },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const [stderr, status] = await Promise.all([text(child.stderr), ended]);
  await meddler.close();
  expect(left).toBeLessThanOrEqual(0);
  if (one.victim === 'the API server') await startApiServer();
  return { status, stderr };
}

it.each(CRASHES)(
  '$victim crashes in releaf $command, $moment: nothing is half-written, and the same command completes',
  async (one) => {
    const { victim, name, command, given, left } = one;
    const before = traceOf(root);
    const { status, stderr } = await crash(one);

    expect(status).toBe(victim === 'releaf' ? null : 1);
    if (victim === 'the API server') {
      expect(stderr.match(/^error .*$/gm)).toEqual([
        expect.stringMatching(
          /^error CLUSTER_UNREACHABLE: https:\/\/127\.0\.0\.1:\d+ .*: it closed the connection$/,
        ),
      ]);
    }
    if (left === undefined || given !== undefined) {
      expect(traceOf(root)).toEqual(before);
    } else {
      expect(Object.keys(filesOf(name))).toEqual([
        `certificates/${name}/1/private-key.yaml`,
        `certificates/${name}/1/request.pem`,
        `certificates/${name}/1/request.yaml`,
        `dist/${name}.k8s.yaml`,
      ]);
      await releafDone(['verify', '-C', root]);
      if (victim !== 'releaf') expect(stderr).toContain(`run again: releaf renew ${name} --now`);
    }
    const request = filesOf(name)[`certificates/${name}/1/request.pem`];
    if (left !== undefined) {
      const conditions = (await getRequest(objectOf(name)))?.status.conditions ?? [];
      expect(conditions.map(({ type }) => type)).toEqual(left);
    }

    if (command.startsWith('fetch') && given === 'waiting') {
      await kubectl(['certificate', 'approve', objectOf(name)]);
    }
    await releafDone(argv(one));
    const files = filesOf(name);
    expect(Object.keys(files)).toEqual([
      `certificates/${name}/1/certificate.pem`,
      `certificates/${name}/1/private-key.yaml`,
      `certificates/${name}/1/request.pem`,
      `certificates/${name}/1/request.yaml`,
      `dist/${name}.k8s.yaml`,
    ]);
    expect(files[`dist/${name}.k8s.yaml`]).toContain('kind: SealedSecret');
    if (request !== undefined) {
      expect(files[`certificates/${name}/1/request.pem`]).toBe(request);
    }
  },
);
