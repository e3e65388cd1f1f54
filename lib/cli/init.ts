import { EXIT, type Context, type ExitStatus } from './context';

export interface InitFlags {
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** `releaf init`. */
export async function runInit(context: Context, flags: InitFlags): Promise<ExitStatus> {
  await Promise.resolve([context, flags]);
  return EXIT.failed;
}
