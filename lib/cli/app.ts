import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ReleafError } from '../model/errors';
import { visible } from '../model/visible';
import { producedFiles, type App } from '../store/app-output';
import { assertPlaced } from '../store/app-placement';
import type { Folder } from '../store/folder';
import type { Context } from './context';

/** Set for the app, so that one which calls releaf is no endless circle. */
const INSIDE = 'RELEAF_RUNS_APP';

/**
 * Runs the team's own cdk8s app as `cdk8s synth` does: a line for the shell, in the folder of the config,
 * with `CDK8S_OUTDIR`. What it says is said on, on standard error. By then keys are sealed and gone.
 *
 * @param outdir - where it shall write, absolute; empty or missing
 * @throws ReleafError APP_FAILED when it fails, writes nothing, or does not place every certificate that
 * has a Secret or a pending request, once, as the library gives it
 */
export async function runApp(
  { note }: Pick<Context, 'note'>,
  folder: Folder,
  { command, output }: App,
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
  if (producedFiles(outdir).length === 0) {
    throw new ReleafError(
      'APP_FAILED',
      `the app of cdk8s.yaml wrote no file into the folder that CDK8S_OUTDIR names: ${shown}`,
      'does it set outdir itself? new App() without outdir takes CDK8S_OUTDIR',
    );
  }
  assertPlaced(folder, outdir, output);
}

/** How long to read on when the app has ended and something it started keeps its output open. */
const GRACE_MS = 1000;

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
    const streams = [child.stdout, child.stderr];
    const rests = streams.map((stream) => eachLine(stream, say));
    let grace: NodeJS.Timeout | undefined;
    child.on('error', failed);
    child.on('exit', () => {
      grace = setTimeout(() => {
        for (const stream of streams) stream.destroy();
      }, GRACE_MS);
    });
    child.on('close', (status, signal) => {
      clearTimeout(grace);
      for (const sayRest of rests) sayRest();
      done(status === 0 ? undefined : (signal ?? `exit status ${status ?? ''}`));
    });
  });
}

/** The rest of a longer line is left out: readline would keep all of it in memory. */
const LONGEST_LINE = 10_000;

/** @returns says the last line where no newline ends it */
function eachLine(stream: Readable, say: (line: string) => void): () => void {
  let line = '';
  const tell = (): void => {
    say(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line.replace(/\r$/, ''));
    line = '';
  };
  stream.setEncoding('utf8').on('data', (text: string) => {
    for (const [index, piece] of text.split('\n').entries()) {
      if (index > 0) tell();
      line += piece.slice(0, LONGEST_LINE + 1 - line.length);
    }
  });
  return () => {
    if (line !== '') tell();
  };
}
