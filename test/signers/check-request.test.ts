import type { KeyUsage, Names } from '../../lib/model/certificate-spec';
import { checkRequest, rulesOf, SIGNERS, verdictsOf } from '../../lib/signers/check-request';
import type { Asked } from '../../lib/signers/signer-rules';

const names: Names = {
  subject: {
    countries: [],
    organizations: ['system:nodes'],
    organizationalUnits: [],
    localities: [],
    provinces: [],
    commonName: 'system:node:*.kes.default.svc',
  },
  dnsNames: ['kes.default.svc'],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
};
const asked: Asked = {
  signer: 'kubernetes.io/kubelet-serving',
  names,
  key: 'ecdsa-p256',
  usages: ['digital signature', 'key encipherment', 'server auth'],
  expirationSeconds: 7_776_000,
};
const subject = (changes: Partial<Names['subject']>): Partial<Asked> => ({
  names: { ...names, subject: { ...names.subject, ...changes } },
});
const usages = (...list: string[]): Partial<Asked> => ({ usages: list as KeyUsage[] });

describe('a request to kubelet-serving', () => {
  it.each<[string, Partial<Asked>]>([
    ['as MinIO makes it', {}],
    ['without key encipherment', usages('server auth', 'digital signature')],
    ['with IP names only', { names: { ...names, dnsNames: [], ipAddresses: ['10.0.0.1'] } }],
    ['for ten minutes', { expirationSeconds: 600 }],
    [
      'with a common name of 64 characters',
      subject({ commonName: `system:node:${'ü'.repeat(52)}` }),
    ],
  ])('is taken %s', (_, changes) => {
    expect(checkRequest({ ...asked, ...changes })).toEqual([]);
  });

  it.each<[string, Partial<Asked>, string, string, string]>([
    [
      'another organization',
      subject({ organizations: ['acme'] }),
      'kubelet-serving/organization',
      'subject.organizations',
      'found acme',
    ],
    [
      'a second organization',
      subject({ organizations: ['system:nodes', 'acme'] }),
      'kubelet-serving/organization',
      'subject.organizations',
      'found system:nodes, acme',
    ],
    [
      'no organization',
      subject({ organizations: [] }),
      'kubelet-serving/organization',
      'subject.organizations',
      'the only organization is system:nodes; found none',
    ],
    [
      'another common name',
      subject({ commonName: 'kes' }),
      'kubelet-serving/common-name',
      'commonName',
      'begins with system:node:; found kes',
    ],
    [
      'client auth',
      usages('digital signature', 'client auth'),
      'kubelet-serving/usages',
      'usages',
      'found digital signature, client auth',
    ],
    [
      'signing for digital signature',
      usages('signing', 'server auth'),
      'kubelet-serving/usages',
      'usages',
      'found signing, server auth',
    ],
    [
      'a usage too many',
      usages('digital signature', 'server auth', 'client auth'),
      'kubelet-serving/usages',
      'usages',
      'and no other',
    ],
    [
      'an email address',
      { names: { ...names, emailAddresses: ['a@example.com'] } },
      'kubelet-serving/no-email-addresses',
      'emailAddresses',
      'there is no email address; found a@example.com',
    ],
    [
      'a URI',
      { names: { ...names, uris: ['spiffe://example.com/kes'] } },
      'kubelet-serving/no-uris',
      'uris',
      'there is no URI; found spiffe://example.com/kes',
    ],
    [
      'a usage that an Ed25519 key has not',
      { key: 'ed25519' },
      'releaf/signing-key-usages',
      'usages',
      'an ed25519 key, which can only sign, is not for key encipherment, data encipherment',
    ],
    [
      'a usage twice',
      usages('digital signature', 'server auth', 'server auth'),
      'api-server/usages-unique',
      'usages',
      'no usage comes twice; found server auth',
    ],
    [
      'a short duration',
      { expirationSeconds: 599 },
      'api-server/duration',
      'duration',
      'found 599',
    ],
    [
      'a fractional duration',
      { expirationSeconds: 600.5 },
      'api-server/duration',
      'duration',
      'whole seconds; found 600.5',
    ],
    [
      'a long common name',
      subject({ commonName: `system:node:${'x'.repeat(53)}` }),
      'releaf/common-name-length',
      'commonName',
      'at most 64 characters',
    ],
  ])('is refused with %s, by rule', (_, changes, rule, field, message) => {
    const violations = checkRequest({ ...asked, ...changes });
    expect(violations).toEqual([{ rule, field, message: expect.stringContaining(message) }]);
    expect(violations[0]?.message).toContain(`(rule ${rule})`);
  });

  it('is refused without names, and the message says who insists', () => {
    const nameless = { ...asked, names: { ...names, dnsNames: [] } };
    expect(checkRequest(nameless)[0]?.message).toBe(
      'kubernetes.io/kubelet-serving requires: there is at least one DNS or IP name; found none (rule kubelet-serving/names)',
    );
  });
});

