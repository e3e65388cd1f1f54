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
 * Secret of its own, those that pods may still mount. That is the issued one before it, which a rollback
 * finds there, and one that was just taken back.
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
  // Until each has a name of its own they share that from before.
  const others = revisions
    .filter(isIssued)
    .filter(({ sealedKey }) => sealedKey.name !== current.sealedKey.name);
  const before = others.findLast(({ number, withdrawn }) => number < current.number && !withdrawn);
  const takenBack = others.findLast(({ number }) => number > current.number);
  return [takenBack, current, before].filter((revision) => revision !== undefined);
}

/**
 * Name of the Secret that workloads of an app are to read now: that of the current revision; before the
 * first is issued that of the pending one, for which new pods wait.
 *
 * @param revisions - oldest first
 * @returns undefined while there is neither
 */
export function secretToRead(revisions: readonly Revision[]): string | undefined {
  return (currentRevision(revisions) ?? pendingRevision(revisions))?.sealedKey.name;
}
