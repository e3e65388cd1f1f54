import type { CertificateSpec } from '../../lib/model/certificate-spec';
import type { Revision } from '../../lib/model/revision';
import { parseConfig } from '../../lib/config/parse-config';
import { identityLines } from '../../lib/report/identity';
import type { SealedFor } from '../../lib/rotation/changes';
import { assertOwnCertificate } from '../../lib/rotation/own-certificate';
import { plan, type Step } from '../../lib/rotation/plan';
import { makeRevision, reuseRevision } from '../../lib/rotation/renew';
import { secretToRead, servedRevisions } from '../../lib/rotation/secret-name';
import { readSealingCertificate, sealedSecretsSealer } from '../../lib/sealing/sealed-secrets';
import type { LocalCa } from '../../lib/x509/local-ca';
import { readCertificates } from '../../lib/x509/certificate';
import { readRequest } from '../../lib/x509/certificate-request';
import { daysAfter, NOW, SEALING_CERTIFICATE, signed, testCa, testRandomness } from '../harness';

const sealingCertificate = readSealingCertificate(SEALING_CERTIFICATE, 'sealing.pem', NOW);
const sealedFor = { sealingCertificateSha256: sealingCertificate.sha256 };
const REQUEST_FILE = 'request.pem';

const specOf = (changed: Partial<CertificateSpec> = {}): CertificateSpec => {
  const { certificates } = parseConfig(
    {
      version: 1,
      certificates: {
        client: {
          dnsNames: ['client.example.com'],
          signer: 'example.com/internal',
          secret: { name: 'client-tls', namespace: 'shop' },
          sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
        },
      },
    },
    'releaf.yaml',
  );
  return { ...certificates[0]!, keyPolicy: 'reuse', ...changed };
};

const makeFor = (spec: CertificateSpec, number = 1): Promise<Revision> =>
  makeRevision(spec, number, 'a reason', {
    generateKey: testRandomness.generateKey,
    sealer: sealedSecretsSealer(
      sealingCertificate,
      spec.sealing.type === 'sealed-secrets' ? spec.sealing.scope : 'strict',
      testRandomness.bytes,
    ),
    now: NOW,
  });

let ca: LocalCa;
let first: Revision;

beforeAll(async () => {
  ca = await testCa();
  const pending = await makeFor(specOf());
  first = { ...pending, certificate: signed(ca, readRequest(pending.request, REQUEST_FILE)) };
});

interface Asked {
  readonly day?: number;
  readonly force?: boolean;
  /** undefined where it cannot be read. */
  readonly sealing?: SealedFor | undefined;
}

const stepOf = (spec: CertificateSpec, asked: Asked = {}): Step => {
  const { day = 0, force = false } = asked;
  return plan([{ spec, revisions: [first] }], daysAfter(day), {
    ...(force && { force: 'all' as const }),
    sealedFor: () => ('sealing' in asked ? asked.sealing : sealedFor),
  })[0]!;
};

