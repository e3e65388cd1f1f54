import { currentRevision, isIssued, pendingRevision, type Revision } from '../model/revision';

/**
 * What happened to a certificate between two states: what serves decides, then what waits, then what else
 * stands there.
 *
 * - `issued`: a certificate serves that could not serve before: its revision was not there, or not issued
 * - `rewritten`: what serves says something else under the same number, or what neither serves nor waits
 *   changed; no command of releaf does either
 * - `reinstated`: a revision that was taken back serves again
 * - `withdrawn`: what served was taken back by `releaf rollback`, and an earlier revision serves
 * - `reverted`: what served is gone or lost its certificate, as `git revert` leaves it, or nothing serves any more
 *
 * What serves stays:
 *
 * - `requested`: a new request waits for its certificate
 * - `request-withdrawn`: the newest revision was taken back before it served
 * - `dropped`: the newest revision is gone, as a `git revert` of its request leaves it
 * - `tidied`: revisions went that nothing needs, and all others stay as they are
 *
 * And `given-up`: none of it is left.
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

type Revisions = readonly Revision[];

/**
 * What happened to a certificate between two states.
 *
 * @param before - oldest first; none where it was not there
 * @param after - as before
 * @returns undefined when both say the same
 */
export function kindOf(before: Revisions, after: Revisions): ChangeKind | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  if (after.length === 0) return 'given-up';
  return kindOfServing(before, after) ?? kindOfRest(before, after);
}

/** Undefined where what serves stays. */
function kindOfServing(before: Revisions, after: Revisions): ChangeKind | undefined {
  const [served, serves] = [currentRevision(before), currentRevision(after)];
  if (serves) {
    const was = sameNumber(before, serves);
    if (!was || !isIssued(was)) return 'issued';
    if (!saysTheSame(was, serves)) return 'rewritten';
    if (was.withdrawn) return 'reinstated';
  }
  if (served?.number === serves?.number) return undefined;
  return serves && served && sameNumber(after, served)?.withdrawn ? 'withdrawn' : 'reverted';
}

function kindOfRest(before: Revisions, after: Revisions): ChangeKind {
  if (newlyPending(before, after)) return 'requested';
  const [old, newest] = [before.at(-1), after.at(-1)];
  if (newest?.withdrawn && !sameNumber(before, newest)?.withdrawn) return 'request-withdrawn';
  if ((old?.number ?? 0) > (newest?.number ?? 0)) return 'dropped';
  const stays = (now: Revision): boolean => {
    const was = sameNumber(before, now);
    return was !== undefined && saysTheSame(was, now) && was.withdrawn === now.withdrawn;
  };
  return after.every(stays) ? 'tidied' : 'rewritten';
}

/** The request that waits now, and neither waited nor served before. */
export function newlyPending(before: Revisions, after: Revisions): Revision | undefined {
  const pending = pendingRevision(after);
  const known = [pendingRevision(before), currentRevision(before)];
  return known.some((old) => old && old.record.objectName === pending?.record.objectName)
    ? undefined
    : pending;
}

/**
 * Revisions that say something else under the same number. A request that waited and was made anew has another
 * object name: that is no rewriting. Nor is a certificate that went, as long as its request waits again.
 */
export function rewritten(before: Revisions, after: Revisions): readonly number[] {
  const pending = pendingRevision(after);
  return after
    .filter((now) => {
      const old = sameNumber(before, now);
      if (!old) return false;
      if (!isIssued(old)) {
        return old.record.objectName === now.record.objectName && contentOf(old) !== contentOf(now);
      }
      const lostCertificate = !isIssued(now);
      return lostCertificate
        ? now !== pending || contentOf(old) !== contentOf(now)
        : !saysTheSame(old, now);
    })
    .map(({ number }) => number);
}

/** Revisions that waited for a certificate, and have another request under the same number. */
export const remade = (before: Revisions, after: Revisions): readonly number[] =>
  after
    .filter((now) => {
      const old = sameNumber(before, now);
      return old && !isIssued(old) && old.record.objectName !== now.record.objectName;
    })
    .map(({ number }) => number);

/**
 * Revisions that neither serve nor newly wait, and of which more can come than before: they came in, if only
 * withdrawn (which whoever takes the file away takes back), got a certificate, or are withdrawn no more.
 */
export function cameBeside(before: Revisions, after: Revisions): Revisions {
  const told = [currentRevision(after), newlyPending(before, after)];
  return after.filter((now) => {
    if (told.includes(now)) return false;
    const old = sameNumber(before, now);
    return !old || (isIssued(now) && !isIssued(old)) || (old.withdrawn && !now.withdrawn);
  });
}

/** The revision of the same number. */
export const sameNumber = (revisions: Revisions, { number }: Revision): Revision | undefined =>
  revisions.find((one) => one.number === number);

const contentOf = ({ request, record, sealedKey }: Revision): string =>
  JSON.stringify([request, record, sealedKey]);

const saysTheSame = (one: Revision, other: Revision): boolean =>
  contentOf(one) === contentOf(other) && one.certificate === other.certificate;
