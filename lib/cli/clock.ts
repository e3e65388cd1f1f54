import { setTimeout as timer } from 'node:timers/promises';

/** The one place where the time is read and waited for. */
export interface Clock {
  readonly now: () => Date;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds) => {
    await timer(milliseconds);
  },
};
