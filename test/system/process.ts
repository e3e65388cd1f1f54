import { spawn } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';

/** The checkout that the tests run in. */
export const ROOT = resolve(__dirname, '../..');

/** The compiled program. */
export const RELEAF = resolve(ROOT, 'build/lib/cli/bin.js');

/** How a process ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** On top of this process's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** What to do while the process waits for its input to end, having said `waiting`. */
  readonly meanwhile?: () => Promise<void>;
}

/** Runs a process to its end. */
export function start(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, input = '', meanwhile }: ProcessOptions = {},
): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => {
      stderr.push(piece);
      if (meanwhile && piece.includes('waiting\n')) {
        meanwhile()
          .catch(failed)
          .finally(() => child.stdin.end());
      }
    });
    child.on('error', failed);
    child.on('close', (status, signal) => {
      done({
        status,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    // A process that ends without reading its input is no failure of the test.
    child.stdin.on('error', () => undefined);
    if (!meanwhile) child.stdin.end(input);
  });
}

/** Runs the compiled program. */
export function releaf(args: readonly string[], options?: ProcessOptions): Promise<Ended> {
  return start(process.execPath, [RELEAF, ...args], options);
}

/** Runs a process that must succeed. */
export async function output(
  command: string,
  args: readonly string[],
  options?: ProcessOptions,
): Promise<string> {
  const { status, signal, stdout, stderr } = await start(command, args, options);
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: ended with ${status ?? signal ?? ''}\n${stderr}`,
    );
  }
  return stdout;
}

/** Puts the compiled program into a folder as into a checkout of its own, for `build/main.js`. */
export function programBeside(folder: string): string {
  for (const path of ['package.json', 'build']) {
    cpSync(resolve(ROOT, path), resolve(folder, path), { recursive: true });
  }
  symlinkSync(resolve(ROOT, 'node_modules'), resolve(folder, 'node_modules'));
  return folder;
}
