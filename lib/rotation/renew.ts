import { createHash } from 'node:crypto';
import type { CertificateSpec, KeyAlgorithm } from '../model/certificate-spec';
import type { Revision } from '../model/revision';
import type { Sealer } from '../sealing/sealer';
import { createRequest, readRequest } from '../x509/certificate-request';
import type { PrivateKey } from '../x509/private-key';
import { publicKeySha256 } from '../x509/public-key';
import { sealedKeySha256 } from './sealed-key-digest';

/** Where a new revision gets what a pure function cannot make. */
export interface RevisionSources {
  readonly generateKey: (algorithm: KeyAlgorithm) => Promise<PrivateKey>;
  readonly sealer: Sealer;
  readonly now: Date;
}

/**
 * Makes the next revision of a certificate: key, request, sealed key. The private key exists only
 * between these lines; that the request carries its public half is asserted before it is sealed, since
 * nobody can tell afterwards what a ciphertext holds.
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
  const request = createRequest(privateKey, spec);
  const { der, publicKeySha256: requested } = readRequest(request, 'the new request');
  if (requested !== publicKeySha256(privateKey.publicKeyDer())) {
    throw new Error('the request carries another key than the one that was made');
  }
  const sealedKey = await sealer.seal(privateKey, {
    namespace: spec.secret.namespace,
    name: spec.secret.name,
    item: spec.secret.keys.privateKey,
  });
  return {
    number,
    request,
    sealedKey,
    withdrawn: false,
    record: {
      objectName: requestObjectName(spec.name, number, der),
      signer: spec.signer,
      subject: spec.subject,
      dnsNames: spec.dnsNames,
      ipAddresses: spec.ipAddresses,
      usages: spec.usages,
      expirationSeconds: spec.expirationSeconds,
      key: spec.key,
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
  const digest = createHash('sha256').update(der).digest('hex');
  return `${name}-${revision}-${digest.slice(0, 8)}`;
}
