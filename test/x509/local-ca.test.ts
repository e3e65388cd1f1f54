import { createPublicKey } from 'node:crypto';
import { inspect } from 'node:util';
import { KEY_ALGORITHMS, type KeyUsage } from '../../lib/model/certificate-spec';
import { readCertificates } from '../../lib/x509/certificate';
import { readContents } from '../../lib/x509/certificate-contents';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { createLocalCa, openLocalCa } from '../../lib/x509/local-ca';
import type { LocalCa } from '../../lib/x509/local-ca';
import { KES, newKey, NO_SUBJECT, openssl, vector, refusal } from './tools';

const HOUR = 3600;
const now = new Date('2026-11-21T12:00:00Z');
const key = newKey();
const ca = createLocalCa(key, 'Example CA', {
  notBefore: new Date('2026-11-01T00:00:00Z'),
  notAfter: new Date('2056-11-01T00:00:00Z'),
  serialNumber: Buffer.alloc(16, 0xff),
});
const request = readRequest(createRequest(newKey(), KES), 'request.pem');
const usages: readonly KeyUsage[] = ['server auth', 'key encipherment', 'digital signature'];
const terms = { usages, expirationSeconds: 90 * 24 * HOUR, now, serialNumber: Buffer.alloc(16) };

const signed = (by: LocalCa, changes: Partial<typeof terms> = {}) =>
  readCertificates(by.sign(request, { ...terms, ...changes }), 'leaf')[0]!;

/** Key and certificate as openssl makes them; the key is only ever in memory and a removed folder. */
function opensslCa(algorithm: readonly string[], ...extra: readonly string[]): [string, string] {
  const made = openssl([
    ...[
      'req',
      '-x509',
      '-newkey',
      ...algorithm,
      '-nodes',
      '-keyout',
      '-',
      '-days',
      '9000',
      '-subj',
      '/CN=CA',
    ],
    ...extra,
  ]);
  const at = made.indexOf('-----BEGIN CERTIFICATE');
  return [made.slice(at), made.slice(0, at)];
}
const P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

