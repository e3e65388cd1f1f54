import fc from 'fast-check';
import type { WrittenCertificate, WrittenConfig } from '../../lib/config/written-config';
import { KEY_ALGORITHMS, KEY_USAGES } from '../../lib/model/certificate-spec';

const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const distinct = <T>(arbitrary: fc.Arbitrary<T>, minLength = 0) =>
  fc.uniqueArray(arbitrary, { minLength, maxLength: 3 });

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/);
const certificateName = fc
  .oneof(label, fc.constantFrom('constructor', 'to-string', 'hasownproperty', 'a', '0'))
  .filter((name) => !name.startsWith('csr-'));
const dnsName = fc
  .tuple(
    fc.constantFrom('', '*.'),
    label,
    fc.constantFrom('example.com', 'svc', 'xn--bcher-kva.de'),
  )
  .map(([wildcard, first, rest]) => `${wildcard}${first}.${rest}`);
const ipAddress = fc.oneof(
  fc.ipV4(),
  fc.constantFrom('fd00::1', 'FD00:0:0::2', '::', '2001:db8:0:0:1:0:0:1', '::1.2.3.4'),
);
const file = fc.constantFrom('ca.pem', './tls/ca.pem', 'a b/ü.pem', '.hidden', 'x..y/z');
const attribute = (maxLength: number) =>
  fc
    .string({ minLength: 1, maxLength, unit: 'grapheme' })
    .filter((text) => !/^ *$|\p{Cc}/u.test(text) && Array.from(text).length <= maxLength);
const labelKey = fc.constantFrom('app', 'app.kubernetes.io/name', 'constructor-of', 'A_b.c-d');
const duration = fc.constantFrom('10m', '604800s', '1h30m', '90d', '1y', '8w', '2160h');
const renewAt = fc.constantFrom(
  '2/3',
  '70%',
  '33.5%',
  0.5,
  '1m before expiry',
  '9m59s before expiry',
);

const subject = fc.record(
  {
    organizations: distinct(attribute(64)),
    organizationalUnits: distinct(attribute(64)),
    countries: distinct(fc.constantFrom('US', 'DE', 'IT')),
    localities: distinct(attribute(128)),
    provinces: distinct(attribute(128)),
  },
  { requiredKeys: [] },
);

const sealing = fc.oneof(
  fc.record({ type: fc.constant('sealed-secrets' as const), certificate: file }),
  fc.constant({ type: 'plaintext' as const, iUnderstandKeysAreInGit: true as const }),
);

const restart = fc.uniqueArray(
  fc.record(
    {
      file: fc.constantFrom('tenant.yaml', './apps/web.yaml'),
      annotations: fc.constantFrom('spec.kes.annotations', 'spec.pools[0].annotations'),
      digestOf: fc.constantFrom('certificate' as const, 'ca' as const),
    },
    { requiredKeys: ['file', 'annotations'] },
  ),
  { maxLength: 2, selector: ({ file, annotations }) => `${file} ${annotations}` },
);

/** Keys that no rule ties to others. `ca` is always there, so that `digestOf: ca` is right. */
const free = {
  key: some(fc.constantFrom(...KEY_ALGORITHMS)),
  duration: some(duration),
  renewAt: some(renewAt),
  sealing,
  ca: file,
  restart: some(restart),
  ipAddresses: some(fc.uniqueArray(ipAddress, { maxLength: 2 })),
};

const secret = (name: string, extra: object = {}) =>
  fc.record({
    name: fc.constant(`${name}-pair`),
    namespace: label,
    labels: some(fc.dictionary(labelKey, fc.constantFrom('', 'web', 'a.b_c', '1'))),
    ...extra,
  });

const genericSecret = (name: string) =>
  fc.oneof(
    secret(name, { type: some(fc.constant('kubernetes.io/tls')) }),
    secret(name, {
      type: fc.constant('Opaque'),
      keys: some(fc.constant({ privateKey: 'a.key', certificate: 'a.crt' })),
    }),
  );

/** Any signer but kubelet-serving: free subject and usages. */
const generic = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc.record({
    profile: fc.constantFrom(undefined, 'generic' as const, { name: 'generic' as const }),
    signer: fc.constantFrom('local', 'example.com/signer', 'beta.eks.amazonaws.com/app-serving'),
    commonName: some(attribute(64)),
    subject: some(subject),
    dnsNames: distinct(dnsName, 1),
    usages: some(distinct(fc.constantFrom(...KEY_USAGES), 1)),
    appendCa: some(fc.boolean()),
    secret: genericSecret(name),
    ...free,
  });

const kubeletServing = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc.record({
    signer: fc.constant('kubernetes.io/kubelet-serving'),
    commonName: label.map((node) => `system:node:${node}`),
    subject: subject.map((given) => ({ ...given, organizations: ['system:nodes'] })),
    dnsNames: distinct(dnsName, 1),
    usages: some(
      fc.constantFrom(
        ['server auth', 'digital signature'] as const,
        ['digital signature', 'key encipherment', 'server auth'] as const,
      ),
    ),
    secret: genericSecret(name),
    ...free,
  });

const minioKes = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc.record({
    profile: fc
      .tuple(
        fc.constantFrom({ tenant: name }, { statefulSet: name, service: `${name}-svc` }),
        fc.record(
          {
            replicas: fc.integer({ min: 1, max: 9 }),
            clusterDomain: fc.constantFrom('cluster.local', 'k8s.example.com'),
            trust: fc.constantFrom('ca' as const, 'leaf' as const),
          },
          { requiredKeys: [] },
        ),
      )
      .map(([workload, options]) => ({ name: 'minio-kes' as const, ...workload, ...options })),
    signer: some(fc.constantFrom('local', 'kubernetes.io/kubelet-serving')),
    secret: secret(name, { type: some(fc.constantFrom('Opaque', 'kubernetes.io/tls')) }),
    ...free,
  });

const entry = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc.oneof(generic(name), kubeletServing(name), minioKes(name));

/** Any valid config, over every key, profile, signer, sealing and both Secret types. */
export const arbitraryConfig: fc.Arbitrary<WrittenConfig> = fc
  .uniqueArray(certificateName, { maxLength: 4 })
  .chain((names) =>
    fc.record(
      {
        version: fc.constant(1 as const),
        knownPrivateKeys: fc.uniqueArray(fc.constantFrom('test/key.pem', './k.pem')),
        defaults: fc.record(
          { duration, renewAt, sealing, key: fc.constantFrom(...KEY_ALGORITHMS), ca: file },
          { requiredKeys: [] },
        ),
        certificates: fc
          .tuple(...names.map(entry))
          .map((entries) => Object.fromEntries(names.map((name, at) => [name, entries[at]!]))),
      },
      { requiredKeys: ['version', 'certificates'] },
    ),
  );
