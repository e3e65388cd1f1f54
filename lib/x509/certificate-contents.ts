import { asn1 } from 'node-forge';
import type { KeyUsage, Names } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import * as der from './der';
import type { Der } from './der';
import { decodeExtensions, EXTENSION } from './extensions';
import { decodeExtendedKeyUsage, decodeKeyUsage } from './key-usages';
import { decodeAltNames, decodeSubject } from './names';

/** What a certificate says of its holder. */
export interface CertificateContents {
  /** Values of one attribute come in DER's order, which need not be the order that was asked for. */
  readonly names: Names;
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** From key usage and extended key usage; `digital signature`, never `signing`. */
  readonly usages: readonly KeyUsage[];
  /** CA:true in its basic constraints. */
  readonly isCa: boolean;
  /** Lower-case hex. */
  readonly subjectKeyId?: string;
  /** Lower-case hex. */
  readonly authorityKeyId?: string;
}

/**
 * Reads names and usages of a certificate, whatever its kind of key. SAN kinds, subject attributes
 * and usages that Kubernetes does not know are passed over.
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
  const fields = tbsCertificate(certificate);
  const extensions = decodeExtensions(fields.extensions);
  const { emailAddresses, uris, ...altNames } = decodeAltNames(
    extensions.get(EXTENSION.subjectAltName),
  );
  const subjectKeyId = extensions.get(EXTENSION.subjectKeyIdentifier);
  const authorityKeyId = keyIdentifier(extensions.get(EXTENSION.authorityKeyIdentifier));
  return {
    names: { subject: decodeSubject(fields.subject), ...altNames },
    emailAddresses,
    uris,
    usages: [
      ...decodeKeyUsage(extensions.get(EXTENSION.keyUsage)),
      ...decodeExtendedKeyUsage(extensions.get(EXTENSION.extendedKeyUsage)),
    ],
    isCa: isCa(extensions.get(EXTENSION.basicConstraints)),
    ...(subjectKeyId && { subjectKeyId: der.bytesOf(subjectKeyId).toString('hex') }),
    ...(authorityKeyId && { authorityKeyId: der.bytesOf(authorityKeyId).toString('hex') }),
  };
}

/** RFC 5280, 4.1: the version may be left out, and so may everything behind the public key. */
function tbsCertificate(certificate: Der): {
  subject: Der | undefined;
  extensions: Der | undefined;
} {
  const [tbs] = der.sequenceOf(certificate);
  const all = der.sequenceOf(tbs);
  const fields = all[0] && der.isTagged(all[0], 0) ? all.slice(1) : all;
  const extensions = fields.slice(6).find((field) => der.isTagged(field, 3));
  return { subject: fields[4], extensions: extensions && der.nodesOf(extensions)[0] };
}

function isCa(basicConstraints: Der | undefined): boolean {
  const [first] = basicConstraints ? der.sequenceOf(basicConstraints) : [];
  return first !== undefined && der.isType(first, asn1.Type.BOOLEAN) && der.bytesOf(first)[0] !== 0;
}

function keyIdentifier(authorityKeyIdentifier: Der | undefined): Der | undefined {
  if (!authorityKeyIdentifier) return undefined;
  return der.sequenceOf(authorityKeyIdentifier).find((field) => der.isTagged(field, 0));
}
