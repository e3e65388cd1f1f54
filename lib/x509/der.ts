import { asn1 } from 'node-forge';

/** A node of ASN.1 (X.690). */
export type Der = asn1.Asn1;

const { Class, Type } = asn1;
const MAX_DEPTH = 32;

// The options are not in @types/node-forge.
const fromDer = asn1.fromDer as unknown as (bytes: string, options: object) => Der;

// Typed with universal types only, though it takes any tag number.
const create: (
  tagClass: asn1.Class,
  tag: number,
  constructed: boolean,
  value: string | Der[],
) => Der = asn1.create;

/** What the bytes are not. The caller says of what. */
export class DerError extends Error {}

/** Why bytes could not be read, for a message. */
export function reasonOf(error: unknown): string {
  return error instanceof DerError ? error.message : 'it is cut off or damaged';
}

/**
 * Parses strict DER without trailing bytes. BIT STRINGs stay bytes: read as nested DER, some EC
 * points come out as something else.
 *
 * @throws Error when it is not DER, or nested deeper than 32
 */
export function parseDer(der: Buffer): Der {
  const options = {
    strict: true,
    parseAllBytes: true,
    decodeBitStrings: false,
    maxDepth: MAX_DEPTH,
  };
  return fromDer(der.toString('latin1'), options);
}

/** The bytes of a node, its length in the definite form. */
export function encodeDer(node: Der): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

/** SEQUENCE, and SEQUENCE OF. */
export function sequence(...nodes: readonly Der[]): Der {
  return create(Class.UNIVERSAL, Type.SEQUENCE, true, [...nodes]);
}

/** A SEQUENCE of what is encoded already, without encoding it again. */
export function sequenceOfEncoded(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const octets = length < 0x80 ? '' : length.toString(16);
  const bytes = Buffer.from(octets.length % 2 ? `0${octets}` : octets, 'hex');
  // X.690, 8.1.3: short form below 128, else the number of octets of the length first.
  const header = Buffer.of(SEQUENCE_TAG, length < 0x80 ? length : 0x80 | bytes.length);
  return Buffer.concat([header, bytes, content]);
}

/** Constructed, universal 16. */
const SEQUENCE_TAG = 0x30;

/** SET OF, in the order that DER wants: by encoding (X.690, 11.6). */
export function setOf(...nodes: readonly Der[]): Der {
  if (nodes.length < 2) return create(Class.UNIVERSAL, Type.SET, true, [...nodes]);
  const encoded = nodes.map((node) => ({ node, der: encodeDer(node) }));
  const sorted = encoded.sort((a, b) => Buffer.compare(a.der, b.der)).map(({ node }) => node);
  return create(Class.UNIVERSAL, Type.SET, true, sorted);
}

/** Encoding is slow, and the same few come in every request. */
const encodedOids = new Map<string, string>();

/**
 * OBJECT IDENTIFIER.
 *
 * @param oid - dotted; one of those that this room names, not one that was read
 */
export function objectIdentifier(oid: string): Der {
  const encoded = encodedOids.get(oid) ?? asn1.oidToDer(oid).getBytes();
  encodedOids.set(oid, encoded);
  return create(Class.UNIVERSAL, Type.OID, false, encoded);
}

/** OCTET STRING in the primitive form; DER knows no other (X.690, 10.2). */
export function octetString(bytes: Buffer): Der {
  return create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes.toString('latin1'));
}

/**
 * BIT STRING in the primitive form.
 *
 * @param unusedBits - of the last byte, 0 to 7
 */
export function bitString(bytes: Buffer, unusedBits = 0): Der {
  const value = String.fromCharCode(unusedBits) + bytes.toString('latin1');
  return create(Class.UNIVERSAL, Type.BITSTRING, false, value);
}

/**
 * INTEGER.
 *
 * @param bytes - big-endian two's complement, minimal
 */
export function integer(bytes: Buffer): Der {
  return create(Class.UNIVERSAL, Type.INTEGER, false, bytes.toString('latin1'));
}

/** BOOLEAN TRUE, 0xff (X.690, 11.1). FALSE is mostly a default, which DER leaves out. */
export function booleanTrue(): Der {
  return create(Class.UNIVERSAL, Type.BOOLEAN, false, '\xff');
}

/** NULL, as the parameters of RSA's algorithms want it (RFC 4055). */
export function nothing(): Der {
  return create(Class.UNIVERSAL, Type.NULL, false, '');
}

/** A character string, its bytes in the encoding of that type. */
export function characterString(type: asn1.Type, bytes: Buffer): Der {
  return create(Class.UNIVERSAL, type, false, bytes.toString('latin1'));
}

/** Explicit or implicit `[tag]`: constructed around nodes, or primitive around bytes. */
export function tagged(tag: number, content: Buffer | readonly Der[]): Der {
  return Buffer.isBuffer(content)
    ? create(Class.CONTEXT_SPECIFIC, tag, false, content.toString('latin1'))
    : create(Class.CONTEXT_SPECIFIC, tag, true, [...content]);
}

/** UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5); whole seconds. */
export function time(date: Date): Der {
  return date.getUTCFullYear() < 2050
    ? create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(date))
    : create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date));
}

/** Whether the node is `[tag]`. */
export function isTagged(node: Der, tag: number): boolean {
  return node.tagClass === Class.CONTEXT_SPECIFIC && (node.type as number) === tag;
}

/** Whether the node is of that universal type. */
export function isType(node: Der, type: asn1.Type): boolean {
  return node.tagClass === Class.UNIVERSAL && node.type === type;
}

/** The nodes inside a constructed node. */
export function nodesOf(node: Der | undefined): readonly Der[] {
  if (!node || typeof node.value === 'string') throw new DerError('a structure is missing');
  return node.value;
}

/** The nodes inside a SEQUENCE. */
export function sequenceOf(node: Der | undefined): readonly Der[] {
  if (!node || !isType(node, Type.SEQUENCE)) throw new DerError('a SEQUENCE is missing');
  return nodesOf(node);
}

/** The bytes of a primitive node. */
export function bytesOf(node: Der | undefined): Buffer {
  if (!node || typeof node.value !== 'string') throw new DerError('a value is missing');
  return Buffer.from(node.value, 'latin1');
}

/** The bytes of a primitive node of that universal type. */
export function bytesOfType(node: Der | undefined, type: asn1.Type): Buffer {
  if (!node || !isType(node, type)) throw new DerError('a value is missing or of another type');
  return bytesOf(node);
}

/** The dotted form. */
export function oidOf(node: Der | undefined): string {
  const bytes = bytesOfType(node, Type.OID);
  if (bytes.length === 0) throw new DerError('an object identifier is empty');
  return asn1.derToOid(bytes.toString('latin1'));
}

/** The bytes of a BIT STRING that uses all its bits. */
export function bitsOf(node: Der | undefined): Buffer {
  const bytes = bytesOfType(node, Type.BITSTRING);
  if (bytes[0] !== 0) throw new DerError('a BIT STRING is not made of whole bytes');
  return bytes.subarray(1);
}
