import { SingleBar } from 'cli-progress';
import type { Context } from './context';

/** From when on a person wants to see how far it is, in milliseconds. */
const PATIENCE = 2000;

/** For how long nothing else runs, at most: neither the bar nor what waits for Ctrl-C. In milliseconds. */
const TURN = 100;

/** How many private keys are in memory at once, at most, however many cores there are. */
const MOST_AT_ONCE = 16;

/** A bar on a terminal. */
export interface Bar {
  readonly show: (value: number) => void;
  /** Clears it, and gives the cursor back. */
  readonly stop: () => void;
}

/**
 * Starts a bar on a terminal; the caller stops it.
 *
 * @param format - as cli-progress takes it
 * @returns undefined where there is no terminal
 */
export function startBar(
  { interactive, during }: Pick<Context, 'interactive' | 'during'>,
  format: string,
  total: number,
): Bar | undefined {
  if (!interactive) return undefined;
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true });
  const stop = (): void => {
    bar.stop();
  };
  const stopped = during?.(stop);
  bar.start(total, 0);
  return {
    show: (value) => {
      bar.update(value);
    },
    stop: () => {
      stopped?.();
      stop();
    },
  };
}

/**
 * Runs `work` over all items, as many at a time as there are cores, with a bar on a terminal when there
 * is more than one item. Once one has failed no other is begun.
 *
 * @returns the results, in the order of the items
 */
export async function withProgress<Item, Result>(
  { interactive, cores, during }: Pick<Context, 'interactive' | 'cores' | 'during'>,
  label: string,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const bar = startBar(
    { interactive: interactive && items.length > 1, ...(during && { during }) },
    `${label} {bar} {value}/{total}, {eta_formatted} left`,
    items.length,
  );
  let done = 0;
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
      done += 1;
      bar?.show(done);
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

/**
 * Hands out items one after the other. Where that takes long, signals are handled in between, and a
 * terminal shows a bar.
 *
 * @param total - how many items there will be, about
 */
export async function* paced<Item>(
  context: Pick<Context, 'interactive' | 'during' | 'clock'>,
  label: string,
  total: number,
  items: Iterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  const { clock } = context;
  const start = clock.elapsed();
  let turned = start;
  let done = 0;
  let bar: Bar | undefined;
  try {
    for (const item of items) {
      yield item;
      done += 1;
      const now = clock.elapsed();
      if (now - turned < TURN) continue;
      turned = now;
      if (now - start >= PATIENCE) {
        bar ??= startBar(context, `${label} {bar} {percentage}%, {eta_formatted} left`, total);
        bar?.show(Math.min(done, total));
      }
      await new Promise(setImmediate);
    }
  } finally {
    bar?.stop();
  }
}

/**
 * Does a long piece of work as {@link paced}.
 *
 * @param work - yields each time that it has done a part
 * @returns what the work returns
 */
export async function pacedWork<Result>(
  context: Pick<Context, 'interactive' | 'during' | 'clock'>,
  label: string,
  total: number,
  work: Generator<unknown, Result>,
): Promise<Result> {
  let result: { readonly value: Result } | undefined;
  function* parts(): Generator {
    result = { value: yield* work };
  }
  const all = paced(context, label, total, parts());
  while (!(await all.next()).done);
  if (!result) throw new Error(`${label} has not come to its end`);
  return result.value;
}
