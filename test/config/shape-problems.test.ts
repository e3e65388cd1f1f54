import { shown } from '../../lib/config/problem';
import { problemsOf, refusal } from './problems-of';
import { withValue } from './valid-config';

const FILE =
  'a file is a path inside the folder of the config, such as tls/ca.pem: no leading / or ~, no drive letter, .., backslash or control character';
const outside = (folder: string) =>
  `put the config where both are below it, such as into ${folder}`;
const DNS =
  'a DNS name has labels of lower-case letters, digits and hyphens (other scripts in punycode), at most 63 characters each and 253 in all, and * only as the whole first label';
const IP =
  'an IP address is IPv4 such as 10.0.0.1 or IPv6 such as fd00::1, without prefix length or zone';
const NAME =
  'the name of a certificate has lower-case letters, digits and hyphens, begins and ends with a letter or digit, at most 63 characters, and does not begin with csr- (EKS would not issue it)';
const PROFILE =
  'a profile is generic, { name: minio-kes, … } with tenant, or with statefulSet and service, { name: minio-kes-client }, or { name: kubernetes-client, user: NAME }';
const POLICY =
  'the name of a KES policy has letters, digits, - and _, neither begins nor ends with -, at most 80 characters';
const CN = 'a common name has 1 to 64 characters and no control or formatting characters';
const EMAIL =
  'an email address is ASCII such as ops@example.com, its domain in lower case, at most 254 characters';
const URI =
  'a URI is absolute and ASCII with a lower-case scheme and host, such as spiffe://example.com/web; anything else as %XX';
const RECIPIENT =
  'an age recipient is age1… (X25519) or age1pq1… (post-quantum), as age-keygen prints it';
const AGE = 'age1a2vvfhywlc80t046s402v2tcmlyefxf909np89lgfkg6e0cx4dpseyfeps';
/** One letter of it is another: the checksum tells. */
const MISTYPED = AGE.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'));
const NAME_PATH =
  "name is the path of the value that is the Secret's name, such as spec.kes.externalCertSecret.name or spec.template.spec.volumes[0].secret.secretName";
const TYPE_PATH =
  "type is the path of the value that is the Secret's type, such as spec.kes.externalCertSecret.type";
const LABEL =
  'lower-case letters, digits and hyphens, begins and ends with a letter or digit, at most';
const SUBDOMAIN =
  'lower-case letters, digits, hyphens and dots, each part beginning and ending with a letter or digit, at most 253 characters';
const DURATION = 'a duration is a whole number and a unit of s, m, h, d, w, y, such as 90d';
const RENEW_AT =
  'renewAt is a share of the lifetime between 0 and 1, such as 2/3, 70% or 0.7, or a time such as 30d before expiry';
const SEALING =
  'sealing is { type: sealed-secrets, certificate: FILE }, { type: sops }, or { type: plaintext, iUnderstandKeysAreInGit: true } for throw-away keys';
const SIGNER = 'a signer is local, or a domain and a path such as kubernetes.io/kubelet-serving';
const KEY = 'a key is ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096';
const USAGE = 'a usage is one that Kubernetes knows, such as digital signature or server auth';
const SECRET_KEY =
  'a key of a Secret has letters, digits, -, _ and ., at most 253 characters, such as tls.key';
const LABEL_KEY =
  'the key of a label is up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, after an optional prefix such as example.com/';
const LABEL_VALUE =
  'the value of a label is up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, or empty';
const ANNOTATIONS =
  'annotations is the path of a mapping, such as spec.template.metadata.annotations, spec.pools[0].annotations or metadata["a.b"].annotations';
const RESTART =
  'a restart is { file, annotations }, { patch: { kind, name } } or { serverSideApply: { kind, name } }';
const KIND = 'a kind is one word that begins with a capital letter, such as StatefulSet';
const OBJECT_NAME = `the name of an object has ${SUBDOMAIN}`;
const FIELD =
  'annotations is the path of a mapping below spec, such as spec.template.metadata.annotations or spec.kes.annotations';
const ENTRY_KEYS =
  'profile, commonName, dnsNames, ipAddresses, emailAddresses, uris, subject, usages, key, keyPolicy, signer, duration, renewAt, sealing, ca, appendCa, secret, restart or references';
const AS_NUMBER = 'kubectl would read it as a number; choose another';
const A60 = `${'a'.repeat(60)}…`;

const DELIVERY =
  'delivery is kubectl, kustomize, argo-cd, flux, or a mapping such as { type: argo-cd, layout: object }';
const DELIVERY_KEYS = 'type, layout, request, approve, image';
const IMAGE =
  'an image is pinned by a tag or a digest, such as docker.io/alpine/kubectl:1.36.3; latest is neither';
const SOURCE_PATH =
  'path is the folder of the config in the source, such as clusters/prod: no .. and no space';
const INTERVAL = 'interval is a duration as Flux writes it, such as 10m or 1h30m';

