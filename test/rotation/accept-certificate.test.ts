import { createPublicKey } from 'node:crypto';
import { parseConfig } from '../../lib/config/parse-config';
import type { CertificateSpec } from '../../lib/model/certificate-spec';
import type { ErrorCode } from '../../lib/model/errors';
import type { Revision } from '../../lib/model/revision';
import { acceptCertificate, type AcceptedCertificate } from '../../lib/rotation/accept-certificate';
import { incoherences } from '../../lib/rotation/coherence';
import { makeRevision } from '../../lib/rotation/renew';
import { plaintextSealer } from '../../lib/sealing/plaintext';
import { readCertificates } from '../../lib/x509/certificate';
import { readRequest } from '../../lib/x509/certificate-request';
import * as der from '../../lib/x509/der';
import { NOW, signed, testCa, testRandomness } from '../harness';
import { refusal } from '../x509/tools';
import {
  altNames,
  basicConstraints,
  ec,
  ed25519,
  foreign,
  forge,
  keyUsage,
  nameConstraints,
  opensslAccepts,
  purposeOids,
  purposes,
  rsa,
  type Forged,
  type Keys,
  type Terms,
} from './chains';

const NAME = 'web.example.com';

const { certificates } = parseConfig(
  {
    version: 1,
    certificates: {
      web: {
        commonName: NAME,
        dnsNames: [NAME],
        usages: ['digital signature', 'key encipherment', 'server auth'],
        signer: 'example.com/internal',
        secret: { name: 'web-tls', namespace: 'shop' },
        sealing: { type: 'plaintext', iUnderstandKeysAreInGit: true },
      },
    },
  },
  'releaf.yaml',
);
const spec: CertificateSpec = certificates[0]!;

let revision: Revision;
/** The key that was requested; its private half is sealed and gone. */
let requested: Keys;
let root: Forged;
let weakRoot: Forged;
let rsaRoot: Forged;

beforeAll(async () => {
  revision = await makeRevision(spec, 1, 'a reason', {
    generateKey: testRandomness.generateKey,
    sealer: plaintextSealer,
    now: NOW,
  });
  const { publicKeyDer } = readRequest(revision.request, 'request.pem');
  const publicKey = createPublicKey({ key: publicKeyDer, type: 'spki', format: 'der' });
  root = forge('root');
  requested = { publicKey, privateKey: root.keys.privateKey };
  rsaRoot = forge('RSA root', { keys: rsa(2048), signing: 'sha256 rsa' });
  weakRoot = forge('weak root', { keys: rsa(1024), signing: 'sha256 rsa' });
});

/** The leaf that a Kubernetes signer makes, with changes. */
const leaf = (issuer: Forged, { extensions, ...terms }: Terms = {}): string =>
  forge(NAME, {
    issuer,
    keys: requested,
    from: 0,
    until: 90,
    extensions: {
      keyUsage: keyUsage('digital signature', 'key encipherment'),
      extendedKeyUsage: purposes('server auth'),
      basicConstraints: basicConstraints(false),
      subjectAltName: altNames([NAME]),
      ...extensions,
    },
    ...terms,
  }).pem;

const below = (issuer: Forged, terms: Terms = {}, name = 'sub'): Forged =>
  forge(name, { issuer, ...terms });
/** A leaf below an intermediate. */
const under = (terms: Terms, issuer = root): string => {
  const sub = below(issuer, terms);
  return leaf(sub) + sub.pem;
};

/** The first certificate of a chain. */
const leafOf = (chain: string): string => chain.slice(0, chain.indexOf('-----BEGIN', 1));

function accept(
  pem: string,
  cas?: string,
  now = NOW,
  changes: Partial<CertificateSpec> = {},
): AcceptedCertificate {
  return acceptCertificate(
    { ...spec, ...(cas !== undefined && { ca: 'ca.pem', appendCa: true }), ...changes },
    revision,
    pem,
    'chain.pem',
    { now, revisions: [], ...(cas !== undefined && { cas: readCertificates(cas, 'ca.pem') }) },
  );
}

