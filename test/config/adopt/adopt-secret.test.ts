import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describeSecret, type SecretDescription } from '../../../lib/config/adopt/describe-secret';
import { onlySecret, secretObjectIn } from '../../../lib/config/adopt/secret-object';
import { adoptSecret, type AdoptOptions } from '../../../lib/config/adopt/adopt-secret';
import { parseConfig } from '../../../lib/config/parse-config';
import type { WrittenCertificate } from '../../../lib/config/written-config';
import type { CertificateSpec, KeyAlgorithm } from '../../../lib/model/certificate-spec';
import { createRequest, readRequest } from '../../../lib/x509/certificate-request';
import type { LocalCa } from '../../../lib/x509/local-ca';
import type { PrivateKey } from '../../../lib/x509/private-key';
import { NOW, testCa } from '../../harness';
import { KES, newKey, NO_SUBJECT, refusal } from '../../x509/tools';
import {
  base64,
  blogPair,
  ec,
  kesSecret,
  opensslPair,
  RSA,
  secretObject,
  secretYaml,
  type PairTerms,
  type SecretParts,
} from './openssl-secrets';
import { arbitraryConfig } from '../arbitrary-config';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});

const described = (parts: SecretParts): SecretDescription =>
  describeSecret(onlySecret([secretObject(parts)], 'the Secret'), 'the Secret');

const adopted = (parts: SecretParts, options?: AdoptOptions) =>
  adoptSecret(described(parts), options);

type Wanted = Parameters<typeof createRequest>[1] & Pick<CertificateSpec, 'usages'>;

const KEYS = new Map<KeyAlgorithm, PrivateKey>();
const keyOf = (algorithm: KeyAlgorithm): PrivateKey => {
  const key = KEYS.get(algorithm) ?? newKey(algorithm);
  KEYS.set(algorithm, key);
  return key;
};

/** A certificate as the cluster would sign it. */
const issue = (
  wanted: Wanted,
  { key = 'ecdsa-p256', seconds = 90 * 86_400 }: { key?: KeyAlgorithm; seconds?: number } = {},
): string =>
  ca.sign(readRequest(createRequest(keyOf(key), wanted), 'the request'), {
    usages: wanted.usages,
    expirationSeconds: seconds,
    now: NOW,
    serialNumber: randomBytes(16),
  });

const SERVING = ['digital signature', 'key encipherment', 'server auth'] as const;
const SEALING = { type: 'sealed-secrets', certificate: 'sealing-certificate.pem' };
const KUBELET = 'kubernetes.io/kubelet-serving';
const INTERNAL = 'example.com/internal';

const kesNames = (
  tenant: string,
  pods: number,
  domain = 'cluster.local',
  namespace = 'default',
) => {
  const service = `${tenant}-kes-hl-svc.${namespace}.svc.${domain}`;
  return {
    ...KES,
    subject: { ...KES.subject, commonName: `system:node:*.${service}` },
    dnsNames: [
      ...Array.from({ length: pods }, (_, pod) => `${tenant}-kes-${pod}.${service}`),
      service,
    ],
    ipAddresses: [],
    usages: SERVING,
  };
};

const kes = (names: Wanted, more: Partial<SecretParts> = {}): SecretParts => ({
  name: 'kes-tenant-kes-tls',
  items: { 'private.key': '', 'public.crt': issue(names) },
  ...more,
});

const WEB: Wanted = {
  ...KES,
  subject: { ...NO_SUBJECT, commonName: 'web' },
  dnsNames: ['web.example.com', '*.web.example.com'],
  ipAddresses: [],
  usages: ['digital signature', 'server auth'],
};

const web = (wanted: Partial<Wanted> = {}, more: Partial<SecretParts> = {}): SecretParts => ({
  name: 'web-tls',
  namespace: 'shop',
  type: 'kubernetes.io/tls',
  items: { 'tls.crt': issue({ ...WEB, ...wanted }), 'tls.key': '' },
  ...more,
});

const OPENSSL: Omit<PairTerms, 'key'> = {
  subject: ['CN = web'],
  altNames:
    'DNS:web.example.com,IP:10.0.0.1,IP:fd00::1,email:ops@example.com,URI:spiffe://a.example/web',
  extensions: ['keyUsage = critical, digitalSignature', 'extendedKeyUsage = serverAuth'],
  from: '20260101000000Z',
  to: '20270101000000Z',
};