describe('a certificate that keeps its key', () => {
  it('is renewed with it, and the plan says which identity lives on', () => {
    const { publicKeySha256 } = first.record;
    expect(stepOf(specOf(), { day: 60 })).toMatchObject({
      action: 'renew',
      revision: 2,
      reason: `due since 2027-04-30 11:55 UTC, expires on 2027-05-30 11:55 UTC; the key of revision 1 lives on (${publicKeySha256})`,
      keeps: { revision: 1, publicKeySha256 },
    });
  });

  it('asks with the same request under another name, and copies the sealed key', () => {
    const spec = specOf({ expirationSeconds: 86_400 });
    const second = reuseRevision(spec, 2, 'due', first, daysAfter(60));
    expect(second.request).toBe(first.request);
    expect(second.sealedKey).toEqual(first.sealedKey);
    expect(second.record).toEqual({
      ...first.record,
      objectName: first.record.objectName.replace('client-1-', 'client-2-'),
      expirationSeconds: 86_400,
      keyOf: 1,
      requestedAt: '2027-04-30T12:00:00Z',
      reason: 'due',
    });
  });

  it.each<[string, Partial<CertificateSpec>, SealedFor | undefined, string]>([
    [
      'another name',
      { dnsNames: ['client.example.com', 'www.example.com'] },
      sealedFor,
      'DNS names: +www.example.com',
    ],
    ['a URI', { uris: ['spiffe://x/y'] }, sealedFor, 'URIs: +spiffe://x/y'],
    ['another algorithm', { key: 'rsa-4096' }, sealedFor, 'key: ecdsa-p256 → rsa-4096'],
    [
      'another Secret',
      { secret: { ...specOf().secret, name: 'other' } },
      sealedFor,
      'Secret: shop/client-tls → shop/other',
    ],
    [
      'a Secret for each revision',
      { secret: { ...specOf().secret, naming: 'perRevision' } },
      sealedFor,
      'Secret: shop/client-tls → shop/client-tls-<revision>-<digest>',
    ],
    [
      'no sealing',
      { sealing: { type: 'plaintext' } },
      undefined,
      'sealing: sealed-secrets → plaintext',
    ],
    [
      'another scope',
      { sealing: { type: 'sealed-secrets', certificate: 'sealing.pem', scope: 'cluster-wide' } },
      sealedFor,
      'scope: strict → cluster-wide',
    ],
    [
      'another sealing certificate',
      {},
      { sealingCertificateSha256: 'ab'.repeat(32) },
      `sealing certificate: ${sealingCertificate.sha256.slice(0, 12)}… → abababababab…`,
    ],
  ])('is blocked for %s, which would take the key', (_, changed, sealing, what) => {
    const step = stepOf(specOf(changed), { sealing });
    expect(step).toMatchObject({ action: 'blocked', revision: 2 });
    expect(step.reason).toContain(`the config changed (${what}`);
    expect(step.reason).toContain('but keyPolicy: reuse keeps the key of revision 1');
    expect(step.reason).toContain('or say keyPolicy: rotate until it is renewed');
    expect(stepOf(specOf({ ...changed, keyPolicy: 'rotate' }), { sealing })).not.toHaveProperty(
      'keeps',
    );
  });

  it.each<[string, Partial<CertificateSpec>]>([
    ['another signer', { signer: 'example.com/other' }],
    ['other usages', { usages: ['digital signature', 'client auth'] }],
  ])('is renewed for %s, which is asked beside the request', (_, changed) => {
    expect(stepOf(specOf(changed))).toMatchObject({ action: 'renew', keeps: { revision: 1 } });
  });

  it('keeps it when forced too', () => {
    expect(stepOf(specOf(), { force: true })).toMatchObject({
      action: 'renew',
      keeps: { revision: 1 },
    });
  });

  it('is renewed when the sealing certificate cannot be read, as it was sealed', () => {
    expect(stepOf(specOf(), { sealing: undefined })).toMatchObject({ action: 'keep' });
  });
});

describe('after a rollback', () => {
  it('it is the key that serves again that lives on, not the one that was taken back', async () => {
    const spec = specOf();
    const second = { ...(await makeFor(spec, 2)), certificate: 'x', withdrawn: true };
    const [step] = plan([{ spec, revisions: [first, second] }], NOW, {
      force: 'all',
      sealedFor: () => sealedFor,
    });
    const { publicKeySha256 } = first.record;
    expect(step).toMatchObject({
      action: 'renew',
      revision: 3,
      keeps: { revision: 1, publicKeySha256 },
    });
  });
});

describe('a new sealing certificate', () => {
  it('makes a certificate due whose key is not kept', () => {
    const step = stepOf(specOf({ keyPolicy: 'rotate' }), {
      sealing: { sealingCertificateSha256: 'ab'.repeat(32) },
    });
    expect(step).toMatchObject({ action: 'renew' });
    expect(step.reason).toMatch(
      /^the config changed \(sealing certificate: \S+ → abababababab…\)$/,
    );
  });
});

describe('a certificate that is an identity', () => {
  const identity = { policy: 'minio', acceptChange: false };

  it('is blocked for another key until the config accepts that', () => {
    const changed = { identity, key: 'ecdsa-p384' } as const;
    expect(stepOf(specOf(changed)).reason).toContain(
      'or say acceptIdentityChange: true in the profile',
    );
    const accepted = stepOf(specOf({ ...changed, identity: { ...identity, acceptChange: true } }));
    expect(accepted).toMatchObject({ action: 'renew' });
    expect(accepted).not.toHaveProperty('keeps');
  });

  it('is told with the policy that holds the old and the new one', async () => {
    const spec = specOf({ identity });
    const second = await makeFor(spec, 2);
    expect(identityLines(spec, second, first).join('\n')).toBe(
      `identity ${second.record.publicKeySha256}, new: KES must know it before it is served
policy:
  minio:
    identities:
      - ${first.record.publicKeySha256}  # revision 1
      - ${second.record.publicKeySha256}  # revision 2
take the old one out once the new certificate serves everywhere`,
    );
  });

  it('is told to be as before when the key is kept', () => {
    const second = reuseRevision(specOf({ identity }), 2, 'due', first, NOW);
    expect(identityLines(specOf({ identity }), second, first)).toEqual([
      `identity ${first.record.publicKeySha256}, as before`,
    ]);
  });
});