/** Path and value put into a valid config, and every problem; `~` is the entry `certificates.web`. */
type Row = [path: string, value: unknown, ...problems: string[]];
const ROWS: Row[] = [
  ['version', '1', 'version: got "1"; version is the number 1'],
  ['version', 2, 'version: got 2; version is the number 1'],
  ['version', null, 'version: got null; version is the number 1'],
  [
    'extends',
    1,
    'extends: got 1; extends is the path of another config, such as ../base.yaml; write it in quotes: "1"',
  ],
  ['extends', '', 'extends: got ""; extends is the path of another config, such as ../base.yaml'],
  [
    'extends',
    'a\u0000b',
    'extends: got "a\\u{00}b"; extends is the path of another config, such as ../base.yaml',
  ],
  ['knownPrivateKeys', 'key.pem', 'knownPrivateKeys: got "key.pem"; a list of files belongs here'],
  [
    'knownPrivateKeys',
    ['../key.pem'],
    `knownPrivateKeys[0]: got "../key.pem"; ${FILE}; ${outside('..')}`,
  ],
  ['knownPrivateKeys', ['a', 'a'], 'knownPrivateKeys[1]: got "a"; it is listed twice'],
  ...[1, null, ['flux'], 'helm'].map((value): Row => [
    'delivery',
    value,
    `delivery: got ${value === null ? 'null' : Array.isArray(value) ? 'a list of 1' : shown(value)}; ${DELIVERY}`,
  ]),
  ['delivery', 'argocd', `delivery: got "argocd"; ${DELIVERY}; did you mean "argo-cd"?`],
  ['delivery', {}, `delivery.type: missing; ${DELIVERY}`],
  [
    'delivery',
    { type: 'argocd' },
    `delivery.type: got "argocd"; ${DELIVERY}; did you mean "argo-cd"?`,
  ],
  [
    'delivery',
    { type: 'kubectl', engine: 'flux' },
    `delivery.engine: not a key here; the keys are ${DELIVERY_KEYS}`,
  ],
  ...(['kubectl', 'kustomize', 'argo-cd'] as const).map((type): Row => [
    'delivery',
    { type, kustomizations: {} },
    'delivery.kustomizations: not a key here; they are objects of Flux: leave them out, or write type: flux',
  ]),
  [
    'delivery',
    { type: 'flux', kustomisations: {} },
    'delivery.kustomisations: not a key here; did you mean kustomizations?',
  ],
  [
    'delivery',
    { type: 'flux', layout: 'file', request: 'Job', approve: true },
    'delivery.layout: got "file"; layout is certificate or object',
    'delivery.request: got "Job"; request is manifest or job; did you mean "job"?',
    'delivery.approve: got true; approve is automatic or manual',
  ],
  ...['kubectl', 'docker.io/alpine/k8s:latest', 'Alpine/k8s:1', 'a/b:', 'a b:1', 'a/../b:1'].map(
    (image): Row => [
      'delivery',
      { type: 'argo-cd', image },
      `delivery.image: got ${shown(image)}; ${IMAGE}`,
    ],
  ),
  [
    'delivery',
    { type: 'flux', kustomizations: true },
    'delivery.kustomizations: got true; a mapping with name, namespace, source, path, interval or decryptionSecret belongs here',
  ],
  ['delivery.kustomizations', { sourceRef: {} }, `delivery.type: missing; ${DELIVERY}`],
  [
    'delivery',
    { type: 'flux', kustomizations: { sourceRef: {} } },
    'delivery.kustomizations.sourceRef: not a key here; did you mean source?',
  ],
  [
    'delivery',
    { type: 'flux', kustomizations: { source: { kind: 'Gitrepository', name: 'A b' } } },
    'delivery.kustomizations.source.kind: got "Gitrepository"; the kind of a source is GitRepository, OCIRepository or Bucket; did you mean "GitRepository"?',
    `delivery.kustomizations.source.name: got "A b"; the name of a source has ${SUBDOMAIN}`,
  ],
  ...['', '/a', '../a', 'a/../b', 'a//b', 'a b', 'a\\b'].map((path): Row => [
    'delivery',
    { type: 'flux', kustomizations: { path } },
    `delivery.kustomizations.path: got ${shown(path)}; ${SOURCE_PATH}`,
  ]),
  ...['10', '1d', '-1m', ''].map((interval): Row => [
    'delivery',
    { type: 'flux', kustomizations: { interval } },
    `delivery.kustomizations.interval: got ${shown(interval)}; ${INTERVAL}`,
  ]),
  [
    'delivery',
    { type: 'flux', kustomizations: { namespace: 'Flux', decryptionSecret: 'sops_age' } },
    `delivery.kustomizations.namespace: got "Flux"; a namespace has ${LABEL} 63 characters; did you mean "flux"?`,
    `delivery.kustomizations.decryptionSecret: got "sops_age"; the name of a Secret has ${SUBDOMAIN}; did you mean "sops-age"?`,
  ],
  [
    'defaults.delivery',
    'flux',
    'defaults.delivery: not a key here; it belongs to the whole folder, beside certificates',
  ],
  [
    '~.delivery',
    'flux',
    '~.delivery: not a key here; it belongs to the whole folder, beside certificates',
  ],
  [
    'defaults',
    [],
    'defaults: got an empty list; a mapping with subject, usages, key, keyPolicy, signer, duration, renewAt, sealing, ca, appendCa or secret belongs here',
  ],
  [
    'defaults.dnsNames',
    ['a.b'],
    'defaults.dnsNames: not a key here; it belongs to each certificate',
  ],
  [
    'defaults.secret',
    { name: 'x' },
    'defaults.secret.name: not a key here; it belongs to each certificate',
  ],
  [
    'defaults.constructor',
    1,
    'defaults.constructor: not a key here; the keys are subject, usages, key, keyPolicy, signer, duration, renewAt, sealing, ca, appendCa, secret',
  ],
  [
    'certificates',
    [],
    'certificates: got an empty list; a mapping of certificates by name belongs here',
  ],
  ['certificates', { KES: {} }, `certificates: got the name "KES"; ${NAME}; did you mean "kes"?`],
  ['certificates', { 'csr-kes': {} }, `certificates: got the name "csr-kes"; ${NAME}`],
  ['certificates', { '../x': {} }, `certificates: got the name "../x"; ${NAME}`],
  ['certificates', { ['a'.repeat(64)]: {} }, `certificates: got the name "${A60}"; ${NAME}`],
  [
    'certificates',
    { kes: null },
    `certificates.kes: got null; a mapping with ${ENTRY_KEYS} belongs here`,
  ],
  ['~.profile', 1, `~.profile: got 1; ${PROFILE}`],
  ['~.profile', 'minio-kes', `~.profile: got "minio-kes"; ${PROFILE}`],
  ['~.profile', { name: 'minio' }, `~.profile.name: got "minio"; ${PROFILE}`],
  ['~.profile', {}, `~.profile.name: missing; ${PROFILE}`],
  [
    '~.profile',
    { name: 'generic', tenant: 'x' },
    '~.profile.tenant: not a key here; the keys are name',
  ],
  ['~.profile', ['generic'], `~.profile: got a list of 1; ${PROFILE}`],
  [
    '~.commonName',
    443,
    '~.commonName: got 443; a common name has 1 to 64 characters and no control or formatting characters; write it in quotes: "443"',
  ],
  [
    '~.commonName',
    '',
    '~.commonName: got ""; a common name has 1 to 64 characters and no control or formatting characters',
  ],
  [
    '~.commonName',
    'a'.repeat(65),
    `~.commonName: got "${A60}"; a common name has 1 to 64 characters and no control or formatting characters`,
  ],
  [
    '~.commonName',
    'a\u001b[2Jb',
    '~.commonName: got "a\\u{1b}[2Jb"; a common name has 1 to 64 characters and no control or formatting characters',
  ],
  ...['\u202e', '\u200b', '\u00ad', '\u2028', '\u2029'].map((hidden): Row => [
    '~.commonName',
    `a${hidden}b`,
    `~.commonName: got "a\\u{${hidden.charCodeAt(0).toString(16)}}b"; a common name has 1 to 64 characters and no control or formatting characters`,
  ]),
  [
    '~.commonName',
    ' ',
    '~.commonName: got " "; a common name has 1 to 64 characters and no control or formatting characters',
  ],
  ['~.dnsNames', 'a.b', '~.dnsNames: got "a.b"; a list of DNS names belongs here'],
  ['~.dnsNames', [8], `~.dnsNames[0]: got 8; ${DNS}`],
  [
    '~.dnsNames',
    ['Web.Example.com'],
    `~.dnsNames[0]: got "Web.Example.com"; ${DNS}; did you mean "web.example.com"?`,
  ],
  ['~.dnsNames', ['a.*.b'], `~.dnsNames[0]: got "a.*.b"; ${DNS}`],
  [
    '~.dnsNames',
    ['10.0.0.1'],
    `~.dnsNames[0]: got "10.0.0.1"; ${DNS}; say an address in ipAddresses`,
  ],
  ['~.dnsNames', ['::1'], `~.dnsNames[0]: got "::1"; ${DNS}; say an address in ipAddresses`],
  [
    '~.dnsNames',
    ['bücher.de'],
    `~.dnsNames[0]: got "bücher.de"; ${DNS}; did you mean "xn--bcher-kva.de"?`,
  ],
  ['~.dnsNames', ['a'.repeat(64) + '.b'], `~.dnsNames[0]: got "${A60}"; ${DNS}`],
  ['~.dnsNames', ['a.b', 'a.b'], '~.dnsNames[1]: got "a.b"; it is listed twice'],
  ['~.dnsNames', ['a.b.'], `~.dnsNames[0]: got "a.b."; ${DNS}; did you mean "a.b"?`],
  ['~.dnsNames', ['a_b.c'], `~.dnsNames[0]: got "a_b.c"; ${DNS}`],
  [
    '~.dnsNames',
    ['x'.repeat(1e7)],
    `~.dnsNames[0]: got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"; ${DNS}`,
  ],
  ['~.dnsNames', [''], `~.dnsNames[0]: got ""; ${DNS}`],
  ['~.ipAddresses', [1], `~.ipAddresses[0]: got 1; ${IP}`],
  ['~.ipAddresses', ['10.0.0.256'], `~.ipAddresses[0]: got "10.0.0.256"; ${IP}`],
  ['~.ipAddresses', ['10.0.0.0/8'], `~.ipAddresses[0]: got "10.0.0.0/8"; ${IP}`],
  ['~.ipAddresses', ['fe80::1%eth0'], `~.ipAddresses[0]: got "fe80::1%eth0"; ${IP}`],
  ['~.ipAddresses', ['::ffff:1.2.3.4'], `~.ipAddresses[0]: got "::ffff:1.2.3.4"; ${IP}`],
  [
    '~.ipAddresses',
    ['fd00::1', 'FD00:0::1'],
    '~.ipAddresses[1]: got "FD00:0::1"; it is listed twice',
  ],
  ['~.ipAddresses', ['::1]@x['], `~.ipAddresses[0]: got "::1]@x["; ${IP}`],
  [
    '~.emailAddresses',
    'a@b',
    '~.emailAddresses: got "a@b"; a list of email addresses belongs here',
  ],
  [
    '~.emailAddresses',
    ['Ops@Example.com'],
    `~.emailAddresses[0]: got "Ops@Example.com"; ${EMAIL}; did you mean "Ops@example.com"?`,
  ],
  ...[
    'example.com',
    'a@b@c',
    '@b.c',
    'a@',
    'a..b@c.d',
    '"a b"@c.d',
    'Ann <a@b.c>',
    'ü@b.c',
    'a@bücher.de',
    'a@[10.0.0.1]',
    'a@b.c\u0000',
    `${'a'.repeat(65)}@b.c`,
  ].map((address): [string, unknown, string] => [
    '~.emailAddresses',
    [address],
    `~.emailAddresses[0]: got ${shown(address)}; ${EMAIL}`,
  ]),
  ['~.emailAddresses', ['a@b.c', 'a@b.c'], '~.emailAddresses[1]: got "a@b.c"; it is listed twice'],
  ['~.uris', 'https://a.b', '~.uris: got "https://a.b"; a list of URIs belongs here'],
  ...[
    'example.com/web',
    '/web',
    'mailto:a@b.c',
    'urn:uuid:1',
    'HTTPS://a.b',
    'https://A.b',
    'https:///a',
    'https://a..b/',
    'https://u:p@a.b/',
    'https://a.b:x/',
    'https://a.b/a b',
    'https://a.b/%zz',
    'https://a.b/#',
    'https://bücher.de/',
    'https://a.b/ü',
    'https://a.b/\n',
    `https://${'a'.repeat(254)}/`,
    `https://a.b/${'a'.repeat(2048)}`,
  ].map((uri): [string, unknown, string] => [
    '~.uris',
    [uri],
    `~.uris[0]: got ${shown(uri)}; ${URI}`,
  ]),
  ['~.keyPolicy', 'always', '~.keyPolicy: got "always"; keyPolicy is rotate or reuse'],
  [
    '~.secret.naming',
    'perrevision',
    '~.secret.naming: got "perrevision"; naming is stable or perRevision; did you mean "perRevision"?',
  ],
  [
    '~.references',
    {},
    '~.references: got a mapping; a list of mappings with file and name belongs here',
  ],
  [
    '~.references',
    [{ type: 'a[' }],
    `~.references[0].file: missing; ${FILE}`,
    `~.references[0].name: missing; ${NAME_PATH}`,
    `~.references[0].type: got "a["; ${TYPE_PATH}`,
  ],
  [
    '~.references',
    [
      { file: 'x', name: 'a.b' },
      { file: './x', name: 'a.b', type: 'a.c' },
    ],
    '~.references[1]: got a mapping; it is listed twice',
  ],
  [
    'defaults.references',
    [],
    'defaults.references: not a key here; it belongs to each certificate',
  ],
  ['defaults.uris', [], 'defaults.uris: not a key here; it belongs to each certificate'],
  ['~.ipAddresses', {}, '~.ipAddresses: got a mapping; a list of IP addresses belongs here'],
  [
    '~.subject',
    'O=x',
    '~.subject: got "O=x"; a mapping with organizations, organizationalUnits, countries, localities or provinces belongs here',
  ],
  [
    '~.subject.organization',
    ['x'],
    '~.subject.organization: not a key here; did you mean organizations?',
  ],
  ['~.namespace', 'web', '~.namespace: not a key here; did you mean secret.namespace?'],
  ['~.secretName', 'web-tls', '~.secretName: not a key here; did you mean secret.name?'],
  [
    'defaults.recipients',
    [],
    'defaults.recipients: not a key here; did you mean sealing.recipients?',
  ],
  [
    '~.subject.organizations',
    'x',
    '~.subject.organizations: got "x"; a list of organizations belongs here',
  ],
  [
    '~.subject.organizations',
    [''],
    '~.subject.organizations[0]: got ""; an organization has 1 to 64 characters and no control or formatting characters',
  ],
  [
    '~.subject.organizationalUnits',
    ['a'.repeat(65)],
    `~.subject.organizationalUnits[0]: got "${A60}"; an organizational unit has 1 to 64 characters and no control or formatting characters`,
  ],
  [
    '~.subject.countries',
    ['USA'],
    '~.subject.countries[0]: got "USA"; a country is two capital letters (ISO 3166), such as US',
  ],
  [
    '~.subject.countries',
    ['us'],
    '~.subject.countries[0]: got "us"; a country is two capital letters (ISO 3166), such as US; did you mean "US"?',
  ],
  [
    '~.subject.countries',
    [false],
    '~.subject.countries[0]: got false; a country is two capital letters (ISO 3166), such as US',
  ],
  [
    '~.subject.localities',
    ['a'.repeat(129)],
    `~.subject.localities[0]: got "${A60}"; a locality has 1 to 128 characters and no control or formatting characters`,
  ],
  [
    '~.subject.provinces',
    ['a\nb'],
    '~.subject.provinces[0]: got "a\\u{0a}b"; a province has 1 to 128 characters and no control or formatting characters',
  ],
  [
    '~.subject.provinces',
    ['\ud800'],
    '~.subject.provinces[0]: got "\\u{d800}"; a province has 1 to 128 characters and no control or formatting characters',
  ],
  [
    '~.subject.organizations',
    ['a', 'a'],
    '~.subject.organizations[1]: got "a"; it is listed twice',
  ],
  ['~.usages', 'server auth', '~.usages: got "server auth"; a list of usages belongs here'],
  [
    '~.usages',
    ['server-auth'],
    `~.usages[0]: got "server-auth"; ${USAGE}; did you mean "server auth"?`,
  ],
  ['~.usages', ['web'], `~.usages[0]: got "web"; ${USAGE}`],
  [
    '~.usages',
    ['server auth', 'server auth'],
    '~.usages[1]: got "server auth"; it is listed twice',
  ],
  ['~.usages', ['__proto__'], `~.usages[0]: got "__proto__"; ${USAGE}`],
  ['~.key', 2048, `~.key: got 2048; ${KEY}`],
  ['~.key', 'rsa2048', `~.key: got "rsa2048"; ${KEY}; did you mean "rsa-2048"?`],
  ['~.key', 'constant', `~.key: got "constant"; ${KEY}`],
  ['~.key', 'ecdsa-p-384', `~.key: got "ecdsa-p-384"; ${KEY}; did you mean "ecdsa-p384"?`],
  ['~.key', 'constructor', `~.key: got "constructor"; ${KEY}`],
  ['~.signer', 1, `~.signer: got 1; ${SIGNER}`],
  ['~.signer', 'kubelet-serving', `~.signer: got "kubelet-serving"; ${SIGNER}`],
  [
    '~.signer',
    'Kubernetes.io/kubelet-serving',
    `~.signer: got "Kubernetes.io/kubelet-serving"; ${SIGNER}; did you mean "kubernetes.io/kubelet-serving"?`,
  ],
  ['~.signer', 'a.b/../c', `~.signer: got "a.b/../c"; ${SIGNER}`],
  ['~.duration', 90, `~.duration: got 90; ${DURATION}; add a unit: "90d" or "90s"?`],
  ['~.duration', '90', `~.duration: got "90"; ${DURATION}; add a unit: "90d" or "90s"?`],
  ['~.duration', '3 monkeys', `~.duration: got "3 monkeys"; ${DURATION}`],
  ['~.duration', '90 days', `~.duration: got "90 days"; ${DURATION}; did you mean "90d"?`],
  [
    '~.duration',
    '9m',
    '~.duration: got "9m"; a duration is 10m or more: the Kubernetes API asks for 600 seconds',
  ],
  [
    '~.duration',
    '100y',
    '~.duration: got "100y"; a duration is at most 24855d3h14m7s: the Kubernetes API holds 32 bits of seconds',
  ],
  ['~.duration', '-1d', `~.duration: got "-1d"; ${DURATION}`],
  [
    '~.duration',
    '1'.repeat(1e6) + 'd',
    `~.duration: got "111111111111111111111111111111111111111111111111111111111111…"; ${DURATION}`,
  ],
  ['~.renewAt', true, `~.renewAt: got true; ${RENEW_AT}`],
  ['~.renewAt', 70, `~.renewAt: got 70; ${RENEW_AT}`],
  ['~.renewAt', '3/2', `~.renewAt: got "3/2"; ${RENEW_AT}`],
  ['~.renewAt', '30d', `~.renewAt: got "30d"; ${RENEW_AT}; did you mean "30d before expiry"?`],
  ['~.renewAt', '0/0', `~.renewAt: got "0/0"; ${RENEW_AT}`],
  ['~.renewAt', NaN, `~.renewAt: got NaN; ${RENEW_AT}`],
  [
    '~.renewAt',
    '9'.repeat(1e6) + '%',
    `~.renewAt: got "999999999999999999999999999999999999999999999999999999999999…"; ${RENEW_AT}`,
  ],
  ['~.renewAt', '100%', `~.renewAt: got "100%"; ${RENEW_AT}`],
  [
    '~.secret',
    'x',
    '~.secret: got "x"; a mapping with name, naming, namespace, type, keys or labels belongs here',
  ],
  [
    '~.secret.name',
    1,
    `~.secret.name: got 1; the name of a Secret has ${SUBDOMAIN}; write it in quotes: "1"`,
  ],
  [
    '~.secret.name',
    'Web',
    `~.secret.name: got "Web"; the name of a Secret has ${SUBDOMAIN}; did you mean "web"?`,
  ],
  ['~.secret.name', '../x', `~.secret.name: got "../x"; the name of a Secret has ${SUBDOMAIN}`],
  [
    '~.secret.namespace',
    ['x'],
    `~.secret.namespace: got a list of 1; a namespace has ${LABEL} 63 characters`,
  ],
  [
    '~.secret.namespace',
    'a'.repeat(64),
    `~.secret.namespace: got "${A60}"; a namespace has ${LABEL} 63 characters`,
  ],
  [
    '~.secret.namespace',
    'kube.system',
    `~.secret.namespace: got "kube.system"; a namespace has ${LABEL} 63 characters`,
  ],
  [
    '~.secret.type',
    'TLS',
    '~.secret.type: got "TLS"; the type of a Secret is Opaque or kubernetes.io/tls',
  ],
  [
    '~.secret.type',
    'opaque',
    '~.secret.type: got "opaque"; the type of a Secret is Opaque or kubernetes.io/tls; did you mean "Opaque"?',
  ],
  ['~.secret.type', 1, '~.secret.type: got 1; the type of a Secret is Opaque or kubernetes.io/tls'],
  [
    '~.secret.keys',
    'tls.key',
    '~.secret.keys: got "tls.key"; a mapping with privateKey or certificate belongs here',
  ],
  ['~.secret.keys.privateKey', 'a/b', `~.secret.keys.privateKey: got "a/b"; ${SECRET_KEY}`],
  [
    '~.secret.keys.privateKey',
    'M'.repeat(64) + '==',
    `~.secret.keys.privateKey: got a text of 66 characters (not shown); ${SECRET_KEY}`,
  ],
  [
    '~.secret.keys.privateKey',
    '__proto__',
    '~.secret.keys.privateKey: got "__proto__"; cdk8s cannot write the key "__proto__"; choose another',
  ],
  [
    '~.secret.keys.certificate',
    'constructor',
    '~.secret.keys.certificate: got "constructor"; cdk8s cannot write the key "constructor"; choose another',
  ],
  ['~.secret.name', '0o17', `~.secret.name: got "0o17"; ${AS_NUMBER}`],
  ['~.secret.namespace', '0o17', `~.secret.namespace: got "0o17"; ${AS_NUMBER}`],
  ['~.secret.keys.certificate', '-0o7', `~.secret.keys.certificate: got "-0o7"; ${AS_NUMBER}`],
  ['~.secret.labels', { '0o17': 'a' }, `~.secret.labels: got the name "0o17"; ${AS_NUMBER}`],
  ['~.secret.labels', { a: '0X1F' }, `~.secret.labels.a: got "0X1F"; ${AS_NUMBER}`],
  ['~.secret.labels', { a: '1e1_0' }, `~.secret.labels.a: got "1e1_0"; ${AS_NUMBER}`],
  ['~.secret.keys.certificate', '..', `~.secret.keys.certificate: got ".."; ${SECRET_KEY}`],
  [
    '~.secret.keys.certificate',
    1,
    `~.secret.keys.certificate: got 1; ${SECRET_KEY}; write it in quotes: "1"`,
  ],
  [
    '~.secret.keys.privatekey',
    'x',
    '~.secret.keys.privatekey: not a key here; did you mean privateKey?',
  ],
  ['~.secret.labels', ['a'], '~.secret.labels: got a list of 1; a mapping of labels belongs here'],
  [
    '~.secret.labels',
    { tier: 1 },
    `~.secret.labels.tier: got 1; ${LABEL_VALUE}; write it in quotes: "1"`,
  ],
  ['~.secret.labels', { 'a b': 'c' }, `~.secret.labels: got the name "a b"; ${LABEL_KEY}`],
  ['~.secret.labels', { a: 'b c' }, `~.secret.labels.a: got "b c"; ${LABEL_VALUE}`],
  [
    '~.secret.labels',
    JSON.parse('{"__proto__":"x"}'),
    '~.secret.labels.__proto__: not a key here; __proto__ is no name',
  ],
  ['~.sealing', 'sealed-secrets', `~.sealing: got "sealed-secrets"; ${SEALING}`],
  [
    '~.sealing',
    { type: 'sealedsecrets' },
    `~.sealing.type: got "sealedsecrets"; ${SEALING}; did you mean "sealed-secrets"?`,
  ],
  [
    '~.sealing',
    { type: 'plaintext' },
    '~.sealing.iUnderstandKeysAreInGit: missing; write true: whoever can read the repository can read the key',
  ],
  [
    '~.sealing',
    { type: 'plaintext', iUnderstandKeysAreInGit: 'true' },
    '~.sealing.iUnderstandKeysAreInGit: got "true"; write true: whoever can read the repository can read the key',
  ],
  ['~.sealing', { type: 'sealed-secrets' }, `~.sealing.certificate: missing; ${FILE}`],
  [
    '~.sealing',
    { type: 'sealed-secrets', certificate: '/etc/x.pem' },
    `~.sealing.certificate: got "/etc/x.pem"; ${FILE}`,
  ],
  [
    '~.sealing',
    { type: 'sealed-secrets', certificate: 'x.pem', privateKey: 'hunter2' },
    '~.sealing.privateKey: not a key here; the keys are type, certificate, scope',
  ],
  [
    '~.sealing',
    { type: 'sealed-secrets', certificate: 'x.pem', scope: 'namespace' },
    '~.sealing.scope: got "namespace"; the scope of a sealed value is strict, namespace-wide or cluster-wide',
  ],
  [
    '~.sealing',
    { type: 'sops', recipients: AGE },
    `~.sealing.recipients: got "${AGE.slice(0, 60)}…"; a list of age recipients belongs here`,
  ],
  [
    '~.sealing',
    { type: 'sops', recipients: [] },
    '~.sealing.recipients: got an empty list; name at least one age recipient, or leave recipients out for .sops.yaml',
  ],
  [
    '~.sealing',
    { type: 'sops', recipients: [AGE, AGE] },
    `~.sealing.recipients[1]: got "${AGE.slice(0, 60)}…"; it is listed twice`,
  ],
  [
    '~.sealing',
    { type: 'sops', recipients: [MISTYPED] },
    `~.sealing.recipients[0]: got "${MISTYPED.slice(0, 60)}…"; ${RECIPIENT}`,
  ],
  [
    '~.sealing',
    { type: 'sops', recipients: [AGE.toUpperCase()] },
    `~.sealing.recipients[0]: got "${AGE.toUpperCase().slice(0, 60)}…"; ${RECIPIENT}`,
  ],
  [
    '~.sealing',
    { type: 'sops', recipients: ['ssh-ed25519 AAAA'] },
    `~.sealing.recipients[0]: got "ssh-ed25519 AAAA"; ${RECIPIENT}`,
  ],
  [
    '~.sealing',
    { type: 'sops', recipients: [`AGE-SECRET-KEY-1${'Q'.repeat(58)}`] },
    `~.sealing.recipients[0]: got [private key]; ${RECIPIENT}; this is a private key: take it out of here, and make a new one if anybody else saw it`,
  ],
  [
    '~.sealing',
    { type: 'sops', recipient: AGE },
    '~.sealing.recipient: not a key here; did you mean recipients?',
  ],
  ['~.ca', true, `~.ca: got true; ${FILE}; write it in quotes: "true"`],
  ['~.ca', '', `~.ca: got ""; ${FILE}`],
  ['~.ca', '../ca.pem', `~.ca: got "../ca.pem"; ${FILE}; ${outside('..')}`],
  ['~.ca', 'a/../../ca.pem', `~.ca: got "a/../../ca.pem"; ${FILE}; ${outside('..')}`],
  ['~.ca', 'C:\\ca.pem', `~.ca: got "C:\\ca.pem"; ${FILE}`],
  ['~.ca', 'c:/ca.pem', `~.ca: got "c:/ca.pem"; ${FILE}`],
  ['~.ca', '~/ca.pem', `~.ca: got "~/ca.pem"; ${FILE}`],
  ['~.ca', 'tls\\ca.pem', `~.ca: got "tls\\ca.pem"; ${FILE}; did you mean "tls/ca.pem"?`],
  ['~.ca', '..\\ca.pem', `~.ca: got "..\\ca.pem"; ${FILE}; ${outside('..')}`],
  [
    '~.ca',
    './../../../apps/ca.pem',
    `~.ca: got "./../../../apps/ca.pem"; ${FILE}; ${outside('../../..')}`,
  ],
  ['~.ca', 'a\u0000.pem', `~.ca: got "a\\u{00}.pem"; ${FILE}`],
  ['~.ca', 'dir/', `~.ca: got "dir/"; ${FILE}`],
  ['~.ca', ['-----BEGIN', 'PRIVATE KEY-----\nMIIE'].join(' '), `~.ca: got [private key]; ${FILE}`],
  ['~.appendCa', 'yes', '~.appendCa: got "yes"; appendCa is true or false'],
  ['~.appendCa', 1, '~.appendCa: got 1; appendCa is true or false'],
  [
    '~.restart',
    'x.yaml',
    '~.restart: got "x.yaml"; a list of mappings with file and annotations, with patch, or with serverSideApply belongs here',
  ],
  [
    '~.restart',
    [{}],
    `~.restart[0].file: missing; ${FILE}`,
    `~.restart[0].annotations: missing; ${ANNOTATIONS}`,
  ],
  [
    '~.restart',
    [{ file: 'x', annotations: 'a..b' }],
    `~.restart[0].annotations: got "a..b"; ${ANNOTATIONS}`,
  ],
  [
    '~.restart',
    [{ file: 'x', annotations: 'a["\u001b"]' }],
    `~.restart[0].annotations: got "a["\\u{1b}"]"; ${ANNOTATIONS}`,
  ],
  [
    '~.restart',
    [{ file: '../x', annotations: 'a' }],
    `~.restart[0].file: got "../x"; ${FILE}; ${outside('..')}`,
  ],
  [
    '~.restart',
    [{ file: 'x', annotations: 'a', digestOf: 'leaf' }],
    '~.restart[0].digestOf: got "leaf"; digestOf is certificate or ca',
  ],
  [
    '~.restart',
    [{ file: 'x', annotations: ['a'] }],
    `~.restart[0].annotations: got a list of 1; ${ANNOTATIONS}`,
  ],
  [
    '~.restart',
    [
      { file: 'x', annotations: 'a' },
      { file: './x', annotations: 'a' },
    ],
    '~.restart[1]: got a mapping; it is listed twice',
  ],
  ['~.restart', ['a.yaml'], `~.restart[0]: got "a.yaml"; ${RESTART}`],
  ['~.restart', [{ zone: 1 }], `~.restart[0]: got a mapping; ${RESTART}`],
  [
    '~.restart',
    [{ fil: 'x', annotations: 'a' }],
    `~.restart[0].file: missing; ${FILE}`,
    '~.restart[0].fil: not a key here; did you mean file?',
  ],
  [
    '~.restart',
    [{ file: 'apps\\web.yaml', annotations: 'a' }],
    `~.restart[0].file: got "apps\\web.yaml"; ${FILE}; did you mean "apps/web.yaml"?`,
  ],
  [
    '~.restart',
    [{ file: 'x', annotations: 'a', object: { kind: 'deployment' } }],
    `~.restart[0].object.kind: got "deployment"; ${KIND}; did you mean "Deployment"?`,
    `~.restart[0].object.name: missing; ${OBJECT_NAME}`,
  ],
  [
    '~.restart',
    [{ patch: { kind: 'Deployment', name: 'web' }, file: 'x' }],
    '~.restart[0].file: not a key here; the keys are patch, digestOf',
  ],
  [
    '~.restart',
    [{ patch: { kind: 'Deployment', name: 'web', selector: {} } }],
    '~.restart[0].patch.selector: not a key here; the keys are kind, name, apiVersion, namespace, annotations',
  ],
  [
    '~.restart',
    [{ serverSideApply: 'web' }],
    '~.restart[0].serverSideApply: got "web"; a mapping with kind, name, apiVersion, namespace, annotations, serviceName or selector belongs here',
  ],
  [
    '~.restart',
    [
      {
        serverSideApply: {
          kind: 'Tenant',
          name: 'Kes',
          apiVersion: 'minio.min.io/v2/x',
          annotations: 'spec.pools[0].annotations',
          selector: { 'a b': 'c' },
        },
      },
    ],
    `~.restart[0].serverSideApply.name: got "Kes"; ${OBJECT_NAME}; did you mean "kes"?`,
    '~.restart[0].serverSideApply.apiVersion: got "minio.min.io/v2/x"; an apiVersion is a group and a version, such as apps/v1 or minio.min.io/v2; v1 alone for the core',
    `~.restart[0].serverSideApply.annotations: got "spec.pools[0].annotations"; ${FIELD}; an index would replace the whole list: for the pools of a Tenant say spec.poolsMetadata.annotations, for others name a file`,
    `~.restart[0].serverSideApply.selector: got the name "a b"; ${LABEL_KEY}`,
  ],
  ...['metadata.annotations', 'spec', 'template.metadata.annotations'].map((annotations): Row => [
    '~.restart',
    [{ patch: { kind: 'Deployment', name: 'web', annotations } }],
    `~.restart[0].patch.annotations: got "${annotations}"; ${FIELD}`,
  ]),
  [
    '~.restart',
    [{ patch: { kind: 'Deployment', name: 'web', annotations: 'spec.${X}.annotations' } }],
    '~.restart[0].patch.annotations: got "spec.${X}.annotations"; Flux would take ${ for a variable; choose a key without it',
  ],
  [
    '~.restart',
    [{ patch: { kind: 'Deployment', name: 'web', annotations: 'spec["__proto__"].x' } }],
    '~.restart[0].patch.annotations: got "spec["__proto__"].x"; cdk8s cannot write the key "__proto__"; choose another',
  ],
  [
    '~.restart',
    [{ serverSideApply: JSON.parse('{"kind":"A","name":"a","selector":{"__proto__":"x"}}') }],
    '~.restart[0].serverSideApply.selector.__proto__: not a key here; __proto__ is no name',
  ],
  [
    '~.restart',
    [{ patch: { kind: 'Deployment', name: 'a' } }, { patch: { kind: 'Deployment', name: 'a' } }],
    '~.restart[1]: got a mapping; it is listed twice',
  ],
  [
    '~.profile',
    { name: 'minio-kes', tenant: 1 },
    `~.profile.tenant: got 1; the name of a Tenant has ${LABEL} 52 characters; write it in quotes: "1"`,
  ],
  [
    '~.profile',
    { name: 'minio-kes', tenant: 'a'.repeat(53) },
    `~.profile.tenant: got "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; the name of a Tenant has ${LABEL} 52 characters`,
  ],
  [
    '~.profile',
    { name: 'minio-kes', tenant: '../x' },
    `~.profile.tenant: got "../x"; the name of a Tenant has ${LABEL} 52 characters`,
  ],
  [
    '~.profile',
    { name: 'minio-kes', statefulSet: 'KES' },
    `~.profile.statefulSet: got "KES"; the name of a StatefulSet has ${LABEL} 59 characters; did you mean "kes"?`,
  ],
  [
    '~.profile',
    { name: 'minio-kes', service: 'a.b' },
    `~.profile.service: got "a.b"; the name of a Service has ${LABEL} 63 characters`,
  ],
  [
    '~.profile',
    { name: 'minio-kes', replicas: '2' },
    '~.profile.replicas: got "2"; replicas is a whole number from 1 to 100',
  ],
  [
    '~.profile',
    { name: 'minio-kes', replicas: 0 },
    '~.profile.replicas: got 0; replicas is a whole number from 1 to 100',
  ],
  [
    '~.profile',
    { name: 'minio-kes', replicas: 1e9 },
    '~.profile.replicas: got 1000000000; replicas is a whole number from 1 to 100',
  ],
  [
    '~.profile',
    { name: 'minio-kes', replicas: 1.5 },
    '~.profile.replicas: got 1.5; replicas is a whole number from 1 to 100',
  ],
  [
    '~.profile',
    { name: 'minio-kes', clusterDomain: 'Cluster.local' },
    `~.profile.clusterDomain: got "Cluster.local"; a cluster domain has ${SUBDOMAIN}; did you mean "cluster.local"?`,
  ],
  [
    '~.profile',
    { name: 'minio-kes', trust: 'none' },
    '~.profile.trust: got "none"; trust is ca or leaf',
  ],
  [
    '~.profile',
    { name: 'minio-kes-client', policy: '-a' },
    `~.profile.policy: got "-a"; ${POLICY}`,
  ],
  [
    '~.profile',
    { name: 'minio-kes-client', policy: 'a'.repeat(81) },
    `~.profile.policy: got "${A60}"; ${POLICY}`,
  ],
  [
    '~.profile',
    { name: 'minio-kes-client', acceptIdentityChange: 'yes' },
    '~.profile.acceptIdentityChange: got "yes"; acceptIdentityChange is true or false',
  ],
  ['~.profile', { name: 'kubernetes-client' }, `~.profile.user: missing; ${CN}`],
  ['~.profile', { name: 'kubernetes-client', user: '' }, `~.profile.user: got ""; ${CN}`],
  [
    '~.profile',
    { name: 'kubernetes-client', user: 'a', groups: 'b' },
    '~.profile.groups: got "b"; a list of groups belongs here',
  ],
  [
    '~.profile',
    { name: 'minio-kes', tennant: 'x' },
    '~.profile.tennant: not a key here; did you mean tenant?',
  ],
];

