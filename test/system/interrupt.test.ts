import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applied } from '../errors/situations';
import {
  filesIn,
  folderOf,
  releaf as releafHere,
  removeFolders,
  SEALING_CERTIFICATE,
  WEB_FILES,
} from '../harness';
import { changesOf, copyOf, interrupted, twoAtATime } from './interrupted';
import { RELEAF, type Ended } from './process';
import { served } from './served-cluster';

afterAll(removeFolders);

const TOLD = 'interrupted; nothing is half done: run it again\n';
const MINUTES = 5;

const NAMES = ['a', 'b', 'c', 'd'];
/** RSA keys take time that passes outside of JavaScript. */
const FOUR = {
  'sealing.pem': SEALING_CERTIFICATE,
  'releaf.yaml': `version: 1
defaults:
  key: rsa-2048
  signer: example.com/internal
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates:
${NAMES.map((name) => `  ${name}: { dnsNames: [${name}.example.com], secret: { name: ${name}, namespace: shop } }\n`).join('')}`,
};

/** Something that is done to a process once it has said something. */
interface Step {
  readonly said: RegExp;
  readonly then: NodeJS.Signals | { readonly typed: string };
}

/** Runs a process, and does something to it once it has said something. */
function run(
  command: readonly string[],
  cwd: string,
  steps: readonly Step[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended & { readonly seconds: number }> {
  return new Promise((done, failed) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
    const rest = [...steps];
    const said = { stdout: '', stderr: '' };
    let since = performance.now();
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
        const [step] = rest;
        if (!step?.said.test(said.stdout + said.stderr)) return;
        rest.shift();
        since = performance.now();
        if (typeof step.then === 'string') child.kill(step.then);
        else child.stdin.write(step.then.typed);
      });
    }
    child.on('error', failed);
    child.on('close', (status, signal) => {
      done({ status, signal, ...said, seconds: (performance.now() - since) / 1000 });
    });
  });
}

const releaf = (...args: readonly string[]): readonly string[] => [
  process.execPath,
  RELEAF,
  ...args,
];

/** As at a terminal, which standard output then is. */
const atTerminal = (...args: readonly string[]): readonly string[] => [
  'script',
  '-qefc',
  releaf(...args).join(' '),
  '/dev/null',
];

const CTRL_C = { typed: '\x03' };

/** Also when nobody has yet asked how it ended. */
const hasEnded = (pid: number): boolean => {
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || readFileSync(stat, 'utf8').includes(') Z ');
};

it(
  'releaf renew, stopped at any change of its folder, leaves nothing half done, and run again does the rest',
  async () => {
    const folder = folderOf(FOUR);
    const changes = await changesOf({ folder: copyOf(folder), args: ['renew'] });
    const faults: string[] = [];
    let stopped = 0;
    const some = [...changes.keys()].filter((index) => index % 5 === 0);
    await twoAtATime(some, async (index) => {
      const copy = copyOf(folder);
      const check = (right: boolean, what: string): void => {
        if (!right) faults.push(`change ${index + 1}, ${changes[index] ?? ''}: ${what}`);
      };
      const { status, stderr } = await interrupted(
        { folder: copy, args: ['renew'] },
        index + 1,
        'SIGINT',
      );
      // Behind the last key nothing is waited for, and the run comes to its end.
      if (status === 0) check(existsSync(join(copy, 'dist/a.k8s.yaml')), 'is not at its end');
      else {
        stopped += 1;
        check(status === 130 && stderr.endsWith(TOLD), `ended with ${status ?? ''}: ${stderr}`);
      }
      check(!existsSync(join(copy, '.releaf-tmp')), 'leaves what it had staged');
      const again = await releafHere(['renew', '-C', copy], { now: new Date() });
      check(again.status === 0, `run again: ${again.stderr}`);
      const verified = await releafHere(['verify', '-C', copy], { now: new Date() });
      check(verified.status === 0, `verify: ${verified.stdout}${verified.stderr}`);
      const made = Object.keys(filesIn(copy)).filter((file) => file.endsWith('request.pem'));
      check(made.length === NAMES.length, `has ${made.join(', ')}`);
    });
    expect(faults).toEqual([]);
    expect(stopped).toBeGreaterThan(2);
  },
  MINUTES * 60_000,
);

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('releaf fetch --wait, told %s, ends with %i', async (signal, status) => {
  const pending = folderOf(WEB_FILES);
  await releafHere(['renew', '-C', pending], { now: new Date() });
  const { root, cluster } = applied(filesIn(pending));
  const ended = await served(cluster, (KUBECONFIG) =>
    run(releaf('fetch', 'web', '--wait', '5m'), root, [{ said: /waiting for/, then: signal }], {
      KUBECONFIG,
    }),
  );
  expect(ended).toMatchObject({ status, stderr: expect.stringMatching(`\n${TOLD}$`) as string });
  expect(ended.seconds).toBeLessThan(10);
});

