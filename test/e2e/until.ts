/** How long anything on this machine may take, in milliseconds. */
const PATIENCE = 60_000;
const PAUSE = 100;

/**
 * Asks until there is an answer.
 *
 * @param what - what is waited for, as a sentence
 * @param ask - anything but undefined and false is an answer; what it throws counts as none, and is told in the end
 */
export async function until<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  patience = PATIENCE,
): Promise<Exclude<Answer, undefined | false>> {
  const end = Date.now() + patience;
  let last: unknown;
  do {
    try {
      last = await ask();
      if (last !== undefined && last !== false) return last as Exclude<Answer, undefined | false>;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, PAUSE));
  } while (Date.now() < end);
  throw new Error(`waited ${patience / 1000} s in vain until ${what}; last: ${String(last)}`);
}
