import { asn1 } from 'node-forge';
import type { Names, Subject } from '../model/certificate-spec';
import * as der from './der';
import type { Der } from './der';
import { ipAddressFromBytes, ipAddressToBytes } from './ip-address';

const { Type } = asn1;

/** The kinds of subjectAltName that we read; any other kind is passed over. */
export interface AltNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

/** Order of Go's `pkix.Name.ToRDNSequence`: Kubernetes signers parse the subject and write it anew. */
const ATTRIBUTES = [
  ['countries', '2.5.4.6'],
  ['provinces', '2.5.4.8'],
  ['localities', '2.5.4.7'],
  ['organizations', '2.5.4.10'],
  ['organizationalUnits', '2.5.4.11'],
  ['commonName', '2.5.4.3'],
] as const;

/** RFC 5280, 4.2.1.6. */
const GENERAL_NAME = { email: 1, dns: 2, uri: 6, ip: 7 } as const;

/** Kinds of GeneralName that we do not read, by tag. */
const OTHER_KINDS: ReadonlyMap<number, string> = new Map([
  [0, 'otherName'],
  [3, 'x400Address'],
  [4, 'directoryName'],
  [5, 'ediPartyName'],
  [8, 'registeredID'],
]);

/** X.680 without what Go refuses to write, such as `*`, `_`, `@`: those go out as UTF8String. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
const CONTROL = /\p{Cc}/u;
const VISIBLE_ASCII = /^[\x20-\x7e]*$/;

/** Name (RFC 5280, 4.1.2.4): one RDN for each attribute type, as Go writes it. */
export function encodeSubject(subject: Subject): Der {
  const names = ATTRIBUTES.map(([attribute, oid]) => ({
    oid,
    values: [subject[attribute] ?? []].flat().filter((value) => value !== ''),
  }));
  return der.sequence(
    ...names
      .filter(({ values }) => values.length > 0)
      .map(({ oid, values }) =>
        der.setOf(
          ...values.map((value) => der.sequence(der.objectIdentifier(oid), directoryString(value))),
        ),
      ),
  );
}

function directoryString(value: string): Der {
  const type = PRINTABLE.test(value) ? Type.PRINTABLESTRING : Type.UTF8;
  return der.characterString(type, Buffer.from(value, 'utf8'));
}

/** Reads a Name; attributes that Subject has no place for are passed over. */
export function decodeSubject(name: Der | undefined): Subject {
  const values = new Map<string, string[]>(ATTRIBUTES.map(([, oid]) => [oid, []]));
  for (const rdn of der.sequenceOf(name)) {
    for (const attribute of der.nodesOf(rdn)) {
      const [type, value] = der.sequenceOf(attribute);
      const known = values.get(der.oidOf(type));
      if (known && value) known.push(decodeString(value));
    }
  }
  const [
    countries = [],
    provinces = [],
    localities = [],
    organizations = [],
    units = [],
    names = [],
  ] = values.values();
  const subject = {
    countries,
    organizations,
    organizationalUnits: units,
    localities,
    provinces,
  };
  // Like Go: of several common names, the last one counts.
  const commonName = names.at(-1);
  return commonName === undefined ? subject : { ...subject, commonName };
}

function decodeString(node: Der): string {
  const text = textOf(node);
  if (CONTROL.test(text)) throw new der.DerError('the subject holds a control character');
  return text;
}

function textOf(node: Der): string {
  // forge has decoded a BMPString already.
  if (der.isType(node, Type.BMPSTRING) && typeof node.value === 'string') return node.value;
  return der.bytesOf(node).toString(LATIN1.includes(node.type) ? 'latin1' : 'utf8');
}

/** 20 is TeletexString, which forge has no name for. */
const LATIN1: readonly number[] = [20, Type.PRINTABLESTRING, Type.IA5STRING];

/**
 * Value of a subjectAltName extension, or undefined when there is no name to put in it.
 *
 * @throws DerError when a DNS name is not ASCII or an IP address is not one
 */
export function encodeAltNames(names: Pick<Names, 'dnsNames' | 'ipAddresses'>): Der | undefined {
  const dns = names.dnsNames.map((name) => {
    if (!VISIBLE_ASCII.test(name))
      throw new der.DerError(`DNS name ${name} must be ASCII (punycode)`);
    return der.tagged(GENERAL_NAME.dns, Buffer.from(name, 'ascii'));
  });
  const ip = names.ipAddresses.map((address) => {
    const bytes = ipAddressToBytes(address);
    if (!bytes) throw new der.DerError(`${address} is not an IP address`);
    return der.tagged(GENERAL_NAME.ip, bytes);
  });
  return dns.length + ip.length === 0 ? undefined : der.sequence(...dns, ...ip);
}

/** Reads the value of a subjectAltName extension; undefined gives no names. */
export function decodeAltNames(value: Der | undefined): AltNames {
  const names = value ? der.sequenceOf(value) : [];
  const of = (tag: number): readonly Der[] => names.filter((name) => der.isTagged(name, tag));
  return {
    dnsNames: of(GENERAL_NAME.dns).map((name) => visibleAscii(name).toLowerCase()),
    ipAddresses: of(GENERAL_NAME.ip).map((name) => ipAddressFromBytes(der.bytesOf(name))),
    emailAddresses: of(GENERAL_NAME.email).map(visibleAscii),
    uris: of(GENERAL_NAME.uri).map(visibleAscii),
  };
}

/** Kind of each name in a subjectAltName extension that {@link decodeAltNames} passes over. */
export function otherAltNames(value: Der | undefined): readonly string[] {
  const known: readonly number[] = Object.values(GENERAL_NAME);
  return (value ? der.sequenceOf(value) : [])
    .filter((name) => !known.some((tag) => der.isTagged(name, tag)))
    .map(({ type }) => OTHER_KINDS.get(type) ?? 'unknown kind');
}

function visibleAscii(node: Der): string {
  const text = der.bytesOf(node).toString('latin1');
  if (!VISIBLE_ASCII.test(text)) throw new der.DerError('a subjectAltName is not printable ASCII');
  return text;
}
