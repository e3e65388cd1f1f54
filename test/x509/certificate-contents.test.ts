import { readContents } from '../../lib/x509/certificate-contents';
import { decodePem } from '../../lib/x509/pem';
import { vector } from './tools';

const contents = (name: string) => readContents(decodePem(vector(name), name)[0]!.der);

describe('the contents of a certificate', () => {
  it('are its names and usages; kinds that Kubernetes does not know are passed over', () => {
    expect(contents('ec-certificate.pem')).toMatchObject({
      names: {
        subject: { organizations: ['Example'], countries: [], commonName: 'kes.example.com' },
        dnsNames: ['kes.example.com'],
        ipAddresses: ['::1'],
        emailAddresses: ['a@example.com'],
        uris: ['https://example.com/'],
      },
      otherAltNames: ['registeredID', 'otherName'],
      usages: [
        'digital signature',
        'key encipherment',
        'key agreement',
        'decipher only',
        'server auth',
        'client auth',
      ],
      isCa: false,
    });
  });

  it('are read from an Ed25519 CA with its key identifiers', () => {
    const ca = contents('ed25519-ca.pem');
    expect(ca).toMatchObject({ isCa: true, usages: ['cert sign', 'crl sign'] });
    expect(ca.subjectKeyId).toMatch(/^[0-9a-f]{40}$/);
    expect(ca.authorityKeyId).toBe(ca.subjectKeyId);
  });

  it('are read from the UTF-16 of an old CA', () => {
    const { names, isCa } = contents('bmp-certificate.pem');
    expect(names.subject).toMatchObject({ organizations: ['Größe'] });
    expect(names.subject).not.toHaveProperty('commonName');
    expect(isCa).toBe(false);
  });
});
