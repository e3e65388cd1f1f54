import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf } from '../harness';
import { start, type Ended, type ProcessOptions } from './process';

/** What left a process and its children, as the kernel saw it. */
export interface Traced extends Ended {
  /**
   * Bytes by where they went: what was written to one descriptor, joined; arguments and environments;
   * file names.
   */
  readonly left: ReadonlyMap<string, Buffer>;
  /** Names of the system calls that were made. */
  readonly calls: ReadonlySet<string>;
  /** Address families of the sockets that were opened. */
  readonly sockets: readonly string[];
}

// Reads are left out: what was on disk before was not let out by us.
const CALLS = [
  '%file',
  '%network',
  '%process',
  ...[
    'write',
    'writev',
    'pwrite64',
    'pwritev',
    'pwritev2',
    'vmsplice',
    'memfd_create',
    'io_uring_setup',
  ],
];
const RECEIVING = ['recvfrom', 'recvmsg', 'recvmmsg', 'readlink', 'readlinkat', 'getcwd'];
const TO_DESCRIPTOR = /^(?:p?writev?2?|pwrite64|send(?:to|msg|mmsg)|vmsplice)$/;

/**
 * Runs a process under strace and collects every byte that it handed to the kernel.
 *
 * @throws Error when strace is not there, or has cut a string short
 */
export async function trace(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Traced> {
  const log = join(folderOf({}), 'strace.txt');
  const ended = await start(
    'strace',
    [
      '-f',
      '-qq',
      '-xx',
      '-v',
      '-s',
      '8000000',
      '-e',
      `trace=${CALLS.join(',')}`,
      '-e',
      'signal=none',
      '-o',
      log,
      '--',
      command,
      ...args,
    ],
    { ...options, env: { ...options.env, UV_USE_IO_URING: '0' } },
  ).catch((error: unknown) => {
    throw new Error('this test needs strace: apt-get install strace', { cause: error });
  });
  const left = new Map<string, Buffer[]>();
  const calls = new Set<string>();
  const sockets: string[] = [];
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    const [, name, rest] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined || RECEIVING.includes(name)) continue;
    if (rest.includes('"...'))
      throw new Error(`strace has cut a string short: ${line.slice(0, 200)}`);
    calls.add(name);
    if (name === 'socket') sockets.push(rest.split(',')[0] ?? '');
    const where = TO_DESCRIPTOR.test(name) ? `descriptor ${Number.parseInt(rest, 10)}` : name;
    const strings = [...rest.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, escaped = '']) =>
      Buffer.from(escaped.replaceAll('\\x', ''), 'hex'),
    );
    left.set(where, [...(left.get(where) ?? []), ...strings]);
  }
  return {
    ...ended,
    left: new Map([...left].map(([where, pieces]) => [where, Buffer.concat(pieces)])),
    calls,
    sockets,
  };
}