describe('a value of the wrong shape', () => {
  it.each(ROWS)(
    '%s is refused with what came and what is allowed (row %#)',
    (path, value, ...problems) => {
      const expected = problems.map((problem) => problem.replace(/^~/, 'certificates.web'));
      expect(problemsOf(withValue(path, value))).toEqual(expected);
    },
  );

  it('is told together with all others, with a code and what to do next', () => {
    const refused = refusal({
      version: 1,
      zone: 1,
      certificates: { web: { duration: 90, ca: '/' } },
    });
    expect(refused).toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'correct releaf.yaml; docs/config.md describes every key',
    });
    expect(refused?.message).toBe(
      [
        'releaf.yaml has 3 problems:',
        `  certificates.web.duration: got 90; ${DURATION}; add a unit: "90d" or "90s"?`,
        `  certificates.web.ca: got "/"; ${FILE}`,
        '  zone: not a key here; the keys are version, extends, knownPrivateKeys, delivery, defaults, certificates',
      ].join('\n'),
    );
  });

  it.each([
    [undefined, 'missing'],
    ['version: 1', 'got "version: 1"'],
    [[1, 2], 'got a list of 2'],
    [true, 'got true'],
    [() => 1, 'got a function'],
    [Symbol('s'), 'got a symbol'],
    [10n, 'got 10'],
  ])('%p instead of a config is refused', (written, came) => {
    const keys = 'version, extends, knownPrivateKeys, delivery, defaults or certificates';
    expect(problemsOf(written)).toEqual([`${came}; a mapping with ${keys} belongs here`]);
  });

  it('an empty file is refused, and how to begin is told', () => {
    expect(problemsOf(null)).toEqual([
      'the file is empty; it begins with version: 1, or remove it and run: releaf init',
    ]);
  });
});

