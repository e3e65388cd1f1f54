import { createHash } from 'node:crypto';
import { readCertificates } from '../../lib/x509/certificate';
import { createLocalCa } from '../../lib/x509/local-ca';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { decodePem, encodePem } from '../../lib/x509/pem';
import { KES, newKey, openssl, vector, refusal } from './tools';

const day = 86_400_000;
const now = new Date('2026-11-21T12:00:00Z');
const root = (name: string, key = newKey()) =>
  createLocalCa(key, name, {
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + 365 * day),
    serialNumber: Buffer.alloc(16, 7),
  });
const ca = root('Example CA');
const leaf = ca.sign(readRequest(createRequest(newKey(), KES), 'x'), {
  usages: ['digital signature', 'server auth'],
  expirationSeconds: 90 * 86_400,
  now,
  serialNumber: Buffer.alloc(16, 9),
});

describe('certificates', () => {
  it('are read in the order of the file, with what openssl shows of them', () => {
    const [first, second] = readCertificates(
      `${leaf}subject of the next\n${ca.certificate.pem}`,
      'x',
    );
    const shown = openssl(
      [
        'x509',
        '-in',
        'leaf',
        '-noout',
        '-serial',
        '-fingerprint',
        '-sha256',
        '-nameopt',
        'RFC2253',
      ],
      { leaf },
    );
    expect(shown.toLowerCase()).toContain(`serial=${first!.serialNumber}`);
    expect(shown.replaceAll(':', '').toLowerCase()).toContain(`fingerprint=${first!.sha256}`);
    expect(first).toMatchObject({
      pem: leaf,
      subject: `O=system:nodes, CN=${KES.subject.commonName ?? ''}`,
      issuer: 'CN=Example CA',
      notBefore: new Date('2026-11-21T11:55:00Z'),
      isCa: false,
      isSelfSigned: false,
    });
    expect(second).toMatchObject({ subject: 'CN=Example CA', isCa: true, isSelfSigned: true });
  });

  it.each([
    [
      'ec-certificate.pem',
      'DC=com, O=Example, CN=first, CN=kes.example.com, emailAddress=a@example.com, serialNumber=7',
    ],
    ['bmp-certificate.pem', 'O=Größe'],
    ['ed25519-ca.pem', 'O=Example, CN=Example CA'],
  ])('of every key are read: %s', (name, subject) => {
    const [certificate] = readCertificates(vector(name), name);
    const spki = openssl(['x509', '-in', 'c', '-noout', '-pubkey'], { c: vector(name) });
    expect(certificate).toMatchObject({ subject, isSelfSigned: true });
    expect(certificate!.publicKeySha256).toBe(
      createHash('sha256').update(decodePem(spki, 'x')[0]!.der).digest('hex'),
    );
  });

  it('know their issuer by name and by signature', () => {
    const [issued] = readCertificates(leaf, 'x');
    const [foreign] = readCertificates(vector('ed25519-ca.pem'), 'x');
    expect(issued!.issuedBy(ca.certificate)).toBe(true);
    expect(issued!.issuedBy(root('Example CA').certificate)).toBe(false);
    expect(issued!.issuedBy(foreign!)).toBe(false);
    expect(issued!.issuedBy(issued!)).toBe(false);
    expect(ca.certificate.issuedBy(ca.certificate)).toBe(true);
  });

  it('know an issuer that somebody else read', () => {
    const [issued] = readCertificates(leaf, 'x');
    const { der, pem, subject } = ca.certificate;
    expect(issued!.issuedBy({ ...ca.certificate, der, pem, subject })).toBe(true);
  });

  it('that sign without being a CA issue nothing', () => {
    const self = readCertificates(vector('ec-certificate.pem'), 'x')[0]!;
    expect(self).toMatchObject({ isSelfSigned: true, isCa: false });
    expect(self.issuedBy(self)).toBe(false);
  });

  const der = decodePem(leaf, 'x')[0]!.der;
  const request = vector('ec-request.pem');
  it.each([
    [
      'a request',
      request,
      'PEM_INVALID',
      'holds CERTIFICATE REQUEST, and only CERTIFICATE is allowed',
    ],
    [
      'a private key',
      leaf + encodePem('EC PRIVATE KEY', der),
      'PEM_INVALID',
      'holds a private key beside',
    ],
    [
      'trailing bytes',
      encodePem('CERTIFICATE', Buffer.concat([der, der])),
      'CERTIFICATE_INVALID',
      'certificate 1 is not',
    ],
    [
      'half of it',
      leaf + encodePem('CERTIFICATE', der.subarray(0, 99)),
      'CERTIFICATE_INVALID',
      'certificate 2 is not',
    ],
    [
      'other bytes',
      encodePem('CERTIFICATE', Buffer.from('hello')),
      'CERTIFICATE_INVALID',
      'not a readable X.509',
    ],
    ['nothing', '', 'PEM_INVALID', 'holds no PEM block'],
  ] as const)('are refused with %s', (_, pem, code, message) => {
    expect(() => readCertificates(pem, 'certificate.pem')).toThrow(refusal(code, message));
  });
});
