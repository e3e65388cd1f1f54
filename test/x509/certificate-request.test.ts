import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { KEY_ALGORITHMS, type KeyAlgorithm, type Names } from '../../lib/model/certificate-spec';
import { asksOnlyFor, createRequest, readRequest } from '../../lib/x509/certificate-request';
import { decodePem, encodePem } from '../../lib/x509/pem';
import { isUri } from '../../lib/x509/uri';
import type { PrivateKey } from '../../lib/x509/private-key';
import { KES, newKey, NO_SUBJECT, openssl, vector, refusal } from './tools';

const keys = Object.fromEntries(
  KEY_ALGORITHMS.map((algorithm) => [algorithm, newKey(algorithm)]),
) as Record<KeyAlgorithm, PrivateKey>;
const ec = keys['ecdsa-p256'];
const ALL_NAMES: Names = {
  ...KES,
  emailAddresses: ['admin@example.com', "o'Neil+kes@mail.example.com"],
  uris: ['spiffe://example.com/kes', 'urn:uuid:f81d4fae', 'https://[2001:db8::1]:7373/a?b#c'],
};

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
const lowerDomain = (address: string) => address.replace(/@.*/, (domain) => domain.toLowerCase());
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
  emailAddresses: fc.array(fc.emailAddress().map(lowerDomain), { maxLength: 2 }),
  uris: fc.array(fc.webUrl({ withQueryParameters: true, withFragments: true }).filter(isUri), {
    maxLength: 2,
  }),
});

function altNamesOf(request: peculiar.Pkcs10CertificateRequest) {
  return request.getExtension('2.5.29.17') as peculiar.SubjectAlternativeNameExtension | null;
}

