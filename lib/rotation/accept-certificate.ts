import { formatDuration } from '../config/duration';
import { canonicalSubject } from '../model/canonical-names';
import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, type Revision } from '../model/revision';
import type { X509 } from '../x509/certificate';
import { readContents } from '../x509/certificate-contents';
import { canonicalUsage } from '../x509/key-usages';
import { hasNameConstraints } from '../x509/path-validation';
import { pinsLeaf } from './certificate-restarts';
import { altNamesOf, readIssuedChain } from './issued-chain';
import { assertOwnCertificate } from './own-certificate';
import { assertIssuersValid, trustedPath } from './trust';
import { leafOf } from './validity';

/** How far the signer's clock may be ahead of ours: kube-controller-manager back-dates by as much. */
const CLOCK_MARGIN_SECONDS = 5 * 60;

/** A difference of the lifetime that is not worth a word: back-dating and rounding. */
const LIFETIME_MARGIN_SECONDS = 10 * 60;

/** What a signed certificate is judged by besides its request. */
export interface Acceptance {
  readonly now: Date;
  /** All revisions of the certificate, oldest first. */
  readonly revisions: readonly Revision[];
  /** The certificates of the config's `ca` file, if it names one. */
  readonly cas?: readonly X509[];
  /** Take a certificate that ends no later than the current one. */
  readonly allowOlder?: boolean;
}

/** A certificate that passed. */
export interface AcceptedCertificate {
  /**
   * Chain as PEM, leaf first, the CA behind it where the config wants it: `certificate.pem`. Where clients
   * trust the leaf itself and no CA is known, the leaf alone.
   */
  readonly certificate: string;
  readonly leaf: X509;
  /** Where issued differs from asked, in words. */
  readonly differences: readonly string[];
}

/**
 * Judges the signed chain for a pending revision. Nothing may be written unless this returns.
 *
 * @param pem - the chain as it came: certificates only, leaf first
 * @param file - where it came from, for messages
 * @throws ReleafError with the code of the first check that fails
 */
export function acceptCertificate(
  spec: CertificateSpec,
  revision: Revision,
  pem: string,
  file: string,
  { now, revisions, cas, allowOlder = false }: Acceptance,
): AcceptedCertificate {
  const chain = readIssuedChain(pem, revision.record, file);
  const [leaf] = chain.certificates;
  const current = currentRevision(revisions);
  assertOwnCertificate(spec.name, leaf, revision, revisions, file);
  assertDates(leaf, file, now);
  if (current && !allowOlder) assertNewer(leaf, leafOf(spec.name, current), current.number, file);
  // MinIO would trust whatever else stands in the file.
  let certificates: readonly X509[] = pinsLeaf(spec) ? [leaf] : chain.certificates;
  let issuers = certificates.slice(1);
  if (cas && spec.ca !== undefined) {
    const { path, ca } = trustedPath(chain, cas, { file, caFile: spec.ca, at: now });
    certificates = spec.appendCa ? [...path, ca] : path;
    issuers = [...path.slice(1), ca];
  } else {
    assertIssuersValid(certificates, file, now);
  }
  return {
    certificate: certificates.map((certificate) => certificate.pem).join(''),
    leaf,
    differences: [...differences(leaf, revision), ...limits(leaf, issuers)],
  };
}

function assertDates(leaf: X509, file: string, now: Date): void {
  if (leaf.notAfter <= now) {
    throw new ReleafError(
      'CERTIFICATE_EXPIRED',
      `${file}: the certificate expired on ${leaf.notAfter.toISOString()}`,
      'take the certificate that was signed last, or ask for a new one',
    );
  }
  if (leaf.notBefore.getTime() > now.getTime() + CLOCK_MARGIN_SECONDS * 1000) {
    throw new ReleafError(
      'CERTIFICATE_NOT_YET_VALID',
      `${file}: the certificate is not valid before ${leaf.notBefore.toISOString()}, it is ${now.toISOString()} here`,
      'check the clocks of this machine and of the signer',
    );
  }
}

function assertNewer(leaf: X509, serving: X509, number: number, file: string): void {
  if (leaf.notAfter > serving.notAfter) return;
  throw new ReleafError(
    'CERTIFICATE_OLDER',
    `${file}: the certificate ends on ${leaf.notAfter.toISOString()}, revision ${number} serves until ${serving.notAfter.toISOString()}`,
    'if that is what you want, say --allow-older to releaf fetch',
  );
}

/** Where an issued certificate differs from what was asked, in words. */
export function differences(leaf: X509, revision: Revision): readonly string[] {
  const lifetime = lifetimeDifference(leaf, revision);
  return [
    ...contentDifferences(leaf, revision),
    ...(lifetime
      ? [`lifetime ${formatDuration(lifetime.issued)}, asked for ${formatDuration(lifetime.asked)}`]
      : []),
  ];
}

/** {@link differences} but for the lifetime. */
export function contentDifferences(leaf: X509, { record }: Revision): readonly string[] {
  const issued = readContents(leaf.der);
  const asked = new Set(altNamesOf(record));
  const added = altNamesOf(issued.names).filter((name) => !asked.has(name));
  const askedUsages = record.usages.map(canonicalUsage);
  const addedUsages = [
    ...issued.usages.filter((usage) => !askedUsages.includes(usage)),
    ...issued.unnamedPurposes,
  ];
  return [
    ...(canonicalSubject(issued.names.subject) === canonicalSubject(record.subject)
      ? []
      : [`the subject is ${leaf.subject}`]),
    ...(added.length ? [`names not asked for: ${added.join(', ')}`] : []),
    ...(issued.otherAltNames.length
      ? [`names of a kind that cannot be asked for: ${issued.otherAltNames.join(', ')}`]
      : []),
    ...(addedUsages.length ? [`usages not asked for: ${addedUsages.join(', ')}`] : []),
  ];
}

/**
 * The lifetime that was issued and the one that was asked for, in seconds.
 *
 * @returns undefined where they differ by no more than back-dating and rounding
 */
export function lifetimeDifference(
  leaf: Pick<X509, 'notBefore' | 'notAfter'>,
  { record }: Revision,
): { readonly issued: number; readonly asked: number } | undefined {
  const issued = (leaf.notAfter.getTime() - leaf.notBefore.getTime()) / 1000;
  const asked = record.expirationSeconds;
  return Math.abs(issued - asked) > LIFETIME_MARGIN_SECONDS ? { issued, asked } : undefined;
}

/** What the issuers keep from the leaf although it was signed. */
function limits(leaf: X509, issuers: readonly X509[]): readonly string[] {
  return [
    ...issuers
      .filter(({ notAfter }) => notAfter < leaf.notAfter)
      .map(
        (ca) =>
          `it ends on ${leaf.notAfter.toISOString()}, its CA (${ca.subject}) already on ${ca.notAfter.toISOString()}`,
      ),
    ...issuers
      .filter(hasNameConstraints)
      .map((ca) => `its CA (${ca.subject}) has name constraints, which releaf does not check`),
  ];
}