const verify = (pem: string, cas?: string, changes: Partial<CertificateSpec> = {}) =>
  incoherences(
    { ...spec, ...(cas !== undefined && { ca: 'ca.pem', appendCa: true }), ...changes },
    [{ ...revision, certificate: pem }],
    cas === undefined ? undefined : readCertificates(cas, 'ca.pem'),
    new Map(),
  );

const LATER = new Date(NOW.getTime() + 60_000);

describe('takes', () => {
  it.each<[string, () => Forged]>([
    ['RSA with SHA-256', () => rsaRoot],
    ['RSA-PSS with SHA-256', () => forge('pss', { keys: rsaRoot.keys, signing: 'sha256 pss' })],
    ['ECDSA P-256', () => root],
    ['ECDSA P-384', () => forge('p384', { keys: ec('P-384'), signing: 'sha384 ecdsa' })],
    ['ECDSA P-521', () => forge('p521', { keys: ec('P-521'), signing: 'sha512 ecdsa' })],
    ['Ed25519', () => forge('ed25519', { keys: ed25519(), signing: 'ed25519' })],
    [
      'SHA-1 by which only the root is signed',
      () =>
        forge('old', {
          keys: rsaRoot.keys,
          signing: 'sha256 rsa',
          signedWith: 'sha1 rsa',
        }),
    ],
  ])('what a CA signed with %s', (_, caOf) => {
    const ca = caOf();
    const pem = leaf(ca);
    expect(accept(pem, ca.pem, LATER)).toMatchObject({
      certificate: pem + ca.pem,
      differences: [],
    });
    expect(accept(pem + ca.pem, ca.pem, LATER).certificate).toBe(pem + ca.pem);
    expect(accept(pem + ca.pem, undefined, LATER).certificate).toBe(pem + ca.pem);
    expect(verify(pem + ca.pem, ca.pem)).toEqual([]);
    expect(opensslAccepts(pem, ca.pem, LATER)).toBe(true);
  });

  it.each<[string, () => string]>([
    [
      'two intermediates',
      () => {
        const first = below(root, { extensions: { basicConstraints: basicConstraints(true, 1) } });
        const second = below(
          first,
          { extensions: { basicConstraints: basicConstraints(true, 0) } },
          'second',
        );
        return leaf(second) + second.pem + first.pem;
      },
    ],
    [
      'an intermediate for servers and clients',
      () => under({ extensions: { extendedKeyUsage: purposes('server auth', 'client auth') } }),
    ],
    [
      'extensions that nobody knows and need not',
      () => leaf(root, { extensions: { other: foreign(false) } }),
    ],
    [
      'a name in capitals',
      () => leaf(root, { extensions: { subjectAltName: altNames([NAME.toUpperCase()]) } }),
    ],
    [
      'critical extended key usages',
      () =>
        leaf(root, { extensions: { extendedKeyUsage: purposeOids(true, '1.3.6.1.5.5.7.3.1') } }),
    ],
  ])('%s, without a word', (_, chain) => {
    const pem = chain();
    expect(accept(pem, root.pem, LATER)).toMatchObject({
      certificate: pem + root.pem,
      differences: [],
    });
    expect(verify(pem, root.pem)).toEqual([]);
    expect(opensslAccepts(pem, root.pem, LATER)).toBe(true);
  });

  it('an intermediate for any purpose, as Go does and OpenSSL does not', () => {
    const pem = under({ extensions: { extendedKeyUsage: purposes('any') } });
    expect(accept(pem, root.pem, LATER).certificate).toBe(pem + root.pem);
    expect(opensslAccepts(pem, root.pem, LATER)).toBe(false);
  });

  it('what our own CA signs as kube-controller-manager does', async () => {
    const ca = await testCa();
    const pem = signed(ca, readRequest(revision.request, 'request.pem'));
    expect(accept(pem, ca.certificate.pem)).toMatchObject({
      certificate: pem + ca.certificate.pem,
      differences: [],
    });
  });

  it('the CA certificate that is valid now, of a CA that was renewed with the same key', () => {
    const old = forge('root', { keys: root.keys, until: -1 });
    const next = forge('root', { keys: root.keys, from: 30 });
    const pem = leaf(root);
    for (const cas of [old.pem + next.pem + root.pem, root.pem + old.pem, next.pem + root.pem]) {
      expect(accept(pem, cas, LATER).certificate).toBe(pem + root.pem);
    }
    expect(accept(pem + old.pem, old.pem + root.pem, LATER).certificate).toBe(pem + root.pem);
    expect(verify(pem + root.pem, old.pem)).toEqual([]);
    expect(() => accept(pem, old.pem + next.pem, LATER)).toThrow(
      refusal(
        'CERTIFICATE_CHAIN',
        'ca.pem: the CA CN=root is valid from 2027-03-31T12:00:00.000Z to 2032-02-28T12:00:00.000Z, not now',
      ),
    );
  });
});