/** Only the request leaves openssl: its key is written nowhere. */
const opensslRequest = (uri: string): string =>
  openssl([
    ...['req', '-new', '-newkey', 'ed25519', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=x'],
    ...['-addext', `subjectAltName=URI:${uri}`],
  ]);

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
  });

  it.each(KEY_ALGORITHMS)('with %s is read with its names and its key', (algorithm) => {
    const request = readRequest(createRequest(keys[algorithm], ALL_NAMES), 'x');
    expect(request.names).toEqual(ALL_NAMES);
    expect(request.key).toBe(algorithm);
    expect(request.publicKeyDer).toEqual(keys[algorithm].publicKeyDer());
    expect(asksOnlyFor(request, ALL_NAMES)).toBe(true);
    expect(asksOnlyFor(request, KES)).toBe(false);
  });

  it.each([
    ['ecdsa-p256', 'ecdsa-with-SHA256', 'Public-Key: (256 bit)'],
    ['ecdsa-p384', 'ecdsa-with-SHA384', 'Public-Key: (384 bit)'],
    ['ed25519', 'ED25519', 'ED25519 Public-Key:'],
    ['rsa-2048', 'sha256WithRSAEncryption', 'Public-Key: (2048 bit)'],
    ['rsa-3072', 'sha256WithRSAEncryption', 'Public-Key: (3072 bit)'],
    ['rsa-4096', 'sha256WithRSAEncryption', 'Public-Key: (4096 bit)'],
  ] as const)('with %s is what openssl verifies and shows', (key, algorithm, size) => {
    const files = { 'request.pem': createRequest(keys[key], ALL_NAMES) };
    const shown = openssl(['req', '-in', 'request.pem', '-verify', '-noout', '-text'], files);
    expect(shown).toContain(`Signature Algorithm: ${algorithm}`);
    expect(shown).toContain(size);
    expect(shown).toContain(`O = system:nodes, CN = ${KES.subject.commonName ?? ''}`);
    expect(shown).toMatch(/X509v3 Subject Alternative Name: ?\n/);
    expect(shown).toContain(
      [
        ...ALL_NAMES.dnsNames.map((name) => `DNS:${name}`),
        ...ALL_NAMES.emailAddresses.map((address) => `email:${address}`),
        'IP Address:10.0.0.1',
        'IP Address:2001:DB8:0:0:0:0:0:1',
        ...ALL_NAMES.uris.map((uri) => `URI:${uri}`),
      ].join(', '),
    );
  });

  it.each(KEY_ALGORITHMS)('with %s is what an independent library verifies', async (key) => {
    const names: Names = {
      ...ALL_NAMES,
      subject: {
        ...NO_SUBJECT,
        countries: ['CH'],
        provinces: ['Zürich'],
        organizations: ['a_b@c', 'Größe 株式会社'],
        commonName: '*.kes',
      },
    };
    const request = new peculiar.Pkcs10CertificateRequest(createRequest(keys[key], names));
    expect(await request.verify()).toBe(true);
    expect(request.subjectName.toJSON()).toEqual([
      { C: ['CH'] },
      { ST: ['Zürich'] },
      { O: expect.arrayContaining(['a_b@c', 'Größe 株式会社']) },
      { CN: ['*.kes'] },
    ]);
    const altNames = altNamesOf(request);
    expect(altNames?.names.toJSON()).toEqual([
      ...names.dnsNames.map((value) => ({ type: 'dns', value })),
      ...names.emailAddresses.map((value) => ({ type: 'email', value })),
      { type: 'ip', value: '10.0.0.1' },
      { type: 'ip', value: '2001:db8::1' },
      ...names.uris.map((value) => ({ type: 'url', value })),
    ]);
    expect(altNames?.critical).toBe(false);
  });

  it('marks its names as critical only when it has no subject', () => {
    const pem = createRequest(ec, { ...KES, subject: NO_SUBJECT });
    const request = new peculiar.Pkcs10CertificateRequest(pem);
    expect(altNamesOf(request)?.critical).toBe(true);
  });

  it('with a URI that Go refuses is refused', () => {
    const pem = opensslRequest('https://exa..mple.com/');
    expect(() => readRequest(pem, 'request.pem')).toThrow(
      refusal('REQUEST_INVALID', 'its URI https://exa..mple.com/ is not a valid absolute URI'),
    );
  });

  it('asks for no extension when there is no name to put in one', () => {
    const pem = createRequest(ec, { ...KES, dnsNames: [], ipAddresses: [] });
    expect(openssl(['req', '-in', 'r', '-verify', '-noout', '-text'], { r: pem })).not.toContain(
      'X509v3',
    );
  });

  it.each<[Partial<Names>, string]>([
    [{ dnsNames: ['zürich.example'] }, 'DNS name zürich.example must be ASCII (punycode)'],
    [{ ipAddresses: ['10.0.0'] }, '10.0.0 is not an IP address'],
    [{ emailAddresses: ['jürg@example.com'] }, 'jürg@example.com is not an email address in ASCII'],
    [{ emailAddresses: ['a@Example.com'] }, 'with a domain in lower case'],
    [{ emailAddresses: ['example.com'] }, 'example.com is not an email address'],
    [{ uris: ['/web'] }, '/web is not an absolute URI'],
    [{ uris: ['https://zürich.example/'] }, 'is not an absolute URI in ASCII'],
    [{ uris: ['SPIFFE://example.com/web'] }, 'with a scheme in lower case'],
  ])('is not made for %j', (names, message) => {
    expect(() => createRequest(ec, { ...KES, ...names })).toThrow(
      refusal('REQUEST_INVALID', message),
    );
  });

  it('made by openssl is read with all its names', () => {
    const request = readRequest(vector('ec-request.pem'), 'request.pem');
    expect(request).toMatchObject({
      names: {
        subject: { organizations: ['system:nodes'], commonName: 'system:node:*.kes.default.svc' },
        dnsNames: ['*.kes.default.svc', 'kes.example.com'],
        ipAddresses: ['10.0.0.1', '2001:db8::1'],
        emailAddresses: ['a@example.com'],
        uris: ['spiffe://example.com/kes'],
      },
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

  it.each([
    ['p384-request.pem', 'ecdsa-p384', ['Admin@example.com'], ['spiffe://example.com/p384']],
    ['ed25519-request.pem', 'ed25519', ['admin@example.com'], ['spiffe://example.com/ed25519']],
    ['rsa-3072-request.pem', 'rsa-3072', ['admin@example.com'], ['spiffe://example.com/rsa-3072']],
    ['rsa-4096-request.pem', 'rsa-4096', [], []],
    ['p521-request.pem', undefined, [], []],
  ])('made by openssl is told apart by its key: %s', (name, key, emailAddresses, uris) => {
    const request = readRequest(vector(name), name);
    expect(request.key).toBe(key);
    expect(request.names).toMatchObject({ emailAddresses, uris });
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
