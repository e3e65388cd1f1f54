import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { folderOf } from '../harness';

export const SCRIPTS = join(__dirname, '../../lib/delivery/scripts');

/** Where a program is on the path, if it is. */
export function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What the scripts may use besides kubectl. */
const PROGRAMS = [
  ...['base64', 'cat', 'cut', 'dirname', 'grep', 'paste', 'sed', 'sh', 'sha256sum', 'sleep'],
  ...['sort', 'tr', 'uniq'],
];

/** Whether tests may go without a program: not in CI, where `.ci/run` installs it. */
const isInstalled = (program: string): boolean =>
  onPath(program) !== undefined || process.env['CI'] !== undefined;

/** Where the programs of a script may come from: those of this machine, and busybox where it is, as in Alpine. */
export const SHELLS = ['the programs of this machine', 'busybox'].filter(
  (shell) => shell !== 'busybox' || isInstalled(shell),
);

/** A folder for the path with the programs that a script may use, and no others. */
export function programs(shell: string, more: Readonly<Record<string, string>> = {}): string {
  const folder = join(folderOf({}), 'bin');
  mkdirSync(folder);
  const links = {
    ...Object.fromEntries(
      PROGRAMS.map((name) => [name, onPath(shell === 'busybox' ? shell : name)]),
    ),
    ...more,
  };
  for (const [name, file] of Object.entries(links)) {
    if (file === undefined) throw new Error(`there is no ${name} on the path`);
    symlinkSync(file, join(folder, name));
  }
  return folder;
}

/** How a script ended. */
export interface Ended {
  /** Null when it was killed. */
  readonly status: number | null;
  /** What it wrote, on both streams. */
  readonly log: string;
}

/** Runs a script in a process group of its own, with this environment and no more. */
export function runScript(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly ended: Promise<Ended>; readonly kill: () => void } {
  const child = spawn(join(env['PATH'] ?? '', 'sh'), [file], { env, detached: true });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => (log += piece));
  }
  const ended = new Promise<Ended>((done, failed) => {
    child.on('error', failed);
    child.on('close', (status) => {
      done({ status, log });
    });
  });
  return { ended, kill: () => process.kill(-(child.pid ?? 0), 'SIGKILL') };
}
