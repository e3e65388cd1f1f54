import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ReleafError } from '../model/errors';
import { visible } from '../model/visible';
import { leftOut } from '../store/app-output';
import type { Folder } from '../store/folder';
import type { Context } from './context';

/** Set for the app, so that one which calls releaf is no endless circle. */
const INSIDE = 'RELEAF_RUNS_APP';

/**
 * Runs the team's own cdk8s app as `cdk8s synth` does: a line for the shell, in the folder of the config,
 * with `CDK8S_OUTDIR`. What it says is said on, on standard error. By then keys are sealed and gone.
 *
 * @param command - `app` of `cdk8s.yaml`
 * @param outdir - where it shall write, absolute; empty or missing
 * @throws ReleafError APP_FAILED when it fails, or leaves a certificate out that has a Secret or a
 * pending request
 */
export async function runApp(
  { note }: Pick<Context, 'note'>,
  folder: Folder,
  command: string,
  outdir: string,
): Promise<void> {
  const shown = visible(command);
  if (process.env[INSIDE] !== undefined) {
    throw new ReleafError(
      'APP_FAILED',
      `the app of cdk8s.yaml calls releaf, which would run the app: ${shown}`,
      "let the app use the library: RotatingCertificate.from(chart, loadCertificates(), 'NAME')",
    );
  }
  const end = await runToItsEnd(command, folder.root, outdir, (line) => {
    note(visible(line));
  });
  if (end !== undefined) {
    throw new ReleafError(
      'APP_FAILED',
      `the app of cdk8s.yaml ended with ${end}: ${shown}`,
      'its own words stand above; nothing was written to the output; try it by itself: cdk8s synth',
    );
  }
  const [missing] = leftOut(folder, outdir);
  if (missing !== undefined) {
    throw new ReleafError(
      'APP_FAILED',
      `the app of cdk8s.yaml does not place certificate ${missing}`,
      `add it: RotatingCertificate.from(chart, loadCertificates(), '${missing}')`,
    );
  }
}

/** @returns how it failed; undefined when it did not */
function runToItsEnd(
  command: string,
  cwd: string,
  outdir: string,
  say: (line: string) => void,
): Promise<string | undefined> {
  return new Promise((done, failed) => {
    const child = spawn(command, {
      shell: true,
      cwd,
      env: { ...process.env, CDK8S_OUTDIR: outdir, [INSIDE]: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = [child.stdout, child.stderr].map((stream) => eachLine(stream, say));
    child.on('error', failed);
    child.on('close', (status, signal) => {
      const end = status === 0 ? undefined : (signal ?? `exit status ${status ?? ''}`);
      Promise.all(lines).then(() => {
        done(end);
      }, failed);
    });
  });
}

async function eachLine(stream: Readable, say: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) say(line);
}