describe('a local CA', () => {
  it('makes a certificate that openssl verifies for a server', () => {
    const files = { 'ca.pem': ca.certificate.pem, 'leaf.pem': signed(ca).pem };
    const at = ['-attime', String(now.getTime() / 1000)];
    const args = [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      ...at,
      '-CAfile',
      'ca.pem',
      'leaf.pem',
    ];
    // The time: the leaf verifies now and not only on the day of this test.
    expect(openssl(args, files)).toContain('leaf.pem: OK');
  });

  it('copies subject and names, and takes usages from its terms', () => {
    const leaf = signed(ca);
    const contents = readContents(leaf.der);
    expect(contents.names).toEqual(request.names);
    expect(contents.usages).toEqual(['digital signature', 'key encipherment', 'server auth']);
    expect(contents.isCa).toBe(false);
    expect(contents.authorityKeyId).toBe(readContents(ca.certificate.der).subjectKeyId);
    expect(contents.subjectKeyId).toMatch(/^[0-9a-f]{40}$/);
    expect(contents.subjectKeyId).not.toBe(contents.authorityKeyId);
    expect(leaf.publicKeySha256).toBe(request.publicKeySha256);
    expect(leaf.issuedBy(ca.certificate)).toBe(true);
    const shown = openssl(['x509', '-in', 'leaf', '-noout', '-text'], { leaf: leaf.pem });
    expect(shown).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment/);
    expect(shown).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(shown).toMatch(/Extended Key Usage: \n/);
  });

  it('keeps email and URI names, and marks names as critical when there is no subject', () => {
    const foreign = readRequest(vector('ec-request.pem'), 'x');
    const pem = ca.sign(foreign, terms);
    expect(foreign.names).toMatchObject({
      emailAddresses: ['a@example.com'],
      uris: ['spiffe://example.com/kes'],
    });
    expect(readContents(readCertificates(pem, 'x')[0]!.der).names).toEqual(foreign.names);
    const nameless = createRequest(newKey(), {
      ...KES,
      subject: NO_SUBJECT,
    });
    const leaf = ca.sign(readRequest(nameless, 'x'), terms);
    expect(openssl(['x509', '-in', 'l', '-noout', '-text'], { l: leaf })).toContain(
      'Alternative Name: critical',
    );
    expect(readCertificates(leaf, 'x')[0]!.subject).toBe('');
  });

  it.each([
    ['a long lifetime, shortened by the back-dating', 90 * 24 * HOUR, '2027-02-19T11:55:00.000Z'],
    ['exactly eight hours, shortened too', 8 * HOUR, '2026-11-21T19:55:00.000Z'],
    ['a short lifetime, whole', 8 * HOUR - 1, '2026-11-21T19:59:59.000Z'],
    ['ten minutes at least', 60, '2026-11-21T12:10:00.000Z'],
    ['a date from 2050 on', 25 * 365 * 24 * HOUR, '2051-11-15T11:55:00.000Z'],
    ['the end of the CA at most', 40 * 365 * 24 * HOUR, '2056-11-01T00:00:00.000Z'],
  ])('gives %s', (_, expirationSeconds, notAfter) => {
    const leaf = signed(ca, { expirationSeconds });
    expect(leaf.notBefore.toISOString()).toBe('2026-11-21T11:55:00.000Z');
    expect(leaf.notAfter.toISOString()).toBe(notAfter);
  });

  it.each([
    ['00'.repeat(16), `40${'00'.repeat(15)}`],
    ['ff'.repeat(16), `7f${'ff'.repeat(15)}`],
  ])('makes a positive serial number of %s', (random, serialNumber) => {
    expect(signed(ca, { serialNumber: Buffer.from(random, 'hex') }).serialNumber).toBe(
      serialNumber,
    );
  });

  it.each(['2026-10-31T23:59:59Z', '2056-11-01T00:00:00Z'])(
    'does not sign at %s, when it is not valid',
    (at) => {
      expect(() => signed(ca, { now: new Date(at) })).toThrow(
        refusal('CA_INVALID', 'cannot sign at'),
      );
    },
  );

  it.each(KEY_ALGORITHMS)('with a key of %s signs what openssl verifies', (algorithm) => {
    const made = createLocalCa(newKey(algorithm), algorithm, {
      notBefore: new Date('2026-11-01T00:00:00Z'),
      notAfter: new Date('2027-11-01T00:00:00Z'),
      serialNumber: Buffer.alloc(16, 1),
    });
    const files = { ca: made.certificate.pem, leaf: made.sign(request, terms) };
    const at = ['-attime', String(now.getTime() / 1000)];
    const args = ['verify', '-x509_strict', '-check_ss_sig', ...at, '-CAfile', 'ca', 'leaf'];
    expect(openssl(args, files)).toContain('leaf: OK');
  });

  it.each([
    ['RSA-2048', ['rsa:2048'], 'sha256WithRSAEncryption'],
    ['RSA-3072', ['rsa:3072'], 'sha256WithRSAEncryption'],
    ['RSA-2560', ['rsa:2560'], 'sha256WithRSAEncryption'],
    ['P-256', P256, 'ecdsa-with-SHA256'],
    ['P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'], 'ecdsa-with-SHA384'],
    ['Ed25519', ['ed25519'], 'ED25519'],
  ])('of openssl with a key of %s signs', (_, algorithm, signature) => {
    const [certificate, privateKey] = opensslCa(algorithm);
    const opened = openLocalCa(certificate, privateKey, 'ca/');
    const leaf = opened.sign(request, {
      ...terms,
      now: new Date(opened.certificate.notBefore.getTime() + 1000),
    });
    const args = ['verify', '-attime', String(opened.certificate.notBefore.getTime() / 1000 + 2)];
    const files = { ca: certificate, leaf };
    expect(openssl([...args, '-CAfile', 'ca', 'leaf'], files)).toContain('leaf: OK');
    expect(openssl(['x509', '-in', 'leaf', '-noout', '-text'], files)).toContain(
      `Signature Algorithm: ${signature}`,
    );
  });

  it('does not print its key', () => {
    const [certificate, privateKey] = opensslCa(P256);
    const opened = openLocalCa(certificate, privateKey, 'ca/');
    const shown = inspect([opened, ca], { showHidden: true, depth: null });
    expect(shown).not.toMatch(/KeyObject|PRIVATE KEY/);
  });

  const [certificate, privateKey] = opensslCa(P256);
  const [foreign] = opensslCa(P256);
  const noCa = opensslCa(P256, '-addext', 'basicConstraints=critical,CA:FALSE');
  const noSign = opensslCa(P256, '-addext', 'keyUsage=critical,digitalSignature');
  const p521 = opensslCa(['ec', '-pkeyopt', 'ec_paramgen_curve:P-521']);
  const encrypted = openssl(['pkey', '-in', 'k', '-aes256', '-passout', 'pass:x'], {
    k: privateKey,
  });
  it.each([
    ['without CA:true', ...noCa, 'CN=CA in ca/ is not a CA: its basic constraints lack CA:true'],
    [
      'without the usage',
      ...noSign,
      'may not sign certificates: its key usage is digital signature',
    ],
    ['with a key of P-521', ...p521, 'is of type ec, and only RSA, P-256, P-384 and Ed25519'],
    ['of another key', foreign, privateKey, 'does not belong to the CA certificate'],
    ['with two certificates', certificate + foreign, privateKey, 'must be one certificate, not 2'],
    ['with an encrypted key', certificate, encrypted, 'the CA key in ca/ is encrypted'],
    ['with a key cut off', certificate, privateKey.slice(0, 100), 'not a readable PEM private key'],
    ['with a public key', certificate, certificate, 'not a readable PEM private key'],
  ])('%s is refused', (_, certificatePem, privateKeyPem, message) => {
    expect(() => openLocalCa(certificatePem, privateKeyPem, 'ca/')).toThrow(
      refusal('CA_INVALID', message),
    );
  });

  it('in memory is a CA whose key is the one it was given', () => {
    const spki = createPublicKey({ key: key.publicKeyDer(), type: 'spki', format: 'der' });
    expect(ca.certificate).toMatchObject({
      isCa: true,
      isSelfSigned: true,
      subject: 'CN=Example CA',
    });
    expect(spki.export({ type: 'spki', format: 'der' })).toEqual(key.publicKeyDer());
    expect(readContents(ca.certificate.der)).toMatchObject({
      usages: ['digital signature', 'cert sign', 'crl sign'],
      subjectKeyId: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });
});
