import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRequest } from '../../lib/x509/certificate-request';
import {
  daysAfter,
  folderOf,
  read,
  releaf as releafHere,
  SEALING_CERTIFICATE,
  signed,
  testCa,
} from '../harness';
import { start, RELEAF, type Ended, type ProcessOptions } from './process';

const PRELOAD = join(__dirname, 'preload/interrupt.js');

const CONFIG = `version: 1
defaults:
  signer: example.com/internal
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates:
  api:
    dnsNames: [api.example.com]
    secret: { name: api-tls, namespace: shop }
  web:
    dnsNames: [web.example.com]
    secret: { name: web-tls, namespace: shop }
    restart: [{ file: web.yaml, annotations: spec.template.metadata.annotations }]
`;

const WORKLOAD = `kind: Deployment
spec:
  template:
    metadata:
      annotations: {}
`;

const NAMES = ['api', 'web'];

/** A folder, and a command that changes it in many steps. */
export interface Situation {
  readonly folder: string;
  /** The command line but for the folder. */
  readonly args: readonly string[];
}

async function run(folder: string, args: readonly string[], at = now, stdin = ''): Promise<void> {
  const { status, stderr } = await releafHere([...args, '-C', folder], { now: at, stdin });
  if (status !== 0) throw new Error(stderr);
}

/** A chain for the pending request of each certificate. */
async function chains(folder: string, revision: number, days: number, at: Date): Promise<string> {
  const ca = await testCa();
  return NAMES.map((name) => {
    const file = `certificates/${name}/${revision}/request.pem`;
    return signed(ca, readRequest(read(folder, file), file), { days, now: at });
  }).join('');
}

const now = new Date();

/** Two revisions issued, the second one due; the first one can still serve. */
async function issuedTwice(): Promise<string> {
  const folder = folderOf({
    'releaf.yaml': CONFIG,
    'sealing.pem': SEALING_CERTIFICATE,
    'web.yaml': WORKLOAD,
  });
  for (const [revision, at, days] of [
    [1, daysAfter(-20, now), 21],
    [2, daysAfter(-9, now), 11],
  ] as const) {
    await run(folder, ['renew', '--force'], at);
    await run(folder, ['fetch', '--from', '-'], at, await chains(folder, revision, days, at));
  }
  return folder;
}

export const SITUATIONS: Readonly<
  Record<'renew' | 'fetch' | 'rollback' | 'synth', () => Promise<Situation>>
> = {
  renew: async () => {
    const folder = await issuedTwice();
    // What an earlier run, cut off, has left is swept.
    for (const path of ['.releaf-tmp/run-a/1-3', '.releaf-tmp/run-b']) {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, 'request.pem'), 'half');
    }
    return { folder, args: ['renew'] };
  },
  fetch: async () => {
    const folder = await issuedTwice();
    await run(folder, ['renew']);
    const signedChains = folderOf({ 'signed.pem': await chains(folder, 3, 10, now) });
    return { folder, args: ['fetch', '--from', join(signedChains, 'signed.pem')] };
  },
  rollback: async () => ({ folder: await issuedTwice(), args: ['rollback', 'web'] }),
  synth: async () => {
    const folder = await issuedTwice();
    const web = read(folder, 'dist/web.k8s.yaml');
    writeFileSync(join(folder, 'dist/old.k8s.yaml'), web);
    writeFileSync(join(folder, 'dist/older.k8s.yaml'), web);
    writeFileSync(join(folder, 'dist/web.k8s.yaml'), `${web}# edited\n`);
    rmSync(join(folder, 'dist/api.k8s.yaml'));
    writeFileSync(join(folder, 'web.yaml'), WORKLOAD);
    return { folder, args: ['synth'] };
  },
};

export function copyOf(folder: string): string {
  const copy = folderOf({});
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Files and folders, also empty ones. */
export function everythingIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
}

/** Runs the program and interrupts it; see `preload/interrupt.js`. */
export function interrupted(
  { folder, args }: Situation,
  at: number,
  how: 'kill' | 'tear' | 'SIGINT' | 'wait',
  options: ProcessOptions = {},
): Promise<Ended> {
  return start(process.execPath, [RELEAF, ...args], {
    cwd: folder,
    ...options,
    env: {
      INTERRUPT_FOLDER: folder,
      ...options.env,
      NODE_OPTIONS: `--require ${PRELOAD}`,
      INTERRUPT_AT: `${at}`,
      INTERRUPT_HOW: how,
    },
  });
}

/**
 * Runs the program to its end.
 *
 * @returns the names of its changes of the folder, with `torn` behind those that can be done in part
 */
export async function changesOf({ folder, args }: Situation): Promise<readonly string[]> {
  const log = join(folderOf({}), 'changes');
  const ended = await interrupted({ folder, args }, 0, 'kill', { env: { INTERRUPT_LOG: log } });
  expect(ended).toMatchObject({ status: 0 });
  const changes = readFileSync(log, 'utf8').split('\n');
  expect(changes.length).toBeGreaterThan(10);
  return changes;
}

/** Runs `work` over all items, two at a time. */
export async function twoAtATime<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
