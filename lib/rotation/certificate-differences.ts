import type { IssuedFacts, RequestFacts, SealingFacts } from './certificate-facts';

/** What came and what went. */
export interface Exchange<Value> {
  readonly before: Value;
  readonly after: Value;
}

/** How a revision differs from the one that serves before it. */
export interface Differences {
  /** How much longer the new one is valid; absent before it is issued. */
  readonly gainedSeconds?: number;
  readonly namesAdded: readonly string[];
  readonly namesRemoved: readonly string[];
  readonly usagesAdded: readonly string[];
  readonly usagesRemoved: readonly string[];
  readonly subject?: Exchange<string>;
  readonly signer?: Exchange<string>;
  /** Whether the private key is another one. */
  readonly newKey: boolean;
  readonly algorithm?: Exchange<string>;
  readonly secret?: Exchange<string>;
  readonly sealing?: Exchange<SealingFacts>;
  /** Issuers, where it is another CA: another name, or another key of the same name. */
  readonly ca?: Exchange<string>;
}

/** How what is asked for, or issued, differs from what was issued before. */
export function differencesBetween(
  before: IssuedFacts,
  after: RequestFacts | IssuedFacts,
): Differences {
  const exchange = <Value>(old: Value, now: Value): Exchange<Value> | undefined =>
    JSON.stringify(old) === JSON.stringify(now) ? undefined : { before: old, after: now };
  const subject = exchange(before.subject, after.subject);
  const signer = exchange(before.signer, after.signer);
  const algorithm = exchange(before.key, after.key);
  const secret = exchange(before.secret, after.secret);
  const sealing = exchange(before.sealedKey, after.sealedKey);
  const ca = 'issuer' in after && isOtherCa(before, after);
  return {
    ...('notAfter' in after && {
      gainedSeconds: (after.notAfter.getTime() - before.notAfter.getTime()) / 1000,
    }),
    namesAdded: without(after.names, before.names),
    namesRemoved: without(before.names, after.names),
    usagesAdded: without(after.usages, before.usages),
    usagesRemoved: without(before.usages, after.usages),
    ...(subject && { subject }),
    ...(signer && { signer }),
    newKey: before.publicKeySha256 !== after.publicKeySha256,
    ...(algorithm && { algorithm }),
    ...(secret && { secret }),
    ...(sealing && { sealing }),
    ...(ca && { ca: { before: before.issuer, after: after.issuer } }),
  };
}

const without = (all: readonly string[], known: readonly string[]): readonly string[] =>
  all.filter((one) => !known.includes(one));

/**
 * A CA may be renewed under its name: its key tells, by identifier, or where one has none by what stands
 * behind the leaf.
 */
function isOtherCa(before: IssuedFacts, after: IssuedFacts): boolean {
  if (before.issuer !== after.issuer) return true;
  const [old, now] = [before.authorityKeyId, after.authorityKeyId];
  if (old !== undefined && now !== undefined) return old !== now;
  const [cas, casNow] = [before.caSha256, after.caSha256];
  return cas !== undefined && casNow !== undefined && cas !== casNow;
}
