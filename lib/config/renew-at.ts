import type { RenewAt } from '../model/certificate-spec';
import { DURATION_PATTERN, parseDuration } from './duration';
import type { TextShape } from './text-shape';

const RENEW_AT_ALLOWED =
  'renewAt is a share of the lifetime between 0 and 1, such as 2/3, 70% or 0.7, or a time such as 30d before expiry';
const FRACTION = '([0-9]{1,9})/([0-9]{1,9})';
const PERCENT = '([0-9]{1,2}(?:\\.[0-9]{1,9})?)%';
const BEFORE = `(${DURATION_PATTERN}) before expiry`;
const FORMS = new RegExp(`^(?:${FRACTION}|${PERCENT}|${BEFORE})$`);

/** `2/3`, `70%`, `0.7`, `30d before expiry`; undefined for anything else, and for shares of 0, 1 or more. */
export function parseRenewAt(written: string | number): RenewAt | undefined {
  if (typeof written === 'number') return share(written);
  if (written.length > 80) return undefined;
  const [, part, whole, percent, before] = FORMS.exec(written) ?? [];
  if (before !== undefined) {
    const secondsBeforeExpiry = parseDuration(before);
    return secondsBeforeExpiry ? { secondsBeforeExpiry } : undefined;
  }
  return share(percent === undefined ? Number(part) / Number(whole) : Number(percent) / 100);
}

function share(value: number): RenewAt | undefined {
  return value > 0 && value < 1 ? { share: value } : undefined;
}

/** The text forms of renewAt. */
export const RENEW_AT: TextShape = {
  allowed: RENEW_AT_ALLOWED,
  broken(text) {
    if (parseRenewAt(text)) return undefined;
    return parseDuration(text) === undefined
      ? RENEW_AT_ALLOWED
      : `${RENEW_AT_ALLOWED}; did you mean "${text} before expiry"?`;
  },
  json: { pattern: FORMS.source },
};
