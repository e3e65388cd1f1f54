import { generateKeyPairSync } from 'node:crypto';
import { ecKeyPairDer } from '../../lib/x509/ec-private-key';

const SPKI = { type: 'spki', format: 'der' } as const;
const PKCS8 = { type: 'pkcs8', format: 'der' } as const;

describe('an EC key', () => {
  // One scalar in 256 begins with a zero byte, and each must be written at full length.
  it.each([
    ['ecdsa-p256', 'P-256', 1500],
    ['ecdsa-p384', 'P-384', 700],
  ] as const)(
    'on %s is written byte for byte as Node writes it',
    (algorithm, namedCurve, count) => {
      for (let index = 0; index < count; index += 1) {
        const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
        const { pkcs8, spki } = ecKeyPairDer(privateKey, algorithm)!;
        const same = [pkcs8.equals(privateKey.export(PKCS8)), spki.equals(publicKey.export(SPKI))];
        expect(same).toEqual([true, true]);
      }
    },
  );

  it.each([
    ['of another curve', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    [
      'of a curve that we do not make',
      generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
    ],
    [
      'with its curve spelt out',
      generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }).privateKey,
    ],
    ['that is RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['that is Ed25519', generateKeyPairSync('ed25519').privateKey],
    ['that is public', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ])('%s is left to Node', (_, key) => {
    expect(ecKeyPairDer(key, 'ecdsa-p256')).toBeUndefined();
  });
});
