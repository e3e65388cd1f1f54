import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Clock } from '../lib/cli/clock';
import type { Ask } from '../lib/cli/ask';
import { committedFiles, ignoredByGit, uncommitted, unstaged, untracked } from '../lib/cli/git';
import { forkOf, repositoryOf } from '../lib/cli/git-repository';
import type { Randomness } from '../lib/cli/randomness';
import { run } from '../lib/cli/run';
import type { ClusterOptions, KubernetesApi } from '../lib/cluster/kubernetes-api';
import type { CertificateRequest } from '../lib/x509/certificate-request';
import { createLocalCa, type LocalCa } from '../lib/x509/local-ca';
import { newKey } from './x509/tools';

/** Files by path, as an object literal. */
export type Files = Readonly<Record<string, string>>;

export const VECTORS = join(__dirname, 'vectors');
export const SEALING_CERTIFICATE = readFileSync(
  join(VECTORS, 'sealing/worthless-sealing-certificate.pem'),
  'utf8',
);

/** When tests take place unless they say otherwise. */
export const NOW = new Date('2027-03-01T12:00:00Z');

export const daysAfter = (days: number, start = NOW): Date =>
  new Date(start.getTime() + days * 86_400_000);

const folders: string[] = [];

/** A folder with these files, removed when the test file is done. */
export function folderOf(files: Files): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'releaf-test-')));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Every file below a folder with its text. */
export function filesIn(root: string, folder = root): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory()
          ? Object.entries(filesIn(root, path))
          : [[relative(root, path), readFileSync(path, 'utf8')]];
      }),
  );
}

export const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

/** Real randomness, as the command line has it. */
export const testRandomness: Randomness = {
  bytes: (size) => randomBytes(size),
  generateKey: (algorithm) => Promise.resolve(newKey(algorithm)),
};

/** What a run of the command line left behind. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly now?: Date;
  readonly stdin?: string;
  readonly output?: string;
  readonly randomness?: Randomness;
  readonly cores?: number;
  readonly clock?: Clock;
  readonly ask?: Ask;
  readonly openCluster?: (options: ClusterOptions) => Promise<KubernetesApi>;
}

/** Time that passes only when somebody waits. */
export function clockFrom(start: Date): Clock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    elapsed: () => time,
    sleep: (milliseconds) => {
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

const noCluster = (): never => {
  throw new Error('this test has no cluster');
};

/** Runs one command line in this process. */
export async function releaf(
  argv: readonly string[],
  {
    now = NOW,
    stdin = '',
    output,
    randomness = testRandomness,
    cores = 2,
    clock = clockFrom(now),
    openCluster = noCluster,
    ask,
  }: RunOptions = {},
): Promise<Ran> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const status = await run(argv, '0.0.0-test', {
    now,
    clock,
    randomness,
    cores,
    print: (line) => stdout.push(`${line}\n`),
    note: (line) => stderr.push(`${line}\n`),
    interactive: false,
    colour: false,
    readInput: () => Promise.resolve(Buffer.from(stdin)),
    ignoredByGit,
    untracked,
    unstaged,
    uncommitted,
    committedFiles,
    repositoryOf,
    forkOf,
    ...(ask && { ask }),
    openCluster,
    ...(output !== undefined && { output }),
  });
  return { status, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** A CA in memory, valid around the times that tests use. */
export async function testCa(commonName = 'test CA'): Promise<LocalCa> {
  return createLocalCa(await testRandomness.generateKey('ecdsa-p256'), commonName, {
    notBefore: daysAfter(-3650),
    notAfter: daysAfter(3650),
    serialNumber: randomBytes(16),
  });
}

/** Signs as the cluster would. */
export function signed(
  ca: LocalCa,
  request: CertificateRequest,
  { days = 90, now = NOW }: { readonly days?: number; readonly now?: Date } = {},
): string {
  return ca.sign(request, {
    usages: ['digital signature', 'key encipherment', 'server auth'],
    expirationSeconds: days * 86_400,
    now,
    serialNumber: randomBytes(16),
  });
}

/** A config of one generic certificate `web`, sealed for the throw-away certificate. */
export const WEB_CONFIG = `version: 1
certificates:
  web:
    dnsNames: [web.example.com]
    signer: example.com/internal
    secret: { name: web-tls, namespace: shop }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
`;

export const WEB_FILES: Files = { 'releaf.yaml': WEB_CONFIG, 'sealing.pem': SEALING_CERTIFICATE };