describe('a request to another signer', () => {
  it.each<[string, Partial<Asked>, string[]]>([
    [
      'an unknown signer takes any subject',
      { signer: 'example.com/any', ...subject({ organizations: [] }) },
      [],
    ],
    ['a bad signer name', { signer: 'example.com' }, ['api-server/signer-name']],
    ['legacy-unknown', { signer: 'kubernetes.io/legacy-unknown' }, ['api-server/legacy-unknown']],
    ['no usages', { signer: 'example.com/any', usages: [] }, ['api-server/usages-present']],
    [
      'an unknown usage',
      { signer: 'example.com/any', ...usages('serve') },
      ['api-server/usages-known'],
    ],
    [
      'client auth needs no name',
      { signer: 'local', ...usages('client auth'), names: { ...names, dnsNames: [] } },
      [],
    ],
    [
      'server auth needs a name',
      { signer: 'local', names: { ...names, dnsNames: [] } },
      ['releaf/server-names'],
    ],
    [
      'a local CA keeps the API server’s rules',
      { signer: 'local', expirationSeconds: 1 },
      ['api-server/duration'],
    ],
  ])('%s', (_, changes, rules) => {
    expect(checkRequest({ ...asked, ...changes }).map(({ rule }) => rule)).toEqual(rules);
  });
});

const EKS = 'beta.eks.amazonaws.com/app-serving';
const CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const subjectOf = (organizations: string[], commonName?: string): Names['subject'] => ({
  countries: [],
  organizations,
  organizationalUnits: [],
  localities: [],
  provinces: [],
  ...(commonName !== undefined && { commonName }),
});
const nameless: Names = { ...names, dnsNames: [] };
const user = (organizations: string[], commonName?: string): Partial<Asked> => ({
  signer: CLIENT,
  names: { ...nameless, subject: subjectOf(organizations, commonName) },
});

