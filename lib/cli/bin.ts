#!/usr/bin/env node
import { availableParallelism, constants } from 'node:os';
import { isatty } from 'node:tty';
import { terminal } from './ask';
import { systemClock } from './clock';
import { committedFiles, ignoredByGit, uncommitted, unstaged, untracked } from './git';
import { forkOf, repositoryOf } from './git-repository';
import { Interruption } from './interruption';
import { packageVersion } from './package';
import { systemRandomness } from './randomness';
import { LARGEST_BYTES } from '../store/text-file';
import { run } from './run';

async function readInput(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    // It is refused then.
    if (bytes > LARGEST_BYTES) break;
  }
  return Buffer.concat(pieces);
}

// A reader that has seen enough (`releaf plan | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const interruption = new Interruption();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const isTerminal = isatty(process.stderr.fd);
const SHOW_CURSOR = '\x1b[?25h';
let isOver = false;

/** Files are written between two awaits, so what is there when a signal is handled is whole. */
function end(signal: (typeof SIGNALS)[number]): void {
  // Whoever does not want to wait any longer sends another one.
  for (const one of SIGNALS) process.removeListener(one, end);
  isOver = true;
  void interruption.undo().finally(() => {
    // Behind the ^C of the terminal; a prompt may have hidden the cursor.
    if (isTerminal) process.stderr.write(`${SHOW_CURSOR}\n`);
    process.stderr.write('interrupted; nothing is half done: run it again\n');
    process.exit(128 + constants.signals[signal]);
  });
}
for (const signal of SIGNALS) process.on(signal, end);

// Nothing settles, and Node ends all the same, when what is waited for can no longer come.
process.exitCode = 1;
void run(process.argv.slice(2), packageVersion(), {
  now: systemClock.now(),
  clock: systemClock,
  randomness: systemRandomness,
  cores: availableParallelism(),
  print: (line) => process.stdout.write(`${line}\n`),
  note: (line) => {
    if (!isOver) process.stderr.write(`${line}\n`);
  },
  interactive: isTerminal,
  during: interruption.during,
  colour: isatty(process.stdout.fd) && !process.env['NO_COLOR'],
  readInput,
  ignoredByGit,
  untracked,
  unstaged,
  uncommitted,
  committedFiles,
  repositoryOf,
  forkOf,
  // By number: to touch process.stdin makes a pipe non-blocking, also for the others who read it.
  ...(isatty(0) && isTerminal && { ask: terminal }),
  openCluster: async (options) => (await import('../cluster/open-cluster.js')).openCluster(options),
  ...(process.env['CDK8S_OUTDIR'] && { output: process.env['CDK8S_OUTDIR'] }),
}).then((status) => {
  process.exitCode = status;
});
