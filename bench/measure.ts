import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a process took, from its start to its end. */
export interface Usage {
  /** Milliseconds of processor time, user and system, of all its threads. */
  readonly cpu: number;
  /** Milliseconds by the clock on the wall. */
  readonly wall: number;
  /** Peak of the resident set, MiB. */
  readonly peak: number;
  readonly stdout: string;
}

/** Runs node with these arguments in a process of its own. */
export function measure(args: readonly string[]): Usage {
  const start = performance.now();
  const { status, stderr, output } = spawnSync(
    process.execPath,
    ['--require', join(__dirname, 'report-usage.js'), ...args],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed: ${stderr}`);
  return {
    ...(JSON.parse(output[3] ?? '') as { cpu: number; peak: number }),
    wall,
    stdout: output[1] ?? '',
  };
}

/** Milliseconds of processor time for the same manifests: by releaf, and by the least that writes them. */
export interface Sample {
  readonly releaf: number;
  readonly yaml: number;
  readonly json: number;
}

/** Takes a sample of each size, all in one process of their own. */
export function samples(counts: readonly number[], directory: string): readonly Sample[] {
  const { stdout } = measure([
    join(__dirname, 'sample.js'),
    'synth',
    directory,
    ...counts.map(String),
  ]);
  return JSON.parse(stdout) as readonly Sample[];
}

/** Peak memory of rendering `count` certificates one after the other, MiB. */
export function peakOfStream(count: number, directory: string, flags: readonly string[]): number {
  return measure([...flags, join(__dirname, 'sample.js'), 'stream', directory, `${count}`]).peak;
}

/** Milliseconds for the same number of P-256 certificates. */
export interface RenewSample {
  /** Processor time of key, request and sealed key by releaf. */
  readonly releaf: number;
  /** Processor time of a key, a signature and a sealing each, by node:crypto alone. */
  readonly floor: number;
  /** By the clock: what releaf makes, with its manifest rendered and written. */
  readonly withManifest: number;
}

/** Milliseconds by the clock for the same number of RSA keys on all cores. */
export interface RsaSample {
  readonly releaf: number;
  readonly bare: number;
  /** Of the time of all renewals, in which keys were made. */
  readonly share: number;
}

const renewed = (...args: readonly string[]): unknown =>
  JSON.parse(measure([join(__dirname, 'renew-sample.js'), ...args]).stdout);

/** Takes a sample of renewing certificates, in a process of its own. */
export const renewSample = (count: number, directory: string): RenewSample =>
  renewed('p256', `${count}`, directory) as RenewSample;

export const rsaSample = (count: number): RsaSample => renewed('rsa', `${count}`) as RsaSample;

/** The most private keys that were in memory at once. */
export const unsealedKeys = (count: number): number => renewed('unsealed', `${count}`) as number;

/**
 * Milliseconds by the clock for each certificate of the shell loop that teams write today.
 *
 * @returns undefined where openssl, kubectl or bash are missing
 */
export function shellLoop(count: number, directory: string): number | undefined {
  const script = join(__dirname, '../../bench/shell-loop.sh');
  const start = performance.now();
  const { status } = spawnSync(script, [directory, `${count}`], { stdio: 'ignore' });
  return status === 0 ? (performance.now() - start) / count : undefined;
}