describe('refuses', () => {
  const unfit: readonly (readonly [
    string,
    () => string,
    string,
    byOpenssl: 'taken' | 'refused',
  ])[] = [
    [
      'a leaf that is a CA',
      () => leaf(root, { extensions: { basicConstraints: basicConstraints(true) } }),
      'chain.pem: certificate 1 (CN=web.example.com) says CA:true, which a leaf must not',
      'taken',
    ],
    [
      'a leaf signed with MD5',
      () => leaf(rsaRoot, { signedWith: 'md5 rsa' }),
      'chain.pem: certificate 1 (CN=web.example.com) is signed with MD5, SHA-256 or better is needed',
      'refused',
    ],
    [
      'a leaf signed with RSA and SHA-1',
      () => leaf(rsaRoot, { signedWith: 'sha1 rsa' }),
      'certificate 1 (CN=web.example.com) is signed with SHA-1, SHA-256',
      'refused',
    ],
    [
      'a leaf signed with RSA-PSS and SHA-1',
      () => leaf(rsaRoot, { signedWith: 'sha1 pss' }),
      'certificate 1 (CN=web.example.com) is signed with SHA-1, SHA-256',
      'refused',
    ],
    [
      'a leaf signed with ECDSA and SHA-1',
      () => leaf(root, { signedWith: 'sha1 ecdsa' }),
      'certificate 1 (CN=web.example.com) is signed with SHA-1, SHA-256',
      'refused',
    ],
    [
      'a leaf signed as Go does not know',
      () => leaf(root, { signedWith: 'sha224 ecdsa' }),
      'certificate 1 (CN=web.example.com) is signed with 1.2.840.10045.4.3.1, SHA-256',
      'taken',
    ],
    [
      'a leaf that names two signature algorithms',
      () => leaf(root, { claims: 'sha384 ecdsa' }),
      'certificate 1 (CN=web.example.com) names two different signature algorithms',
      'refused',
    ],
    [
      'an intermediate signed with SHA-1',
      () => under({ signedWith: 'sha1 rsa' }, rsaRoot),
      'chain.pem: certificate 2 (CN=sub) is signed with SHA-1, SHA-256',
      'refused',
    ],
    [
      'an intermediate with a short RSA key',
      () => under({ keys: weakRoot.keys, signing: 'sha256 rsa' }),
      'chain.pem: certificate 2 (CN=sub) has an RSA key of 1024 bits, at least 2048 are needed',
      'refused',
    ],
    [
      'a leaf with an unknown critical extension',
      () => leaf(root, { extensions: { other: foreign(true) } }),
      'certificate 1 (CN=web.example.com) has the critical extension 1.2.3.4, which clients do not know',
      'refused',
    ],
    [
      'an intermediate with an unknown critical extension',
      () => under({ extensions: { other: foreign(true) } }),
      'certificate 2 (CN=sub) has the critical extension 1.2.3.4, which clients do not know',
      'refused',
    ],
    [
      'an intermediate with critical name constraints',
      () => under({ extensions: { other: nameConstraints(true) } }),
      'certificate 2 (CN=sub) has name constraints, which releaf cannot check',
      'taken',
    ],
    [
      'an intermediate with name constraints',
      () => under({ extensions: { other: nameConstraints(false) } }),
      'certificate 2 (CN=sub) has name constraints, which releaf cannot check',
      'taken',
    ],
    [
      'an intermediate that is no CA',
      () => under({ extensions: { basicConstraints: basicConstraints(false) } }),
      'certificate 2 (CN=sub) signed the one before it, and is not a CA that may sign certificates',
      'refused',
    ],
    [
      'an intermediate that may not sign certificates',
      () => under({ extensions: { keyUsage: keyUsage('crl sign', 'digital signature') } }),
      'certificate 2 (CN=sub) signed the one before it, and is not a CA that may sign certificates',
      'refused',
    ],
    [
      'a CA below one that allows none',
      () => {
        const first = below(root, { extensions: { basicConstraints: basicConstraints(true, 0) } });
        const second = below(first, {}, 'second');
        return leaf(second) + second.pem + first.pem;
      },
      'certificate 3 (CN=sub) allows a path length of 0, and has 1',
      'refused',
    ],
    [
      'an intermediate for clients only',
      () => under({ extensions: { extendedKeyUsage: purposes('client auth') } }),
      'certificate 2 (CN=sub) may not sign for server auth: its extended key usage is client auth',
      'refused',
    ],
    [
      'an intermediate for an unknown purpose only',
      () => under({ extensions: { extendedKeyUsage: purposeOids(false, '1.2.3.4') } }),
      'certificate 2 (CN=sub) may not sign for server auth: its extended key usage is something else',
      'refused',
    ],
  ];

  it.each(unfit)('%s', (_, chain, message, byOpenssl) => {
    const pem = chain();
    const cas = root.pem + rsaRoot.pem;
    expect(() => accept(pem, cas, LATER)).toThrow(refusal('CERTIFICATE_UNFIT', message));
    expect(() => accept(pem, undefined, LATER)).toThrow(refusal('CERTIFICATE_UNFIT', message));
    expect(verify(pem)).toMatchObject([{ code: 'CERTIFICATE_UNFIT' }]);
    expect(opensslAccepts(pem, cas, LATER)).toBe(byOpenssl === 'taken');
  });

  it.each<[string, () => Forged, string]>([
    [
      'with a short RSA key',
      () => weakRoot,
      '(CN=weak root) has an RSA key of 1024 bits, at least 2048 are needed',
    ],
    [
      'with an unknown critical extension',
      () => forge('root', { extensions: { other: foreign(true) } }),
      '(CN=root) has the critical extension 1.2.3.4, which clients do not know',
    ],
    [
      'for clients only',
      () => forge('root', { extensions: { extendedKeyUsage: purposes('client auth') } }),
      '(CN=root) may not sign for server auth: its extended key usage is client auth',
    ],
    [
      'that allows no CA below it',
      () => forge('root', { extensions: { basicConstraints: basicConstraints(true, 0) } }),
      '(CN=root) allows a path length of 0, and has 1',
    ],
  ])('what leads to a CA %s', (_, caOf, message) => {
    const ca = caOf();
    const pem = under({}, ca);
    const error = refusal('CERTIFICATE_UNFIT', `ca.pem: the CA ${message}`);
    expect(() => accept(pem, ca.pem, LATER)).toThrow(error);
    expect(verify(pem, ca.pem)).toMatchObject([{ code: 'CERTIFICATE_UNFIT' }]);
    expect(opensslAccepts(pem, ca.pem, LATER)).toBe(false);
  });

  it.each<[string, Terms, string]>([
    [
      'has expired',
      { until: -1 },
      'valid from 2022-03-02T12:00:00.000Z to 2027-02-28T12:00:00.000Z',
    ],
    [
      'is not valid yet',
      { from: 2 },
      'valid from 2027-03-03T12:00:00.000Z to 2032-02-28T12:00:00.000Z',
    ],
  ])('an intermediate that %s, which verify leaves to the calendar', (_, terms, dates) => {
    const pem = under(terms);
    const message = `chain.pem: certificate 2 (CN=sub) is ${dates}, not now`;
    expect(() => accept(pem, root.pem, LATER)).toThrow(refusal('CERTIFICATE_CHAIN', message));
    expect(() => accept(pem, undefined, LATER)).toThrow(refusal('CERTIFICATE_CHAIN', message));
    expect(verify(pem, root.pem)).toEqual([]);
    expect(opensslAccepts(pem, root.pem, LATER)).toBe(false);
  });

  it.each<[string, () => string, ErrorCode, string]>([
    [
      'another CA of the same name',
      () => leaf(forge('root')),
      'CERTIFICATE_CHAIN',
      'chain.pem: issued by CN=root, which is not signed by a CA of ca.pem (CN=root)',
    ],
    [
      'an issuer of the same name that did not sign',
      () => leaf(root) + forge('root').pem,
      'CERTIFICATE_ORDER',
      'chain.pem: certificate 1 (CN=web.example.com) is not issued by certificate 2 (CN=root)',
    ],
  ])('%s', (_, chain, code, message) => {
    expect(() => accept(chain(), root.pem, LATER)).toThrow(refusal(code, message));
  });
});

