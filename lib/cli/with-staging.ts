import type { Folder } from '../store/folder';
import { Staging } from '../store/staging';
import type { Context } from './context';

/**
 * Runs a command that writes: sweeps what an earlier run that was cut off has left, and leaves nothing
 * half-done behind whatever happens.
 */
export async function withStaging<Result>(
  { during }: Pick<Context, 'during'>,
  { root }: Folder,
  work: (staging: Staging) => Promise<Result>,
): Promise<Result> {
  const staging = new Staging(root);
  const settled = during?.(() => {
    staging.close();
  });
  try {
    staging.sweep();
    return await work(staging);
  } finally {
    settled?.();
    staging.close();
  }
}
