import { ReleafError } from '../model/errors';

interface Waiting {
  readonly go: () => void;
  readonly stop: (error: ReleafError) => void;
}

/**
 * Lets so many requests run at once, and the others wait for their turn. When a server cannot be
 * reached, those that wait are told so as well: they need not find out one after the other.
 *
 * @returns what runs one request in its turn
 */
export function inTurn(most: number): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let free = most;
  const waiting: Waiting[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else
      await new Promise<void>((go, stop) => {
        waiting.push({ go, stop });
      });
    try {
      return await run();
    } catch (error) {
      if (error instanceof ReleafError && error.code === 'CLUSTER_UNREACHABLE') {
        for (const { stop } of waiting.splice(0)) stop(error);
      }
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next.go();
      else free += 1;
    }
  };
}