describe('behind the CA', () => {
  const CHAIN = /^certificates\/web\/1\/certificate\.pem: certificate (\d) \((.*)\) /;
  const stranger = (pem: string, cas?: string, changes?: Partial<CertificateSpec>) =>
    verify(pem, cas, changes).map(({ code, message }) => [code, ...CHAIN.exec(message)!.slice(1)]);
  /** The public key of the CA under a root of somebody else, which takes nothing that is secret. */
  const crossed = (issuer: Forged, keys = root.keys): string => forge('root', { issuer, keys }).pem;

  it('a root of a stranger, who signed the public key of the CA, is refused', () => {
    const evil = forge('evil root');
    const pem = leaf(root) + crossed(evil) + evil.pem;
    expect(stranger(pem, root.pem)).toEqual([['CERTIFICATE_CHAIN', '3', 'CN=evil root']]);
    expect(verify(pem, root.pem)[0]).toMatchObject({
      message: expect.stringMatching(/ goes on behind the CA, and is not in ca\.pem$/) as string,
      hint: 'renew it: releaf renew web --force; if somebody changed the file by hand, restore it from Git',
    });
    expect(accept(pem, root.pem, LATER).certificate).toBe(leafOf(pem) + root.pem);
  });

  it('such a root is refused behind an intermediate too', () => {
    const evil = forge('evil root');
    const pem = under({}) + crossed(evil) + evil.pem;
    expect(stranger(pem, root.pem)).toEqual([['CERTIFICATE_CHAIN', '4', 'CN=evil root']]);
  });

  it.each<[string, () => readonly [pem: string, cas: string]]>([
    ['nothing', () => [leaf(root), root.pem]],
    [
      'the CA as it was before it was renewed with the same key',
      () => [leaf(root) + forge('root', { keys: root.keys }).pem, root.pem],
    ],
    ['the CA, cross-signed by another', () => [leaf(root) + crossed(forge('older')), root.pem]],
    [
      'the other CA too, where the config has both',
      () => {
        const older = forge('older');
        return [leaf(root) + crossed(older) + older.pem, root.pem + older.pem];
      },
    ],
  ])('%s is right', (_, made) => {
    expect(verify(...made())).toEqual([]);
  });
});