describe('the entry for a certificate that openssl made', () => {
  it("is that of KES under the operator, for the blog's", () => {
    const { name, entry } = adopted(kesSecret(blogPair()), { ca: 'ca.pem' });
    expect({ [name]: entry }).toEqual({
      'kes-tenant-kes': {
        profile: { name: 'minio-kes', tenant: 'kes-tenant', replicas: 1 },
        subject: { countries: ['US'] },
        key: 'rsa-2048',
        duration: '7d',
        secret: { namespace: 'default' },
        sealing: SEALING,
        ca: 'ca.pem',
      },
    });
  });

  it.each<[string, readonly string[], WrittenCertificate]>([
    ['P-256', ec('P-256'), {}],
    ['P-384', ec('P-384'), { key: 'ecdsa-p384' }],
    ['Ed25519', ['-algorithm', 'ED25519'], { key: 'ed25519' }],
    ['RSA', RSA, { key: 'rsa-2048', usages: ['digital signature', 'server auth'] }],
  ])('has every kind of name, with a key of %s', (_, key, own) => {
    const { privateKey, certificate } = opensslPair({ ...OPENSSL, key });
    const { entry, warnings } = adopted(
      {
        name: 'web-tls',
        namespace: 'shop',
        type: 'kubernetes.io/tls',
        items: { 'tls.crt': certificate, 'tls.key': privateKey },
      },
      { signer: INTERNAL, defaults: { sealing: { type: 'sops' } } },
    );
    expect(entry).toEqual({
      commonName: 'web',
      dnsNames: ['web.example.com'],
      ipAddresses: ['10.0.0.1', 'fd00::1'],
      emailAddresses: ['ops@example.com'],
      uris: ['spiffe://a.example/web'],
      ...own,
      signer: INTERNAL,
      duration: '365d',
      secret: { name: 'web-tls', namespace: 'shop' },
    });
    expect(warnings).toEqual([]);
  });

  it('says what a request cannot ask for', () => {
    const { certificate } = opensslPair({
      ...OPENSSL,
      key: ec('secp521r1'),
      subject: ['CN = web', 'emailAddress = ops@example.com'],
      altNames: 'DNS:web.example.com,DNS:_a.example.com,dirName:dn,RID:1.2.3.4',
      extensions: [
        'basicConstraints = CA:true',
        'keyUsage = digitalSignature, keyCertSign',
        'extendedKeyUsage = serverAuth, 1.2.3.4.5',
      ],
    });
    const { entry, warnings } = adopted(web({}, { items: { 'tls.crt': certificate } }), {
      signer: INTERNAL,
      defaults: { sealing: { type: 'sops' } },
    });
    expect(entry).toMatchObject({ commonName: 'web', dnsNames: ['web.example.com'] });
    expect(entry).not.toHaveProperty('key');
    expect(warnings.join('\n')).toMatch(
      /^dnsNames: _a\.example\.com is left out; a DNS name has .*\nleft out, since a request cannot ask for it: directoryName, registeredID, extended key usage 1\.2\.3\.4\.5, emailAddress of the subject, usage cert sign\nkey: releaf makes no key of that kind, so the default is written$/,
    );
  });
});

