import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { SealedSecret } from '../../imports/bitnami.com';
import type { SecretSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { SealedKey } from '../model/revision';

/** The pair that a {@link CertificateSecret} holds, and the Secret's shape. */
export interface CertificateSecretProps extends SecretSpec {
  /** Signed chain as PEM, leaf first. Public, and so in clear. */
  readonly certificate: string;
  /** The private key as it may stand in Git. */
  readonly sealedKey: SealedKey;
}

/**
 * The Secret with the certificate and its private key, as a SealedSecret that the controller of one
 * cluster opens, or as a plain Secret for `sealing: plaintext`.
 *
 * The certificate stands in the SealedSecret's template as text, readable in review; only the key is
 * ciphertext, so that a certificate can join it later without the key.
 *
 * @see https://github.com/bitnami/sealed-secrets#sealedsecrets-as-templates-for-secrets
 */
export class CertificateSecret extends Construct {
  /**
   * @throws ReleafError `SECRET_RENAMED` when the key was sealed for another namespace or name;
   * `PEM_INVALID` when the certificate could be read as a Go template
   */
  constructor(scope: Construct, id: string, props: CertificateSecretProps) {
    super(scope, id);
    const { name, namespace, type, keys, certificate, sealedKey } = props;
    refuseRenamed(props);
    const labels = { ...props.labels };
    const metadata = { name, namespace, labels };
    if (sealedKey.sealing === 'plaintext') {
      new k8s.KubeSecret(this, 'Resource', {
        metadata,
        type,
        data: {
          [keys.privateKey]: sealedKey.value,
          [keys.certificate]: Buffer.from(certificate).toString('base64'),
        },
      });
      return;
    }
    refuseTemplate(props);
    new SealedSecret(this, 'Resource', {
      metadata,
      spec: {
        encryptedData: { [keys.privateKey]: sealedKey.value },
        template: { metadata, type, data: { [keys.certificate]: certificate } },
      },
    });
  }
}

function refuseRenamed({ name, namespace, sealedKey }: CertificateSecretProps): void {
  const wanted = `${namespace}/${name}`;
  const bound = `${sealedKey.namespace}/${sealedKey.name}`;
  if (wanted === bound) return;
  throw new ReleafError(
    'SECRET_RENAMED',
    `the private key is sealed for the Secret ${bound} and cannot be opened as ${wanted}`,
    'name the Secret as before, or make a key for the new name: releaf renew',
  );
}

/** The controller executes each value of `spec.template.data` as a Go template. */
function refuseTemplate({ name, namespace, certificate }: CertificateSecretProps): void {
  if (!certificate.includes('{{')) return;
  throw new ReleafError(
    'PEM_INVALID',
    `the certificate for the Secret ${namespace}/${name} holds "{{", which Sealed Secrets would execute`,
    'keep only the CERTIFICATE blocks of certificate.pem',
  );
}
