import { constants, createCipheriv, createHash, publicEncrypt, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { SealingScope } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import type { SealingTarget } from '../model/revision';
import { MINIMUM_RSA_BITS, rsaKeyBits } from '../x509/rsa-key-size';
import type { Sealer } from './sealer';
import { fetchSealingCertificate, sealingCertificateDer } from './sealing-certificate-digest';

const SESSION_KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** A certificate of the Sealed Secrets controller that may be sealed for. */
export interface SealingCertificate {
  readonly publicKey: KeyObject;
  /** Lower-case hex SHA-256 of the DER. */
  readonly sha256: string;
}

/**
 * Reads what `kubeseal --fetch-cert` prints. Refuses what kubeseal refuses, a certificate that is not
 * RSA or has expired, and a key that is too short to protect another.
 *
 * @param pem - one PEM CERTIFICATE
 * @param file - its name, for messages
 * @throws ReleafError SEALING_CERTIFICATE
 * @see https://github.com/bitnami/sealed-secrets/blob/main/pkg/kubeseal/kubeseal.go ParseKey
 */
export function readSealingCertificate(pem: string, file: string, now: Date): SealingCertificate {
  const refuse = (what: string): never => {
    throw new ReleafError('SEALING_CERTIFICATE', `${file}: ${what}`, fetchSealingCertificate(file));
  };
  const der = sealingCertificateDer(pem, file);
  let certificate: X509Certificate;
  let publicKey: KeyObject;
  try {
    certificate = new X509Certificate(der);
    publicKey = certificate.publicKey;
  } catch {
    return refuse('not a readable X.509 certificate');
  }
  if (publicKey.asymmetricKeyType !== 'rsa') {
    return refuse(
      `the key is ${publicKey.asymmetricKeyType ?? 'unknown'}, Sealed Secrets needs RSA`,
    );
  }
  const bits = rsaKeyBits(publicKey.export({ type: 'spki', format: 'der' })) ?? 0;
  if (bits < MINIMUM_RSA_BITS) {
    return refuse(`the key has ${bits} bits, at least ${MINIMUM_RSA_BITS} are needed`);
  }
  if (new Date(certificate.validTo) <= now) {
    return refuse(`expired on ${new Date(certificate.validTo).toISOString()}`);
  }
  return { publicKey, sha256: createHash('sha256').update(der).digest('hex') };
}

/**
 * The OAEP label that binds a value to its scope.
 *
 * @see https://github.com/bitnami/sealed-secrets/blob/main/pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go EncryptionLabel
 */
const LABELS: Readonly<Record<SealingScope, (at: Omit<SealingTarget, 'item'>) => string>> = {
  strict: ({ namespace, name }) => `${namespace}/${name}`,
  'namespace-wide': ({ namespace }) => namespace,
  'cluster-wide': () => '',
};

/**
 * Seals one value: bound to the namespace and name of the Secret in strict scope, to the namespace, or to
 * neither; never to the key of the Secret's data.
 *
 * `base64(uint16be(len(W)) || W || C || T)`, where W is the session key under RSA-OAEP (SHA-256, MGF1
 * SHA-256, the label of the scope) and C, T are AES-256-GCM under a nonce of zeros, which is safe
 * because a session key seals one value only.
 *
 * @param sessionKey - 32 fresh random bytes; overwritten before this returns
 * @see https://github.com/bitnami/sealed-secrets/blob/main/pkg/crypto/crypto.go HybridEncrypt
 */
export function sealValue(
  plaintext: Buffer,
  scope: SealingScope,
  at: Omit<SealingTarget, 'item'>,
  certificate: SealingCertificate,
  sessionKey: Buffer,
): string {
  try {
    const wrapped = publicEncrypt(
      {
        key: certificate.publicKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
        oaepLabel: Buffer.from(LABELS[scope](at)),
      },
      sessionKey,
    );
    const cipher = createCipheriv('aes-256-gcm', sessionKey, Buffer.alloc(NONCE_BYTES));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(wrapped.length);
    return Buffer.concat([
      length,
      wrapped,
      cipher.update(plaintext),
      cipher.final(),
      cipher.getAuthTag(),
    ]).toString('base64');
  } finally {
    sessionKey.fill(0);
  }
}

/**
 * Seals for the Sealed Secrets controller.
 *
 * @param randomBytes - source of session keys
 */
export function sealedSecretsSealer(
  certificate: SealingCertificate,
  scope: SealingScope,
  randomBytes: (size: number) => Buffer,
): Sealer {
  return {
    seal: (privateKey, target) =>
      Promise.resolve({
        ...target,
        sealing: 'sealed-secrets',
        scope,
        sealingCertificateSha256: certificate.sha256,
        value: privateKey.withPkcs8Pem((pem) =>
          sealValue(pem, scope, target, certificate, randomBytes(SESSION_KEY_BYTES)),
        ),
      }),
  };
}
