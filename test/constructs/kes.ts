import type { CertificateSpec } from '../../lib/model/certificate-spec';
import type { Certificate, IssuedRevision, Revision, SealedKey } from '../../lib/model/revision';
import { sealedKeySha256 } from '../../lib/rotation/sealed-key-digest';
import { readCertificates } from '../../lib/x509/certificate';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { createLocalCa } from '../../lib/x509/local-ca';
import { newKey } from '../x509/tools';

const pem = (label: string, text: string): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(text).toString('base64')}\n-----END ${label}-----\n`;

export const spec: CertificateSpec = {
  name: 'kes',
  profile: 'minio-kes',
  key: 'rsa-2048',
  keyPolicy: 'rotate',
  subject: {
    countries: [],
    organizations: ['system:nodes'],
    organizationalUnits: [],
    localities: [],
    provinces: [],
    commonName: 'system:node:kes',
  },
  dnsNames: ['kes.default.svc'],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
  usages: ['digital signature', 'key encipherment', 'server auth'],
  signer: 'kubernetes.io/kubelet-serving',
  expirationSeconds: 7_776_000,
  renewAt: { share: 2 / 3 },
  secret: {
    name: 'kes-tls',
    naming: 'stable',
    namespace: 'minio',
    type: 'Opaque',
    keys: { privateKey: 'private.key', certificate: 'public.crt' },
    labels: { team: 'storage' },
  },
  sealing: { type: 'sealed-secrets', certificate: 'sealing.pem', scope: 'strict' },
  restart: [],
  restartObjects: [],
  references: [],
  appendCa: false,
  delivery: {
    engine: 'kubectl',
    layout: 'certificate',
    request: 'manifest',
    approve: 'automatic',
    image: 'registry.example.com/kubectl:1.36.3',
  },
  warnings: [],
};

export const sealedKey: SealedKey = {
  namespace: 'minio',
  name: 'kes-tls',
  item: 'private.key',
  sealing: 'sealed-secrets',
  scope: 'strict',
  sealingCertificateSha256: '0'.repeat(64),
  value: 'AgBciphertext',
};

export const plainKey: SealedKey = {
  namespace: 'minio',
  name: 'kes-tls',
  item: 'private.key',
  sealing: 'plaintext',
  value: Buffer.from('not a key').toString('base64'),
};

export const sopsKey: SealedKey = {
  namespace: 'minio',
  name: 'kes-tls',
  item: 'private.key',
  sealing: 'sops',
  age: [{ recipient: 'age1example', enc: pem('AGE ENCRYPTED FILE', 'data key') }],
  lastModified: '2026-11-21T12:00:00Z',
  mac: 'ENC[AES256_GCM,data:mac,iv:iv,tag:tag,type:str]',
  version: '3.11.0',
  value: 'ENC[AES256_GCM,data:key,iv:iv,tag:tag,type:str]',
};

/** Shaped like a certificate, and the same in each run. */
export const fakeCertificate = pem('CERTIFICATE', 'signed 1');

export function revision(number: number, more: Partial<Revision> = {}): Revision {
  const { subject, dnsNames, ipAddresses, emailAddresses, uris } = spec;
  const { signer, usages, expirationSeconds, key } = spec;
  return {
    number,
    request: pem('CERTIFICATE REQUEST', `asked ${number}`),
    record: {
      ...{ subject, dnsNames, ipAddresses, emailAddresses, uris },
      ...{ signer, usages, expirationSeconds, key },
      objectName: `kes-${number}-3f9ab2c1`,
      publicKeySha256: '1'.repeat(64),
      sealedKeySha256: '2'.repeat(64),
      requestedAt: '2026-11-21T12:00:00Z',
      reason: 'first request',
    },
    sealedKey,
    withdrawn: false,
    ...more,
  };
}

const now = new Date('2026-11-21T12:00:00Z');
const ca = createLocalCa(newKey(), 'Example CA', {
  notBefore: now,
  notAfter: new Date('2036-11-21T12:00:00Z'),
  serialNumber: Buffer.alloc(16, 1),
});
const signed = [1, 2].map((number) =>
  ca.sign(readRequest(createRequest(newKey(), spec), 'request.pem'), {
    usages: spec.usages,
    expirationSeconds: spec.expirationSeconds,
    now,
    serialNumber: Buffer.alloc(16, number),
  }),
);

/** The certificate of revision 1 or 2. */
export const certificatePem = (number: number): string => signed[number - 1]!;

/** Revision 1 or 2, its certificate, key and record a pair. */
export function issued(number: number, more: Partial<Revision> = {}): IssuedRevision {
  const pending = revision(number, more);
  const chain = certificatePem(number);
  const record = {
    ...pending.record,
    publicKeySha256: readCertificates(chain, 'certificate.pem')[0]!.publicKeySha256,
    sealedKeySha256: sealedKeySha256(pending.sealedKey),
  };
  return { ...pending, record, certificate: chain };
}

export const certificate = (...revisions: readonly Revision[]): Certificate => ({
  spec,
  revisions,
});
