import { currentRevision, isIssued, type Revision } from '../model/revision';

/**
 * Which revisions no longer serve: everything but the current one, the newest (pending or withdrawn),
 * and, while nothing newer is under way, the issued one before the current, to roll back to.
 *
 * @param revisions - oldest first
 * @returns their numbers, oldest first
 */
export function superfluousRevisions(revisions: readonly Revision[]): readonly number[] {
  const current = currentRevision(revisions);
  const newest = revisions.at(-1);
  const previous =
    current === newest
      ? revisions.filter((r) => r !== current && isIssued(r) && !r.withdrawn).at(-1)
      : undefined;
  return revisions
    .filter((revision) => ![current, newest, previous].includes(revision))
    .map((revision) => revision.number);
}
