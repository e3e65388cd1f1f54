import { createHash, X509Certificate } from 'node:crypto';
import { ReleafError } from '../model/errors';
import { decodePem, encodePem } from './pem';
import type { PemBlock } from './pem';
import { publicKeySha256 } from './public-key';

/** An X.509 certificate (RFC 5280). Names and usages are in `readContents`. */
export interface X509 {
  readonly der: Buffer;
  /** One `CERTIFICATE` block. */
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Lower-case hex. */
  readonly serialNumber: string;
  /** One line, in the order of the certificate: `O=system:nodes, CN=…`; empty when it has none. */
  readonly subject: string;
  /** As {@link X509.subject}. */
  readonly issuer: string;
  /** Lower-case hex SHA-256 of the DER SubjectPublicKeyInfo. */
  readonly publicKeySha256: string;
  /** Lower-case hex SHA-256 of the DER. */
  readonly sha256: string;
  /** CA:true, and allowed to sign certificates if it has a key usage. */
  readonly isCa: boolean;
  readonly isSelfSigned: boolean;
  /** Whether `issuer` is a CA by name and key identifier, and its key made the signature. */
  issuedBy(issuer: X509): boolean;
}

/**
 * Reads a PEM text that holds certificates and nothing else.
 *
 * @param what - names the text in messages, such as `certificate.pem`
 * @returns at least one certificate, in their order
 * @throws ReleafError `PEM_INVALID` when another kind of block is in it, `CERTIFICATE_INVALID` when a
 * block is not a readable certificate
 */
export function readCertificates(pem: string, what: string): readonly X509[] {
  return decodePem(pem, what).map((block, index) => {
    refuseOtherLabel(block, what);
    return new NodeCertificate(block.der, `${what}: certificate ${index + 1}`);
  });
}

function refuseOtherLabel({ label }: PemBlock, what: string): void {
  if (label === 'CERTIFICATE') return;
  if (label.endsWith('PRIVATE KEY')) {
    throw new ReleafError(
      'PEM_INVALID',
      `${what} holds a private key beside its certificates`,
      'remove the private key from it; if it was ever committed or sent, renew the certificate',
    );
  }
  const found = `${what} holds ${label}, and only CERTIFICATE is allowed`;
  throw new ReleafError(
    'PEM_INVALID',
    found,
    'leave only the signed certificates in it, leaf first',
  );
}

class NodeCertificate implements X509 {
  readonly #parsed: X509Certificate;
  readonly #what: string;
  readonly der: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;

  constructor(der: Buffer, what: string) {
    this.#what = what;
    this.#parsed = this.#orInvalid(() => new X509Certificate(der));
    this.der = der;
    this.notBefore = new Date(this.#parsed.validFrom);
    this.notAfter = new Date(this.#parsed.validTo);
    const readable =
      !Number.isNaN(this.notBefore.getTime()) && !Number.isNaN(this.notAfter.getTime());
    // OpenSSL ignores what stands behind the certificate.
    if (!readable || !this.#parsed.raw.equals(der)) this.#invalid();
  }

  get pem(): string {
    return encodePem('CERTIFICATE', this.der);
  }

  get serialNumber(): string {
    return this.#parsed.serialNumber.toLowerCase();
  }

  get subject(): string {
    return oneLine(this.#parsed.subject);
  }

  get issuer(): string {
    return oneLine(this.#parsed.issuer);
  }

  get publicKeySha256(): string {
    const key = this.#orInvalid(() => this.#parsed.publicKey);
    return publicKeySha256(key.export({ type: 'spki', format: 'der' }));
  }

  get sha256(): string {
    return createHash('sha256').update(this.der).digest('hex');
  }

  get isCa(): boolean {
    return this.#parsed.ca;
  }

  get isSelfSigned(): boolean {
    // Not checkIssued(), which wants the usage of a CA: a server's own certificate has none.
    const sameName = this.#parsed.issuer === this.#parsed.subject;
    return sameName && this.#signedBy(this.#parsed);
  }

  issuedBy(issuer: X509): boolean {
    const parsed = #parsed in issuer ? issuer.#parsed : new X509Certificate(issuer.der);
    return parsed.ca && this.#parsed.checkIssued(parsed) && this.#signedBy(parsed);
  }

  #signedBy(issuer: X509Certificate): boolean {
    return this.#parsed.verify(this.#orInvalid(() => issuer.publicKey));
  }

  #orInvalid<T>(read: () => T): T {
    try {
      return read();
    } catch {
      return this.#invalid();
    }
  }

  #invalid(): never {
    throw new ReleafError(
      'CERTIFICATE_INVALID',
      `${this.#what} is not a readable X.509 certificate`,
      'copy it again, whole; `openssl x509 -text` shows what is in it',
    );
  }
}

/** Node writes an attribute a line, escapes control characters, and gives undefined for no name. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
