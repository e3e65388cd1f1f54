import { minuteUtc } from '../../model/minute';
import { isIssued, type IssuedRevision, type Revision } from '../../model/revision';
import { readCertificates, type X509 } from '../../x509/certificate';

/** The leaf of a chain, and the revision that it is of. */
export interface Recognized {
  readonly leaf: X509;
  readonly revision?: IssuedRevision;
}

/**
 * Finds out whose certificate a chain begins with.
 *
 * @param pem - leaf first
 * @param what - names the text in messages
 * @throws ReleafError PEM_INVALID or CERTIFICATE_INVALID
 */
export function recognize(pem: string, what: string, revisions: readonly Revision[]): Recognized {
  const leaf = leafOf(pem, what);
  const revision = revisions
    .filter(isIssued)
    .findLast((one) => leafOf(one.certificate, 'certificate.pem').sha256 === leaf.sha256);
  return { leaf, ...(revision && { revision }) };
}

/** @throws ReleafError PEM_INVALID or CERTIFICATE_INVALID */
export function leafOf(pem: string, what: string): X509 {
  const [leaf] = readCertificates(pem, what);
  if (!leaf) throw new Error(`${what}: readCertificates returned none`);
  return leaf;
}

/** Which certificate, in words: `serial 3f9a, until 2027-05-30 12:00 UTC`. */
export function inWords({ serialNumber, notAfter }: X509, now: Date): string {
  return `serial ${serialNumber}, ${notAfter <= now ? 'expired on' : 'until'} ${minuteUtc(notAfter)}`;
}