describe('the profile', () => {
  const KES_WITH_TRUST = { ca: 'ca.pem', defaults: { sealing: { type: 'sops' } } } as const;

  it.each<[string, () => SecretParts, WrittenCertificate]>([
    [
      'says nothing that it knows by itself',
      () => kes(kesNames('kes-tenant', 2)),
      { profile: { name: 'minio-kes', tenant: 'kes-tenant' }, secret: { namespace: 'default' } },
    ],
    [
      'says pods and domain where they are not the usual ones',
      () => kes(kesNames('kes-tenant', 3, 'k8s.example.com')),
      {
        profile: {
          name: 'minio-kes',
          tenant: 'kes-tenant',
          replicas: 3,
          clusterDomain: 'k8s.example.com',
        },
        secret: { namespace: 'default' },
      },
    ],
    [
      'gives a common name that is short enough',
      () =>
        kes(kesNames('production-tenant', 2, 'cluster.local', 'minio-production'), {
          name: 'production-tenant-kes-tls',
          namespace: 'minio-production',
        }),
      {
        profile: { name: 'minio-kes', tenant: 'production-tenant' },
        secret: { namespace: 'minio-production' },
      },
    ],
    [
      'leaves the Secret its own name, type and keys',
      () =>
        kes(kesNames('kes-tenant', 2), {
          name: 'our-kes',
          type: 'kubernetes.io/tls',
          items: { 'tls.crt': issue(kesNames('kes-tenant', 2)), 'tls.key': '' },
        }),
      {
        profile: { name: 'minio-kes', tenant: 'kes-tenant' },
        secret: { name: 'our-kes', namespace: 'default', type: 'kubernetes.io/tls' },
      },
    ],
  ])('minio-kes %s', (_, parts, entry) => {
    expect(adopted(parts(), KES_WITH_TRUST).entry).toEqual({ ...entry, ca: 'ca.pem' });
  });

  it.each<[string, () => SecretParts]>([
    [
      'a name too many',
      () => {
        const names = kesNames('kes-tenant', 2);
        return kes({ ...names, dnsNames: [...names.dnsNames, 'localhost'] });
      },
    ],
    ['another namespace', () => kes(kesNames('kes-tenant', 2), { namespace: 'minio' })],
    [
      'keys that the operator would not find',
      () =>
        kes(kesNames('kes-tenant', 2), { items: { 'tls.crt': issue(kesNames('kes-tenant', 2)) } }),
    ],
    ['no pod', () => kes(kesNames('kes-tenant', 0))],
  ])('minio-kes is not chosen with %s: the names are said', (_, parts) => {
    const { entry, spec } = adopted(parts());
    expect(spec.profile).toBe('generic');
    expect(entry).toMatchObject({
      commonName: expect.stringMatching(/^system:node:/),
      subject: { organizations: ['system:nodes'] },
      dnsNames: expect.arrayContaining([
        'kes-tenant-kes-hl-svc.default.svc.cluster.local',
      ]) as unknown,
      signer: KUBELET,
    });
  });

  const CLIENT: Wanted = {
    ...WEB,
    subject: { ...NO_SUBJECT, organizations: ['ci', 'deployers'], commonName: 'deployer' },
    dnsNames: [],
    usages: ['digital signature', 'client auth'],
  };

  it('kubernetes-client is chosen when the signer says so', () => {
    const signer = 'kubernetes.io/kube-apiserver-client';
    expect(adopted(web(CLIENT), { signer }).entry).toEqual({
      profile: { name: 'kubernetes-client', user: 'deployer', groups: ['ci', 'deployers'] },
      secret: { name: 'web-tls', namespace: 'shop' },
      sealing: SEALING,
    });
    const { entry, unknown } = adopted(web(CLIENT), { signer: INTERNAL });
    expect(entry).toMatchObject({ commonName: 'deployer', usages: CLIENT.usages });
    expect(unknown.join('\n')).toContain('who knows this client by its public key');
  });
});

