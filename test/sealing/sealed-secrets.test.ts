import { randomBytes } from 'node:crypto';
import { ReleafError } from '../../lib/model/errors';
import { plaintextSealer } from '../../lib/sealing/plaintext';
import {
  readSealingCertificate,
  sealedSecretsSealer,
  sealStrict,
} from '../../lib/sealing/sealed-secrets';
import { NOW, SEALING_CERTIFICATE, testRandomness } from '../harness';
import { forge, rsa } from '../rotation/chains';
import { unseal } from '../unseal';

const target = { namespace: 'shop', name: 'web-tls', item: 'tls.key' };
const certificate = readSealingCertificate(SEALING_CERTIFICATE, 'sealing.pem', NOW);

it('seals so that the controller can open it, and only under its own name', () => {
  const value = sealStrict(Buffer.from('a key'), target, certificate, randomBytes(32));
  expect(unseal(value, target)).toBe('a key');
  expect(() => unseal(value, { ...target, name: 'web-tls-2' })).toThrow();
  expect(() => unseal(value, { ...target, namespace: 'default' })).toThrow();
});

it('seals an empty value, as the controller allows', () => {
  expect(unseal(sealStrict(Buffer.alloc(0), target, certificate, randomBytes(32)), target)).toBe(
    '',
  );
});

it('overwrites the session key, also when sealing fails', () => {
  const sessionKey = randomBytes(32);
  sealStrict(Buffer.from('a key'), target, certificate, sessionKey);
  expect(sessionKey).toEqual(Buffer.alloc(32));
  const tooShort = randomBytes(16);
  expect(() => sealStrict(Buffer.from('a key'), target, certificate, tooShort)).toThrow();
  expect(tooShort).toEqual(Buffer.alloc(16));
});

it('records what a sealed key is bound to, and gives the PKCS#8 PEM to the cluster', async () => {
  const key = await testRandomness.generateKey('ecdsa-p256');
  const sealed = await sealedSecretsSealer(certificate, randomBytes).seal(key, target);
  expect(sealed).toMatchObject({
    ...target,
    sealing: 'sealed-secrets',
    scope: 'strict',
    sealingCertificateSha256: certificate.sha256,
  });
  expect(unseal(sealed.value, target)).toMatch(
    new RegExp(`^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END PRIVATE KEY-----\n$`),
  );
});

it('never seals twice to the same bytes', async () => {
  const key = await testRandomness.generateKey('ecdsa-p256');
  const sealer = sealedSecretsSealer(certificate, randomBytes);
  expect((await sealer.seal(key, target)).value).not.toBe((await sealer.seal(key, target)).value);
});

it('writes plaintext as a Secret holds it', async () => {
  const key = await testRandomness.generateKey('ecdsa-p256');
  const { sealing, value } = await plaintextSealer.seal(key, target);
  expect(sealing).toBe('plaintext');
  expect(Buffer.from(value, 'base64').toString()).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
});

it('refuses a sealing certificate that is none', () => {
  const broken = SEALING_CERTIFICATE.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  expect(() => readSealingCertificate(broken, 'sealing.pem', NOW)).toThrow(
    new ReleafError('SEALING_CERTIFICATE', 'sealing.pem: not a readable X.509 certificate'),
  );
});

it.each([512, 1024, 2047])('refuses a sealing key of %d bits', (bits) => {
  const { pem } = forge('sealing', { keys: rsa(bits), signing: 'sha256 rsa' });
  expect(() => readSealingCertificate(pem, 'sealing.pem', NOW)).toThrow(
    new ReleafError(
      'SEALING_CERTIFICATE',
      `sealing.pem: the key has ${bits} bits, at least 2048 are needed`,
    ),
  );
});
