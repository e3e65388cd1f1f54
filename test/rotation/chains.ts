import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { encodeAltNames } from '../../lib/x509/alt-names';
import * as der from '../../lib/x509/der';
import type { Der } from '../../lib/x509/der';
import { encodeExtension, EXTENSION } from '../../lib/x509/extensions';
import { encodeExtendedKeyUsage, encodeKeyUsage } from '../../lib/x509/key-usages';
import { encodePem } from '../../lib/x509/pem';
import { encodeSubject } from '../../lib/x509/subject';
import { daysAfter } from '../harness';
import { NO_SUBJECT, openssl } from '../x509/tools';

/** Forges certificates as no signer should make them: any digest, date and extension. */

export interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const ec = (namedCurve = 'P-256'): Keys => generateKeyPairSync('ec', { namedCurve });
export const rsa = (modulusLength: number): Keys => generateKeyPairSync('rsa', { modulusLength });
export const ed25519 = (): Keys => generateKeyPairSync('ed25519');

/** How an issuer signs. */
interface Signing {
  readonly algorithm: Der;
  readonly sign: (data: Buffer, key: KeyObject) => Buffer;
}

const plain = (oid: string, digest: string | null, ...parameters: readonly Der[]): Signing => ({
  algorithm: der.sequence(der.objectIdentifier(oid), ...parameters),
  sign: (data, key) => sign(digest, data, key),
});

