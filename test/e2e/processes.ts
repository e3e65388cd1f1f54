import { spawn } from 'node:child_process';
import { openSync, closeSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until';

/** The folder of this run; test/e2e/run makes it and removes it. */
export const FOLDER = setting('RELEAF_E2E_FOLDER');

/** A program of test/e2e/tools. */
export const tool = (name: string): string => join(setting('RELEAF_TOOLS'), name);

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error('run these tests with npm run test:e2e');
  return value;
}

/** A program that runs beside the tests. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** On top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const fileOf = (kind: 'programs' | 'pids' | 'logs', name: string): string => {
  mkdirSync(join(FOLDER, kind), { recursive: true });
  return join(FOLDER, kind, name);
};

/** The file that takes what a program writes. */
export const logOf = (name: string): string => fileOf('logs', `${name}.log`);

/** Starts a program under a name, by which {@link kill} and {@link startAgain} find it from any test. */
export function launch(name: string, { command, args, env = {} }: Program): void {
  writeFileSync(fileOf('programs', name), JSON.stringify({ command, args, env }));
  const log = openSync(logOf(name), 'a');
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', (error) => {
    throw error;
  });
  // Jest must not wait for it.
  child.unref();
  writeFileSync(fileOf('pids', name), `${child.pid ?? ''}`);
}

/** Starts a program once more, as it was started before. */
export function startAgain(name: string): void {
  launch(name, JSON.parse(readFileSync(fileOf('programs', name), 'utf8')) as Program);
}

/** Ends a program at once, as a crash does. */
export async function kill(name: string): Promise<void> {
  const pid = pidOf(name);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await until(`${name} has ended`, () => !isAlive(pid));
}

/** Sends a signal to a program that goes on. */
export function signal(name: string, what: NodeJS.Signals): void {
  process.kill(pidOf(name), what);
}

/** Throws when a program has ended, with the end of its log. */
export function expectAlive(name: string): void {
  if (isAlive(pidOf(name))) return;
  const lines = readFileSync(logOf(name), 'utf8').trimEnd().split('\n');
  throw new Error(`${name} has ended; ${logOf(name)} ends with\n${lines.slice(-15).join('\n')}`);
}

const pidOf = (name: string): number => Number(readFileSync(fileOf('pids', name), 'utf8'));

// What has ended, with all of its threads, jest takes away.
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