describe('the entry', () => {
  it('leaves out what the defaults say, and says what they would change', () => {
    const { entry } = adopted(web(), {
      defaults: {
        signer: INTERNAL,
        duration: '90d',
        key: 'rsa-2048',
        subject: { organizations: ['example'] },
        secret: { namespace: 'shop' },
        sealing: { type: 'sops' },
      },
    });
    expect(entry).toEqual({
      commonName: 'web',
      subject: { organizations: [] },
      dnsNames: WEB.dnsNames,
      key: 'ecdsa-p256',
      secret: { name: 'web-tls' },
    });
  });

  it.each<[number, string | undefined]>([
    [600, '15m'],
    [7 * 86_400, '7d'],
    [7 * 86_400 - 1, '7d'],
    [30 * 86_400 + 3_600, '30d'],
    [90 * 86_400, undefined],
    [86_400, '1d'],
    [365 * 86_400, '365d'],
  ])('asks for the issued lifetime: of %d seconds %s', (seconds, duration) => {
    const items = { 'tls.crt': issue(WEB, { seconds }) };
    expect(adopted(web({}, { items }), { signer: INTERNAL }).entry.duration).toBe(duration);
  });

  it.each<[string, string]>([
    ['web-tls', 'web'],
    ['a.b.example.com', 'a-b-example-com'],
    ['tls', 'tls'],
    [`${'a'.repeat(62)}.b`, 'a'.repeat(62)],
  ])('of Secret %s has the name %s', (name, wanted) => {
    expect(adopted(web({}, { name }), { signer: INTERNAL }).name).toBe(wanted);
  });

  it('takes the DNS name from the common name of a certificate that has no other', () => {
    const { entry, warnings } = adopted(
      web({ subject: { ...NO_SUBJECT, commonName: 'old.example.com' }, dnsNames: [] }),
      { signer: INTERNAL },
    );
    expect(entry).toMatchObject({ commonName: 'old.example.com', dnsNames: ['old.example.com'] });
    expect(warnings).toContain(
      'dnsNames: the certificate has none, so old.example.com is taken from its common name',
    );
  });

  it.each<[string, Partial<SecretParts>, string]>([
    [
      'the operator',
      kesSecret({ privateKey: '', certificate: '', ca: '' }),
      'Tenant kes-tenant owns the Secret; Sealed Secrets refuses to write it until you run: kubectl',
    ],
    [
      'cert-manager',
      { metadata: { annotations: { 'cert-manager.io/certificate-name': 'web' } } },
      'Certificate web of cert-manager writes the Secret: delete that first, the Secret stays; Sealed Secrets refuses',
    ],
    [
      'anybody',
      { metadata: { ownerReferences: [{ kind: 'App', name: 'x\nkubectl\u202e' }] } },
      'App x\\u{0a}kubectl\\u{202e} owns the Secret, and may write it again; Sealed Secrets refuses',
    ],
    ['nobody that shows', {}, 'somebody else made the Secret; Sealed Secrets refuses'],
    [
      'Sealed Secrets',
      { metadata: { ownerReferences: [{ kind: 'SealedSecret', name: 'web-tls' }] } },
      'SealedSecret web-tls owns the Secret: take its manifest out of Git in the same change',
    ],
  ])('warns of %s, which keeps the Secret', (_, { metadata = {} }, text) => {
    const { warnings } = adopted(web({}, { metadata }), { signer: INTERNAL });
    expect(warnings.join('\n')).toContain(text);
    const command =
      'kubectl annotate secret -n shop web-tls sealedsecrets.bitnami.com/managed=true';
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.endsWith(command)).toBe(!text.startsWith('SealedSecret'));
  });

  it('tells what stops a renewal of KES first, and nothing twice', () => {
    const { warnings, unknown } = adopted(
      kesSecret({
        privateKey: '',
        certificate: issue(kesNames('kes-tenant', 2)),
        ca: ca.certificate.pem,
      }),
      { kubectl: (command) => `kubectl --context prod ${command}` },
    );
    expect(warnings).toEqual([
      'Tenant kes-tenant owns the Secret; Sealed Secrets refuses to write it until you run: kubectl --context prod annotate secret -n default kes-tenant-kes-tls sealedsecrets.bitnami.com/managed=true',
      'trust: leaf: MinIO pins this certificate and must restart after KES at each renewal',
    ]);
    expect(unknown.map((line) => line.split(':')[0])).toEqual([
      'signer',
      'replicas',
      'trust',
      'what restarts',
      'duration',
      'how keys are kept in Git',
    ]);
  });

  it.each<[string, WrittenCertificate['sealing'], string]>([
    ['Sealed Secrets', undefined, 'will'],
    ['SOPS', { type: 'sops' }, 'may'],
  ])('warns of items that %s would remove', (_, sealing, will) => {
    const items = { 'tls.crt': issue(WEB), 'ca.crt': ca.certificate.pem, password: 'x' };
    const { warnings } = adopted(web({}, { items }), { signer: INTERNAL, sealing });
    expect(warnings).toContain(
      `${will} be removed from the Secret when releaf's is applied: ca.crt, password; move them elsewhere first if somebody reads them`,
    );
  });

  it.each([
    ['commonName', { commonName: 'web\u202egnp' }, 'commonName: web\\u{202e}gnp is left out'],
    ['subject', { organizations: ['z\u200bw'] }, 'subject: z\\u{200b}w is left out'],
    ['subject', { localities: ['a\u2028b'] }, 'subject: a\\u{2028}b is left out'],
  ])('leaves out what would hide in it: %s', (key, subject, text) => {
    const { entry, warnings } = adopted(web({ subject: { ...NO_SUBJECT, ...subject } }), {
      signer: INTERNAL,
    });
    expect(entry).not.toHaveProperty(key);
    expect(warnings.join('\n')).toContain(`${text}; `);
  });
});

