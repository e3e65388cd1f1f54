import { DEFAULT_IMAGE } from '../../lib/config/resolve-delivery';
import type { DeliverySpec } from '../../lib/model/delivery-spec';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseConfig } from '../../lib/config/parse-config';
import type { WrittenCertificate, WrittenDefaults } from '../../lib/config/written-config';
import { checkRequest } from '../../lib/signers/check-request';
import { arbitraryConfig } from './arbitrary-config';
import { problemsOf, refusal } from './problems-of';
import { validConfig } from './valid-config';

const RECIPIENT = 'age1a2vvfhywlc80t046s402v2tcmlyefxf909np89lgfkg6e0cx4dpseyfeps';
const web = validConfig().certificates.web;
const withEntry = (own: WrittenCertificate, defaults: WrittenDefaults = {}) => ({
  version: 1,
  defaults,
  certificates: { web: { ...web, ...own } },
});
const specOf = (own: WrittenCertificate, defaults: WrittenDefaults = {}) =>
  parseConfig(withEntry(own, defaults), 'releaf.yaml').certificates[0]!;

const DELIVERY: DeliverySpec = {
  engine: 'kubectl',
  layout: 'certificate',
  request: 'manifest',
  approve: 'automatic',
  image: DEFAULT_IMAGE,
};

