import fc from 'fast-check';
import type {
  WrittenCertificate,
  WrittenConfig,
  WrittenDelivery,
  WrittenRestart,
} from '../../lib/config/written-config';
import type { SealingScope, SecretNaming } from '../../lib/model/certificate-spec';
import {
  KEY_ALGORITHMS,
  KEY_POLICIES,
  KEY_USAGES,
  SEALING_SCOPES,
} from '../../lib/model/certificate-spec';
import {
  APPROVALS,
  ENGINES,
  LAYOUTS,
  REQUEST_FORMS,
  signsLogIns,
} from '../../lib/model/delivery-spec';
import { POST_QUANTUM, X25519 } from '../age-identities';

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
    .filter(
      (text) =>
        !/^ *$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) && Array.from(text).length <= maxLength,
    );
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

const RECIPIENTS = [X25519.recipient, POST_QUANTUM.recipient];
const sealed = (scope: fc.Arbitrary<SealingScope | undefined>) =>
  fc.record({ type: fc.constant('sealed-secrets' as const), certificate: file, scope });
const sops = fc.record({
  type: fc.constant('sops' as const),
  recipients: some(distinct(fc.constantFrom(...RECIPIENTS), 1)),
});
const plaintext = fc.constant({
  type: 'plaintext' as const,
  iUnderstandKeysAreInGit: true as const,
});
const sealing = fc.oneof(sealed(some(fc.constantFrom(...SEALING_SCOPES))), sops, plaintext);
/** Sealed so that it opens under other names too. */
const movable = fc.oneof(
  sealed(fc.constantFrom('namespace-wide' as const, 'cluster-wide' as const)),
  sops,
  plaintext,
);

const keyPolicy = fc.constantFrom(...KEY_POLICIES);
/** What belongs together: `reuse` with `perRevision` needs a sealing that opens under other names. */
const life = fc.oneof(
  fc.record({ keyPolicy: some(keyPolicy), naming: some(fc.constant('stable' as const)), sealing }),
  fc.record({
    keyPolicy: fc.constant('rotate' as const),
    naming: fc.constant('perRevision' as const),
    sealing,
  }),
  fc.record({
    keyPolicy: some(keyPolicy),
    naming: fc.constant('perRevision' as const),
    sealing: movable,
  }),
);

/** One place for each certificate; there is always one where the name of the Secret changes. */
const references = (name: string, naming: SecretNaming | undefined) => {
  const place = {
    file: 'tenant.yaml',
    name: `spec.secrets.${name}.name`,
    type: `spec.secrets.${name}.type`,
  };
  return fc.constantFrom(
    ...(naming === 'perRevision' ? [] : [undefined, []]),
    [place],
    [{ file: place.file, name: place.name }],
  );
};

const alive = (
  name: string,
  written: fc.Arbitrary<WrittenCertificate>,
): fc.Arbitrary<WrittenCertificate> =>
  fc.tuple(written, life).chain(([{ secret: its, ...entry }, { naming, ...together }]) =>
    references(name, naming).map((places) => ({
      ...together,
      ...entry,
      secret: { ...its, naming },
      references: places,
    })),
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
  ca: file,
  restart: some(restart),
  ipAddresses: some(fc.uniqueArray(ipAddress, { maxLength: 2 })),
};

/** Names that not every signer takes. */
const freeNames = {
  emailAddresses: some(distinct(fc.constantFrom('ops@example.com', "o'Neil+a.b@xn--bcher-kva.de"))),
  uris: some(
    distinct(fc.constantFrom('spiffe://example.com/web', 'https://a_b.example:8443/x%2fy?q=(1)#z')),
  ),
};

/** An Ed25519 key, maybe that of the defaults, can only sign. */
const keyCan = ({ key = 'ed25519', usages = [] }: WrittenCertificate) =>
  key !== 'ed25519' || !usages.some((usage) => /cipher|agreement/.test(usage));

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
    signer: fc.constantFrom(
      'local',
      'example.com/signer',
      'issuers.cert-manager.io/team.ca',
      'clusterissuers.cert-manager.io/ca',
    ),
    commonName: some(attribute(64)),
    subject: some(subject),
    dnsNames: distinct(dnsName, 1),
    usages: some(distinct(fc.constantFrom(...KEY_USAGES), 1)),
    appendCa: some(fc.boolean()),
    secret: genericSecret(name),
    ...free,
    ...freeNames,
  });

