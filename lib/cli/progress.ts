import { SingleBar } from 'cli-progress';
import type { Context } from './context';

/** How many private keys are in memory at once, at most, however many cores there are. */
const MOST_AT_ONCE = 16;

/**
 * Starts a bar on a terminal; the caller stops it.
 *
 * @param format - as cli-progress takes it
 * @returns undefined where there is no terminal
 */
export function startBar(
  { interactive }: Pick<Context, 'interactive'>,
  format: string,
  total: number,
): SingleBar | undefined {
  if (!interactive) return undefined;
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true });
  bar.start(total, 0);
  return bar;
}

/**
 * Runs `work` over all items, as many at a time as there are cores, with a bar on a terminal when there
 * is more than one item. Once one has failed no other is begun.
 *
 * @returns the results, in the order of the items
 */
export async function withProgress<Item, Result>(
  { interactive, cores }: Pick<Context, 'interactive' | 'cores'>,
  label: string,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const bar = startBar(
    { interactive: interactive && items.length > 1 },
    `${label} {bar} {value}/{total}, {eta_formatted} left`,
    items.length,
  );
  const results: Result[] = [];
  const queue = items.entries();
  let failed = false;
  // One queue for all, so that a slow item holds up nobody.
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
      bar?.increment();
    }
  };
  const workers = Math.min(cores, MOST_AT_ONCE, items.length);
  try {
    // Nothing may still be at work when this returns: what it writes to would be swept away.
    const running = Array.from({ length: workers }, worker);
    await Promise.allSettled(running);
    await Promise.all(running);
  } finally {
    bar?.stop();
  }
  return results;
}