describe('the pair', () => {
  const CERTIFICATE = () => issue(WEB);
  const KEY = '-----BEGIN EC PRIVATE KEY-----\nnever decoded';

  it.each<[string, () => Readonly<Record<string, string>>, object, readonly string[]]>([
    [
      'usual names',
      () => ({ 'tls.crt': CERTIFICATE(), 'tls.key': 'never decoded' }),
      { certificate: 'tls.crt', privateKey: 'tls.key' },
      [],
    ],
    [
      'a key that somebody took out',
      () => ({ 'public.crt': CERTIFICATE() }),
      { certificate: 'public.crt', privateKey: 'private.key' },
      [],
    ],
    [
      'other names',
      () => ({ 'web.pem': CERTIFICATE(), 'web.rsa': KEY, password: 'secret' }),
      { certificate: 'web.pem', privateKey: 'web.rsa' },
      ['password'],
    ],
    [
      'a CA beside it',
      () => ({ chain: CERTIFICATE(), ca: ca.certificate.pem, key: KEY }),
      { certificate: 'chain', privateKey: 'key' },
      ['ca'],
    ],
    ['no key at all', () => ({ chain: CERTIFICATE() }), { certificate: 'chain' }, []],
  ])('is found with %s', (_, items, keys, others) => {
    const secret = described({ name: 'web', items: items() });
    expect(secret).toMatchObject({ keys, others });
    expect(Object.keys(secret.keys)).toEqual(Object.keys(keys));
    expect(JSON.stringify(secret)).not.toContain('never decoded');
  });

  it('gives the CAs that lie beside the leaf', () => {
    const { issuers, leaf } = described({
      name: 'web',
      items: { 'tls.crt': CERTIFICATE() + ca.certificate.pem, 'ca.crt': ca.certificate.pem },
    });
    expect(leaf.isCa).toBe(false);
    expect(issuers.map(({ sha256 }) => sha256)).toEqual([
      ca.certificate.sha256,
      ca.certificate.sha256,
    ]);
  });
});