describe('with trust: leaf, where MinIO trusts whatever stands in the file,', () => {
  const PINNED = { profile: 'minio-kes', appendCa: false } as const;

  it('fetch leaves everything but the leaf out, also the root of a stranger', () => {
    const evil = forge('evil root');
    const pem = under({}) + forge('root', { issuer: evil, keys: root.keys }).pem + evil.pem;
    expect(accept(pem, undefined, LATER, PINNED)).toMatchObject({
      certificate: leafOf(pem),
      differences: [],
    });
  });

  it('an expired intermediate, which goes, is no hindrance', () => {
    const pem = under({ until: -1 });
    expect(accept(pem, undefined, LATER, PINNED).certificate).toBe(leafOf(pem));
  });

  it('verify refuses the CA behind what it signed, although the config has it', () => {
    expect(verify(leaf(root), root.pem, PINNED)).toEqual([]);
    expect(verify(under({}), root.pem, PINNED)).toEqual([]);
    expect(verify(leaf(root) + root.pem, root.pem, PINNED)).toMatchObject([
      {
        message:
          'certificates/web/1/certificate.pem: certificate 2 (CN=root) stands behind the leaf, and with trust: leaf MinIO would trust it too',
      },
    ]);
  });

  it('verify refuses a second certificate', () => {
    const pem = under({});
    expect(verify(leafOf(pem), undefined, PINNED)).toEqual([]);
    expect(verify(pem, undefined, PINNED)).toMatchObject([
      {
        code: 'CERTIFICATE_CHAIN',
        message:
          'certificates/web/1/certificate.pem: certificate 2 (CN=sub) stands behind the leaf, and with trust: leaf MinIO would trust it too',
        hint: 'renew it: releaf renew web --force; if somebody changed the file by hand, restore it from Git',
      },
    ]);
  });

  it('the way to the CA stays where the config names one', () => {
    const pem = under({});
    expect(accept(pem, root.pem, LATER, PINNED).certificate).toBe(pem);
    expect(verify(pem, root.pem, PINNED)).toEqual([]);
  });
});

