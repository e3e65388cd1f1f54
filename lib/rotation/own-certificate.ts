import { ReleafError } from '../model/errors';
import { isIssued, type Revision } from '../model/revision';
import type { X509 } from '../x509/certificate';
import { leafOf } from './validity';

/**
 * By how much signers put notBefore into the past: kube-controller-manager by 5 minutes, AD CS by 10,
 * Let's Encrypt by an hour, some by a day.
 */
const BACKDATED_MS = 25 * 3_600_000;

/**
 * Refuses a certificate that was signed for another request with the same key, as `keyPolicy: reuse`
 * makes them: the public key does not tell them apart.
 *
 * @param revision - the one that the certificate is for
 * @param revisions - all of that certificate
 * @param file - where it came from, for messages
 * @throws ReleafError CERTIFICATE_SWAPPED
 */
export function assertOwnCertificate(
  name: string,
  leaf: X509,
  revision: Revision,
  revisions: readonly Revision[],
  file: string,
): void {
  const { number, record } = revision;
  const sameKey = revisions.filter(
    (other) => other.number !== number && other.record.publicKeySha256 === record.publicKeySha256,
  );
  const twin = sameKey
    .filter(isIssued)
    .filter((other) => other.number < number || !signedBefore(leaf, other))
    .find((other) => leafOf(name, other).sha256 === leaf.sha256);
  const hint = `take the certificate of request ${record.objectName}`;
  if (twin) {
    throw new ReleafError(
      'CERTIFICATE_SWAPPED',
      `${file}: this is the certificate of revision ${name}/${twin.number}, not of request ${record.objectName}, which has the same key`,
      hint,
    );
  }
  const isKept = record.keyOf !== undefined || sameKey.some((other) => other.number < number);
  if (isKept && signedBefore(leaf, revision)) {
    throw new ReleafError(
      'CERTIFICATE_SWAPPED',
      `${file}: the certificate is valid from ${leaf.notBefore.toISOString()}, so it was signed for an earlier request with the same key than ${record.objectName} of ${record.requestedAt}`,
      `${hint}; if its signer puts that date back by more than a day, say keyPolicy: rotate`,
    );
  }
}

/** Whether a certificate was there before a revision was asked for. */
const signedBefore = (leaf: X509, { record }: Revision): boolean =>
  leaf.notBefore.getTime() + BACKDATED_MS < new Date(record.requestedAt).getTime();
