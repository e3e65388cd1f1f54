import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  verify,
  type KeyObject,
} from 'node:crypto';
import { format, inspect } from 'node:util';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../../lib/model/certificate-spec';
import { PrivateKey } from '../../lib/x509/private-key';
import { newKey } from './tools';

const key = newKey();
const pem = key.withPkcs8Pem((buffer) => buffer.toString());
const base64 = pem.split('\n').slice(1, -2).join('');
const der = Buffer.from(base64, 'base64');
const needles = [
  base64.slice(0, 40),
  pem.slice(28, 60),
  der.toString('hex').slice(60, 120),
  der.toString('latin1').slice(30, 60),
];

describe('a private key', () => {
  it.each<[string, () => unknown]>([
    ['String()', () => String(key)],
    ['a template', () => `${key as unknown as string} x`.slice(0, -2)],
    ['concatenation', () => ('x' + (key as unknown as string)).slice(1)],
    ['JSON', () => JSON.stringify(key).replaceAll('"', '')],
    ['inspection', () => inspect(key)],
    ['deep inspection', () => inspect(key, { showHidden: true, depth: null, getters: true })],
    ['console.log', () => format(key)],
    ['%o', () => format('%o', key)],
    ['%O', () => format('%O', key)],
    ['%s', () => format('%s', key)],
    ['%j', () => format('%j', key).replaceAll('"', '')],
  ])('prints as [private key] by %s', (_, print) => {
    expect(print()).toBe('[private key]');
  });

  it.each<[string, () => unknown]>([
    ['the cause of an error', () => inspect(new Error('x', { cause: key }), { showHidden: true })],
    ['a property', () => inspect({ key: [{ key }] }, { showHidden: true, depth: null })],
    ['raw inspection', () => inspect(key, { customInspect: false, showHidden: true, depth: null })],
    ['its entries', () => inspect(Object.entries(key))],
    [
      'its property descriptors',
      () => inspect(Object.getOwnPropertyDescriptors(key), { depth: null }),
    ],
    ['a structured clone', () => inspect(structuredClone(key), { showHidden: true, depth: null })],
    ['a spread copy', () => inspect(Object.assign({}, key), { showHidden: true, depth: null })],
    ['a base64 of it', () => Buffer.from(String(key)).toString('base64')],
  ])('does not leak through %s', (_, print) => {
    const text = String(print());
    expect(needles.filter((needle) => text.includes(needle))).toEqual([]);
    expect(text).not.toMatch(/KeyObject|PRIVATE KEY/);
  });

  it.each(KEY_ALGORITHMS)('lends %s as the PEM that Node would write', (algorithm) => {
    const made = newKey(algorithm);
    const lent = made.withPkcs8Pem((buffer) => buffer.toString());
    const read = createPrivateKey(lent);
    expect(read.export({ type: 'pkcs8', format: 'pem' })).toBe(lent);
    const spki = createPublicKey(read).export({ type: 'spki', format: 'der' });
    expect(made.publicKeyDer().equals(spki)).toBe(true);
    expect(made.algorithm).toBe(algorithm);
  });

  it('is wiped from the buffer when the borrower returns', () => {
    const kept = key.withPkcs8Pem((buffer) => buffer);
    expect(kept.length).toBeGreaterThan(200);
    expect(kept.every((byte) => byte === 0)).toBe(true);
  });

  it('is wiped from the buffer when the borrower throws', () => {
    let kept: Buffer = Buffer.of(1);
    expect(() =>
      key.withPkcs8Pem((buffer) => {
        kept = buffer;
        throw new Error('borrower failed');
      }),
    ).toThrow('borrower failed');
    expect(kept.every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['ecdsa-p256', 'sha256'],
    ['ecdsa-p384', 'sha384'],
    ['ed25519', null],
    ['rsa-3072', 'sha256'],
  ] as const)('of %s signs with %s', (algorithm, digest) => {
    const data = Buffer.from('data');
    const made = newKey(algorithm);
    const publicKey = createPublicKey({ key: made.publicKeyDer(), type: 'spki', format: 'der' });
    expect(verify(digest, data, publicKey, made.sign(data))).toBe(true);
  });

  const ed25519 = generateKeyPairSync('ed25519');
  const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
  const rsa = (modulusLength: number, publicExponent = 65537) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;
  it.each<[string, KeyObject, KeyAlgorithm]>([
    ['a public key', ed25519.publicKey, 'ed25519'],
    ['another kind of key', ed25519.privateKey, 'rsa-2048'],
    ['P-256', curve('P-256'), 'ecdsa-p384'],
    ['P-384', curve('P-384'), 'ecdsa-p256'],
    ['secp256k1', curve('secp256k1'), 'ecdsa-p256'],
    ['Ed448', generateKeyPairSync('ed448').privateKey, 'ed25519'],
    ['X25519', generateKeyPairSync('x25519').privateKey, 'ed25519'],
    ['RSA of 2048 bits', rsa(2048), 'rsa-3072'],
    ['RSA of 2056 bits', rsa(2056), 'rsa-2048'],
    ['RSA with exponent 3', rsa(2048, 3), 'rsa-2048'],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey, 'rsa-2048'],
  ])('is not made of %s', (_, made, algorithm) => {
    expect(() => PrivateKey.of(made, algorithm)).toThrow(`not a private key for ${algorithm}`);
  });
});
