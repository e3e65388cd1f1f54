import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { SealedSecret } from '../../imports/bitnami.com';
import type { SealingScope, SecretSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { SealedKey } from '../model/revision';
import { alsoEncrypted, sopsMetadata, type SopsSealedKey } from '../sealing/sops-metadata';

/** The pair that a {@link CertificateSecret} holds, and the Secret's shape. */
export interface CertificateSecretProps extends Omit<SecretSpec, 'naming'> {
  /** Signed chain as PEM, leaf first. Public, and so in clear. */
  readonly certificate: string;
  /** The private key as it may stand in Git. */
  readonly sealedKey: SealedKey;
}

/**
 * The Secret with the certificate and its private key: as a SealedSecret that the controller of one cluster
 * opens, as a Secret that SOPS decrypts, or as a plain one for `sealing: plaintext`.
 *
 * Only the key is ciphertext, so that a certificate can join it later without the key: the certificate
 * stands in the template of the SealedSecret as text, or in the `data` of the Secret, outside what SOPS
 * encrypts.
 *
 * @see https://github.com/bitnami/sealed-secrets#sealedsecrets-as-templates-for-secrets
 */
export class CertificateSecret extends Construct {
  /**
   * @throws ReleafError `SECRET_RENAMED` when the key was sealed for another namespace, name or, with SOPS,
   * key of the data; `PEM_INVALID` when the certificate could be read as a Go template; `CONFIG_INVALID`
   * when SOPS would take more than the private key for encrypted
   */
  constructor(scope: Construct, id: string, props: CertificateSecretProps) {
    super(scope, id);
    const { name, namespace, type, keys, certificate, sealedKey } = props;
    refuseRenamed(props);
    const labels = { ...props.labels };
    const metadata = { name, namespace, labels };
    if (sealedKey.sealing === 'sealed-secrets') {
      refuseTemplate(props);
      const scoped = { ...metadata, ...SCOPE_ANNOTATIONS[sealedKey.scope] };
      new SealedSecret(this, 'Resource', {
        metadata: scoped,
        spec: {
          encryptedData: { [keys.privateKey]: sealedKey.value },
          template: { metadata: scoped, type, data: { [keys.certificate]: certificate } },
        },
      });
      return;
    }
    const data = {
      [keys.privateKey]: sealedKey.value,
      [keys.certificate]: Buffer.from(certificate).toString('base64'),
    };
    if (sealedKey.sealing === 'plaintext') {
      new k8s.KubeSecret(this, 'Resource', { metadata, type, data });
      return;
    }
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type, data };
    refuseAmbiguous(secret, keys.certificate, sealedKey);
    new ApiObject(this, 'Resource', { ...secret, sops: sopsMetadata(sealedKey) });
  }
}

const scopeAnnotation = (scope: SealingScope) => ({
  annotations: { [`sealedsecrets.bitnami.com/${scope}`]: 'true' },
});

/**
 * On the SealedSecret for the controller, and on its template as kubeseal writes it: `kubeseal --re-encrypt`
 * takes the one for the other.
 */
const SCOPE_ANNOTATIONS: Readonly<Record<SealingScope, object>> = {
  strict: {},
  'namespace-wide': scopeAnnotation('namespace-wide'),
  'cluster-wide': scopeAnnotation('cluster-wide'),
};

function refuseRenamed({ name, namespace, keys, sealedKey }: CertificateSecretProps): void {
  const place = (at: { namespace: string; name: string }, item: string): string =>
    `${sealedKey.sealing === 'sops' ? `data.${item} of ` : ''}the Secret ${at.namespace}/${at.name}`;
  const wanted = place({ namespace, name }, keys.privateKey);
  const bound = place(sealedKey, sealedKey.item);
  if (wanted === bound) return;
  throw new ReleafError(
    'SECRET_RENAMED',
    `the private key is sealed for ${bound}, not for ${wanted}`,
    'name it as before, or make a key for the new name: releaf renew',
  );
}

function refuseAmbiguous(
  secret: object,
  certificateKey: string,
  { namespace, name, item }: SopsSealedKey,
): void {
  const path = certificateKey === item ? ['data', item] : alsoEncrypted(secret, item);
  if (!path) return;
  throw new ReleafError(
    'CONFIG_INVALID',
    `the Secret ${namespace}/${name} has its private key under "${item}", and SOPS would take ${path.join('.')} for encrypted as well`,
    'give the private key or the other one another name; for a new private key: releaf renew',
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
