/**
 * A time as people read it where a head says that it is UTC: `2027-05-30 12:00`.
 *
 * @returns `-` where there is none
 */
export const minute = (date: Date | undefined): string =>
  date ? date.toISOString().slice(0, 16).replace('T', ' ') : '-';

/** `2027-05-30 12:00 UTC` */
export const minuteUtc = (date: Date): string => `${minute(date)} UTC`;