describe('a request to a signer that releaf knows', () => {
  it.each<[string, Partial<Asked>]>([
    ['a user', { ...user([], 'jane'), ...usages('client auth') }],
    [
      'a user in groups, with every kind of name',
      {
        signer: CLIENT,
        names: {
          subject: subjectOf(['dev', 'ops'], 'jane'),
          dnsNames: ['a.b'],
          ipAddresses: ['::1'],
          emailAddresses: ['jane@example.com'],
          uris: ['spiffe://example.com/jane'],
        },
        ...usages('key encipherment', 'client auth', 'digital signature'),
      },
    ],
    [
      'a kubelet',
      { signer: KUBELET, names: nameless, ...usages('digital signature', 'client auth') },
    ],
    ['EKS', { signer: EKS, ...subject({ organizations: [] }) }],
    ['EKS with server auth alone', { signer: EKS, ...usages('server auth') }],
    ['an Issuer', { signer: 'issuers.cert-manager.io/shop.internal' }],
    ['an Issuer with a dot in its name', { signer: 'issuers.cert-manager.io/shop.my.issuer' }],
    ['a ClusterIssuer', { signer: 'clusterissuers.cert-manager.io/internal' }],
    ['an external issuer', { signer: 'awspcaissuers.awspca.cert-manager.io/shop.internal' }],
    ['Ed25519', { key: 'ed25519', ...usages('digital signature', 'server auth') }],
    ['P-384 with key encipherment', { key: 'ecdsa-p384' }],
  ])('is taken for %s', (_, changes) => {
    expect(checkRequest({ ...asked, ...changes })).toEqual([]);
  });

  it.each<[string, Partial<Asked>, string, string]>([
    [
      'a user without client auth',
      { ...user([], 'jane'), ...usages('digital signature') },
      'kube-apiserver-client/usages',
      'the usages are client auth, with or without digital signature and key encipherment, and no other; found digital signature',
    ],
    [
      'a user for servers',
      { signer: CLIENT, ...usages('client auth', 'server auth') },
      'kube-apiserver-client/usages',
      'found client auth, server auth',
    ],
    [
      'a user who may do anything',
      { ...user(['dev', 'system:masters'], 'jane'), ...usages('client auth') },
      'kube-apiserver-client/no-masters',
      'Kubernetes requires: no organization is system:masters, a group that may do anything; found system:masters',
    ],
    [
      'a user without a name',
      { ...user(['dev']), ...usages('client auth') },
      'kube-apiserver-client/common-name',
      'releaf requires: there is a common name: it is the user name; found none',
    ],
    [
      'a kubelet with a name',
      { signer: KUBELET, ...usages('digital signature', 'client auth') },
      'kube-apiserver-client-kubelet/no-dns-names',
      'there is no DNS name; found kes.default.svc',
    ],
    [
      'a kubelet of another organization',
      {
        signer: KUBELET,
        names: { ...nameless, subject: subjectOf(['acme'], 'system:node:a') },
        ...usages('digital signature', 'client auth'),
      },
      'kube-apiserver-client-kubelet/organization',
      'found acme',
    ],
    [
      'EKS with client auth',
      { signer: EKS, ...usages('server auth', 'client auth') },
      'eks-app-serving/usages',
      'client certificates are not signed; found client auth',
    ],
    [
      'EKS without server auth',
      { signer: EKS, ...usages('digital signature') },
      'eks-app-serving/server-auth',
      'found digital signature',
    ],
    [
      'an Issuer without its namespace',
      { signer: 'issuers.cert-manager.io/internal' },
      'cert-manager/issuer',
      'is the namespace of the Issuer, a dot, and its name; found issuers.cert-manager.io/internal',
    ],
    [
      'a ClusterIssuer without a name',
      { signer: 'clusterissuers.cert-manager.io/' },
      'api-server/signer-name',
      'found clusterissuers.cert-manager.io/',
    ],
  ])('is refused for %s', (_, changes, rule, message) => {
    expect(checkRequest({ ...asked, ...changes })).toEqual([
      expect.objectContaining({ rule, message: expect.stringContaining(message) }),
    ]);
  });
});

describe('verdicts', () => {
  it('say of every rule whether it is met, and what came instead', () => {
    const verdicts = verdictsOf({ ...asked, ...usages('client auth') });
    expect(verdicts.map(({ rule }) => rule)).toEqual(rulesOf(asked.signer).rules);
    const broken = verdicts.filter(({ found }) => found !== undefined);
    expect(broken.map(({ rule, found }) => [rule.id, found])).toEqual([
      ['kubelet-serving/usages', 'client auth'],
    ]);
  });
});

describe('signer rules', () => {
  it.each(SIGNERS.map((rules) => [rules.title, rules] as const))(
    'of %s are the ones that hold for it, with ids of their own',
    (_, rules) => {
      expect(rulesOf(rules.signer)).toBe(rules);
      const ids = rules.rules.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(rules.notes.length).toBeGreaterThan(0);
    },
  );

  it('of cert-manager hold for every issuer of its two domains', () => {
    expect(rulesOf('issuers.cert-manager.io/a.b').title).toBe('An Issuer of cert-manager');
    expect(rulesOf('clusterissuers.cert-manager.io/a').title).toBe(
      'A ClusterIssuer of cert-manager',
    );
    expect(rulesOf('example.com/any').title).toBe('Any other signer');
  });
});