describe('a text', () => {
  const YAML = () => secretYaml(web());

  it.each<[string, () => string]>([
    ['YAML', YAML],
    ['JSON', () => JSON.stringify(secretObject(web()))],
    ['a List', () => JSON.stringify({ kind: 'List', items: [secretObject(web())] })],
    ['other documents around it', () => `kind: Service\n---\n${YAML()}---\n`],
    [
      'stringData, which wins',
      () =>
        JSON.stringify({
          ...secretObject(web()),
          data: { 'tls.crt': 'bm8=' },
          stringData: web().items,
        }),
    ],
    [
      'a private key that SOPS encrypted',
      () => YAML().replace('tls.key: ""', 'tls.key: ENC[AES256_GCM,data:x]\nsops: {}'),
    ],
  ])('may be %s', (_, text) => {
    const secret = describeSecret(secretObjectIn(text(), 'secret.yaml'), 'secret.yaml');
    expect(adoptSecret(secret, { signer: INTERNAL }).entry.dnsNames).toEqual(WEB.dnsNames);
  });

  const changed = (change: (secret: Record<string, unknown>) => object) => () =>
    JSON.stringify(change(secretObject(web()) as Record<string, unknown>));
  const withItems = (items: Readonly<Record<string, string>>) =>
    changed((secret) => ({ ...secret, data: items }));
  const KEY_TEXT = '-----BEGIN PRIVATE KEY-----\nQUJD\n';

  it.each<[string, () => string, string]>([
    ['nothing', () => '', 'holds no Kubernetes object'],
    ['no YAML', () => 'a: [', 'secret.yaml: not YAML: line 1, column'],
    ['a scalar', () => 'hello', 'holds no Kubernetes object'],
    [
      'another kind',
      changed((one) => ({ ...one, kind: 'ConfigMap' })),
      'holds ConfigMap and no Secret',
    ],
    ['a SealedSecret', changed((one) => ({ ...one, kind: 'SealedSecret' })), 'is a SealedSecret'],
    ['several', () => `${YAML()}---\n${YAML()}`, 'holds several Secrets'],
    ['an empty List', () => '{ kind: List, items: [] }', 'holds no Kubernetes object'],
    ['too much', () => ' '.repeat(5 * 1024 * 1024), 'is over 4 MiB'],
    [
      'a bomb',
      () => `a: &a [${'x,'.repeat(99)}]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]`,
      'has an alias that leads nowhere or grows',
    ],
    ['no name', changed((one) => ({ ...one, metadata: {} })), 'the Secret has no metadata.name'],
    [
      'another type',
      changed((one) => ({ ...one, type: 'example.com/x' })),
      'is of type example.com/x, which never changes',
    ],
    ['no items', withItems({}), 'has no data'],
    [
      'no certificate',
      withItems({ password: base64('x') }),
      'no item holds the certificate of a server or client: password',
    ],
    [
      'two certificates',
      () =>
        JSON.stringify({
          ...secretObject({ name: 'web', items: { a: issue(WEB), b: issue(WEB) } }),
        }),
      'several items hold a certificate: a, b',
    ],
    [
      'two private keys',
      () =>
        JSON.stringify({
          ...secretObject({ name: 'web', items: { a: issue(WEB), b: KEY_TEXT, c: KEY_TEXT } }),
        }),
      'several items hold a private key: b, c',
    ],
    ['an empty certificate', withItems({ 'tls.crt': '' }), 'tls.crt: is empty'],
    [
      'a certificate that is none',
      withItems({ 'tls.crt': base64('x') }),
      'tls.crt holds no PEM block',
    ],
    ['no base64', withItems({ 'tls.crt': '%%%' }), 'tls.crt: is not valid base64'],
    [
      'items that were swapped',
      withItems({ 'tls.crt': base64(KEY_TEXT) }),
      'tls.crt: holds a private key',
    ],
    [
      'both in one',
      () =>
        JSON.stringify(
          secretObject(
            web(
              {},
              { items: { 'tls.crt': `${issue(WEB)}${KEY_TEXT}-----END PRIVATE KEY-----\n` } },
            ),
          ),
        ),
      'tls.crt: holds a private key',
    ],
    [
      'a certificate that SOPS encrypted',
      withItems({ 'tls.crt': 'ENC[AES256_GCM,data:x]' }),
      'its certificate is encrypted by SOPS',
    ],
    [
      'an item that is no text',
      () => '{ kind: Secret, metadata: { name: a }, data: { a: [] } }',
      'its item a is not text',
    ],
  ])('is refused with %s', (_, text, message) => {
    expect(() => describeSecret(secretObjectIn(text(), 'secret.yaml'), 'secret.yaml')).toThrow(
      refusal('SECRET_UNFIT', message),
    );
  });

  it('never throws anything but a refusal that quotes no value', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .dictionary(fc.string(), fc.string())
            .map((data) => JSON.stringify({ kind: 'Secret', metadata: { name: 'a' }, data })),
        ),
        (text) => {
          try {
            describeSecret(secretObjectIn(text, 'stdin'), 'stdin');
          } catch (error) {
            expect(error).toMatchObject({ name: 'ReleafError', code: 'SECRET_UNFIT' });
          }
        },
      ),
    );
  });
});

