import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, isIssued, pendingRevision, type Revision } from '../model/revision';
import {
  issuedFacts,
  requestFacts,
  type IssuedFacts,
  type RequestFacts,
  type SealingFacts,
} from './certificate-facts';
import { restartsBetween, type ExpectedRestart } from './certificate-restarts';
import { servedRevisions } from './secret-name';

/**
 * What happened to a certificate between two states:
 *
 * - `requested`: a new request waits for its certificate; what serves stays
 * - `issued`: a newer certificate serves
 * - `withdrawn`: the certificate that served was taken back by `releaf rollback`
 * - `request-withdrawn`: a request was taken back before it was signed; what serves stays
 * - `reinstated`: a revision that was taken back counts again
 * - `reverted`: a revision lost its certificate, as a `git revert` of its installation leaves it
 * - `dropped`: the newest revision is gone, as a `git revert` of its request leaves it
 * - `rewritten`: a revision says something else under the same number, which no command of releaf does
 * - `given-up`: none of it is left
 * - `tidied`: revisions went that nothing needs
 */
export type ChangeKind =
  | 'requested'
  | 'issued'
  | 'withdrawn'
  | 'request-withdrawn'
  | 'reinstated'
  | 'reverted'
  | 'dropped'
  | 'rewritten'
  | 'given-up'
  | 'tidied';

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

/** What happened to one certificate. */
export interface CertificateChange {
  readonly name: string;
  readonly kind: ChangeKind;
  /** What served in the old state. */
  readonly before?: IssuedFacts;
  /** What serves in the new state. */
  readonly after?: IssuedFacts;
  /** Whether the request of what serves is new as well: both steps in one. */
  readonly atOnce: boolean;
  /** The request that is new and waits for its certificate. */
  readonly request?: RequestFacts;
  /** Object name of a pending request that was never signed, and is gone or withdrawn. */
  readonly replaced?: string;
  /** Revisions that say something else under the same number. */
  readonly rewritten: readonly number[];
  /** Revisions that waited for a certificate, and have another request under the same number. */
  readonly remade: readonly number[];
  /** Of the request when one was made, else of what serves; absent where there is nothing to compare with. */
  readonly differences?: Differences;
  /** `namespace/name` of Secrets that leave the output and so the cluster, though workloads may read them. */
  readonly leaving: readonly string[];
  /** What restarts once it is applied, first to last, and what need not. */
  readonly restarts: readonly ExpectedRestart[];
}

/**
 * Compares the revisions of one certificate in two states: a pure function of what is committed.
 *
 * @param before - oldest first; none where it was not there
 * @param after - as before
 * @param spec - its entry in the config; undefined where there is none any more
 * @returns undefined when both say the same
 * @throws ReleafError when a `certificate.pem` is not readable
 */
export function compareRevisions(
  name: string,
  before: readonly Revision[],
  after: readonly Revision[],
  spec: CertificateSpec | undefined,
): CertificateChange | undefined {
  const kind = kindOf(before, after);
  if (kind === undefined) return undefined;
  const [served, serves] = [currentRevision(before), currentRevision(after)];
  const facts = {
    before: served && issuedFacts(name, served),
    after: serves && issuedFacts(name, serves),
  };
  const pending = newlyPending(before, after);
  const request = pending && requestFacts(pending);
  const waited = pendingRevision(before);
  const isReplaced =
    waited &&
    !after.some(
      ({ record, withdrawn }) => record.objectName === waited.record.objectName && !withdrawn,
    );
  const differences =
    kind === 'requested' && request
      ? facts.after && differencesBetween(facts.after, request)
      : facts.before && facts.after && differencesBetween(facts.before, facts.after);
  return {
    name,
    kind,
    ...(facts.before && { before: facts.before }),
    ...(facts.after && { after: facts.after }),
    atOnce: serves !== undefined && !before.some(({ number }) => number === serves.number),
    ...(request && { request }),
    ...(isReplaced && { replaced: waited.record.objectName }),
    rewritten: rewritten(before, after),
    remade: remade(before, after),
    ...(differences && { differences }),
    leaving: leavingSecrets(before, after, spec),
    restarts: spec && serves ? restartsBetween(served, serves, spec) : [],
  };
}

