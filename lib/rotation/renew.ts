import { hash } from 'node:crypto';
import type { CertificateSpec, KeyAlgorithm } from '../model/certificate-spec';
import type { Revision } from '../model/revision';
import type { Sealer } from '../sealing/sealer';
import { createRequest } from '../x509/certificate-request';
import { decodePem } from '../x509/pem';
import type { PrivateKey } from '../x509/private-key';
import { publicKeySha256 } from '../x509/public-key';
import { sealedKeySha256 } from './sealed-key-digest';
import { secretNameOf } from './secret-name';

/** Where a new revision gets what a pure function cannot make. */
export interface RevisionSources {
  readonly generateKey: (algorithm: KeyAlgorithm) => Promise<PrivateKey>;
  readonly sealer: Sealer;
  readonly now: Date;
}

/**
 * Makes the next revision of a certificate: key, request, sealed key. The private key exists only
 * between these lines.
 *
 * @param reason - why, as the plan gives it; recorded
 */
export async function makeRevision(
  spec: CertificateSpec,
  number: number,
  reason: string,
  { generateKey, sealer, now }: RevisionSources,
): Promise<Revision> {
  const privateKey = await generateKey(spec.key);
  try {
    const request = createRequest(privateKey, spec);
    const der = derOf(request);
    const requested = publicKeySha256(privateKey.publicKeyDer());
    // Nobody can tell afterwards what a ciphertext holds.
    if (!der.includes(privateKey.publicKeyDer())) {
      throw new Error('the request carries another key than the one that was made');
    }
    const objectName = requestObjectName(spec.name, number, der);
    const sealedKey = await sealer.seal(privateKey, {
      namespace: spec.secret.namespace,
      name: secretNameOf(spec.secret, spec.name, objectName),
      item: spec.secret.keys.privateKey,
    });
    return revisionOf(spec, { number, request, objectName, sealedKey, requested }, reason, now);
  } finally {
    privateKey.forget();
  }
}

/**
 * Makes the next revision of a certificate whose key lives on: the recorded request under another
 * object name, which gets another certificate for the same key, and the sealed key as it was made.
 *
 * @param kept - the revision whose key lives on, as `nextKey` gives it
 */
export function reuseRevision(
  spec: CertificateSpec,
  number: number,
  reason: string,
  kept: Revision,
  now: Date,
): Revision {
  const { request, record } = kept;
  const objectName = requestObjectName(spec.name, number, derOf(request));
  const sealedKey = {
    ...kept.sealedKey,
    name: secretNameOf(spec.secret, spec.name, objectName),
  };
  const requested = record.publicKeySha256;
  const keyOf = record.keyOf ?? kept.number;
  const made = { number, request, objectName, sealedKey, requested, keyOf };
  return revisionOf(spec, made, reason, now);
}

function revisionOf(
  spec: CertificateSpec,
  made: Pick<Revision, 'number' | 'request' | 'sealedKey'> & {
    readonly objectName: string;
    /** Digest of the public key that the request carries. */
    readonly requested: string;
    readonly keyOf?: number;
  },
  reason: string,
  now: Date,
): Revision {
  const { number, request, sealedKey, objectName, requested, keyOf } = made;
  return {
    number,
    request,
    sealedKey,
    withdrawn: false,
    record: {
      objectName,
      signer: spec.signer,
      subject: spec.subject,
      dnsNames: spec.dnsNames,
      ipAddresses: spec.ipAddresses,
      emailAddresses: spec.emailAddresses,
      uris: spec.uris,
      usages: spec.usages,
      expirationSeconds: spec.expirationSeconds,
      key: spec.key,
      ...(keyOf !== undefined && { keyOf }),
      publicKeySha256: requested,
      sealedKeySha256: sealedKeySha256(sealedKey),
      requestedAt: now.toISOString().replace(/\.\d+Z$/, 'Z'),
      reason,
    },
  };
}

/**
 * Name of the CertificateSigningRequest. The API server keeps the old spec when an object of the same
 * name is applied again, so each request has a name of its own.
 *
 * @param der - the PKCS#10 request
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/certificates/certificates/strategy.go PrepareForUpdate
 */
export function requestObjectName(name: string, revision: number, der: Buffer): string {
  return `${name}-${revision}-${hash('sha256', der).slice(0, 8)}`;
}

function derOf(request: string): Buffer {
  const [block] = decodePem(request, 'request.pem');
  if (!block) throw new Error('decodePem returned no block');
  return block.der;
}
