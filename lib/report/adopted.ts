import type { SecretDescription } from '../config/adopt/describe-secret';
import type { Adopted } from '../config/adopt/adopt-secret';
import { altNamesOf } from '../rotation/issued-chain';
import { readContents } from '../x509/certificate-contents';
import { fields } from './sections';

/** What was read from a Secret that is adopted, for people. */
export function adoptedText(
  secret: SecretDescription,
  { name, spec }: Pick<Adopted, 'name' | 'spec'>,
  now: Date,
): string {
  const { leaf, owner } = secret;
  const { names, usages } = readContents(leaf.der);
  return fields(`${name}: Secret ${spec.secret.namespace}/${secret.name} (${secret.type})`, [
    ['subject', leaf.subject || 'none'],
    ['names', ...(altNamesOf(names).length > 0 ? altNamesOf(names) : ['none'])],
    ['usages', usages.join(', ') || 'none'],
    ['issuer', leaf.issuer || 'none'],
    ['serial', leaf.serialNumber],
    [
      'valid',
      `${leaf.notBefore.toISOString()} to ${leaf.notAfter.toISOString()}, ${untilOrSince(leaf.notAfter, now)}`,
    ],
    ['owner', owner && `${owner.kind} ${owner.name}`],
    ['profile', spec.profile],
    ['signer', spec.signer],
  ]);
}

const HOURS = 3_600_000;
const UNITS = [
  ['year', 365.25 * 24],
  ['month', 30.4375 * 24],
  ['day', 24],
  ['hour', 1],
] as const;

/** `expired 10 months ago`, `72 days left`: in the largest unit of which there are two. */
function untilOrSince(end: Date, now: Date): string {
  const hours = Math.abs(end.getTime() - now.getTime()) / HOURS;
  const [unit, length] = UNITS.find(([, each]) => hours >= 2 * each) ?? UNITS[3];
  const count = Math.floor(hours / length);
  const amount = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return end > now ? `${amount} left` : `expired ${amount} ago`;
}