function kindOf(before: readonly Revision[], after: readonly Revision[]): ChangeKind | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  if (after.length === 0) return 'given-up';
  const was = new Map(before.map((revision) => [revision.number, revision]));
  const turned = (test: (old: Revision, now: Revision) => boolean): boolean =>
    after.some((now) => {
      const old = was.get(now.number);
      return old !== undefined && test(old, now);
    });
  if (rewritten(before, after).length > 0) return 'rewritten';
  const newest = after.at(-1);
  if (newest?.withdrawn && !was.get(newest.number)?.withdrawn) {
    return isIssued(newest) ? 'withdrawn' : 'request-withdrawn';
  }
  if (turned((old, now) => old.withdrawn && !now.withdrawn)) return 'reinstated';
  if (turned((old, now) => isIssued(old) && !isIssued(now))) return 'reverted';
  if ((before.at(-1)?.number ?? 0) > (after.at(-1)?.number ?? 0)) return 'dropped';
  if (currentRevision(before)?.number !== currentRevision(after)?.number) return 'issued';
  if (newlyPending(before, after)) return 'requested';
  return 'tidied';
}

/** The request that waits now and did not before. */
function newlyPending(
  before: readonly Revision[],
  after: readonly Revision[],
): Revision | undefined {
  const pending = pendingRevision(after);
  const known = before.some(({ record }) => record.objectName === pending?.record.objectName);
  return known ? undefined : pending;
}

/** A pending request that was made anew has another object name: that is no rewriting. */
function rewritten(before: readonly Revision[], after: readonly Revision[]): readonly number[] {
  return after.flatMap((now) => {
    const old = before.find(({ number }) => number === now.number);
    if (!old) return [];
    const isOther = contentOf(old) !== contentOf(now);
    const wasPending = !isIssued(old) && old.record.objectName !== now.record.objectName;
    const isReissued = isIssued(old) && isIssued(now) && old.certificate !== now.certificate;
    return (isOther && !wasPending) || isReissued ? [now.number] : [];
  });
}

const remade = (before: readonly Revision[], after: readonly Revision[]): readonly number[] =>
  after
    .filter(({ number, record }) =>
      before.some(
        (old) =>
          old.number === number && !isIssued(old) && old.record.objectName !== record.objectName,
      ),
    )
    .map(({ number }) => number);

const contentOf = ({ request, record, sealedKey }: Revision): string =>
  JSON.stringify([request, record, sealedKey]);

function differencesBetween(before: IssuedFacts, after: RequestFacts | IssuedFacts): Differences {
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

/** A CA may be renewed under its name: its key tells, by identifier or by what stands behind the leaf. */
function isOtherCa(before: IssuedFacts, after: IssuedFacts): boolean {
  const differ = (old: string | undefined, now: string | undefined): boolean =>
    old !== undefined && now !== undefined && old !== now;
  return (
    before.issuer !== after.issuer ||
    differ(before.authorityKeyId, after.authorityKeyId) ||
    differ(before.caSha256, after.caSha256)
  );
}

function leavingSecrets(
  before: readonly Revision[],
  after: readonly Revision[],
  spec: CertificateSpec | undefined,
): readonly string[] {
  const nameOf = ({ sealedKey }: Revision): string => `${sealedKey.namespace}/${sealedKey.name}`;
  const served = currentRevision(before);
  const stay = spec ? servedRevisions(spec, after).map(nameOf) : after.map(nameOf);
  // Of Secrets for each revision the oldest always goes; nothing reads it any more.
  const gone = after.length === 0 ? before.filter(isIssued) : served ? [served] : [];
  return [...new Set(gone.map(nameOf))].filter((secret) => !stay.includes(secret));
}
