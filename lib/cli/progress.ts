import { SingleBar } from 'cli-progress';
import type { Context } from './context';

/**
 * Runs `work` over all items, one after the other, with a bar on a terminal when there is more than
 * one.
 */
export async function withProgress<Item, Result>(
  { interactive }: Context,
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
  try {
    for (const item of items) {
      results.push(await work(item));
      bar?.increment();
    }
  } finally {
    bar?.stop();
  }
  return results;
}
