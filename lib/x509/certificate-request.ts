import { createPublicKey, verify } from 'node:crypto';
import type { KeyAlgorithm, Names } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { decodeAltNames, encodeAltNames } from './alt-names';
import * as der from './der';
import type { Der } from './der';
import { decodeExtensions, encodeExtension, EXTENSION } from './extensions';
import { KEY_ALGORITHM_TRAITS, keyAlgorithmOf } from './key-algorithms';
import { decodePem, encodePem } from './pem';
import type { PrivateKey } from './private-key';
import { publicKeySha256 } from './public-key';
import { decodeSignatureAlgorithm, encodeSignatureAlgorithm } from './signature-algorithm';
import { decodeSubject, encodeSubject } from './subject';

const LABEL = 'CERTIFICATE REQUEST';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** A PKCS#10 request (RFC 2986) whose signature has been verified. */
export interface CertificateRequest {
  /** Values of one attribute come in DER's order, which need not be the order that was asked for. */
  readonly names: Names;
  /** Undefined for a key that releaf would not make. */
  readonly key: KeyAlgorithm | undefined;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKeyDer: Buffer;
  /** Lower-case hex. */
  readonly publicKeySha256: string;
  readonly der: Buffer;
}

/**
 * Makes a PKCS#10 request, signed with its key. Key usages are not in it: a Kubernetes signer takes
 * them from `spec.usages`.
 *
 * @returns PEM, one `CERTIFICATE REQUEST` block
 * @throws ReleafError `REQUEST_INVALID` when a name cannot stand in a certificate: it is not ASCII, or not an IP
 * address, an email address or a URI
 */
export function createRequest(key: PrivateKey, names: Names): string {
  const info = requestInfo(names, key.publicKeyDer());
  const algorithm = encodeSignatureAlgorithm(KEY_ALGORITHM_TRAITS[key.algorithm].signature);
  const signature = der.bitString(key.sign(info));
  return encodePem(
    LABEL,
    der.sequenceOfEncoded(info, der.encodeDer(algorithm), der.encodeDer(signature)),
  );
}

/** INTEGER 0 (RFC 2986, 4.1). */
const VERSION_1 = der.encodeDer(der.integer(Buffer.of(0)));

/** The DER of the CertificationRequestInfo (RFC 2986, 4.1): all of a request that is signed. */
function requestInfo(names: Names, publicKeyDer: Buffer): Buffer {
  const subject = encodeSubject(names.subject);
  const extensions = requestedExtensions(names, der.nodesOf(subject).length === 0);
  return der.sequenceOfEncoded(
    VERSION_1,
    der.encodeDer(subject),
    publicKeyDer,
    der.encodeDer(der.tagged(0, extensions)),
  );
}

/**
 * Whether a request asks for these names and for nothing else, to the byte: no further subject
 * attribute, SAN or extension that a signer might copy.
 */
export function asksOnlyFor(request: CertificateRequest, names: Names): boolean {
  const [info] = der.sequenceOf(der.parseDer(request.der));
  return info !== undefined && der.encodeDer(info).equals(requestInfo(names, request.publicKeyDer));
}

function requestedExtensions(names: Names, critical: boolean): readonly Der[] {
  const altNames = orInvalid('the request', () => encodeAltNames(names));
  if (!altNames) return [];
  const extension = encodeExtension(EXTENSION.subjectAltName, altNames, critical);
  return [
    der.sequence(der.objectIdentifier(EXTENSION_REQUEST), der.setOf(der.sequence(extension))),
  ];
}

/**
 * Reads one PKCS#10 request and verifies that it is signed by its own key.
 *
 * @param pem - exactly one block, labelled `CERTIFICATE REQUEST`: Kubernetes takes no other label
 * @param what - names the text in messages, such as `request.pem`
 * @throws ReleafError `PEM_INVALID` or `REQUEST_INVALID`
 */
export function readRequest(pem: string, what: string): CertificateRequest {
  const blocks = decodePem(pem, what);
  const [block] = blocks;
  if (!block || blocks.length > 1) {
    throw new ReleafError('REQUEST_INVALID', `${what} holds ${blocks.length} PEM blocks, not one`);
  }
  if (block.label !== LABEL) {
    throw new ReleafError(
      'REQUEST_INVALID',
      `${what} holds ${block.label}, and Kubernetes takes only ${LABEL}`,
    );
  }
  return orInvalid(what, () => decodeRequest(block.der));
}

function decodeRequest(bytes: Buffer): CertificateRequest {
  const request = der.parseDer(bytes);
  // Only what encodes to the same bytes may stand for the bytes that were signed.
  if (!der.encodeDer(request).equals(bytes)) throw new der.DerError('it is not DER');
  const [info, algorithm, signature] = der.sequenceOf(request);
  const [, subject, publicKey, attributes] = der.sequenceOf(info);
  if (!info || !publicKey) throw new der.DerError('the public key is missing');

  const { keyType, digest } = decodeSignatureAlgorithm(algorithm);
  const publicKeyDer = der.encodeDer(publicKey);
  const key = createPublicKey({ key: publicKeyDer, type: 'spki', format: 'der' });
  const fits = key.asymmetricKeyType === keyType;
  if (!fits || !verify(digest, der.encodeDer(info), key, der.bitsOf(signature))) {
    throw new der.DerError('its signature does not fit its content and key');
  }

  const extensions = decodeExtensions(requestedIn(attributes));
  const altNames = decodeAltNames(extensions.get(EXTENSION.subjectAltName));
  return {
    names: { subject: decodeSubject(subject), ...altNames },
    key: keyAlgorithmOf(publicKeyDer),
    publicKeyDer,
    publicKeySha256: publicKeySha256(publicKeyDer),
    der: bytes,
  };
}

/** The Extensions inside the extensionRequest attribute (RFC 2985, 5.4.2), if it is there. */
function requestedIn(attributes: Der | undefined): Der | undefined {
  const found = (attributes ? der.nodesOf(attributes) : [])
    .map(der.sequenceOf)
    .filter(([type]) => der.oidOf(type) === EXTENSION_REQUEST);
  if (found.length > 1) throw new der.DerError('it asks for extensions twice');
  return found[0] && der.nodesOf(found[0][1])[0];
}

/** What a CA copies from a request, as it stands there. */
export function copiedFields(request: CertificateRequest): {
  readonly subject: Der;
  readonly altNames: Der | undefined;
} {
  const [info] = der.sequenceOf(der.parseDer(request.der));
  const [, subject, , attributes] = der.sequenceOf(info);
  if (!subject) throw new der.DerError('the subject is missing');
  return {
    subject,
    altNames: decodeExtensions(requestedIn(attributes)).get(EXTENSION.subjectAltName),
  };
}

function orInvalid<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = der.reasonOf(error);
    throw new ReleafError('REQUEST_INVALID', `${what} is not a usable PKCS#10 request: ${reason}`);
  }
}
