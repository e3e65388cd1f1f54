import { createHash } from 'node:crypto';
import type { CertificateSpec } from '../model/certificate-spec';
import type { IssuedRevision } from '../model/revision';
import { readCertificates, type X509 } from '../x509/certificate';

/**
 * Key of the annotation whose change restarts what reads the Secret. Its own prefix: kubectl's
 * `kubectl.kubernetes.io/restartedAt` is written by people and taken out by Flux.
 *
 * @param name - the certificate's name: 63 characters at most, as is the name part of such a key
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
 */
export function restartAnnotation(name: string): string {
  return `restart.releaf.dev/${name}`;
}

/**
 * Value of the restart annotation: changes when, and only when, certificate data that is written to
 * the Secret changes. A new private key always comes with another certificate.
 *
 * @returns lower-case hex SHA-256 of the JSON list of all certificate items as key and text
 */
export function restartDigest(revision: IssuedRevision, spec: CertificateSpec): string {
  const items = [[spec.secret.keys.certificate, revision.certificate]];
  return createHash('sha256').update(JSON.stringify(items)).digest('hex');
}

/**
 * Value of the restart annotation for a client that trusts the CA and reads it once: changes only
 * when the CA certificates behind the leaf do, in whatever order they stand.
 *
 * @returns lower-case hex SHA-256 of their DER; undefined when no CA stands behind the leaf
 * @throws ReleafError `PEM_INVALID` or `CERTIFICATE_INVALID` when the chain cannot be read
 */
export function caDigest(revision: IssuedRevision): string | undefined {
  const [, ...behind] = readCertificates(revision.certificate, 'certificate.pem');
  return digestOfCas(behind);
}

/** As {@link caDigest}, of the certificates behind a leaf. */
export function digestOfCas(behind: readonly X509[]): string | undefined {
  const authorities = behind
    .filter(({ isCa, isSelfSigned }) => isCa || isSelfSigned)
    .map(({ der }) => der.toString('hex'));
  if (authorities.length === 0) return undefined;
  // DER carries its own length (X.690, 8.1.3), so the concatenation is unambiguous.
  const hash = createHash('sha256');
  for (const der of [...new Set(authorities)].sort()) hash.update(der, 'hex');
  return hash.digest('hex');
}

/**
 * Value of the restart annotation at one place.
 *
 * @returns undefined where nothing is to be said: of a CA, when none stands behind the leaf
 */
export function restartValue(
  digestOf: 'certificate' | 'ca',
  revision: IssuedRevision,
  spec: CertificateSpec,
): string | undefined {
  return digestOf === 'ca' ? caDigest(revision) : restartDigest(revision, spec);
}
