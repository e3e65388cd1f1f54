/** The one place where the time is read; commands take it as a value. */
export const systemClock = (): Date => new Date();
