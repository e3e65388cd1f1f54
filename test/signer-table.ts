/** What an entry of the config says. */
export type Written = Readonly<Record<string, unknown>>;

/** A kind of signer, and the widest entry that it takes. */
export interface Signer {
  readonly signer: string;
  readonly entry: Written;
  /** Subject alternative names, as openssl writes them but for the short IPv6 address. */
  readonly altNames: readonly string[];
  /** What `openssl verify` is told to look for. */
  readonly verified: readonly string[];
}

const NODE = { commonName: 'system:node:web', subject: { organizations: ['system:nodes'] } };
const AS_SERVER = ['-purpose', 'sslserver', '-verify_hostname', 'a.web.example.com'];
const AS_CLIENT = ['-purpose', 'sslclient'];
const CLIENT_USAGES = ['digital signature', 'client auth'];
const HOSTS = {
  dnsNames: ['web.example.com', '*.web.example.com'],
  ipAddresses: ['10.0.0.1', 'fd00::1'],
};
const ALL_NAMES = {
  entry: {
    commonName: 'web',
    subject: { organizations: ['Example'], countries: ['CH'] },
    ...HOSTS,
    emailAddresses: ['ops@example.com'],
    uris: ['spiffe://example.com/web'],
  },
  altNames: [
    'DNS:web.example.com',
    'DNS:*.web.example.com',
    'email:ops@example.com',
    'IP Address:10.0.0.1',
    'IP Address:fd00::1',
    'URI:spiffe://example.com/web',
  ],
  verified: [...AS_SERVER, '-verify_ip', '10.0.0.1', '-verify_email', 'ops@example.com'],
};

export const SIGNERS: readonly Signer[] = [
  {
    signer: 'kubernetes.io/kubelet-serving',
    entry: { ...NODE, ...HOSTS },
    altNames: ALL_NAMES.altNames.filter((name) => /^(?:DNS|IP)/.test(name)),
    verified: [...AS_SERVER, '-verify_ip', 'fd00::1'],
  },
  {
    signer: 'kubernetes.io/kube-apiserver-client',
    entry: {
      commonName: 'deployer',
      subject: { organizations: ['ci'] },
      uris: ['spiffe://example.com/deployer'],
      usages: CLIENT_USAGES,
    },
    altNames: ['URI:spiffe://example.com/deployer'],
    verified: AS_CLIENT,
  },
  {
    signer: 'kubernetes.io/kube-apiserver-client-kubelet',
    entry: { ...NODE, usages: CLIENT_USAGES },
    altNames: [],
    verified: AS_CLIENT,
  },
  { signer: 'beta.eks.amazonaws.com/app-serving', ...ALL_NAMES },
  { signer: 'issuers.cert-manager.io/shop.web-ca', ...ALL_NAMES },
  { signer: 'clusterissuers.cert-manager.io/web-ca', ...ALL_NAMES },
  { signer: 'example.com/internal', ...ALL_NAMES },
  { signer: 'local', ...ALL_NAMES },
];

/** The kind of signer whose name has this in it. */
export const signerOf = (name: string): Signer =>
  SIGNERS.find(({ signer }) => signer.includes(name))!;

/** What breaks one rule of a signer: what the entry says instead. */
export type Break = readonly [rule: string, signer: string, instead: Written];

/** For every rule that there is, entries that break it. */
export const BREAKS: readonly Break[] = [
  ...['kubelet-serving', 'kube-apiserver-client-kubelet'].flatMap((signer): Break[] => [
    [`${signer}/organization`, signer, { subject: { organizations: ['Example'] } }],
    [`${signer}/common-name`, signer, { commonName: 'web' }],
    [`${signer}/no-email-addresses`, signer, { emailAddresses: ['ops@example.com'] }],
    [`${signer}/no-uris`, signer, { uris: ['spiffe://example.com/web'] }],
  ]),
  ['kubelet-serving/names', 'kubelet-serving', { dnsNames: [], ipAddresses: [] }],
  ['kubelet-serving/usages', 'kubelet-serving', { usages: CLIENT_USAGES }],
  ['kube-apiserver-client-kubelet/no-dns-names', 'client-kubelet', { dnsNames: ['a.example.com'] }],
  [
    'kube-apiserver-client-kubelet/no-ip-addresses',
    'client-kubelet',
    { ipAddresses: ['10.0.0.1'] },
  ],
  ['kube-apiserver-client-kubelet/usages', 'client-kubelet', { usages: ['client auth'] }],
  [
    'kube-apiserver-client/usages',
    'kube-apiserver-client',
    { dnsNames: ['a.example.com'], usages: ['digital signature', 'client auth', 'server auth'] },
  ],
  [
    'kube-apiserver-client/no-masters',
    'kube-apiserver-client',
    { subject: { organizations: ['system:masters'] } },
  ],
  ['kube-apiserver-client/common-name', 'kube-apiserver-client', { commonName: undefined }],
  ['eks-app-serving/usages', 'eks', { usages: ['server auth', 'client auth'] }],
  ['eks-app-serving/server-auth', 'eks', { usages: ['digital signature'] }],
  ['cert-manager/issuer', 'issuers.cert-manager.io', { signer: 'issuers.cert-manager.io/web-ca' }],
  ['api-server/signer-name', 'example.com', { signer: 'internal' }],
  ['api-server/signer-name', 'clusterissuers', { signer: 'clusterissuers.cert-manager.io/' }],
  ['api-server/legacy-unknown', 'example.com', { signer: 'kubernetes.io/legacy-unknown' }],
  ['api-server/usages-present', 'example.com', { usages: [] }],
  ['api-server/usages-known', 'example.com', { usages: ['web'] }],
  ['api-server/usages-unique', 'example.com', { usages: ['server auth', 'server auth'] }],
  ['api-server/duration', 'example.com', { duration: '9m' }],
  ['releaf/kubernetes-signer', 'example.com', { signer: 'kubernetes.io/web' }],
  ['releaf/common-name-length', 'example.com', { commonName: 'a'.repeat(65) }],
  ['releaf/server-names', 'example.com', { dnsNames: [], ipAddresses: [] }],
  ...SIGNERS.map(({ signer, entry }): Break => [
    'releaf/signing-key-usages',
    signer,
    {
      key: 'ed25519',
      usages: [
        ...((entry['usages'] as string[] | undefined) ?? ['digital signature', 'server auth']),
        'key encipherment',
      ],
    },
  ]),
];
