import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Names } from '../../lib/model/certificate-spec';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { decodePem, encodePem } from '../../lib/x509/pem';
import { KES, newKey, NO_SUBJECT, openssl, vector, refusal } from './tools';

const ec = newKey();
const rsa = newKey('rsa-2048');

const sorted = (names: Names): Names => ({
  ...names,
  subject: Object.fromEntries(
    Object.entries(names.subject).map(([key, value]) => [
      key,
      Array.isArray(value) ? (value as string[]).toSorted() : value,
    ]),
  ) as unknown as Names['subject'],
});

const text = fc.oneof(
  fc.stringMatching(/^[ -~]{1,20}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((s) => !/\p{Cc}/u.test(s)),
);
const values = fc.array(text, { maxLength: 3 });
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const dnsName = fc
  .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 4 }))
  .map(([wild, labels]) => (wild ? '*.' : '') + labels.join('.'));
const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((o) => o.join('.'));
const ipv6 = fc
  .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
  .filter(([first]) => first !== 0)
  .map((groups) =>
    new URL(`http://[${groups.map((g) => g.toString(16)).join(':')}]`).hostname.slice(1, -1),
  );
const anyNames: fc.Arbitrary<Names> = fc.record({
  subject: fc.record(
    {
      countries: values,
      organizations: values,
      organizationalUnits: values,
      localities: values,
      provinces: values,
      commonName: text,
    },
    {
      requiredKeys: [
        'countries',
        'organizations',
        'organizationalUnits',
        'localities',
        'provinces',
      ],
    },
  ),
  dnsNames: fc.array(dnsName, { maxLength: 5 }),
  ipAddresses: fc.array(fc.oneof(octets, ipv6), { maxLength: 3 }),
});

function altNamesOf(request: peculiar.Pkcs10CertificateRequest) {
  return request.getExtension('2.5.29.17') as peculiar.SubjectAlternativeNameExtension | null;
}

