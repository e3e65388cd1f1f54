import { createHash } from 'node:crypto';
import type { IssuedRevision } from '../../lib/model/revision';
import { caDigest, restartAnnotation, restartDigest } from '../../lib/rotation/restart';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { createLocalCa } from '../../lib/x509/local-ca';
import { certificatePem, issued, plainKey, spec } from '../constructs/kes';
import { KES, newKey } from '../x509/tools';

const holding = (certificate: string): IssuedRevision => ({ ...issued(1), certificate });

describe('the restart annotation', () => {
  it('has a name part of the certificate name, at most 63 characters', () => {
    expect(restartAnnotation('kes')).toBe('restart.releaf.dev/kes');
    expect(restartAnnotation('a'.repeat(63)).split('/')[1]).toHaveLength(63);
  });
});

describe('restartDigest', () => {
  it('is what sha256sum makes of the certificate items as JSON', () => {
    const json = JSON.stringify([['public.crt', certificatePem(1)]]);
    const expected = createHash('sha256').update(json).digest('hex');
    expect(restartDigest(holding(certificatePem(1)), spec)).toBe(expected);
  });

  it('changes with the certificate and with its key in the Secret', () => {
    const renamed = {
      ...spec,
      secret: { ...spec.secret, keys: { ...spec.secret.keys, certificate: 'tls.crt' } },
    };
    const digests = [
      restartDigest(holding(certificatePem(1)), spec),
      restartDigest(holding(certificatePem(2)), spec),
      restartDigest(holding(certificatePem(1)), renamed),
    ];
    expect(new Set(digests).size).toBe(3);
  });

  it('does not change with the ciphertext, the number or the record', () => {
    const one = holding(certificatePem(1));
    const other = {
      ...one,
      sealedKey: plainKey,
      number: 7,
      record: { ...one.record, reason: 'x' },
    };
    expect(restartDigest(other, spec)).toBe(restartDigest(one, spec));
  });
});

describe('caDigest', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const newCa = (name: string) =>
    createLocalCa(newKey(), name, {
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2036-01-01T00:00:00Z'),
      serialNumber: Buffer.alloc(16, 1),
    });
  const [ca, other] = [newCa('Example CA'), newCa('Example CA')];
  const leaf = (): string =>
    ca.sign(readRequest(createRequest(newKey(), KES), 'request.pem'), {
      usages: ['server auth'],
      expirationSeconds: 3600,
      now,
      serialNumber: Buffer.alloc(16, 2),
    });
  const [a, b] = [ca.certificate.pem, other.certificate.pem];
  const digest = (...pem: readonly string[]): string | undefined => caDigest(holding(pem.join('')));

  it('is the digest of the CA as DER', () => {
    const expected = createHash('sha256').update(ca.certificate.der).digest('hex');
    expect(digest(leaf(), a)).toBe(expected);
  });

  it('stays while only the leaf, the order or a repetition changes', () => {
    expect(digest(leaf(), a)).toBe(digest(leaf(), a));
    expect(digest(leaf(), a, b)).toBe(digest(leaf(), b, a, b));
  });

  it('changes with the CA', () => {
    expect(new Set([digest(leaf(), a), digest(leaf(), b), digest(leaf(), a, b)]).size).toBe(3);
  });

  it('is not there when no CA stands behind the leaf', () => {
    expect(digest(leaf())).toBeUndefined();
    expect(digest(leaf(), leaf())).toBeUndefined();
  });
});
