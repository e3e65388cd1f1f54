import { parseConfig } from '../../../lib/config/parse-config';
import type {
  WrittenCertificate,
  WrittenMinioKesProfile,
} from '../../../lib/config/written-config';

const specOf = (
  profile: Omit<WrittenMinioKesProfile, 'name'>,
  { secret, ...own }: WrittenCertificate = {},
) => {
  const kes: WrittenCertificate = {
    profile: { name: 'minio-kes', ...profile },
    sealing: { type: 'sealed-secrets', certificate: 'sealing-certificate.pem' },
    ca: 'ca.pem',
    secret: { namespace: 'default', ...secret },
    ...own,
  };
  return parseConfig({ version: 1, certificates: { kes } }, 'releaf.yaml').certificates[0]!;
};

describe('minio-kes', () => {
  it('asks for what the MinIO blog asks for, and for both replicas', () => {
    const spec = specOf(
      { tenant: 'kes-tenant', replicas: 2 },
      { key: 'rsa-2048', duration: '604800s', subject: { countries: ['US'] } },
    );
    expect(spec).toEqual({
      name: 'kes',
      profile: 'minio-kes',
      key: 'rsa-2048',
      usages: ['digital signature', 'key encipherment', 'server auth'],
      signer: 'kubernetes.io/kubelet-serving',
      expirationSeconds: 604_800,
      renewAt: { share: 2 / 3 },
      subject: {
        countries: ['US'],
        organizations: ['system:nodes'],
        organizationalUnits: [],
        localities: [],
        provinces: [],
        commonName: 'system:node:*.kes-tenant-kes-hl-svc.default.svc.cluster.local',
      },
      dnsNames: [
        'kes-tenant-kes-0.kes-tenant-kes-hl-svc.default.svc.cluster.local',
        'kes-tenant-kes-1.kes-tenant-kes-hl-svc.default.svc.cluster.local',
        'kes-tenant-kes-hl-svc.default.svc.cluster.local',
      ],
      ipAddresses: [],
      secret: {
        name: 'kes-tenant-kes-tls',
        namespace: 'default',
        type: 'Opaque',
        keys: { privateKey: 'private.key', certificate: 'public.crt' },
        labels: {},
      },
      sealing: { type: 'sealed-secrets', certificate: 'sealing-certificate.pem' },
      restart: [],
      ca: 'ca.pem',
      appendCa: true,
      warnings: [],
    });
  });

  it('names a stand-alone KES after its StatefulSet and Service', () => {
    const spec = specOf(
      { statefulSet: 'kes', service: 'kes-svc', replicas: 3, clusterDomain: 'k8s.example.com' },
      { secret: { namespace: 'minio' } },
    );
    expect(spec).toMatchObject({
      dnsNames: [
        'kes-0.kes-svc.minio.svc.k8s.example.com',
        'kes-1.kes-svc.minio.svc.k8s.example.com',
        'kes-2.kes-svc.minio.svc.k8s.example.com',
        'kes-svc.minio.svc.k8s.example.com',
      ],
      subject: { commonName: 'system:node:*.kes-svc.minio.svc.k8s.example.com' },
      secret: { name: 'kes-tls' },
    });
  });

  it.each([
    [13, 'system:node:*.ttttttttttttt-kes-hl-svc.default.svc.cluster.local'],
    [14, 'system:node:*.tttttttttttttt-kes-hl-svc.default.svc'],
    [27, `system:node:*.${'t'.repeat(27)}-kes-hl-svc.default.svc`],
    [28, `system:node:${'t'.repeat(28)}-kes`],
    [48, `system:node:${'t'.repeat(48)}-kes`],
    [49, `system:node:${'t'.repeat(49)}-ke`],
    [51, `system:node:${'t'.repeat(51)}`],
    [52, `system:node:${'t'.repeat(52)}`],
  ])('keeps the common name within 64 characters for a tenant of %i', (length, commonName) => {
    const { subject } = specOf({ tenant: 't'.repeat(length) });
    expect(subject.commonName).toBe(commonName);
    expect(commonName.length).toBeLessThanOrEqual(64);
  });

  it('takes tls.key and tls.crt with type kubernetes.io/tls', () => {
    const { secret } = specOf(
      { tenant: 'kes-tenant' },
      { secret: { namespace: 'default', name: 'kes', type: 'kubernetes.io/tls' } },
    );
    expect(secret).toMatchObject({
      name: 'kes',
      type: 'kubernetes.io/tls',
      keys: { privateKey: 'tls.key', certificate: 'tls.crt' },
    });
  });

  it('asks for the organization system:nodes only of kubelet-serving', () => {
    expect(specOf({ tenant: 't' }, { signer: 'local' }).subject.organizations).toEqual([]);
  });

  it('appends no CA when MinIO trusts the leaf, and warns of what that costs', () => {
    expect(specOf({ tenant: 't', trust: 'leaf' })).toMatchObject({
      appendCa: false,
      warnings: [
        'trust: leaf: MinIO pins this certificate and must restart after KES at each renewal',
      ],
    });
  });

  it('warns when a single replica makes each restart an outage', () => {
    expect(specOf({ tenant: 't', replicas: 1 }).warnings).toEqual([
      'replicas: 1: each restart of KES is an outage',
    ]);
  });

  it('warns when the names that the entry says leave out the one MinIO connects to', () => {
    const service = 't-kes-hl-svc.default.svc.cluster.local';
    expect(specOf({ tenant: 't' }, { dnsNames: ['kes.example.com'] }).warnings).toEqual([
      `dnsNames: ${service} is not among them, and MinIO connects to that name`,
    ]);
    expect(specOf({ tenant: 't' }, { dnsNames: ['kes.example.com', service] }).warnings).toEqual(
      [],
    );
  });
});