const pss = (digest: string, saltLength: number, ...parameters: readonly Der[]): Signing => ({
  algorithm: der.sequence(
    der.objectIdentifier('1.2.840.113549.1.1.10'),
    der.sequence(...parameters),
  ),
  sign: (data, key) =>
    sign(digest, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
});

const sha256 = der.sequence(der.objectIdentifier('2.16.840.1.101.3.4.2.1'), der.nothing());

/** RFC 4055, RFC 5758, RFC 8410. */
export const SIGNING = {
  'md5 rsa': plain('1.2.840.113549.1.1.4', 'md5', der.nothing()),
  'sha1 rsa': plain('1.2.840.113549.1.1.5', 'sha1', der.nothing()),
  'sha256 rsa': plain('1.2.840.113549.1.1.11', 'sha256', der.nothing()),
  'sha1 pss': pss('sha1', 20),
  'sha256 pss': pss(
    'sha256',
    32,
    der.tagged(0, [sha256]),
    der.tagged(1, [der.sequence(der.objectIdentifier('1.2.840.113549.1.1.8'), sha256)]),
    der.tagged(2, [der.integer(Buffer.of(32))]),
  ),
  'sha1 ecdsa': plain('1.2.840.10045.4.1', 'sha1'),
  'sha224 ecdsa': plain('1.2.840.10045.4.3.1', 'sha224'),
  'sha256 ecdsa': plain('1.2.840.10045.4.3.2', 'sha256'),
  'sha384 ecdsa': plain('1.2.840.10045.4.3.3', 'sha384'),
  'sha512 ecdsa': plain('1.2.840.10045.4.3.4', 'sha512'),
  ed25519: plain('1.3.101.112', null),
} as const;

const extension = (oid: string, value: Der | undefined, critical = false): Der | undefined =>
  value && encodeExtension(oid, value, critical);

export const basicConstraints = (isCa: boolean, pathLength?: number): Der | undefined =>
  extension(
    EXTENSION.basicConstraints,
    der.sequence(
      ...(isCa ? [der.booleanTrue()] : []),
      ...(pathLength === undefined ? [] : [der.integer(Buffer.of(pathLength))]),
    ),
    true,
  );
export const keyUsage = (...usages: Parameters<typeof encodeKeyUsage>[0]): Der | undefined =>
  extension(EXTENSION.keyUsage, encodeKeyUsage(usages), true);
export const purposes = (...usages: Parameters<typeof encodeExtendedKeyUsage>[0]) =>
  extension(EXTENSION.extendedKeyUsage, encodeExtendedKeyUsage(usages));
/** Purposes by object identifier. */
export const purposeOids = (critical: boolean, ...oids: readonly string[]): Der | undefined =>
  extension(EXTENSION.extendedKeyUsage, der.sequence(...oids.map(der.objectIdentifier)), critical);
/** The names, as they are written, and further GeneralNames. */
export const altNames = (dnsNames: readonly string[], ...others: readonly Der[]) =>
  extension(
    EXTENSION.subjectAltName,
    der.sequence(
      ...der.nodesOf(encodeAltNames({ dnsNames, ipAddresses: [], emailAddresses: [], uris: [] })),
      ...others,
    ),
    others.length > 0,
  );
export const foreign = (critical: boolean): Der | undefined =>
  extension('1.2.3.4', der.nothing(), critical);
/** Permits names below `example.com`. */
export const nameConstraints = (critical: boolean): Der | undefined =>
  extension(
    '2.5.29.30',
    der.sequence(der.tagged(0, [der.sequence(der.tagged(2, Buffer.from('example.com', 'ascii')))])),
    critical,
  );

/** A certificate that can sign others, should anybody believe it. */
export interface Forged {
  readonly pem: string;
  readonly name: Der;
  readonly keys: Keys;
  readonly signing: Signing;
}

export interface Terms {
  readonly issuer?: Forged;
  readonly keys?: Keys;
  /** How it signs, itself included when it has no issuer. */
  readonly signing?: keyof typeof SIGNING;
  /** How its issuer signs it, when not as ever. */
  readonly signedWith?: keyof typeof SIGNING;
  /** What stands beside the signature, when not what was signed. */
  readonly claims?: keyof typeof SIGNING;
  /** Days after NOW. */
  readonly from?: number;
  readonly until?: number;
  readonly extensions?: Readonly<Record<string, Der | undefined>>;
}

let serialNumber = 1;

/** A certificate; a CA for ten years around NOW unless the terms say otherwise. */
export function forge(commonName: string, terms: Terms = {}): Forged {
  const { keys = ec(), signing = 'sha256 ecdsa', from = -1825, until = 1825 } = terms;
  const name = encodeSubject({ ...NO_SUBJECT, commonName });
  const self = { name, keys, signing: SIGNING[signing] };
  const issuer = terms.issuer ?? self;
  const { algorithm, sign } = terms.signedWith ? SIGNING[terms.signedWith] : issuer.signing;
  const extensions = {
    basicConstraints: basicConstraints(true),
    keyUsage: keyUsage('cert sign', 'crl sign'),
    ...terms.extensions,
  };
  const tbs = der.sequence(
    der.tagged(0, [der.integer(Buffer.of(2))]),
    der.integer(Buffer.of(serialNumber++ % 127)),
    algorithm,
    issuer.name,
    der.sequence(der.time(daysAfter(from)), der.time(daysAfter(until))),
    name,
    der.parseDer(keys.publicKey.export({ type: 'spki', format: 'der' })),
    der.tagged(3, [der.sequence(...Object.values(extensions).filter((e) => e !== undefined))]),
  );
  const signature = der.bitString(sign(der.encodeDer(tbs), issuer.keys.privateKey));
  const beside = terms.claims ? SIGNING[terms.claims].algorithm : algorithm;
  const pem = encodePem('CERTIFICATE', der.encodeDer(der.sequence(tbs, beside, signature)));
  return { ...self, pem };
}

/** Whether openssl, as a TLS client that asks for 112 bits of security, takes the chain. */
export function opensslAccepts(chain: string, cas: string, now: Date): boolean {
  const [leaf = '', ...issuers] = chain.split(/(?<=-----END CERTIFICATE-----\n)/);
  const args = ['verify', '-attime', String(now.getTime() / 1000), '-auth_level', '2'];
  try {
    openssl([...args, '-purpose', 'sslserver', '-CAfile', 'ca', '-untrusted', 'sent', 'leaf'], {
      leaf,
      sent: issuers.join('') || leaf,
      ca: cas,
    });
    return true;
  } catch {
    return false;
  }
}
