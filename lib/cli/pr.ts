import { EXIT, type Context, type ExitStatus } from './context';

export interface PullRequestFlags {
  readonly base: string;
  /** @default - the working tree */
  readonly head?: string;
  readonly title: boolean;
  readonly out?: string;
  readonly json: boolean;
}

/** `releaf pr`. */
export async function runPullRequest(
  context: Context,
  flags: PullRequestFlags,
): Promise<ExitStatus> {
  await Promise.resolve([context, flags]);
  return EXIT.failed;
}
