import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SEALING_SCOPES, type SealingScope } from '../../lib/model/certificate-spec';
import { ReleafError } from '../../lib/model/errors';
import { plaintextSealer } from '../../lib/sealing/plaintext';
import {
  readSealingCertificate,
  sealedSecretsSealer,
  sealValue,
} from '../../lib/sealing/sealed-secrets';
import { sealingCertificateSha256 } from '../../lib/sealing/sealing-certificate-digest';
import { NOW, SEALING_CERTIFICATE, testRandomness, VECTORS } from '../harness';
import { forge, rsa } from '../rotation/chains';
import { unseal, type SealedSecretPlace } from '../unseal';

const target = { namespace: 'shop', name: 'web-tls', item: 'tls.key' };
const certificate = readSealingCertificate(SEALING_CERTIFICATE, 'sealing.pem', NOW);

const WIDE = (scope: SealingScope) => ({
  annotations: { [`sealedsecrets.bitnami.com/${scope}`]: 'true' },
});
const elsewhere = [
  ['under another name', { ...target, name: 'web-tls-2' }],
  ['in another namespace', { ...target, namespace: 'default' }],
] as const;

it.each([
  ['strict', {}, []],
  ['namespace-wide', WIDE('namespace-wide'), ['under another name']],
  ['cluster-wide', WIDE('cluster-wide'), ['under another name', 'in another namespace']],
] as const)('seals in scope %s so that the controller can open it', (scope, annotations, also) => {
  for (const text of ['a key', '']) {
    const value = sealValue(Buffer.from(text), scope, target, certificate, randomBytes(32));
    expect(unseal(value, { ...target, ...annotations })).toBe(text);
    const opens = elsewhere.filter(([, place]) => {
      try {
        return unseal(value, { ...place, ...annotations }) === text;
      } catch {
        return false;
      }
    });
    expect(opens.map(([where]) => where)).toEqual(also);
  }
});

it.each(SEALING_SCOPES)('our opener opens what the real kubeseal seals in scope %s', (scope) => {
  const { metadata, spec } = parse(
    readFileSync(join(VECTORS, `sealing/${scope}.yaml`), 'utf8'),
  ) as { metadata: SealedSecretPlace; spec: { encryptedData: Record<string, string> } };
  expect(unseal(spec.encryptedData['tls.key']!, metadata)).toBe('not a key');
});

it('overwrites the session key, also when sealing fails', () => {
  const sessionKey = randomBytes(32);
  sealValue(Buffer.from('a key'), 'strict', target, certificate, sessionKey);
  expect(sessionKey).toEqual(Buffer.alloc(32));
  const tooShort = randomBytes(16);
  expect(() => sealValue(Buffer.from('a key'), 'strict', target, certificate, tooShort)).toThrow();
  expect(tooShort).toEqual(Buffer.alloc(16));
});

it('records what a sealed key is bound to, and gives the PKCS#8 PEM to the cluster', async () => {
  const key = await testRandomness.generateKey('ecdsa-p256');
  const sealed = await sealedSecretsSealer(certificate, 'strict', randomBytes).seal(key, target);
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
  const sealer = sealedSecretsSealer(certificate, 'strict', randomBytes);
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

it('tells sealing certificates apart by the digest that a sealed key records', () => {
  expect(sealingCertificateSha256(SEALING_CERTIFICATE, 'sealing.pem')).toBe(certificate.sha256);
  expect(() => sealingCertificateSha256(SEALING_CERTIFICATE.repeat(2), 'sealing.pem')).toThrow(
    expect.objectContaining({
      code: 'SEALING_CERTIFICATE',
      message: 'sealing.pem: expected one PEM CERTIFICATE, found CERTIFICATE, CERTIFICATE',
      hint: "write the controller's own certificate there: releaf doctor --sealing-certificate > sealing.pem, or kubeseal --fetch-cert",
    }) as Error,
  );
});
