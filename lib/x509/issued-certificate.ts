import { createHash } from 'node:crypto';
import type { KeyUsage } from '../model/certificate-spec';
import type { X509 } from './certificate';
import { copiedFields } from './certificate-request';
import type { CertificateRequest } from './certificate-request';
import * as der from './der';
import type { Der } from './der';
import { decodeExtensions, encodeExtension, EXTENSION } from './extensions';
import { encodeExtendedKeyUsage, encodeKeyUsage } from './key-usages';
import { encodePem } from './pem';
import { encodeSignatureAlgorithm } from './signature-algorithm';
import type { SignatureAlgorithm } from './signature-algorithm';
import { encodeSubject } from './subject';

/** Who signs, and with what. */
export interface Issuer {
  readonly signature: SignatureAlgorithm;
  sign(data: Buffer): Buffer;
}

/** What a leaf certificate is to be. */
export interface LeafTerms {
  readonly usages: readonly KeyUsage[];
  /** Lifetime in seconds; less than 600 counts as 600. */
  readonly expirationSeconds: number;
  readonly now: Date;
  /** 16 random bytes. */
  readonly serialNumber: Buffer;
}

/** What a CA certificate is to be. */
export interface RootTerms {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** 16 random bytes. */
  readonly serialNumber: Buffer;
}

const BACKDATE_SECONDS = 5 * 60;
const SHORT_SECONDS = 8 * 60 * 60;
const MINIMUM_SECONDS = 600;

/**
 * Signs a leaf certificate with the extensions, and their order, of Go's `x509.CreateCertificate`, and
 * the subject key identifier that RFC 5280 (4.2.1.2) wants in every certificate and Go gives to CAs only.
 */
export function encodeLeaf(
  issuer: Issuer,
  ca: X509,
  request: CertificateRequest,
  terms: LeafTerms,
): string {
  const { subject, altNames } = copiedFields(request);
  const caFields = issuerFields(ca);
  const keyUsage = encodeKeyUsage(terms.usages);
  const purposes = encodeExtendedKeyUsage(terms.usages);
  return signed(issuer, {
    ...terms,
    ...validity(terms, ca.notAfter),
    issuer: caFields.subject,
    subject,
    publicKeyDer: request.publicKeyDer,
    extensions: [
      keyUsage && encodeExtension(EXTENSION.keyUsage, keyUsage, true),
      purposes && encodeExtension(EXTENSION.extendedKeyUsage, purposes),
      encodeExtension(EXTENSION.basicConstraints, der.sequence(), true),
      encodeExtension(
        EXTENSION.subjectKeyIdentifier,
        der.octetString(keyIdentifier(request.publicKeyDer)),
      ),
      caFields.keyId &&
        encodeExtension(EXTENSION.authorityKeyIdentifier, authority(caFields.keyId)),
      altNames &&
        encodeExtension(EXTENSION.subjectAltName, altNames, der.nodesOf(subject).length === 0),
    ],
  });
}

/** Signs a certificate for the issuer's own key that may sign others. */
export function encodeRoot(
  issuer: Issuer,
  publicKeyDer: Buffer,
  commonName: string,
  terms: RootTerms,
): string {
  const none: readonly string[] = [];
  const name = encodeSubject({
    countries: none,
    organizations: none,
    organizationalUnits: none,
    localities: none,
    provinces: none,
    commonName,
  });
  const keyUsage = encodeKeyUsage(['digital signature', 'cert sign', 'crl sign']);
  return signed(issuer, {
    ...terms,
    issuer: name,
    subject: name,
    publicKeyDer,
    extensions: [
      keyUsage && encodeExtension(EXTENSION.keyUsage, keyUsage, true),
      encodeExtension(EXTENSION.basicConstraints, der.sequence(der.booleanTrue()), true),
      encodeExtension(EXTENSION.subjectKeyIdentifier, der.octetString(keyIdentifier(publicKeyDer))),
    ],
  });
}

interface Fields extends RootTerms {
  readonly issuer: Der;
  readonly subject: Der;
  readonly publicKeyDer: Buffer;
  readonly extensions: readonly (Der | undefined)[];
}

/** RFC 5280, 4.1. */
function signed(issuer: Issuer, fields: Fields): string {
  const algorithm = encodeSignatureAlgorithm(issuer.signature);
  const tbs = der.sequence(
    der.tagged(0, [der.integer(Buffer.of(2))]),
    der.integer(positive(fields.serialNumber)),
    algorithm,
    fields.issuer,
    der.sequence(der.time(fields.notBefore), der.time(fields.notAfter)),
    fields.subject,
    der.parseDer(fields.publicKeyDer),
    der.tagged(3, [
      der.sequence(...fields.extensions.filter((extension) => extension !== undefined)),
    ]),
  );
  const signature = issuer.sign(der.encodeDer(tbs));
  return encodePem(
    'CERTIFICATE',
    der.encodeDer(der.sequence(tbs, algorithm, der.bitString(signature))),
  );
}

/** Sets the two top bits to 01: positive, not zero, and its own shortest encoding (RFC 5280, 4.1.2.2). */
function positive(random: Buffer): Buffer {
  return Buffer.concat([Buffer.of((random.readUInt8(0) & 0x3f) | 0x40), random.subarray(1)]);
}

/** Only a lifetime of eight hours or more is shortened by the back-dating, as in Kubernetes. */
function validity(terms: LeafTerms, caNotAfter: Date): { notBefore: Date; notAfter: Date } {
  const lifetime = Math.max(terms.expirationSeconds, MINIMUM_SECONDS);
  const end = lifetime < SHORT_SECONDS ? lifetime : lifetime - BACKDATE_SECONDS;
  const notAfter = new Date(terms.now.getTime() + end * 1000);
  return {
    notBefore: new Date(terms.now.getTime() - BACKDATE_SECONDS * 1000),
    notAfter: notAfter < caNotAfter ? notAfter : caNotAfter,
  };
}

function issuerFields(ca: X509): { readonly subject: Der; readonly keyId: Buffer | undefined } {
  // As in the certificate, byte for byte: clients compare issuer and subject by their encoding.
  const tbs = der.sequenceOf(der.sequenceOf(der.parseDer(ca.der))[0]);
  const [subject, extensions] = [tbs[5], tbs.find((field) => der.isTagged(field, 3))];
  if (!subject || !extensions)
    throw new der.DerError('the CA certificate has no subject or extensions');
  const keyId = decodeExtensions(der.nodesOf(extensions)[0]).get(EXTENSION.subjectKeyIdentifier);
  return { subject, keyId: keyId && der.bytesOf(keyId) };
}

function authority(keyId: Buffer): Der {
  return der.sequence(der.tagged(0, keyId));
}

/** RFC 7093, section 2, method 1, as Go does it. */
function keyIdentifier(publicKeyDer: Buffer): Buffer {
  const [, bits] = der.sequenceOf(der.parseDer(publicKeyDer));
  return createHash('sha256').update(der.bitsOf(bits)).digest().subarray(0, 20);
}