describe('a refusal', () => {
  /** A Secret that cert-manager made. */
  const issued = (said: Readonly<Record<string, string>>): SecretParts => {
    const entries = Object.entries(said).map(([key, value]) => [`cert-manager.io/${key}`, value]);
    return web({}, { metadata: { annotations: Object.fromEntries(entries) as object } });
  };
  const hinted = (hint: string): Error =>
    expect.objectContaining({
      code: 'SECRET_UNFIT',
      hint: expect.stringMatching(
        new RegExp(`^${hint.replaceAll('.', '\\.')}.*clusterissuers\\.cert-manager\\.io/NAME`),
      ) as string,
    }) as Error;

  it.each<[string, () => SecretParts, AdoptOptions, Error]>([
    [
      'says which signers there are when the certificate does not tell',
      () => web(),
      {},
      expect.objectContaining({
        code: 'SECRET_UNFIT',
        message:
          'web-tls: the certificate does not tell which signer to ask; it was issued by CN=test CA',
        hint: expect.stringContaining(
          'say it with --signer: kubernetes.io/kubelet-serving (servers), kubernetes.io/kube-apiserver-client',
        ),
      }) as Error,
    ],
    [
      'suggests the ClusterIssuer of cert-manager',
      () => issued({ 'issuer-name': 'corp', 'issuer-kind': 'ClusterIssuer' }),
      {},
      hinted(
        'cert-manager made it: --signer clusterissuers.cert-manager.io/corp, if it takes CertificateSigningRequests there; others: kubernetes.io/kubelet-serving',
      ),
    ],
    [
      'suggests the Issuer of cert-manager in the namespace',
      () => issued({ 'issuer-name': 'corp', 'issuer-group': 'cert-manager.io' }),
      {},
      hinted('cert-manager made it: --signer issuers.cert-manager.io/shop.corp, if'),
    ],
    ...[
      { 'issuer-name': 'x\nkubectl' },
      { 'issuer-name': 'x; id' },
      { 'issuer-name': 'corp', 'issuer-kind': 'constructor' },
      { 'issuer-name': 'corp', 'issuer-group': 'awspca.cert-manager.io' },
    ].map((said): [string, () => SecretParts, AdoptOptions, Error] => [
      `suggests no signer for ${JSON.stringify(said)}`,
      () => issued(said),
      {},
      hinted('say it with --signer: kubernetes.io/kubelet-serving'),
    ]),
    [
      'says why the signer would refuse',
      () => web(),
      { signer: KUBELET },
      refusal('SIGNER_RULE', 'the only organization is system:nodes; found none'),
    ],
    [
      'says what a signer is',
      () => web(),
      { signer: 'Nobody' },
      refusal('CONFIG_INVALID', '--signer Nobody: a signer is local, or a domain and a path'),
    ],
    [
      'says what a name is',
      () => web(),
      { signer: INTERNAL, name: 'csr-web' },
      refusal('CONFIG_INVALID', 'csr-web: the name of a certificate has'),
    ],
    [
      'says that the Secret of a CA is none of ours',
      () => web({}, { items: { 'tls.crt': ca.certificate.pem } }),
      { signer: INTERNAL },
      refusal('SECRET_UNFIT', 'holds the certificate of a CA'),
    ],
  ])('%s', (_, parts, options, error) => {
    expect(() => adopted(parts(), options)).toThrow(error);
  });

  it('asks for the namespace, unless the defaults have it', () => {
    const object = { ...secretObject(web()), metadata: { name: 'web-tls' } };
    const secret = describeSecret(onlySecret([object], 'the Secret'), 'the Secret');
    expect(() => adoptSecret(secret, { signer: INTERNAL })).toThrow(
      refusal('SECRET_UNFIT', 'the Secret has no metadata.namespace'),
    );
    const defaults = { secret: { namespace: 'shop' } };
    expect(adoptSecret(secret, { signer: INTERNAL, defaults }).spec.secret.namespace).toBe('shop');
  });
});

it('whatever was issued for a valid config is asked for again', () => {
  const sorted = (values: readonly string[]) => [...values].sort();
  const ofRequest = ({ subject, usages, key, secret, ...spec }: CertificateSpec) => ({
    subject: Object.fromEntries(
      Object.entries(subject).map(([attribute, values]: [string, string | readonly string[]]) => [
        attribute,
        sorted([values].flat()),
      ]),
    ),
    names: [spec.dnsNames, spec.ipAddresses, spec.emailAddresses, spec.uris].map(sorted),
    usages: sorted(
      usages
        .map((usage) => (usage === 'signing' ? 'digital signature' : usage))
        .map((usage) => (usage === 's/mime' ? 'email protection' : usage))
        .filter((usage, at, all) => !/^c(?:ert|rl) sign$/.test(usage) && all.indexOf(usage) === at),
    ),
    key,
    secret: [secret.namespace, secret.name, secret.type, secret.keys],
  });
  fc.assert(
    fc.property(arbitraryConfig, (written) => {
      for (const spec of parseConfig(written, 'releaf.yaml').certificates) {
        const certificate = issue(
          { ...spec, usages: spec.usages },
          { key: spec.key, seconds: spec.expirationSeconds },
        );
        const { name, type, namespace, keys } = spec.secret;
        const items = { [keys.certificate]: certificate, [keys.privateKey]: KEY_LABEL };
        const again = adopted(
          { name, type, namespace, items },
          { name: spec.name, signer: spec.signer, defaults: written.defaults },
        ).spec;
        const wanted = ofRequest(spec);
        fc.pre(wanted.usages.length > 0);
        expect(ofRequest(again)).toEqual(wanted);
        if (spec.expirationSeconds > 86_400) {
          expect(again.expirationSeconds).toBe(spec.expirationSeconds);
        }
      }
    }),
    { numRuns: 25 },
  );
});

const KEY_LABEL = '-----BEGIN PRIVATE KEY-----\n';
