import { ReleafError } from '../model/errors';
import { currentRevision, isIssued, type Revision } from '../model/revision';
import { leafOf } from './validity';

/** What a rollback does: which revision is withdrawn (none when that is done already), which serves. */
export interface Rollback {
  readonly withdraw?: number;
  readonly serves: number;
}

/**
 * Goes back to the revision before the newest one.
 *
 * @param revisions - oldest first
 * @throws ReleafError NO_ROLLBACK when no earlier revision is there or its certificate has expired
 */
export function rollback(name: string, revisions: readonly Revision[], now: Date): Rollback {
  const newest = revisions.at(-1);
  const refuse = (what: string): never => {
    throw new ReleafError(
      'NO_ROLLBACK',
      `${name}: ${what}`,
      `make a new one: releaf renew ${name} --force`,
    );
  };
  if (!newest) return refuse('there is no revision to go back from');
  const current = currentRevision(revisions);
  if (newest.withdrawn && current) return { serves: current.number };
  const earlier = revisions.filter((r) => r !== newest && isIssued(r) && !r.withdrawn);
  const target = currentRevision(earlier);
  if (!target) return refuse(`revision ${newest.number} has no issued revision before it`);
  const { notAfter } = leafOf(name, target);
  if (notAfter <= now) {
    return refuse(`revision ${target.number} expired on ${notAfter.toISOString()}`);
  }
  return { withdraw: newest.number, serves: target.number };
}
