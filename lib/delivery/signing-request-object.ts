import type { Revision } from '../model/revision';

/** A CertificateSigningRequest as releaf writes it: only what its author decides. */
export interface SigningRequestObject {
  readonly apiVersion: 'certificates.k8s.io/v1';
  readonly kind: 'CertificateSigningRequest';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    /** Base64 of the PEM, on one line. */
    readonly request: string;
    readonly signerName: string;
    readonly expirationSeconds: number;
    readonly usages: readonly string[];
  };
}

/** Labels of every object that releaf writes for a certificate. */
export const labelsOf = (certificate: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/managed-by': 'releaf',
  'releaf.dev/certificate': certificate,
});

/**
 * The CertificateSigningRequest of a pending revision: what stands in `dist/`, and what
 * `renew --now` creates.
 *
 * @param certificate - name in the config
 */
export function signingRequestObject(
  certificate: string,
  { number, request, record }: Revision,
): SigningRequestObject {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: {
      name: record.objectName,
      labels: labelsOf(certificate),
      annotations: { 'releaf.dev/revision': `${number}` },
    },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: record.signer,
      expirationSeconds: record.expirationSeconds,
      usages: record.usages,
    },
  };
}
