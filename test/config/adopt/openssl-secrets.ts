import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** What openssl makes: a pair and the CA that signed it, all PEM. */
export interface OpensslPair {
  readonly privateKey: string;
  readonly certificate: string;
  readonly ca: string;
}

export interface PairTerms {
  /** Arguments of `openssl genpkey`. */
  readonly key: readonly string[];
  /** Lines of the section `dn`, such as `O = system:nodes`. */
  readonly subject: readonly string[];
  /** Value of subjectAltName; none when it is left out. */
  readonly altNames?: string;
  /** Further lines of the section of extensions. */
  readonly extensions: readonly string[];
  /** `YYYYMMDDHHMMSSZ` */
  readonly from: string;
  readonly to: string;
}

export const RSA = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
export const ec = (curve: string): readonly string[] => [
  '-algorithm',
  'EC',
  '-pkeyopt',
  `ec_paramgen_curve:${curve}`,
];

/** Makes a pair with openssl alone: genpkey, req, ca. */
export function opensslPair(terms: PairTerms): OpensslPair {
  const folder = mkdtempSync(join(tmpdir(), 'releaf-openssl-'));
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  try {
    const names = terms.altNames === undefined ? [] : [`subjectAltName = ${terms.altNames}`];
    mkdirSync(join(folder, 'new'));
    writeFileSync(join(folder, 'index'), '');
    writeFileSync(
      join(folder, 'openssl.cnf'),
      `[ req ]
prompt = no
distinguished_name = dn
[ dn ]
${terms.subject.join('\n')}
[ leaf ]
${[...terms.extensions, ...names].join('\n')}
[ root ]
basicConstraints = critical, CA:true
subjectKeyIdentifier = hash
keyUsage = critical, keyCertSign
[ ca ]
default_ca = own
[ own ]
new_certs_dir = new
database = index
rand_serial = yes
default_md = sha256
policy = any
preserve = yes
unique_subject = no
[ any ]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
`,
    );
    const config = ['-config', 'openssl.cnf'];
    openssl('genpkey', ...terms.key, '-out', 'key.pem');
    openssl('genpkey', ...ec('P-256'), '-out', 'ca-key.pem');
    openssl(
      ...['req', '-x509', '-new', '-key', 'ca-key.pem', '-subj', '/CN=kubernetes', '-days', '9999'],
      ...['-set_serial', '1', '-extensions', 'root', '-out', 'ca.pem', ...config],
    );
    openssl('req', '-new', '-key', 'key.pem', '-out', 'request.pem', ...config);
    openssl(
      ...['ca', '-batch', '-notext', '-in', 'request.pem', '-out', 'cert.pem', ...config],
      ...['-keyfile', 'ca-key.pem', '-cert', 'ca.pem', '-extensions', 'leaf'],
      ...['-startdate', terms.from, '-enddate', terms.to],
    );
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { privateKey: read('key.pem'), certificate: read('cert.pem'), ca: read('ca.pem') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SERVICE = 'kes-tenant-kes-hl-svc.default.svc.cluster.local';

/** The certificate of the blog's story: seven days, long over when tests take place. */
export const blogPair = (key: readonly string[] = RSA): OpensslPair =>
  opensslPair({
    key,
    subject: ['C = US', 'O = system:nodes', `CN = system:node:*.${SERVICE}`],
    altNames: `DNS:kes-tenant-kes-0.${SERVICE},DNS:${SERVICE}`,
    extensions: [
      'basicConstraints = critical, CA:false',
      'keyUsage = critical, digitalSignature, keyEncipherment',
      'extendedKeyUsage = serverAuth',
    ],
    from: '20260501120000Z',
    to: '20260508120000Z',
  });

export interface SecretParts {
  readonly name: string;
  readonly namespace?: string;
  readonly type?: string;
  readonly items: Readonly<Record<string, string>>;
  readonly metadata?: object;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A Secret as the API server gives it. */
export const secretObject = ({ name, namespace, type, items, metadata }: SecretParts): object => ({
  apiVersion: 'v1',
  data: Object.fromEntries(Object.entries(items).map(([key, text]) => [key, base64(text)])),
  kind: 'Secret',
  metadata: {
    creationTimestamp: '2026-05-01T12:05:09Z',
    ...metadata,
    name,
    namespace: namespace ?? 'default',
    resourceVersion: '6789',
    uid: '1d6ee3b8-93c0-4f7a-ae5f-a2c7f0a5e0d5',
  },
  type: type ?? 'Opaque',
});

/** As `kubectl get secret -o yaml` prints it. */
export const secretYaml = (parts: SecretParts): string =>
  stringify(secretObject(parts), { lineWidth: 0 });

/** The operator's own Secret of KES. */
export const kesSecret = ({ privateKey, certificate }: OpensslPair): SecretParts => ({
  name: 'kes-tenant-kes-tls',
  items: { 'private.key': privateKey, 'public.crt': certificate },
  metadata: {
    labels: { 'v1.min.io/kes': 'kes-tenant-kes' },
    ownerReferences: [
      {
        apiVersion: 'minio.min.io/v2',
        blockOwnerDeletion: true,
        controller: true,
        kind: 'Tenant',
        name: 'kes-tenant',
        uid: 'f0b6d1c4-2f5e-4a5c-8b0e-1c1f5c1d2e3f',
      },
    ],
  },
});
