import type { CertificateSpec } from '../model/certificate-spec';
import type { Revision } from '../model/revision';
import { changesSince, type SealedFor } from './changes';

/** Which key the next revision has: a new one, that of an earlier revision, or none that fits. */
export type NextKey =
  | { readonly keeps?: Revision }
  | {
      /** What the config asks that takes another key, as phrases. */
      readonly changes: readonly string[];
      /** Why there is none, and what to do. */
      readonly problem: string;
    };

/**
 * Which key the next revision of a certificate has. With `keyPolicy: reuse` that of the newest one that was
 * not taken back, as long as the config asks nothing that takes the key itself: nobody has it.
 *
 * @param revisions - oldest first
 * @param sealedFor - for whom keys are sealed now, where files beside the config say it
 */
export function nextKey(
  spec: CertificateSpec,
  revisions: readonly Revision[],
  sealedFor: SealedFor | undefined,
): NextKey {
  const newest = revisions.findLast(({ withdrawn }) => !withdrawn);
  if (spec.keyPolicy === 'rotate' || !newest) return {};
  const changes = changesSince(spec, newest, sealedFor).filter(({ needsKey }) => needsKey);
  if (changes.length === 0) return { keeps: newest };
  if (spec.identity?.acceptChange) return {};
  const wayOut = spec.identity
    ? 'acceptIdentityChange: true in the profile'
    : 'keyPolicy: rotate until it is renewed';
  return {
    changes: changes.map(({ text }) => text),
    problem: `keyPolicy: reuse keeps the key of revision ${newest.number}, and that takes another one: put it back, or say ${wayOut}`,
  };
}
