import { setTimeout as timer } from 'node:timers/promises';

/** The one place where the time is read and waited for. */
export interface Clock {
  readonly now: () => Date;
  /** Milliseconds since some moment; nobody sets it, forward or back. */
  readonly elapsed: () => number;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds) => {
    await timer(milliseconds);
  },
};