describe('a request', () => {
  it('gives back any names it was made of, in DER order', () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        const { names: read, key } = readRequest(createRequest(ec, names), 'x');
        expect(sorted(read)).toEqual(sorted(names));
        expect(key).toBe('ecdsa-p256');
      }),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(anyNames, (names) => {
        const { names: read, key } = readRequest(createRequest(rsa, names), 'x');
        expect(sorted(read)).toEqual(sorted(names));
        expect(key).toBe('rsa-2048');
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['ecdsa-p256', ec, 'ecdsa-with-SHA256'],
    ['rsa-2048', rsa, 'sha256WithRSAEncryption'],
  ] as const)('with %s is what openssl verifies and shows', (_, key, algorithm) => {
    const files = { 'request.pem': createRequest(key, KES) };
    const shown = openssl(['req', '-in', 'request.pem', '-verify', '-noout', '-text'], files);
    expect(shown).toContain(`Signature Algorithm: ${algorithm}`);
    expect(shown).toContain(`O = system:nodes, CN = ${KES.subject.commonName ?? ''}`);
    expect(shown).toMatch(/X509v3 Subject Alternative Name: ?\n/);
    expect(shown).toContain(
      [
        ...KES.dnsNames.map((n) => `DNS:${n}`),
        'IP Address:10.0.0.1',
        'IP Address:2001:DB8:0:0:0:0:0:1',
      ].join(', '),
    );
  });

  it.each([
    ['ecdsa-p256', ec],
    ['rsa-2048', rsa],
  ] as const)('with %s is what an independent library reads and verifies', async (_, key) => {
    const names: Names = {
      ...KES,
      subject: {
        ...NO_SUBJECT,
        countries: ['CH'],
        provinces: ['Zürich'],
        organizations: ['a_b@c', 'Größe 株式会社'],
        commonName: '*.kes',
      },
    };
    const request = new peculiar.Pkcs10CertificateRequest(createRequest(key, names));
    expect(await request.verify()).toBe(true);
    expect(request.subjectName.toJSON()).toEqual([
      { C: ['CH'] },
      { ST: ['Zürich'] },
      { O: expect.arrayContaining(['a_b@c', 'Größe 株式会社']) },
      { CN: ['*.kes'] },
    ]);
    const altNames = altNamesOf(request);
    expect(altNames?.names.toJSON()).toEqual([
      ...KES.dnsNames.map((value) => ({ type: 'dns', value })),
      { type: 'ip', value: '10.0.0.1' },
      { type: 'ip', value: '2001:db8::1' },
    ]);
    expect(altNames?.critical).toBe(false);
  });

  it('marks its names as critical only when it has no subject', () => {
    const pem = createRequest(ec, { subject: NO_SUBJECT, dnsNames: ['kes'], ipAddresses: [] });
    const request = new peculiar.Pkcs10CertificateRequest(pem);
    expect(altNamesOf(request)?.critical).toBe(true);
  });

  it('asks for no extension when there is no name to put in one', () => {
    const pem = createRequest(ec, { ...KES, dnsNames: [], ipAddresses: [] });
    expect(openssl(['req', '-in', 'r', '-verify', '-noout', '-text'], { r: pem })).not.toContain(
      'X509v3',
    );
  });

  it('is not made for a DNS name in Unicode or an address that is none', () => {
    expect(() => createRequest(ec, { ...KES, dnsNames: ['zürich.example'] })).toThrow(
      'DNS name zürich.example must be ASCII (punycode)',
    );
    expect(() => createRequest(ec, { ...KES, ipAddresses: ['10.0.0'] })).toThrow(
      '10.0.0 is not an IP address',
    );
  });

  it('made by openssl is read with all its names', () => {
    const request = readRequest(vector('ec-request.pem'), 'request.pem');
    expect(request).toMatchObject({
      names: {
        subject: { organizations: ['system:nodes'], commonName: 'system:node:*.kes.default.svc' },
        dnsNames: ['*.kes.default.svc', 'kes.example.com'],
        ipAddresses: ['10.0.0.1', '2001:db8::1'],
      },
      emailAddresses: ['a@example.com'],
      uris: ['spiffe://example.com/kes'],
      key: 'ecdsa-p256',
    });
    const spki = openssl(['req', '-in', 'r', '-noout', '-pubkey'], { r: vector('ec-request.pem') });
    const [block] = decodePem(spki, 'x');
    expect(request.publicKeyDer).toEqual(block?.der);
    expect(request.publicKeySha256).toBe(createHash('sha256').update(block!.der).digest('hex'));
  });

  it('made by openssl with an RSA key and several values in one attribute is read too', () => {
    expect(readRequest(vector('rsa-request.pem'), 'x')).toMatchObject({
      names: {
        subject: {
          countries: ['CH'],
          provinces: ['Zürich'],
          localities: ['Zürich'],
          organizations: ['Example', 'Beispiel AG'],
          organizationalUnits: ['a_b@c'],
          commonName: 'kes',
        },
        dnsNames: ['kes'],
      },
      key: 'rsa-2048',
    });
  });

  it('for RSA-4096 is told apart from RSA-2048', () => {
    expect(readRequest(vector('rsa-4096-request.pem'), 'x').key).toBe('rsa-4096');
  });

  const good = createRequest(ec, KES);
  const [block] = decodePem(good, 'x');
  const changed = Buffer.from(block!.der);
  changed.write('X', changed.indexOf('system:nodes'));
  it.each([
    [
      'the label that Kubernetes refuses',
      vector('new-label-request.pem'),
      'holds NEW CERTIFICATE REQUEST',
    ],
    ['two blocks', good + good, 'holds 2 PEM blocks, not one'],
    ['a certificate', vector('ec-certificate.pem'), 'holds CERTIFICATE, and Kubernetes takes only'],
    ['a SHA-1 signature', vector('sha1-request.pem'), '1.2.840.10045.4.1 is weak or unknown'],
    [
      'a changed name',
      encodePem('CERTIFICATE REQUEST', changed),
      'does not fit its content and key',
    ],
    [
      'trailing bytes',
      encodePem('CERTIFICATE REQUEST', Buffer.concat([block!.der, Buffer.of(5, 0)])),
      'cut off or damaged',
    ],
    [
      'half of it',
      encodePem('CERTIFICATE REQUEST', block!.der.subarray(0, 100)),
      'cut off or damaged',
    ],
  ])('is refused with %s', (_, pem, message) => {
    expect(() => readRequest(pem, 'request.pem')).toThrow(refusal('REQUEST_INVALID', message));
  });
});