describe('a hostile value', () => {
  const huge = 'x'.repeat(10_000_000);

  it.each([
    '~.ca',
    '~.duration',
    '~.renewAt',
    '~.signer',
    '~.commonName',
    '~.key',
    '~.secret.name',
    'extends',
  ])('of 10 MB under %s is cut in the message', (path) => {
    const [problem = ''] = problemsOf(withValue(path, huge));
    expect(problem).toContain(`got "${'x'.repeat(60)}…"`);
    expect(problem.length).toBeLessThan(400);
  });

  it('is no longer when a key or a name is 10 MB', () => {
    const written = { version: 1, [huge]: 1, certificates: { [`${huge}!`]: {} } };
    const problems = problemsOf(written);
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem.length).toBeLessThan(400);
  });

  it.each(['\u001b[2J', '\r\n', '\u0085', '\u2028', '\u202e', '\u200b'])(
    'with %j does not reach the terminal, as value or as key',
    (text) => {
      const written = { version: 1, [`k${text}`]: 1, certificates: {}, extends: `\0${text}` };
      const { message } = refusal(written)!;
      expect(message).not.toContain(text);
      expect(message.split('\n')).toHaveLength(3);
    },
  );

  it('that is a private key is shown nowhere, as value or as key', () => {
    const pem = ['-----BEGIN', 'PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n'].join(' ');
    const age = `age-secret-key-1${'migh'.repeat(14)}`;
    const written = {
      version: 1,
      [pem]: pem,
      extends: `${pem}\0`,
      certificates: {
        [pem]: {},
        web: { commonName: pem, ca: pem, key: pem, sealing: pem, signer: age },
      },
    };
    const { message } = refusal(written)!;
    expect(message).toContain('certificates.web.key: got [private key]; ');
    expect(message).not.toMatch(/MIGH/i);
  });

  it('that turns to itself is refused', () => {
    const entry: Record<string, unknown> = {};
    entry['secret'] = entry;
    entry['subject'] = entry;
    expect(problemsOf({ version: 1, certificates: { web: entry } })).toEqual([
      'certificates.web.subject.secret: not a key here; the keys are organizations, organizationalUnits, countries, localities, provinces',
      'certificates.web.subject.subject: not a key here; the keys are organizations, organizationalUnits, countries, localities, provinces',
      'certificates.web.secret.secret: not a key here; the keys are name, naming, namespace, type, keys, labels',
      'certificates.web.secret.subject: not a key here; the keys are name, naming, namespace, type, keys, labels',
    ]);
  });

  it('__proto__ is a key like any other, and is refused as one', () => {
    const written: unknown = JSON.parse(
      '{"version":1,"__proto__":{"version":2},"certificates":{"__proto__":{},"web":{"__proto__":{"ca":"x"}}}}',
    );
    expect(problemsOf(written)).toEqual([
      'certificates.web.__proto__: not a key here; the keys are ' +
        ENTRY_KEYS.replace(' or ', ', '),
      '__proto__: not a key here; the keys are version, extends, knownPrivateKeys, delivery, defaults, certificates',
      'certificates.__proto__: not a key here; __proto__ is no name',
    ]);
  });
});
