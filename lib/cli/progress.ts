import { SingleBar } from 'cli-progress';
import type { Context } from './context';

/** How many private keys are in memory at once, at most, however many cores there are. */
const MOST_AT_ONCE = 16;

/**
 * Runs `work` over all items, as many at a time as there are cores, with a bar on a terminal when there
 * is more than one item. Once one has failed no other is begun.
 *
 * @returns the results, in the order of the items
 */
export async function withProgress<Item, Result>(
  { interactive, cores }: Context,
  label: string,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const bar =
    interactive && items.length > 1
      ? new SingleBar({
          format: `${label} {bar} {value}/{total}, {eta_formatted} left`,
          clearOnComplete: true,
          hideCursor: true,
        })
      : undefined;
  bar?.start(items.length, 0);
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
