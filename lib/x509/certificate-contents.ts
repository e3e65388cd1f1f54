import type { KeyUsage, Names } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { decodeAltNames, otherAltNames } from './alt-names';
import { decodeBasicConstraints } from './basic-constraints';
import * as der from './der';
import type { Der } from './der';
import { decodeExtensions, EXTENSION } from './extensions';
import { decodeExtendedKeyUsage, decodeKeyUsage, unnamedPurposes } from './key-usages';
import { decodeSubject } from './subject';
import { certificateFields } from './tbs-certificate';

/** What a certificate says of its holder. */
export interface CertificateContents {
  /** Values of one attribute come in DER's order, which need not be the order that was asked for. */
  readonly names: Names;
  /** Kind of each SAN that is none of these, such as `otherName`. */
  readonly otherAltNames: readonly string[];
  /** From key usage and extended key usage; `digital signature`, never `signing`. */
  readonly usages: readonly KeyUsage[];
  /** Object identifiers of the extended key usages that Kubernetes has no name for. */
  readonly unnamedPurposes: readonly string[];
  /** CA:true in its basic constraints. */
  readonly isCa: boolean;
  /** Lower-case hex. */
  readonly subjectKeyId?: string;
  /** Lower-case hex. */
  readonly authorityKeyId?: string;
}

/**
 * Reads names and usages of a certificate, whatever its kind of key. Subject attributes that
 * Kubernetes does not know are passed over.
 *
 * @throws ReleafError `CERTIFICATE_INVALID`
 */
export function readContents(certificate: Buffer): CertificateContents {
  try {
    return decodeCertificate(der.parseDer(certificate));
  } catch (error) {
    const message = `the certificate cannot be read: ${der.reasonOf(error)}`;
    throw new ReleafError('CERTIFICATE_INVALID', message);
  }
}

function decodeCertificate(certificate: Der): CertificateContents {
  const fields = certificateFields(certificate);
  const extensions = decodeExtensions(fields.extensions);
  const altNames = decodeAltNames(extensions.get(EXTENSION.subjectAltName));
  const subjectKeyId = extensions.get(EXTENSION.subjectKeyIdentifier);
  const authorityKeyId = keyIdentifier(extensions.get(EXTENSION.authorityKeyIdentifier));
  return {
    names: { subject: decodeSubject(fields.subject), ...altNames },
    otherAltNames: otherAltNames(extensions.get(EXTENSION.subjectAltName)),
    usages: [
      ...decodeKeyUsage(extensions.get(EXTENSION.keyUsage)),
      ...decodeExtendedKeyUsage(extensions.get(EXTENSION.extendedKeyUsage)),
    ],
    unnamedPurposes: unnamedPurposes(extensions.get(EXTENSION.extendedKeyUsage)),
    isCa: decodeBasicConstraints(extensions.get(EXTENSION.basicConstraints)).isCa,
    ...(subjectKeyId && { subjectKeyId: der.bytesOf(subjectKeyId).toString('hex') }),
    ...(authorityKeyId && { authorityKeyId: der.bytesOf(authorityKeyId).toString('hex') }),
  };
}

function keyIdentifier(authorityKeyIdentifier: Der | undefined): Der | undefined {
  if (!authorityKeyIdentifier) return undefined;
  return der.sequenceOf(authorityKeyIdentifier).find((field) => der.isTagged(field, 0));
}
