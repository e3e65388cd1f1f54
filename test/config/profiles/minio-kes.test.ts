import { resolveDelivery } from '../../../lib/config/resolve-delivery';
import { parseConfig } from '../../../lib/config/parse-config';
import type {
  WrittenCertificate,
  WrittenMinioKesProfile,
} from '../../../lib/config/written-config';
import { problemsOf } from '../problems-of';

const written = (
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
  return { version: 1, certificates: { kes } };
};
const specOf = (...of: Parameters<typeof written>) =>
  parseConfig(written(...of), 'releaf.yaml').certificates[0]!;

const OPERATORS_OWN =
  'secret.name: kes-tenant-kes-tls may be there already, made by the MinIO operator: annotate it with sealedsecrets.bitnami.com/managed: "true" first, or choose another name and give references';
const STAND_ALONE = { statefulSet: 'kes', service: 'kes-svc' };
const TENANT_PLACE = {
  file: 'tenant.yaml',
  name: 'spec.kes.externalCertSecret.name',
  type: 'spec.kes.externalCertSecret.type',
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
      keyPolicy: 'rotate',
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
      emailAddresses: [],
      uris: [],
      secret: {
        name: 'kes-tenant-kes-tls',
        naming: 'stable',
        namespace: 'default',
        type: 'Opaque',
        keys: { privateKey: 'private.key', certificate: 'public.crt' },
        labels: {},
      },
      sealing: { type: 'sealed-secrets', certificate: 'sealing-certificate.pem', scope: 'strict' },
      restart: [],
      restartObjects: [],
      operated: {
        kind: 'StatefulSet',
        name: 'kes-tenant-kes',
        instead: 'spec.kes.annotations of the Tenant kes-tenant',
      },
      delivery: resolveDelivery().delivery,
      references: [],
      ca: 'ca.pem',
      appendCa: true,
      warnings: [OPERATORS_OWN],
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

  it('asks for no key encipherment of an Ed25519 key, which KES takes', () => {
    expect(specOf(STAND_ALONE, { key: 'ed25519' }).usages).toEqual([
      'digital signature',
      'server auth',
    ]);
  });

  it('appends no CA when MinIO trusts the leaf, and warns of what that costs', () => {
    expect(specOf({ ...STAND_ALONE, trust: 'leaf' })).toMatchObject({
      appendCa: false,
      warnings: [
        'trust: leaf: MinIO pins this certificate and must restart after KES at each renewal',
      ],
    });
  });

  it('warns when a single replica makes each restart an outage', () => {
    expect(specOf({ ...STAND_ALONE, replicas: 1 }).warnings).toEqual([
      'replicas: 1: each restart of KES is an outage',
    ]);
  });

  it('warns when the names that the entry says leave out the one MinIO connects to', () => {
    const service = 'kes-svc.default.svc.cluster.local';
    expect(specOf(STAND_ALONE, { dnsNames: ['kes.example.com'] }).warnings).toEqual([
      `dnsNames: ${service} is not among them, and MinIO connects to that name`,
    ]);
    expect(specOf(STAND_ALONE, { dnsNames: ['kes.example.com', service] }).warnings).toEqual([]);
  });
});

describe('the Secret that a Tenant reads', () => {
  const tenant = 'kes-tenant';

  const warned: [title: string, own: WrittenCertificate, ...warnings: string[]][] = [
    ["of the operator's own name", {}, OPERATORS_OWN],
    [
      "of the operator's own name, sealed otherwise",
      { sealing: { type: 'sops' } },
      'secret.name: kes-tenant-kes-tls may be there already, made and owned by the MinIO operator; with another name and references it is yours alone',
    ],
    ['of that name, where the Tenant says so', { references: [TENANT_PLACE] }],
    [
      'of another name, of which the Tenant may not know',
      { secret: { name: 'kes', type: 'kubernetes.io/tls' } },
      'secret.name: the Tenant must say spec.kes.externalCertSecret: { name: kes, type: kubernetes.io/tls }; references keeps it so',
    ],
    [
      'of type kubernetes.io/tls, of which the Tenant may not know',
      {
        secret: { name: 'kes', type: 'kubernetes.io/tls' },
        references: [{ ...TENANT_PLACE, type: undefined }],
      },
      'references: none has type, and the operator looks for tls.crt only where the Tenant says spec.kes.externalCertSecret.type: kubernetes.io/tls',
    ],
    [
      'of another name and type that the Tenant is told',
      { secret: { name: 'kes', type: 'kubernetes.io/tls' }, references: [TENANT_PLACE] },
    ],
    [
      'of a name for each revision that the Tenant is told',
      { secret: { naming: 'perRevision' }, references: [TENANT_PLACE] },
    ],
  ];
  it.each(warned)('%s gives these warnings', (_, own, ...warnings) => {
    expect(specOf({ tenant }, own).warnings).toEqual(warnings);
  });

  const refused: [title: string, own: WrittenCertificate, ...problems: string[]][] = [
    [
      'with a name for each revision that the Tenant is not told',
      { secret: { naming: 'perRevision' } },
      'secret.naming: got "perRevision"; the Tenant must name another Secret at each renewal: give references: [{ file: FILE, name: spec.kes.externalCertSecret.name, type: spec.kes.externalCertSecret.type }]',
    ],
    [
      'in place of the server certificate of MinIO',
      { secret: { name: 'kes-tenant-tls' }, references: [TENANT_PLACE] },
      'secret.name: got "kes-tenant-tls"; in that Secret the MinIO operator keeps the server certificate of MinIO: choose another name',
    ],
    [
      'in place of the client certificate of MinIO',
      { secret: { name: 'kes-tenant-client-tls' }, references: [TENANT_PLACE] },
      'secret.name: got "kes-tenant-client-tls"; in that Secret the MinIO operator keeps the client certificate of MinIO: choose another name',
    ],
    [
      'of another type than the operator gives its own',
      { secret: { type: 'kubernetes.io/tls' } },
      'secret.type: got "kubernetes.io/tls"; kes-tenant-kes-tls is a Secret that the MinIO operator makes, with type Opaque: leave the type out, or choose another name and give references',
    ],
    [
      'with keys that the operator does not read',
      { secret: { keys: { privateKey: 'tls.key', certificate: 'tls.crt' } } },
      'secret.keys.privateKey: got "tls.key"; with type Opaque the MinIO operator reads private.key',
      'secret.keys.certificate: got "tls.crt"; with type Opaque the MinIO operator reads public.crt',
    ],
    [
      'for clients only',
      { signer: 'local', usages: ['client auth'] },
      'usages: got a list of 1; with minio-kes there is server auth among them',
    ],
  ];
  it.each(refused)('%s is refused', (_, own, ...problems) => {
    expect(problemsOf(written({ tenant }, own))).toEqual(
      problems.map((text) => `certificates.kes.${text}`),
    );
  });

  it('may have any keys for a stand-alone KES, which mounts what it likes', () => {
    const keys = { privateKey: 'tls.key', certificate: 'tls.crt' };
    expect(specOf(STAND_ALONE, { secret: { keys } })).toMatchObject({ secret: { keys } });
  });

  it('has a name for each revision for a stand-alone KES only where its StatefulSet is told', () => {
    expect(problemsOf(written(STAND_ALONE, { secret: { naming: 'perRevision' } }))).toEqual([
      'certificates.kes.secret.naming: got "perRevision"; the StatefulSet must name another Secret at each renewal: give references: [{ file: FILE, name: spec.template.spec.volumes[0].secret.secretName }]',
    ]);
  });
});
