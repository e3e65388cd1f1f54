import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ReleafError } from '../model/errors';
import { readCertificates } from './certificate';
import type { X509 } from './certificate';
import { readContents } from './certificate-contents';
import { issuerProblem } from './path-validation';
import type { CertificateRequest } from './certificate-request';
import { encodeLeaf, encodeRoot } from './issued-certificate';
import type { Issuer, LeafTerms, RootTerms } from './issued-certificate';
import { KEY_ALGORITHM_TRAITS, keyAlgorithmOf } from './key-algorithms';
import type { PrivateKey } from './private-key';
import { publicKeySha256 } from './public-key';
import type { SignatureAlgorithm } from './signature-algorithm';

/** A CA that signs by itself: for development, air-gapped use and the demo. */
export interface LocalCa {
  readonly certificate: X509;
  /**
   * Signs as kube-controller-manager does: subject and SANs as requested, usages as given, from five
   * minutes ago, no longer than the CA itself.
   *
   * @returns PEM of the leaf only
   * @throws ReleafError `CA_INVALID` when `terms.now` is outside the validity of the CA
   * @see kubernetes/kubernetes pkg/controller/certificates/authority/policies.go
   */
  sign(request: CertificateRequest, terms: LeafTerms): string;
}

/**
 * Opens a CA from its files.
 *
 * @param certificatePem - exactly one CA certificate
 * @param privateKeyPem - its RSA (2048 bits or more), P-256, P-384 or Ed25519 key, not encrypted
 * @param what - names the CA in messages, such as the folder that holds both files
 * @throws ReleafError `CA_INVALID`, `PEM_INVALID` or `CERTIFICATE_INVALID`
 */
export function openLocalCa(certificatePem: string, privateKeyPem: string, what: string): LocalCa {
  const [certificate, ...others] = readCertificates(
    certificatePem,
    `the CA certificate in ${what}`,
  );
  if (!certificate || others.length > 0) {
    throw invalid(
      `the CA certificate in ${what} must be one certificate, not ${others.length + 1}`,
    );
  }
  const { isCa, usages } = readContents(certificate.der);
  if (!isCa) {
    throw invalid(
      `${certificate.subject} in ${what} is not a CA: its basic constraints lack CA:true`,
    );
  }
  if (!certificate.isCa) {
    const found = usages.join(', ') || 'none';
    throw invalid(
      `${certificate.subject} in ${what} may not sign certificates: its key usage is ${found}`,
    );
  }
  const unfit = issuerProblem(certificate, { below: 0, usages: [], isAnchor: true });
  if (unfit !== undefined) throw invalid(`${certificate.subject} in ${what} ${unfit}`);
  const key = readCaKey(privateKeyPem, what);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const signature = signatureOf(key, spki);
  if (!signature) {
    const type = key.asymmetricKeyType ?? 'unknown';
    throw invalid(
      `the CA key in ${what} is of type ${type}, and only RSA, P-256, P-384 and Ed25519 can sign`,
    );
  }
  if (publicKeySha256(spki) !== certificate.publicKeySha256) {
    throw invalid(`the CA key in ${what} does not belong to the CA certificate beside it`);
  }
  return localCa(certificate, {
    signature,
    sign: (data) => sign(signature.digest, data, key),
  });
}

/** A CA may have an RSA key of any size, which {@link issuerProblem} has looked at. */
function signatureOf(key: KeyObject, spki: Buffer): SignatureAlgorithm | undefined {
  if (key.asymmetricKeyType === 'rsa') return { keyType: 'rsa', digest: 'sha256' };
  const algorithm = keyAlgorithmOf(spki);
  return algorithm && KEY_ALGORITHM_TRAITS[algorithm].signature;
}

/**
 * Makes a self-signed CA whose key stays in memory.
 *
 * @param terms - validity, and 16 random bytes for the serial number
 */
export function createLocalCa(key: PrivateKey, commonName: string, terms: RootTerms): LocalCa {
  const issuer: Issuer = {
    signature: KEY_ALGORITHM_TRAITS[key.algorithm].signature,
    sign: (data) => key.sign(data),
  };
  const pem = encodeRoot(issuer, key.publicKeyDer(), commonName, terms);
  const [certificate] = readCertificates(pem, 'the new CA');
  if (!certificate) throw new Error('a certificate was written and not read');
  return localCa(certificate, issuer);
}

function localCa(certificate: X509, issuer: Issuer): LocalCa {
  return {
    certificate,
    sign(request, terms) {
      const { notBefore, notAfter } = certificate;
      if (terms.now < notBefore || terms.now >= notAfter) {
        throw invalid(
          `the CA ${certificate.subject} cannot sign at ${terms.now.toISOString()}: it is valid from ` +
            `${notBefore.toISOString()} to ${notAfter.toISOString()}`,
          'use a CA that is valid now',
        );
      }
      return encodeLeaf(issuer, certificate, request, terms);
    },
  };
}

function readCaKey(pem: string, what: string): KeyObject {
  if (pem.includes('ENCRYPTED')) {
    throw invalid(
      `the CA key in ${what} is encrypted`,
      'decrypt it where only you can read it, for instance with `openssl pkey`',
    );
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw invalid(`the CA key in ${what} is not a readable PEM private key`);
  }
}

function invalid(
  message: string,
  hint = '`releaf sign --ca` wants ca.crt (one CA certificate) and ca.key (its key) in one folder',
): ReleafError {
  return new ReleafError('CA_INVALID', message, hint);
}
