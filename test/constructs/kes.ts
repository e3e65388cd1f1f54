import type { CertificateSpec } from '../../lib/model/certificate-spec';
import type { Certificate, Revision, SealedKey } from '../../lib/model/revision';

const pem = (label: string, text: string): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(text).toString('base64')}\n-----END ${label}-----\n`;

export const spec: CertificateSpec = {
  name: 'kes',
  profile: 'minio-kes',
  key: 'rsa-2048',
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
  usages: ['digital signature', 'key encipherment', 'server auth'],
  signer: 'kubernetes.io/kubelet-serving',
  expirationSeconds: 7_776_000,
  renewAt: { share: 2 / 3 },
  secret: {
    name: 'kes-tls',
    namespace: 'minio',
    type: 'Opaque',
    keys: { privateKey: 'private.key', certificate: 'public.crt' },
    labels: { team: 'storage' },
  },
  sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
  restart: [],
  appendCa: false,
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

export const certificatePem = (number: number): string => pem('CERTIFICATE', `signed ${number}`);

export function revision(number: number, more: Partial<Revision> = {}): Revision {
  const { subject, dnsNames, ipAddresses, signer, usages, expirationSeconds, key } = spec;
  return {
    number,
    request: pem('CERTIFICATE REQUEST', `asked ${number}`),
    record: {
      ...{ subject, dnsNames, ipAddresses, signer, usages, expirationSeconds, key },
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

export const issued = (number: number, more: Partial<Revision> = {}): Revision =>
  revision(number, { certificate: certificatePem(number), ...more });

export const certificate = (...revisions: readonly Revision[]): Certificate<CertificateSpec> => ({
  spec,
  revisions,
});