describe('a certificate for a request with the key of an earlier one', () => {
  const pending = () => reuseRevision(specOf(), 2, 'due', first, daysAfter(60));
  const accept = (pem: string, earlier: readonly Revision[] = [first]): void => {
    const [leaf] = readCertificates(pem, 'x.pem');
    assertOwnCertificate('client', leaf!, pending(), [...earlier, pending()], 'x.pem');
  };

  it('is taken when it was signed for it', () => {
    const request = readRequest(first.request, REQUEST_FILE);
    expect(() => {
      accept(signed(ca, request, { now: daysAfter(60) }));
    }).not.toThrow();
  });

  it('is taken from a signer that dates it back by an hour', () => {
    const request = readRequest(first.request, REQUEST_FILE);
    const now = new Date(daysAfter(60).getTime() - 3_600_000);
    expect(() => {
      accept(signed(ca, request, { now }));
    }).not.toThrow();
  });

  it('is refused when it is that of the earlier revision', () => {
    expect(() => {
      accept(first.certificate!);
    }).toThrow(
      expect.objectContaining({
        code: 'CERTIFICATE_SWAPPED',
        message: `x.pem: this is the certificate of revision client/1, not of request ${pending().record.objectName}, which has the same key`,
      }) as Error,
    );
  });

  it.each([
    ['stands beside it', () => [first]],
    ['is gone', () => []],
  ])('is refused when it was signed before, and the earlier revision %s', (_, earlier) => {
    const request = readRequest(first.request, REQUEST_FILE);
    expect(() => {
      accept(signed(ca, request, { now: daysAfter(58) }), earlier());
    }).toThrow(
      expect.objectContaining({
        code: 'CERTIFICATE_SWAPPED',
        message: `x.pem: the certificate is valid from 2027-04-28T11:55:00.000Z, so it was signed for an earlier request with the same key than ${pending().record.objectName} of 2027-04-30T12:00:00Z`,
      }) as Error,
    );
  });
});

describe('with a Secret for each revision', () => {
  const perRevision = { ...specOf().secret, naming: 'perRevision' } as const;

  it('the name ends as that of the request, and the key is sealed for it', async () => {
    const { sealedKey, record } = await makeFor(specOf({ secret: perRevision }), 7);
    expect(sealedKey.name).toBe(`client-tls-7-${record.objectName.slice(-8)}`);
  });

  it.each([
    ['', [], undefined],
    ['p', [], 1],
    ['i', [1], 1],
    ['ip', [1], 1],
    ['ii', [2, 1], 2],
    ['iip', [2, 1], 2],
    ['iw', [2, 1], 1],
    ['iwi', [3, 1], 3],
  ])('of %j those of the current and the one before are there', (letters, served, read) => {
    const revisions = Array.from(letters, (letter, index): Revision => {
      const { certificate, ...rest } = first;
      return {
        ...rest,
        number: index + 1,
        sealedKey: { ...first.sealedKey, name: `tls-${index + 1}` },
        ...(letter !== 'p' && { certificate: certificate! }),
        withdrawn: letter === 'w',
      };
    });
    const spec = specOf({ secret: perRevision });
    expect(servedRevisions(spec, revisions).map(({ number }) => number)).toEqual(served);
    const stable = servedRevisions(specOf(), revisions).map(({ number }) => number);
    expect(stable).toEqual(read !== undefined && served.length > 0 ? [read] : []);
    expect(secretToRead(revisions)).toBe(read === undefined ? undefined : `tls-${read}`);
  });

  it('the one before is left out where it has the same Secret, as from the time of a stable name', () => {
    const revisions = [1, 2, 3].map((number): Revision => ({
      ...first,
      number,
      sealedKey: { ...first.sealedKey, name: number === 1 ? 'tls-1' : 'tls' },
    }));
    const spec = specOf({ secret: perRevision });
    expect(servedRevisions(spec, revisions).map(({ number }) => number)).toEqual([3, 1]);
    expect(servedRevisions(spec, revisions.slice(1)).map(({ number }) => number)).toEqual([3]);
  });
});
