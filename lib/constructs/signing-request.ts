import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { KeyUsage } from '../model/certificate-spec';
import { clusterScoped } from './cluster-scoped';

/** What a {@link SigningRequest} asks for. */
export interface SigningRequestProps {
  /**
   * Name of the object. Another request needs another name: the API server ignores a changed `spec`
   * under a name that exists.
   */
  readonly name: string;
  /** PKCS#10 request as PEM, one `CERTIFICATE REQUEST` block (RFC 7468, 7). */
  readonly request: string;
  /** Who shall sign: `domain/path`, such as `kubernetes.io/kubelet-serving`. */
  readonly signerName: string;
  /** What the certificate shall be good for; one or more, none twice. */
  readonly usages: readonly KeyUsage[];
  /** Lifetime to ask for, in seconds; 600 or more. The signer may give less. */
  readonly expirationSeconds: number;
  /**
   * Labels of the object.
   *
   * @default - only the Chart's
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Annotations of the object.
   *
   * @default - none
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * A CertificateSigningRequest. Holds only what its author decides: `username`, `uid`, `groups` and
 * `extra` belong to the API server, which overwrites them, so stating them would differ from the
 * live object for ever. Cluster-scoped, and so without the namespace of its Chart.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/certificate-signing-request-v1/
 */
export class SigningRequest extends Construct {
  constructor(scope: Construct, id: string, props: SigningRequestProps) {
    super(scope, id);
    const object = new k8s.KubeCertificateSigningRequest(this, 'Resource', {
      metadata: {
        name: props.name,
        ...(props.labels && { labels: { ...props.labels } }),
        ...(props.annotations && { annotations: { ...props.annotations } }),
      },
      spec: {
        request: Buffer.from(props.request).toString('base64'),
        signerName: props.signerName,
        expirationSeconds: props.expirationSeconds,
        usages: [...props.usages],
      },
    });
    clusterScoped(object);
  }
}