describe('a config', () => {
  it('is made total from what is built in', () => {
    expect(parseConfig(validConfig(), 'releaf.yaml')).toEqual({
      knownPrivateKeys: [],
      delivery: DELIVERY,
      certificates: [
        {
          name: 'web',
          profile: 'generic',
          key: 'ecdsa-p256',
          keyPolicy: 'rotate',
          usages: ['digital signature', 'server auth'],
          signer: 'local',
          expirationSeconds: 7_776_000,
          renewAt: { share: 2 / 3 },
          subject: {
            countries: [],
            organizations: [],
            organizationalUnits: [],
            localities: [],
            provinces: [],
          },
          dnsNames: ['web.example.com'],
          ipAddresses: [],
          emailAddresses: [],
          uris: [],
          secret: {
            name: 'web-tls',
            naming: 'stable',
            namespace: 'default',
            type: 'kubernetes.io/tls',
            keys: { privateKey: 'tls.key', certificate: 'tls.crt' },
            labels: {},
          },
          sealing: { type: 'sealed-secrets', certificate: 'sealing.pem', scope: 'strict' },
          restart: [],
          restartObjects: [],
          references: [],
          appendCa: false,
          delivery: DELIVERY,
          warnings: [],
        },
      ],
    });
  });

  it('asks for key encipherment too when the key is RSA', () => {
    expect(specOf({ key: 'rsa-2048' }).usages).toEqual([
      'digital signature',
      'key encipherment',
      'server auth',
    ]);
  });

  it('takes private.key and public.crt for type Opaque, and a single key said otherwise', () => {
    const secret = { ...web.secret, type: 'Opaque' as const };
    expect(specOf({ secret }).secret.keys).toEqual({
      privateKey: 'private.key',
      certificate: 'public.crt',
    });
    expect(specOf({ secret: { ...secret, keys: { privateKey: 'k' } } }).secret.keys).toEqual({
      privateKey: 'k',
      certificate: 'public.crt',
    });
  });

  it('sorts certificates by code unit, whatever their names', () => {
    const names = ['web', 'b-1', 'constructor', 'a', 'b1', 'valueof', '10', '9'];
    const certificates = Object.fromEntries(
      names.map((name) => [name, { ...web, secret: { name, namespace: 'default' } }]),
    );
    const config = parseConfig({ version: 1, certificates }, 'releaf.yaml');
    expect(config.certificates.map(({ name }) => name)).toEqual([
      '10',
      '9',
      'a',
      'b-1',
      'b1',
      'constructor',
      'valueof',
      'web',
    ]);
  });

  it('writes IPv6 as RFC 5952 has it and files without ./', () => {
    const spec = specOf({
      ipAddresses: ['10.0.0.1', 'FD00:0:0:0::0001'],
      ca: './tls/ca.pem',
      restart: [{ file: './a.yaml', annotations: 'spec.kes.annotations', digestOf: 'ca' }],
    });
    expect(spec).toMatchObject({
      ipAddresses: ['10.0.0.1', 'fd00::1'],
      ca: 'tls/ca.pem',
      restart: [{ file: 'a.yaml', annotations: 'spec.kes.annotations', digestOf: 'ca' }],
    });
  });

  it('takes every kind of name, every sealing and every way to keep key and Secret', () => {
    const own = {
      key: 'ed25519',
      keyPolicy: 'reuse',
      emailAddresses: ['Ops@example.com'],
      uris: ['spiffe://example.com/web'],
      secret: { ...web.secret, naming: 'perRevision' },
      sealing: { type: 'sops', recipients: [RECIPIENT] },
      references: [{ file: 'b.yaml', name: 'spec.tls[0].name', type: 'spec.tls[0].type' }],
    } as const;
    expect(specOf(own)).toMatchObject({ ...own, usages: ['digital signature', 'server auth'] });
  });

  it('leaves recipients to .sops.yaml', () => {
    expect(specOf({ sealing: { type: 'sops' } }).sealing).toEqual({ type: 'sops' });
  });

  it.each([
    ['2/3', { share: 2 / 3 }],
    ['70%', { share: 0.7 }],
    ['33.5%', { share: 0.335 }],
    [0.7, { share: 0.7 }],
    ['30d before expiry', { secondsBeforeExpiry: 2_592_000 }],
    ['1h30m before expiry', { secondsBeforeExpiry: 5_400 }],
  ])('renewAt: %s is %j', (renewAt, expected) => {
    expect(specOf({ renewAt }).renewAt).toEqual(expected);
  });

  it('may have no certificates yet, but says so', () => {
    expect(parseConfig({ version: 1, certificates: {} }, 'x').certificates).toEqual([]);
    expect(problemsOf({ version: 1 })).toEqual([
      'certificates: missing; list certificates by name, or write {} when there are none yet',
    ]);
  });

  it('is as docs/config.md shows it, in YAML and in TypeScript', () => {
    const docs = readFileSync(join(__dirname, '../../docs/config.md'), 'utf8');
    const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(docs) ?? [];
    // An object literal as prettier writes it is a flow mapping of YAML too.
    const [, typed = ''] = /defineConfig\((\{.*?\n\})\);/s.exec(docs) ?? [];
    const { certificates } = parseConfig(parse(yaml), 'releaf.yaml');
    expect(certificates.map(({ secret }) => secret.name)).toEqual(['kes-server', 'web-tls']);
    expect(certificates.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(parse(typed)).toEqual(parse(yaml));
  });

  it('has examples in docs/config.md that say the same in YAML and in TypeScript', () => {
    const docs = readFileSync(join(__dirname, '../../docs/config.md'), 'utf8');
    const pairs = [...docs.matchAll(/```yaml\n(.*?)```\n+```ts\n(.*?)```/gs)].slice(1);
    expect(pairs).toHaveLength(11);
    for (const [, yaml = '', typed = ''] of pairs) {
      expect(parse(`{${typed}}`)).toEqual(parse(yaml));
    }
  });

  it('takes undefined for absent, as typed configs write it', () => {
    expect(specOf({ ca: undefined, duration: undefined }, { duration: '30d' })).toMatchObject({
      expirationSeconds: 2_592_000,
    });
  });
});

describe('what holds when several say something', () => {
  const kes = { name: 'minio-kes' as const, tenant: 't', trust: 'leaf' as const };

  it('the entry wins over the defaults, mappings key by key, lists whole', () => {
    const spec = specOf(
      { duration: '1d', usages: ['client auth'], subject: { countries: ['US'] } },
      {
        duration: '30d',
        usages: ['server auth'],
        key: 'rsa-4096',
        subject: { countries: ['DE'], organizations: ['Example'] },
        secret: { namespace: 'other', labels: { team: 'web' } },
      },
    );
    expect(spec).toMatchObject({
      expirationSeconds: 86_400,
      usages: ['client auth'],
      key: 'rsa-4096',
      subject: { countries: ['US'], organizations: ['Example'] },
      secret: { namespace: 'default', labels: { team: 'web' } },
    });
  });

  it('the defaults win over the profile', () => {
    const spec = specOf(
      { profile: kes, signer: undefined, dnsNames: undefined },
      {
        signer: 'example.com/ca',
        subject: { organizations: ['Example'] },
        secret: { type: 'kubernetes.io/tls' },
      },
    );
    expect(spec).toMatchObject({
      signer: 'example.com/ca',
      subject: { organizations: ['Example'] },
      secret: {
        type: 'kubernetes.io/tls',
        keys: { privateKey: 'tls.key', certificate: 'tls.crt' },
      },
    });
  });

  it('the profile wins over what is built in', () => {
    expect(specOf({ profile: kes, key: 'ecdsa-p256' })).toMatchObject({
      usages: ['digital signature', 'key encipherment', 'server auth'],
      secret: { type: 'Opaque' },
    });
  });

  it('a sealing of another type in the entry replaces that of the defaults whole', () => {
    const plaintext = { type: 'plaintext' as const, iUnderstandKeysAreInGit: true as const };
    expect(specOf({}, { sealing: plaintext }).sealing).toEqual({ ...web.sealing, scope: 'strict' });
    expect(specOf({ sealing: undefined }, { sealing: plaintext }).sealing).toEqual({
      type: 'plaintext',
    });
  });
});

describe('what does not fit together', () => {
  const minioKes = (options: object) => ({
    profile: { name: 'minio-kes' as const, ...options },
    signer: undefined,
    dnsNames: undefined,
  });
  const CA = 'it needs ca: the PEM file with the CA of the signer';
  const LABEL = 'a'.repeat(63);
  const CHOICE = 'give tenant, or for a stand-alone KES statefulSet and service';

  const rows: [title: string, own: WrittenCertificate, ...problems: string[]][] = [
    [
      'no signer',
      { signer: undefined },
      'signer: missing; say who signs, here or in defaults: kubernetes.io/kubelet-serving, local, or another signer name',
    ],
    [
      'no sealing',
      { sealing: undefined },
      'sealing: missing; say how the private key is kept, here or in defaults: { type: sealed-secrets, certificate: FILE }, { type: sops }, or { type: plaintext, iUnderstandKeysAreInGit: true } for throw-away keys',
    ],
    [
      'no Secret name',
      { secret: { namespace: 'a' } },
      'secret.name: missing; say the name of the Secret',
    ],
    [
      'no namespace',
      { ...minioKes({ tenant: 't', trust: 'leaf' }), secret: { name: 'a' } },
      'secret.namespace: missing; say the namespace of the Secret, here or in defaults',
    ],
    [
      'renewal before the certificate begins',
      { duration: '30d', renewAt: '30d before expiry' },
      'renewAt: got "30d before expiry"; the time before expiry must be less than the duration, which is 30d',
    ],
    [
      'other keys than kubernetes.io/tls has',
      { secret: { ...web.secret, keys: { privateKey: 'private.key', certificate: 'public.crt' } } },
      'secret.keys.privateKey: got "private.key"; a Secret of type kubernetes.io/tls has tls.key',
      'secret.keys.certificate: got "public.crt"; a Secret of type kubernetes.io/tls has tls.crt',
    ],
    [
      'the same key twice',
      { secret: { ...web.secret, type: 'Opaque', keys: { privateKey: 'a', certificate: 'a' } } },
      'secret.keys: got a mapping; privateKey and certificate must be two different keys',
    ],
    [
      'a label that SOPS would take for the private key',
      { sealing: { type: 'sops' }, secret: { ...web.secret, labels: { 'tls.key': 'a' } } },
      'secret.labels["tls.key"]: got "a"; SOPS would take metadata.labels.tls.key for encrypted as well as data.tls.key; choose another name',
    ],
    ...['metadata', 'name', 'data'].map((privateKey): [string, WrittenCertificate, string] => [
      `a private key under ${privateKey}, which SOPS would look for everywhere`,
      {
        sealing: { type: 'sops' },
        secret: { ...web.secret, type: 'Opaque', keys: { privateKey } },
      },
      `secret.keys.privateKey: got "${privateKey}"; SOPS would take ${privateKey === 'name' ? 'metadata.name' : privateKey} for encrypted as well as data.${privateKey}; choose another name`,
    ]),
    ['appendCa without ca', { appendCa: true }, `appendCa: got true; ${CA}`],
    [
      'a digest of no CA',
      { restart: [{ file: 'a.yaml', annotations: 'a', digestOf: 'ca' }] },
      `restart[0].digestOf: got "ca"; ${CA}`,
    ],
    [
      'a restart in a file that releaf keeps',
      { restart: [{ file: './certificates/kes/1/request.yaml', annotations: 'a' }] },
      'restart[0].file: got "./certificates/kes/1/request.yaml"; name a file of your own: this one releaf keeps or reads',
    ],
    [
      'a reference in the config itself',
      { references: [{ file: 'releaf.yaml', name: 'a.b' }] },
      'references[0].file: got "releaf.yaml"; name a file of your own: this one releaf keeps or reads',
    ],
    [
      'a key that is kept, but opens under another name only',
      { keyPolicy: 'reuse', secret: { ...web.secret, naming: 'perRevision' } },
      'secret.naming: got "perRevision"; keyPolicy is reuse, and a key sealed in scope strict opens under one name only: naming is stable, or the scope of sealing is namespace-wide',
    ],
    [
      'a name that leaves no room for revision and digest',
      {
        secret: {
          ...web.secret,
          name: `${LABEL}.${LABEL}.${LABEL}.${'a'.repeat(43)}`,
          naming: 'perRevision',
        },
      },
      `secret.name: got "${LABEL.slice(0, 60)}…"; with naming: perRevision a name has at most 234 characters, since revision and digest follow it`,
    ],
    [
      'a place for both name and type',
      { references: [{ file: 'a.yaml', name: 'a.b', type: 'a.b' }] },
      'references[0].type: got "a.b"; name and type are two different places',
    ],
    [
      'minio-kes without a workload',
      minioKes({ trust: 'leaf' }),
      `profile: minio-kes needs a workload; ${CHOICE}`,
    ],
    [
      'minio-kes with both workloads',
      minioKes({ trust: 'leaf', tenant: 't', service: 's' }),
      `profile: tenant and statefulSet or service exclude each other; ${CHOICE}`,
    ],
    [
      'minio-kes with half a workload',
      minioKes({ trust: 'leaf', statefulSet: 's' }),
      'profile.service: missing; a stand-alone KES has statefulSet and service',
    ],
    [
      'minio-kes with trust in a CA that is not given',
      minioKes({ tenant: 't' }),
      'ca: missing; MinIO is to trust the CA behind the certificate: give ca: FILE, or say trust: leaf in the profile',
    ],
    [
      'appendCa against the trust of minio-kes',
      { ...minioKes({ tenant: 't' }), appendCa: false, ca: 'ca.pem' },
      "appendCa: got false; with minio-kes the profile's trust decides it, and trust is ca",
    ],
    [
      'a cluster domain that makes names too long',
      minioKes({
        tenant: 't',
        trust: 'leaf',
        clusterDomain: Array(110).fill('ab').join('.').slice(0, 239),
      }),
      'profile: gives a DNS name of 272 characters; a DNS name has labels of lower-case letters, digits and hyphens (other scripts in punycode), at most 63 characters each and 253 in all, and * only as the whole first label',
    ],
  ];

  it.each(rows)('%s is refused', (_, own, ...problems) => {
    const refused = refusal(withEntry(own));
    expect(refused?.code).toBe('CONFIG_INVALID');
    expect(problemsOf(withEntry(own))).toEqual(problems.map((text) => `certificates.web.${text}`));
  });

  it.each([
    ['is rotated', { keyPolicy: 'rotate' }],
    ['opens in the namespace', { sealing: { ...web.sealing, scope: 'namespace-wide' } }],
    ['opens everywhere', { sealing: { ...web.sealing, scope: 'cluster-wide' } }],
    ['is sealed by SOPS', { sealing: { type: 'sops' } }],
  ] as const)('a Secret for each revision is right where the key %s', (_, own) => {
    const name = [LABEL, LABEL, LABEL, 'a'.repeat(42)].join('.');
    expect(name).toHaveLength(234);
    const secret = { ...web.secret, name, naming: 'perRevision' as const };
    expect(problemsOf(withEntry({ keyPolicy: 'reuse', secret, ...own }))).toEqual([]);
  });

  it('refuses two certificates in one place of a file', () => {
    const place = { file: 'a.yaml', name: 'spec.name', type: 'spec.type' };
    const certificates = {
      web: { ...web, references: [{ ...place, file: './a.yaml' }] },
      api: { ...web, secret: { ...web.secret, name: 'api' }, references: [place] },
      other: {
        ...web,
        secret: { ...web.secret, name: 'other' },
        references: [{ ...place, file: 'b.yaml' }],
      },
    };
    expect(problemsOf({ version: 1, certificates })).toEqual([
      'certificates.web.references[0].name: spec.name of a.yaml is said by certificates.api.references[0].name already; one place names one Secret',
      'certificates.web.references[0].type: spec.type of a.yaml is said by certificates.api.references[0].type already; one place names one Secret',
    ]);
  });

  it('says that a value comes from the defaults', () => {
    expect(problemsOf(withEntry({ duration: '7d' }, { renewAt: '30d before expiry' }))).toEqual([
      'certificates.web.renewAt: got "30d before expiry" from defaults; the time before expiry must be less than the duration, which is 7d',
    ]);
  });

  it('says once what the defaults say wrongly for several certificates', () => {
    const entry = (name: string, own: WrittenCertificate = {}) => ({
      [name]: { ...web, signer: undefined, ...own, secret: { ...web.secret, name } },
    });
    const certificates = {
      ...entry('a'),
      ...entry('b', { renewAt: '60d before expiry' }),
      ...entry('c'),
      ...entry('d'),
    };
    const defaults = { signer: 'kubernetes.io/kublet-serving', duration: '30d' };
    const signer =
      /^certificates\.a\.signer: .*\(rule releaf\/kubernetes-signer\) from defaults; did you mean kubernetes\.io\/kubelet-serving\?; the same for 3 more: b, c, d$/;
    expect(problemsOf({ version: 1, defaults, certificates })).toEqual([
      expect.stringMatching(signer),
      expect.stringMatching(/^certificates\.b\.renewAt: got "60d before expiry"; /),
    ]);
    const [first] = problemsOf({
      version: 1,
      defaults,
      certificates: { ...certificates, ...entry('e'), ...entry('f'), ...entry('g') },
    });
    expect(first).toMatch(/; the same for 6 more: b, c, d, e, f and 1 more$/);
  });

  it('refuses two certificates in one Secret', () => {
    const certificates = {
      web,
      api: web,
      other: { ...web, secret: { ...web.secret, namespace: 'b' } },
    };
    expect(problemsOf({ version: 1, certificates })).toEqual([
      'certificates.web.secret.name: the Secret default/web-tls is that of certificates.api already; give each certificate its own',
    ]);
  });

  it('is checked only when the shape is right', () => {
    expect(problemsOf(withEntry({ signer: undefined, key: 'rsa' as 'rsa-2048' }))).toEqual([
      'certificates.web.key: got "rsa"; a key is ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096',
    ]);
  });
});

describe('what the signer would refuse', () => {
  it('is refused with the code SIGNER_RULE, each rule with its path', () => {
    const written = withEntry({
      signer: 'kubernetes.io/kubelet-serving',
      commonName: 'web',
      usages: ['client auth'],
    });
    expect(refusal(written)).toMatchObject({
      code: 'SIGNER_RULE',
      hint: 'change the request in releaf.yaml, or choose a signer that accepts it',
    });
    expect(problemsOf(written)).toEqual([
      'certificates.web.subject.organizations: kubernetes.io/kubelet-serving requires: the only organization is system:nodes; found none (rule kubelet-serving/organization)',
      'certificates.web.commonName: kubernetes.io/kubelet-serving requires: the common name begins with system:node:; found web (rule kubelet-serving/common-name)',
      'certificates.web.usages: kubernetes.io/kubelet-serving requires: the usages are digital signature and server auth, with or without key encipherment, and no other; found client auth (rule kubelet-serving/usages)',
    ]);
  });

  it('is told at the key of the config, whatever its field', () => {
    const written = withEntry({
      signer: 'kubernetes.io/kubelet-serving',
      key: 'ed25519',
      commonName: 'system:node:web',
      subject: { organizations: ['system:nodes'] },
      emailAddresses: ['a@b.c'],
      uris: ['https://a.b'],
      usages: ['digital signature', 'key encipherment', 'server auth'],
    });
    expect(refusal(written)?.code).toBe('SIGNER_RULE');
    expect(problemsOf(written)).toEqual([
      expect.stringMatching(/^certificates\.web\.emailAddresses: .*found a@b\.c/),
      expect.stringMatching(/^certificates\.web\.uris: .*found https:\/\/a\.b/),
      expect.stringMatching(/^certificates\.web\.usages: .*ed25519.*found key encipherment/),
    ]);
  });

  it('keeps the code CONFIG_INVALID when something else is wrong too', () => {
    expect(refusal(withEntry({ dnsNames: [], appendCa: true }))?.code).toBe('CONFIG_INVALID');
    expect(refusal(withEntry({ dnsNames: [] }))?.code).toBe('SIGNER_RULE');
  });
});

describe('every valid config', () => {
  it('gives specs that keep the rules', () => {
    fc.assert(
      fc.property(arbitraryConfig, (written) => {
        const { certificates } = parseConfig(written, 'releaf.yaml');
        expect(certificates.map(({ name }) => name)).toEqual(
          Object.keys(written.certificates ?? {}).sort(),
        );
        for (const spec of certificates) {
          expect(checkRequest({ ...spec, names: spec })).toEqual([]);
          expect(spec.expirationSeconds).toBeGreaterThanOrEqual(600);
          const { renewAt } = spec;
          if ('share' in renewAt) expect(renewAt.share > 0 && renewAt.share < 1).toBe(true);
          else expect(renewAt.secondsBeforeExpiry).toBeLessThan(spec.expirationSeconds);
          expect(spec.secret.keys.privateKey).not.toBe(spec.secret.keys.certificate);
          expect(spec.appendCa).toBe(spec.appendCa && spec.ca !== undefined);
          if (spec.secret.naming === 'perRevision' && spec.keyPolicy === 'reuse') {
            expect(spec.sealing).not.toMatchObject({ scope: 'strict' });
          }
          if (spec.identity) {
            expect(spec.keyPolicy === 'reuse' || spec.identity.acceptChange).toBe(true);
          }
          const places = [...spec.restart, ...spec.references];
          for (const file of [spec.ca ?? 'a', ...places.map((place) => place.file)]) {
            expect(file).not.toMatch(/^[./]\/|\.\.\/|\\/);
          }
        }
      }),
    );
  });

  it('gives the same specs whatever the order of its keys', () => {
    fc.assert(
      fc.property(arbitraryConfig, (written) => {
        const reversed = {
          ...written,
          certificates: Object.fromEntries(Object.entries(written.certificates ?? {}).reverse()),
        };
        expect(parseConfig(reversed, 'x')).toEqual(parseConfig(written, 'x'));
      }),
    );
  });
});

describe('a config of 5,000 certificates', () => {
  const many = (own: object) => ({
    version: 1,
    certificates: Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at) => [
        `c-${at}`,
        { ...web, secret: { name: `c-${at}`, namespace: 'default' }, ...own },
      ]),
    ),
  });

  it.each([
    ['right', {}, 0],
    // A hundred are told, and how many more there are.
    ['wrong', { duration: 90, dnsName: 'a' }, 101],
  ])('that are %s is read in less than 2 s of CPU time', (_, own, problems) => {
    const written = many(own);
    const before = process.cpuUsage();
    expect(problemsOf(written)).toHaveLength(problems);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});
