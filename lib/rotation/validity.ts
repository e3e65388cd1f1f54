import type { RenewAt } from '../model/certificate-spec';
import type { IssuedRevision } from '../model/revision';
import { readCertificates, type X509 } from '../x509/certificate';

const DEFAULT_SHARE = 2 / 3;

/**
 * The chain of an issued revision as it stands there, leaf first.
 *
 * @throws ReleafError PEM_INVALID or CERTIFICATE_INVALID when `certificate.pem` is not readable
 */
export function chainOf(
  name: string,
  revision: IssuedRevision,
): readonly [leaf: X509, ...behind: X509[]] {
  const [leaf, ...behind] = readCertificates(
    revision.certificate,
    `certificates/${name}/${revision.number}/certificate.pem`,
  );
  if (!leaf) throw new Error('readCertificates returned no certificate');
  return [leaf, ...behind];
}

/**
 * The leaf of an issued revision.
 *
 * @throws ReleafError as {@link chainOf}
 */
export const leafOf = (name: string, revision: IssuedRevision): X509 => chainOf(name, revision)[0];

/**
 * When a certificate is due. What counts is the issued lifetime, not the one asked for. A time before
 * expiry that is longer than that lifetime would make every new certificate due at once, so the
 * default share stands in for it then, as in cert-manager.
 */
export function renewalTime(
  validity: { readonly notBefore: Date; readonly notAfter: Date },
  renewAt: RenewAt,
): Date {
  const start = validity.notBefore.getTime();
  const lifetime = validity.notAfter.getTime() - start;
  const before = 'share' in renewAt ? undefined : renewAt.secondsBeforeExpiry * 1000;
  if (before !== undefined && before < lifetime) return new Date(start + lifetime - before);
  const share = 'share' in renewAt ? renewAt.share : DEFAULT_SHARE;
  return new Date(start + Math.floor((lifetime * share) / 1000) * 1000);
}