it.each<[string, (pem: string) => string]>([
  ['in front of', (pem) => `kubectl delete ns shop\n${pem}`],
  ['behind', (pem) => `${pem}\u001b[2J\n`],
  ['in another form inside of', (pem) => pem.replaceAll('\n', '\r\n')],
])('verify refuses text %s the certificates, which the Secret would hold', (_, change) => {
  const pem = leaf(root);
  expect(verify(pem, root.pem)).toEqual([]);
  expect(verify(change(pem), root.pem)).toMatchObject([
    {
      code: 'REVISION_INVALID',
      message:
        'certificates/web/1/certificate.pem: holds more than its certificates, or not in the form in which releaf writes them',
    },
  ]);
});

describe('tells of', () => {
  const otherName = der.tagged(0, [
    der.objectIdentifier('1.3.6.1.4.1.311.20.2.3'),
    der.tagged(0, [der.octetString(Buffer.from('admin', 'ascii'))]),
  ]);
  it.each<[string, () => string, readonly string[]]>([
    [
      'usages that Kubernetes has no name for',
      () =>
        leaf(root, {
          extensions: {
            extendedKeyUsage: purposeOids(
              false,
              '1.3.6.1.5.5.7.3.1',
              '1.3.6.1.5.5.7.3.2',
              '1.2.3.4',
            ),
          },
        }),
      ['usages not asked for: client auth, 1.2.3.4'],
    ],
    [
      'names of kinds that are not read',
      () =>
        leaf(root, {
          extensions: {
            subjectAltName: altNames([NAME], otherName, der.tagged(8, Buffer.of(42, 3))),
          },
        }),
      ['names of a kind that cannot be asked for: otherName, registeredID'],
    ],
    [
      'an intermediate that ends first',
      () => under({ until: 60 }),
      ['it ends on 2027-05-30T12:00:00.000Z, its CA (CN=sub) already on 2027-04-30T12:00:00.000Z'],
    ],
  ])('%s', (_, chain, differences) => {
    expect(accept(chain(), root.pem, LATER).differences).toEqual(differences);
  });

  it('a CA that ends first, and of one whose name constraints it has not checked', () => {
    const ca = forge('root', { until: 30, extensions: { other: nameConstraints(true) } });
    expect(accept(leaf(ca), ca.pem, LATER).differences).toEqual([
      'it ends on 2027-05-30T12:00:00.000Z, its CA (CN=root) already on 2027-03-31T12:00:00.000Z',
      'its CA (CN=root) has name constraints, which releaf does not check',
    ]);
  });
});
