import { asn1 } from 'node-forge';
import * as der from './der';
import type { Der } from './der';

/** Extensions by name (RFC 5280, 4.2.1). */
export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/**
 * @param oid - one of {@link EXTENSION}
 * @param value - what stands inside the OCTET STRING
 */
export function encodeExtension(oid: string, value: Der, critical = false): Der {
  return der.sequence(
    der.objectIdentifier(oid),
    ...(critical ? [der.booleanTrue()] : []),
    der.octetString(der.encodeDer(value)),
  );
}

/** Object identifier of every extension, and whether a client that does not know it must refuse. */
export function extensionsOf(
  extensions: Der | undefined,
): readonly { readonly oid: string; readonly critical: boolean }[] {
  return (extensions ? der.sequenceOf(extensions) : []).map((extension) => {
    const [oid, critical] = der.sequenceOf(extension);
    const isBoolean = critical !== undefined && der.isType(critical, asn1.Type.BOOLEAN);
    return { oid: der.oidOf(oid), critical: isBoolean && der.bytesOf(critical)[0] !== 0 };
  });
}

/**
 * Reads Extensions into their values by object identifier. Values of extensions that are not in
 * {@link EXTENSION} are left out.
 *
 * @throws DerError when an extension comes twice (RFC 5280, 4.2)
 */
export function decodeExtensions(extensions: Der | undefined): ReadonlyMap<string, Der> {
  const known: readonly string[] = Object.values(EXTENSION);
  const values = new Map<string, Der>();
  const seen = new Set<string>();
  for (const extension of extensions ? der.sequenceOf(extensions) : []) {
    const parts = der.sequenceOf(extension);
    const oid = der.oidOf(parts[0]);
    if (seen.has(oid)) throw new der.DerError(`extension ${oid} comes twice`);
    seen.add(oid);
    if (!known.includes(oid)) continue;
    values.set(oid, der.parseDer(der.bytesOfType(parts.at(-1), asn1.Type.OCTETSTRING)));
  }
  return values;
}
