import { spawn, type ChildProcess } from 'node:child_process';
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
  { note, during }: Pick<Context, 'note' | 'during'>,
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
  const end = await runToItsEnd(command, folder.root, outdir, {
    say: (line, weight) => {
      note(visible(line), weight);
    },
    during,
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

/** @returns how it failed; undefined when it did not; never settles once a signal has ended it */
function runToItsEnd(
  command: string,
  cwd: string,
  outdir: string,
  { say, during }: { readonly say: Context['note']; readonly during: Context['during'] },
): Promise<string | undefined> {
  return new Promise((done, failed) => {
    const child = spawn(command, {
      shell: true,
      cwd,
      // A group of its own, so that what the shell starts can be ended with it.
      detached: true,
      env: environmentOf(outdir),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const streams = [child.stdout, child.stderr];
    // What it says of a failure is on its standard error.
    const rests = [
      eachLine(child.stdout, say),
      eachLine(child.stderr, (line) => {
        say(line, 'important');
      }),
    ];
    let isStopped = false;
    const settled = during?.(() => {
      isStopped = true;
      return stopped(child);
    });
    let grace: NodeJS.Timeout | undefined;
    child.on('error', failed);
    child.on('exit', () => {
      grace = setTimeout(() => {
        for (const stream of streams) stream.destroy();
      }, GRACE_MS);
    });
    child.on('close', (status, signal) => {
      clearTimeout(grace);
      if (isStopped) return;
      settled?.();
      for (const sayRest of rests) sayRest();
      done(status === 0 ? undefined : (signal ?? `exit status ${status ?? ''}`));
    });
  });
}

/** An app makes manifests of files. What `fetch` may read in the cluster is none of its business. */
function environmentOf(outdir: string): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: undefined, CDK8S_OUTDIR: outdir, [INSIDE]: '1' };
}

/** Ends an app, so that it no longer writes where the staging folder is about to go. */
function stopped(child: ChildProcess): Promise<void> {
  return new Promise((gone) => {
    const end = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // There is nobody left.
      }
    };
    const impatience = setTimeout(() => {
      end('SIGKILL');
    }, GRACE_MS);
    child.on('close', () => {
      clearTimeout(impatience);
      gone();
    });
    end('SIGTERM');
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