const eks = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc.record({
    signer: fc.constant('beta.eks.amazonaws.com/app-serving'),
    subject: some(subject),
    dnsNames: distinct(dnsName, 1),
    usages: some(fc.constant(['digital signature', 'server auth'] as const)),
    secret: genericSecret(name),
    ...free,
    ...freeNames,
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

/** With `trust: leaf` no CA stands in the Secret that could change. */
const ofLeaf = (written: WrittenCertificate): WrittenCertificate =>
  typeof written.profile === 'object' &&
  'trust' in written.profile &&
  written.profile.trust === 'leaf'
    ? {
        ...written,
        restart: written.restart?.map((place) => ({ ...place, digestOf: 'certificate' })),
      }
    : written;

const minioKes = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc
    .record({
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
    })
    .map(ofLeaf);

const minioKesClient = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc
    .record({
      tenant: fc.constantFrom(undefined, name),
      policy: some(fc.constantFrom('minio', 'My_Policy-1')),
      keyPolicy,
    })
    .chain(({ tenant, policy, keyPolicy: chosen }) =>
      fc.record({
        profile: fc.constant({
          name: 'minio-kes-client' as const,
          tenant,
          policy,
          acceptIdentityChange: chosen === 'rotate' ? true : undefined,
        }),
        keyPolicy: fc.constant(chosen),
        sealing: movable,
        signer: fc.constantFrom('local', 'kubernetes.io/kube-apiserver-client'),
        secret: secret(name, { type: some(fc.constant('kubernetes.io/tls')) }),
        ...free,
      }),
    );

const kubernetesClient = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc.record({
    profile: fc.record(
      {
        name: fc.constant('kubernetes-client' as const),
        user: attribute(64),
        groups: distinct(attribute(64)),
      },
      { requiredKeys: ['name', 'user'] },
    ),
    secret: secret(name),
    ...free,
  });

const entry = (name: string): fc.Arbitrary<WrittenCertificate> =>
  fc
    .oneof(
      ...[generic, eks, kubeletServing, minioKes, minioKesClient, kubernetesClient].map((of) =>
        alive(name, of(name)),
      ),
    )
    .filter(keyCan);

const kustomizations = fc.record(
  {
    namespace: fc.constantFrom('flux-system', 'a'),
    source: fc.record(
      {
        kind: fc.constantFrom('GitRepository' as const, 'Bucket' as const),
        name: fc.constant('fleet'),
      },
      { requiredKeys: [] },
    ),
    path: fc.constantFrom('.', './clusters/prod', 'a-b_c.d/'),
    interval: fc.constantFrom('10m', '1h30m', '90.5s'),
    decryptionSecret: fc.constant('age'),
  },
  { requiredKeys: [] },
);

/** How the output may be shaped. Only a Job has somebody who approves, only Flux has Kustomizations. */
export const arbitraryDelivery: fc.Arbitrary<WrittenDelivery> = fc.oneof(
  fc.constantFrom(...ENGINES),
  fc
    .record(
      {
        type: fc.constantFrom(...ENGINES),
        layout: fc.constantFrom(...LAYOUTS),
        request: fc.constantFrom(...REQUEST_FORMS),
        approve: fc.constantFrom(...APPROVALS),
        image: fc.constant('registry.example.com:5000/kubectl:1.36.3'),
        kustomizations,
      },
      { requiredKeys: ['type'] },
    )
    .map(({ approve, kustomizations: its, ...written }): WrittenDelivery => {
      const { type, request = type === 'argo-cd' ? 'job' : 'manifest' } = written;
      const fitting = { ...written, ...(request === 'job' && { approve }) };
      return type === 'flux' ? { ...fitting, type, kustomizations: its } : { ...fitting, type };
    }),
);

/** An object that restarts in the form of the delivery: one for each certificate, for fragments are not shared. */
const restartObject = (name: string, delivery: WrittenDelivery = 'kubectl') => {
  const engine = typeof delivery === 'string' ? delivery : delivery.type;
  return fc
    .record({
      kind: fc.constantFrom(
        'Deployment',
        'StatefulSet',
        'DaemonSet',
        'Rollout',
        'Tenant',
        'Cluster',
      ),
      namespace: some(label),
      digestOf: some(fc.constant('certificate' as const)),
    })
    .map(({ kind, namespace, digestOf }): WrittenRestart => {
      const unknown = { apiVersion: 'db.example.com/v1', annotations: 'spec.template["a.b"].x' };
      const object = { kind, name: `${name}-web`, namespace, ...(kind === 'Cluster' && unknown) };
      if (engine === 'kustomize') return { patch: object, digestOf };
      const isWorkload = ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind);
      const whole = {
        ...(isWorkload && { selector: { app: name } }),
        ...(kind === 'StatefulSet' && { serviceName: 'web' }),
      };
      return { serverSideApply: { ...object, ...whole }, digestOf };
    });
};

const withRestartObjects = (config: WrittenConfig): fc.Arbitrary<WrittenConfig> => {
  const { certificates = {}, delivery } = config;
  const entries = Object.entries(certificates).map(([name, written]) =>
    some(restartObject(name, delivery)).map((object) => [
      name,
      object ? { ...written, restart: [...(written.restart ?? []), object] } : written,
    ]),
  );
  return fc.tuple(...entries).map((chosen) => ({
    ...config,
    certificates: Object.fromEntries(chosen) as typeof certificates,
  }));
};

const logsIn = ({ profile, signer }: WrittenCertificate): boolean =>
  signer === undefined
    ? typeof profile === 'object' && profile.name === 'kubernetes-client'
    : signsLogIns(signer);

/** No Job may be told to approve what logs in to the API server. */
function withoutApproval(config: WrittenConfig): WrittenConfig {
  const { delivery, certificates = {} } = config;
  if (typeof delivery !== 'object' || !Object.values(certificates).some(logsIn)) return config;
  return { ...config, delivery: { ...delivery, approve: undefined } };
}

/** Any valid config, over every key, profile, signer, sealing and both Secret types. */
export const arbitraryConfig: fc.Arbitrary<WrittenConfig> = fc
  .uniqueArray(certificateName, { maxLength: 4 })
  .chain((names) =>
    fc.record(
      {
        version: fc.constant(1 as const),
        delivery: arbitraryDelivery,
        knownPrivateKeys: fc.uniqueArray(fc.constantFrom('test/key.pem', './k.pem')),
        defaults: fc.record(
          {
            duration,
            renewAt,
            sealing,
            key: fc.constantFrom(...KEY_ALGORITHMS),
            keyPolicy,
            ca: file,
          },
          { requiredKeys: [] },
        ),
        certificates: fc
          .tuple(...names.map(entry))
          .map((entries) => Object.fromEntries(names.map((name, at) => [name, entries[at]!]))),
      },
      { requiredKeys: ['version', 'certificates'] },
    ),
  )
  .chain(withRestartObjects)
  .map(withoutApproval);
