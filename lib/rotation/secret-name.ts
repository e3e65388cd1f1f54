import type { CertificateSpec, SecretSpec } from '../model/certificate-spec';
import {
  currentRevision,
  isIssued,
  pendingRevision,
  type IssuedRevision,
  type Revision,
} from '../model/revision';

/**
 * Name of the Secret of one revision. With `naming: perRevision` it ends as the name of the request does,
 * and so is known when the key is sealed: `<secret>-<revision>-<8 hex of the request>`.
 *
 * @param certificate - name of the certificate
 * @param objectName - of the revision's request
 */
export function secretNameOf(
  { name, naming }: SecretSpec,
  certificate: string,
  objectName: string,
): string {
  return naming === 'stable' ? name : `${name}${objectName.slice(certificate.length)}`;
}

/**
 * The revisions whose Secrets belong in the cluster, newest first: the current one, and, where each has a
 * Secret of its own, the issued one before it. Pods of the last rollout still mount that, and a rollback
 * finds it there.
 *
 * @param revisions - oldest first
 */
export function servedRevisions(
  { secret }: Pick<CertificateSpec, 'secret'>,
  revisions: readonly Revision[],
): readonly IssuedRevision[] {
  const current = currentRevision(revisions);
  if (!current) return [];
  if (secret.naming === 'stable') return [current];
  const previous = revisions
    .filter(isIssued)
    .findLast(
      ({ number, withdrawn, sealedKey }) =>
        number < current.number && !withdrawn && sealedKey.name !== current.sealedKey.name,
    );
  return previous ? [current, previous] : [current];
}

/**
 * Name of the Secret that workloads are to read now: that of the current revision; before the first is
 * issued that of the pending one, for which pods wait.
 *
 * @param revisions - oldest first
 * @returns undefined while there is neither
 */
export function secretToRead(revisions: readonly Revision[]): string | undefined {
  return (currentRevision(revisions) ?? pendingRevision(revisions))?.sealedKey.name;
}
