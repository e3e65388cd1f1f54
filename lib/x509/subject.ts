import { asn1 } from 'node-forge';
import type { Subject } from '../model/certificate-spec';
import * as der from './der';
import type { Der } from './der';

const { Type } = asn1;

/** Order of Go's `pkix.Name.ToRDNSequence`: Kubernetes signers parse the subject and write it anew. */
const ATTRIBUTES = [
  ['countries', '2.5.4.6'],
  ['provinces', '2.5.4.8'],
  ['localities', '2.5.4.7'],
  ['organizations', '2.5.4.10'],
  ['organizationalUnits', '2.5.4.11'],
  ['commonName', '2.5.4.3'],
] as const;

/** X.680 without what Go refuses to write, such as `*`, `_`, `@`: those go out as UTF8String. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
const CONTROL = /\p{Cc}/u;

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
