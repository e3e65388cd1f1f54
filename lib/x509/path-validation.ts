import type { KeyUsage } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { decodeBasicConstraints } from './basic-constraints';
import type { X509 } from './certificate';
import * as der from './der';
import type { Der } from './der';
import { decodeExtensions, EXTENSION, extensionsOf } from './extensions';
import { canonicalUsage, decodeExtendedKeyUsage, isExtendedKeyUsage } from './key-usages';
import { MINIMUM_RSA_BITS, rsaKeyBits } from './rsa-key-size';
import { weakSignature } from './signature-algorithm';
import { certificateFields, type CertificateFields } from './tbs-certificate';

const NAME_CONSTRAINTS = '2.5.29.30';
const CERTIFICATE_POLICIES = '2.5.29.32';

/** Extensions that every client processes, so that they may be critical (RFC 5280, 4.2). */
const CRITICAL: readonly string[] = [
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extendedKeyUsage,
  EXTENSION.subjectAltName,
  NAME_CONSTRAINTS,
  CERTIFICATE_POLICIES,
];

/** Where an issuer stands on the path. */
export interface IssuerPlace {
  /** Number of CA certificates between it and the leaf. */
  readonly below: number;
  /** What the leaf was asked to be for. */
  readonly usages: readonly KeyUsage[];
  /** Trusted for itself: its own signature does not count. */
  readonly isAnchor: boolean;
}

/**
 * Why clients refuse a leaf, whatever signed it: the part of path validation (RFC 5280, section 6)
 * that needs neither a clock nor a trust anchor.
 *
 * @returns what is wrong, to follow the certificate's name; undefined when nothing is
 * @throws ReleafError `CERTIFICATE_INVALID`
 */
export function leafProblem(leaf: X509): string | undefined {
  return withFields(leaf, (fields, extensions) =>
    decodeBasicConstraints(extensions.get(EXTENSION.basicConstraints)).isCa
      ? 'says CA:true, which a leaf must not'
      : (signatureProblem(fields) ?? keyProblem(fields) ?? criticalProblem(fields)),
  );
}

/**
 * Why clients refuse what an issuer signed; as {@link leafProblem}.
 *
 * @throws ReleafError `CERTIFICATE_INVALID`
 */
export function issuerProblem(issuer: X509, place: IssuerPlace): string | undefined {
  if (!issuer.isCa) return 'signed the one before it, and is not a CA that may sign certificates';
  return withFields(
    issuer,
    (fields, extensions) =>
      (place.isAnchor ? undefined : signatureProblem(fields)) ??
      keyProblem(fields) ??
      criticalProblem(fields) ??
      (place.isAnchor ? undefined : constraintsProblem(fields)) ??
      pathLengthProblem(extensions, place.below) ??
      purposeProblem(extensions, place.usages),
  );
}

/**
 * Whether a CA may sign for some names only (RFC 5280, 4.2.1.10).
 *
 * @throws ReleafError `CERTIFICATE_INVALID`
 */
export function hasNameConstraints(ca: X509): boolean {
  return withFields(ca, (fields) => constraintsProblem(fields) !== undefined);
}

function withFields<T>(
  { der: bytes, subject }: X509,
  read: (fields: CertificateFields, extensions: ReadonlyMap<string, Der>) => T,
): T {
  try {
    const fields = certificateFields(der.parseDer(bytes));
    return read(fields, decodeExtensions(fields.extensions));
  } catch (error) {
    const message = `the certificate of ${subject} cannot be read: ${der.reasonOf(error)}`;
    throw new ReleafError('CERTIFICATE_INVALID', message);
  }
}

function signatureProblem({ signatureAlgorithms }: CertificateFields): string | undefined {
  const weak = weakSignature(signatureAlgorithms[1]);
  if (weak !== undefined) return `is signed with ${weak}, SHA-256 or better is needed`;
  // RFC 5280, 4.1.1.2
  const [inner, outer] = signatureAlgorithms.map((algorithm) =>
    der.encodeDer(der.sequence(...(algorithm ? [algorithm] : []))).toString('hex'),
  );
  return inner === outer ? undefined : 'names two different signature algorithms';
}

function keyProblem({ publicKey }: CertificateFields): string | undefined {
  const bits = rsaKeyBits(publicKey);
  return bits === undefined || bits >= MINIMUM_RSA_BITS
    ? undefined
    : `has an RSA key of ${bits} bits, at least ${MINIMUM_RSA_BITS} are needed`;
}

function criticalProblem({ extensions }: CertificateFields): string | undefined {
  const unknown = extensionsOf(extensions).find(
    ({ oid, critical }) => critical && !CRITICAL.includes(oid),
  );
  return unknown && `has the critical extension ${unknown.oid}, which clients do not know`;
}

function constraintsProblem({ extensions }: CertificateFields): string | undefined {
  return extensionsOf(extensions).some(({ oid }) => oid === NAME_CONSTRAINTS)
    ? 'has name constraints, which releaf cannot check'
    : undefined;
}

/** Self-issued certificates count too: Go counts them, although RFC 5280, 4.2.1.9 does not. */
function pathLengthProblem(
  extensions: ReadonlyMap<string, Der>,
  below: number,
): string | undefined {
  const { pathLength = Infinity } = decodeBasicConstraints(
    extensions.get(EXTENSION.basicConstraints),
  );
  return below <= pathLength
    ? undefined
    : `allows a path length of ${pathLength}, and has ${below}`;
}

/** A CA with extended key usages limits what it signs to them, in every client but by no RFC. */
function purposeProblem(
  extensions: ReadonlyMap<string, Der>,
  usages: readonly KeyUsage[],
): string | undefined {
  const extension = extensions.get(EXTENSION.extendedKeyUsage);
  const allowed = decodeExtendedKeyUsage(extension);
  if (!extension || allowed.includes('any')) return undefined;
  const excluded = usages
    .map(canonicalUsage)
    .filter((usage) => isExtendedKeyUsage(usage) && !allowed.includes(usage));
  return excluded.length === 0
    ? undefined
    : `may not sign for ${excluded.join(', ')}: its extended key usage is ${allowed.join(', ') || 'something else'}`;
}
