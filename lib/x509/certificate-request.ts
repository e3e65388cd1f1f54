import { createPublicKey, verify } from 'node:crypto';
import { asn1 } from 'node-forge';
import type { KeyAlgorithm, Names } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import * as der from './der';
import type { Der } from './der';
import { decodeExtensions, encodeExtension, EXTENSION } from './extensions';
import { decodeAltNames, decodeSubject, encodeAltNames, encodeSubject } from './names';
import { decodePem, encodePem } from './pem';
import type { PrivateKey } from './private-key';
import { publicKeySha256 } from './public-key';
import { decodeSignatureAlgorithm, encodeSignatureAlgorithm } from './signature-algorithm';

const LABEL = 'CERTIFICATE REQUEST';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** A PKCS#10 request (RFC 2986) whose signature has been verified. */
export interface CertificateRequest {
  /** Values of one attribute come in DER's order, which need not be the order that was asked for. */
  readonly names: Names;
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** Undefined for a key that releaf would not make. */
  readonly key: KeyAlgorithm | undefined;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKeyDer: Buffer;
  /** Lower-case hex. */
  readonly publicKeySha256: string;
  readonly der: Buffer;
}

/**
 * Makes a PKCS#10 request, signed with SHA-256. Key usages are not in it: a Kubernetes signer takes
 * them from `spec.usages`.
 *
 * @returns PEM, one `CERTIFICATE REQUEST` block
 * @throws ReleafError `REQUEST_INVALID` when a DNS name is not ASCII or an IP address is not one
 */
export function createRequest(key: PrivateKey, names: Names): string {
  const info = requestInfo(names, key.publicKeyDer());
  const signature = key.sign(der.encodeDer(info));
  const algorithm = encodeSignatureAlgorithm(key.algorithm === 'ecdsa-p256' ? 'ec' : 'rsa');
  return encodePem(LABEL, der.encodeDer(der.sequence(info, algorithm, der.bitString(signature))));
}

/** The CertificationRequestInfo (RFC 2986, 4.1): all of a request that is signed. */
function requestInfo(names: Names, publicKeyDer: Buffer): Der {
  const subject = encodeSubject(names.subject);
  return der.sequence(
    der.integer(Buffer.of(0)),
    subject,
    der.parseDer(publicKeyDer),
    der.tagged(0, requestedExtensions(names, der.nodesOf(subject).length === 0)),
  );
}

/**
 * Whether a request asks for these names and for nothing else, to the byte: no further subject
 * attribute, SAN or extension that a signer might copy.
 */
export function asksOnlyFor(request: CertificateRequest, names: Names): boolean {
  const [info] = der.sequenceOf(der.parseDer(request.der));
  return (
    info !== undefined &&
    der.encodeDer(info).equals(der.encodeDer(requestInfo(names, request.publicKeyDer)))
  );
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
  const { emailAddresses, uris, ...altNames } = decodeAltNames(
    extensions.get(EXTENSION.subjectAltName),
  );
  return {
    names: { subject: decodeSubject(subject), ...altNames },
    emailAddresses,
    uris,
    key: keyAlgorithm(publicKey),
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

function keyAlgorithm(spki: Der): KeyAlgorithm | undefined {
  const [algorithm, bits] = der.sequenceOf(spki);
  const [type, curve] = der.sequenceOf(algorithm);
  switch (der.oidOf(type)) {
    case '1.2.840.10045.2.1':
      return der.oidOf(curve) === '1.2.840.10045.3.1.7' ? 'ecdsa-p256' : undefined;
    case '1.2.840.113549.1.1.1': {
      const [modulus] = der.sequenceOf(der.parseDer(der.bitsOf(bits)));
      const hex = der.bytesOfType(modulus, asn1.Type.INTEGER).toString('hex').replace(/^00/, '');
      if (hex.length === 512) return 'rsa-2048';
      return hex.length === 1024 ? 'rsa-4096' : undefined;
    }
    default:
      return undefined;
  }
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
