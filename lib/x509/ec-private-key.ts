import type { KeyObject } from 'node:crypto';
import type { KeyAlgorithm } from '../model/certificate-spec';

/**
 * What stands around scalar and point of an EC key, in each form of it. OpenSSL writes both at full length,
 * so each form of one curve has one length.
 */
interface EcForms {
  readonly scalarBytes: number;
  /** ECPrivateKey (RFC 5915, 3): before the scalar, and between scalar and point. */
  readonly sec1: readonly [Buffer, Buffer];
  /** PrivateKeyInfo (RFC 5208, 5), likewise. */
  readonly pkcs8: readonly [Buffer, Buffer];
  /** SubjectPublicKeyInfo (RFC 5480, 2): before the point. */
  readonly spki: Buffer;
}

const EC_PUBLIC_KEY = '06072a8648ce3d0201';
const P256 = '06082a8648ce3d030107';
const P384 = '06052b81040022';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const FORMS: Readonly<Partial<Record<KeyAlgorithm, EcForms>>> = {
  'ecdsa-p256': {
    scalarBytes: 32,
    sec1: [hex('30770201010420'), hex(`a00a${P256}a144034200`)],
    pkcs8: [hex(`3081870201003013${EC_PUBLIC_KEY}${P256}046d306b0201010420`), hex('a144034200')],
    spki: hex(`30593013${EC_PUBLIC_KEY}${P256}034200`),
  },
  'ecdsa-p384': {
    scalarBytes: 48,
    sec1: [hex('3081a40201010430'), hex(`a007${P384}a164036200`)],
    pkcs8: [
      hex(`3081b60201003010${EC_PUBLIC_KEY}${P384}04819e30819b0201010430`),
      hex('a164036200'),
    ],
    spki: hex(`30763010${EC_PUBLIC_KEY}${P384}036200`),
  },
};

/** Both halves of a key as DER. */
export interface KeyPairDer {
  /** PrivateKeyInfo; to be wiped. */
  readonly pkcs8: Buffer;
  /** SubjectPublicKeyInfo. */
  readonly spki: Buffer;
}

/**
 * Writes both halves of a fresh EC key, byte for byte as Node exports them. Node takes a quarter of the time
 * for the form of SEC 1, and to renew P-256 certificates is mostly to write keys.
 *
 * @returns undefined when it is no EC key of a curve that we make, or written in another way
 */
export function ecKeyPairDer(key: KeyObject, algorithm: KeyAlgorithm): KeyPairDer | undefined {
  const forms = FORMS[algorithm];
  if (!forms || key.type !== 'private' || key.asymmetricKeyType !== 'ec') return undefined;
  const sec1 = key.export({ type: 'sec1', format: 'der' });
  try {
    return fromSec1(sec1, forms);
  } finally {
    sec1.fill(0);
  }
}

function fromSec1(sec1: Buffer, { scalarBytes, ...forms }: EcForms): KeyPairDer | undefined {
  const [head, middle] = forms.sec1;
  const middleAt = head.length + scalarBytes;
  const pointAt = middleAt + middle.length;
  const asExpected =
    sec1.length === pointAt + 1 + 2 * scalarBytes &&
    sec1.subarray(0, head.length).equals(head) &&
    sec1.subarray(middleAt, pointAt).equals(middle);
  if (!asExpected) return undefined;
  const scalar = sec1.subarray(head.length, middleAt);
  const point = sec1.subarray(pointAt);
  return {
    pkcs8: Buffer.concat([forms.pkcs8[0], scalar, forms.pkcs8[1], point]),
    spki: Buffer.concat([forms.spki, point]),
  };
}