describe('the app of cdk8s.yaml, while it runs', () => {
  const app = (text: string) => ({
    ...WEB_FILES,
    'cdk8s.yaml': `app: '"${process.execPath}" app.js'\n`,
    'app.js': `const { writeFileSync } = require('node:fs');
writeFileSync('pid', String(process.pid));
${text}
setInterval(() => writeFileSync(process.env.CDK8S_OUTDIR + '/more', ''), 10);
console.error('under way');`,
  });
  const pidIn = (folder: string): number => Number(readFileSync(join(folder, 'pid'), 'utf8'));

  it.each([
    ['ends with the command', ''],
    ['is ended with it when it will not', 'process.on("SIGTERM", () => undefined);'],
  ])('%s, and what was staged goes', async (_, text) => {
    const folder = folderOf(app(text));
    const ended = await run(releaf('synth'), folder, [{ said: /under way/, then: 'SIGTERM' }]);
    expect(ended).toMatchObject({ status: 143, stderr: `under way\n${TOLD}` });
    expect(existsSync(join(folder, '.releaf-tmp'))).toBe(false);
    expect(hasEnded(pidIn(folder))).toBe(true);
  });

  it('is not waited for when a second signal comes', async () => {
    const folder = folderOf(app('process.on("SIGTERM", () => console.error("no"));'));
    const ended = await run(releaf('synth'), folder, [
      { said: /under way/, then: 'SIGINT' },
      { said: /no/, then: 'SIGINT' },
    ]).finally(() => process.kill(pidIn(folder), 'SIGKILL'));
    expect(ended).toMatchObject({ status: null, signal: 'SIGINT' });
  });
});

describe('at a terminal', () => {
  const plain = { NO_COLOR: '1', TERM: 'xterm-256color' };
  const ESCAPE = '\\x1b';
  const CURSOR = new RegExp(`.*${ESCAPE}\\[\\?25([hl])`, 's');
  const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]*m`);

  it('Ctrl-C clears the bar, without colour, and gives the cursor back', async () => {
    const folder = folderOf(FOUR);
    const ended = await run(
      atTerminal('renew'),
      folder,
      [{ said: /keys .*1\/4/s, then: CTRL_C }],
      plain,
    );
    expect(ended.status).toBe(130);
    expect(ended.stdout).toContain(TOLD.trim());
    expect(CURSOR.exec(ended.stdout)?.[1]).toBe('h');
    expect(ended.stdout).not.toMatch(COLOUR);
    expect(existsSync(join(folder, '.releaf-tmp'))).toBe(false);
  });

  it('Ctrl-C at a question writes nothing, and gives the cursor back', async () => {
    const folder = folderOf({});
    const ended = await run(atTerminal('init'), folder, [{ said: /●|◆/, then: CTRL_C }], plain);
    expect(ended.status).toBe(130);
    expect(ended.stdout).toContain('error INTERRUPTED: stopped; nothing was written');
    expect(CURSOR.exec(ended.stdout)?.[1]).toBe('h');
    expect(ended.stdout).not.toMatch(COLOUR);
    expect(filesIn(folder)).toEqual({});
  });

  it('--quiet shows no bar', async () => {
    const ended = await run(atTerminal('renew', '--quiet'), folderOf(FOUR), [], plain);
    expect(ended.status).toBe(0);
    expect(ended.stdout).not.toMatch(new RegExp(`${ESCAPE}|wrote|next:`));
  });
});
