import { parseConfig } from '../../../lib/config/parse-config';
import type {
  WrittenCertificate,
  WrittenDefaults,
  WrittenMinioKesClientProfile,
} from '../../../lib/config/written-config';
import { problemsOf, refusal } from '../problems-of';

const written = (
  profile: Omit<WrittenMinioKesClientProfile, 'name'>,
  { secret, ...own }: WrittenCertificate = {},
  defaults: WrittenDefaults = {},
) => {
  const minio: WrittenCertificate = {
    profile: { name: 'minio-kes-client', ...profile },
    signer: 'local',
    sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
    secret: { namespace: 'default', ...secret },
    ...own,
  };
  return { version: 1, defaults, certificates: { minio } };
};
const specOf = (...of: Parameters<typeof written>) =>
  parseConfig(written(...of), 'releaf.yaml').certificates[0]!;

const PLACE = {
  file: 'tenant.yaml',
  name: 'spec.externalClientCertSecret.name',
  type: 'spec.externalClientCertSecret.type',
};
const KUBERNETES = 'kubernetes.io/kube-apiserver-client';

describe('minio-kes-client', () => {
  it('asks for a client certificate whose key stays, since the key is the identity', () => {
    expect(specOf({ tenant: 'store' }, { references: [PLACE] })).toMatchObject({
      profile: 'minio-kes-client',
      keyPolicy: 'reuse',
      identity: { policy: 'minio', acceptChange: false },
      usages: ['digital signature', 'client auth'],
      subject: { commonName: 'store-kes-client', organizations: [] },
      dnsNames: [],
      secret: {
        name: 'store-kes-client-tls',
        type: 'kubernetes.io/tls',
        keys: { privateKey: 'tls.key', certificate: 'tls.crt' },
      },
      warnings: [],
    });
  });

  it('is for any other client too, which says the name of its Secret', () => {
    const spec = specOf({ policy: 'My_app-1' }, { secret: { name: 'app-kes', type: 'Opaque' } });
    expect(spec).toMatchObject({
      identity: { policy: 'My_app-1', acceptChange: false },
      subject: { commonName: 'minio' },
      secret: { name: 'app-kes', keys: { privateKey: 'private.key' } },
      warnings: [],
    });
    expect(problemsOf(written({}))).toEqual([
      'certificates.minio.secret.name: missing; say the name of the Secret',
    ]);
  });

  it('makes new keys only where the change of identity is accepted', () => {
    const problem =
      'certificates.minio.keyPolicy: got "rotate"@; each renewal would change the identity, and readers that know only the old one would refuse it: keyPolicy is reuse, or the profile says acceptIdentityChange: true';
    const own = { secret: { name: 'kes-client' } };
    const rotate = { keyPolicy: 'rotate' } as const;
    expect(problemsOf(written({}, { ...own, ...rotate }))).toEqual([problem.replace('@', '')]);
    expect(problemsOf(written({}, own, rotate))).toEqual([problem.replace('@', ' from defaults')]);
    expect(specOf({ acceptIdentityChange: true }, { ...own, ...rotate })).toMatchObject({
      keyPolicy: 'rotate',
      identity: { acceptChange: true },
    });
  });

  it('warns that the API server takes what Kubernetes signs for its clients', () => {
    expect(specOf({}, { signer: KUBERNETES, secret: { name: 'kes-client' } }).warnings).toEqual([
      `signer: a certificate of ${KUBERNETES} is a credential for the API server too`,
    ]);
  });

  it('warns when the Tenant may not know the Secret', () => {
    expect(specOf({ tenant: 'store' }).warnings).toEqual([
      'secret.name: the Tenant must say spec.externalClientCertSecret: { name: store-kes-client-tls, type: kubernetes.io/tls }; references keeps it so',
    ]);
  });

  it.each(['kubernetes.io/kubelet-serving', 'beta.eks.amazonaws.com/app-serving'])(
    'is refused by %s, which signs for servers only',
    (signer) => {
      const config = written({}, { signer, secret: { name: 'kes-client' } });
      expect(refusal(config)?.code).toBe('SIGNER_RULE');
      expect(problemsOf(config)).toContainEqual(
        expect.stringMatching(/^certificates\.minio\.usages: .*found .*client auth/),
      );
    },
  );

  const refused: [title: string, own: WrittenCertificate, problem: string][] = [
    ['without a signer', { signer: undefined }, 'signer: missing; say who signs'],
    [
      'without client auth',
      { usages: ['digital signature'] },
      'usages: got a list of 1; with minio-kes-client there is client auth among them',
    ],
    [
      'as Opaque',
      { secret: { type: 'Opaque' } },
      'secret.type: got "Opaque"; with a tenant it is kubernetes.io/tls, since the MinIO operator takes the type of a client certificate from the wrong reference',
    ],
    ...(
      [
        ['store-client-tls', 'the client certificate of MinIO'],
        ['store-kes-tls', 'the server certificate of KES'],
        ['store-tls', 'the server certificate of MinIO'],
      ] as const
    ).map(([name, holds]): [string, WrittenCertificate, string] => [
      `in ${name}`,
      { secret: { name } },
      `secret.name: got "${name}"; in that Secret the MinIO operator keeps ${holds}: choose another name`,
    ]),
    [
      'in a Secret for each revision that the Tenant is not told',
      { secret: { naming: 'perRevision' }, sealing: { type: 'sops' } },
      'secret.naming: got "perRevision"; the Tenant must name another Secret at each renewal: give references: [{ file: FILE, name: spec.externalClientCertSecret.name, type: spec.externalClientCertSecret.type }]',
    ],
  ];
  it.each(refused)('for a Tenant is refused %s', (_, own, problem) => {
    expect(problemsOf(written({ tenant: 'store' }, own))).toEqual([
      expect.stringContaining(`certificates.minio.${problem}`),
    ]);
  });
});
