import { asn1 } from 'node-forge';
import type { KeyUsage } from '../model/certificate-spec';
import * as der from './der';
import type { Der } from './der';

/** Bits of the key usage extension, in their order (RFC 5280, 4.2.1.3), by Kubernetes' names. */
const KEY_USAGE_BITS: readonly KeyUsage[] = [
  'digital signature',
  'content commitment',
  'key encipherment',
  'data encipherment',
  'key agreement',
  'cert sign',
  'crl sign',
  'encipher only',
  'decipher only',
];

/** Purposes of the extended key usage extension, in the order in which a Kubernetes signer writes them. */
const EXTENDED_KEY_USAGES: readonly (readonly [KeyUsage, string])[] = [
  ['any', '2.5.29.37.0'],
  ['server auth', '1.3.6.1.5.5.7.3.1'],
  ['client auth', '1.3.6.1.5.5.7.3.2'],
  ['code signing', '1.3.6.1.5.5.7.3.3'],
  ['email protection', '1.3.6.1.5.5.7.3.4'],
  ['ipsec end system', '1.3.6.1.5.5.7.3.5'],
  ['ipsec tunnel', '1.3.6.1.5.5.7.3.6'],
  ['ipsec user', '1.3.6.1.5.5.7.3.7'],
  ['timestamping', '1.3.6.1.5.5.7.3.8'],
  ['ocsp signing', '1.3.6.1.5.5.7.3.9'],
  ['microsoft sgc', '1.3.6.1.4.1.311.10.3.3'],
  ['netscape sgc', '2.16.840.1.113730.4.1'],
];

/**
 * The name under which a usage is read back from a certificate: Kubernetes has two names for some.
 *
 * @see kubernetes/kubernetes pkg/controller/certificates/authority/policies.go
 */
export function canonicalUsage(usage: KeyUsage): KeyUsage {
  if (usage === 'signing') return 'digital signature';
  return usage === 's/mime' ? 'email protection' : usage;
}

/** Value of the key usage extension, or undefined when no usage belongs there. */
export function encodeKeyUsage(usages: readonly KeyUsage[]): Der | undefined {
  const bits = bitsIn(usages);
  const last = Math.max(...bits);
  if (bits.length === 0) return undefined;
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of bits) {
    const at = Math.floor(bit / 8);
    bytes.writeUInt8(bytes.readUInt8(at) | (0x80 >> (bit % 8)), at);
  }
  return der.bitString(bytes, 7 - (last % 8));
}

function bitsIn(usages: readonly KeyUsage[]): readonly number[] {
  const asked = usages.map(canonicalUsage);
  return [...KEY_USAGE_BITS.keys()].filter((bit) => asked.some((u) => u === KEY_USAGE_BITS[bit]));
}

/** Value of the extended key usage extension, or undefined when no usage belongs there. */
export function encodeExtendedKeyUsage(usages: readonly KeyUsage[]): Der | undefined {
  const asked = usages.map(canonicalUsage);
  const purposes = EXTENDED_KEY_USAGES.filter(([usage]) => asked.includes(usage));
  if (purposes.length === 0) return undefined;
  return der.sequence(...purposes.map(([, oid]) => der.objectIdentifier(oid)));
}

export function decodeKeyUsage(value: Der | undefined): readonly KeyUsage[] {
  if (!value) return [];
  const bytes = der.bytesOfType(value, asn1.Type.BITSTRING).subarray(1);
  return KEY_USAGE_BITS.filter((_, bit) => {
    const byte = bytes[Math.floor(bit / 8)] ?? 0;
    return (byte & (0x80 >> (bit % 8))) !== 0;
  });
}

/** Whether the usage belongs into the extended key usage extension. */
export function isExtendedKeyUsage(usage: KeyUsage): boolean {
  return EXTENDED_KEY_USAGES.some(([name]) => name === canonicalUsage(usage));
}

/** Object identifiers of the purposes that Kubernetes has no name for. */
export function unnamedPurposes(value: Der | undefined): readonly string[] {
  const purposes = value ? der.sequenceOf(value).map(der.oidOf) : [];
  return purposes.filter((purpose) => !EXTENDED_KEY_USAGES.some(([, oid]) => oid === purpose));
}

/** Purposes that Kubernetes has no name for are passed over; they are {@link unnamedPurposes}. */
export function decodeExtendedKeyUsage(value: Der | undefined): readonly KeyUsage[] {
  if (!value) return [];
  const purposes = der.sequenceOf(value).map(der.oidOf);
  return EXTENDED_KEY_USAGES.filter(([, oid]) => purposes.includes(oid)).map(([usage]) => usage);
}
