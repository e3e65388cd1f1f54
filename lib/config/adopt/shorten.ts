import type { WrittenCertificate } from '../written-config';

type Path = readonly string[];

/** Keys that may follow from profile, defaults or what is built in. */
const OPTIONAL: readonly Path[] = [
  ['commonName'],
  ['subject', 'countries'],
  ['subject', 'organizations'],
  ['subject', 'organizationalUnits'],
  ['subject', 'localities'],
  ['subject', 'provinces'],
  ['dnsNames'],
  ['ipAddresses'],
  ['emailAddresses'],
  ['uris'],
  ['usages'],
  ['key'],
  ['signer'],
  ['duration'],
  ['secret', 'keys', 'privateKey'],
  ['secret', 'keys', 'certificate'],
  ['secret', 'type'],
  ['secret', 'name'],
  ['secret', 'namespace'],
  ['ca'],
  ['profile', 'groups'],
  ['profile', 'replicas'],
  ['profile', 'clusterDomain'],
  ['profile', 'trust'],
];

/**
 * Leaves out what means the same when it is not said.
 *
 * @param same - whether an entry means what the whole one means
 */
export function shorten(
  entry: WrittenCertificate,
  same: (entry: WrittenCertificate) => boolean,
): WrittenCertificate {
  return OPTIONAL.reduce((short, path) => {
    const shorter = without(short, path) as WrittenCertificate;
    return shorter !== short && same(shorter) ? shorter : short;
  }, entry);
}

/** Without the value at a path, and without mappings that are empty then. */
function without(value: object, [key = '', ...rest]: Path): object {
  const inner = (value as Readonly<Record<string, unknown>>)[key];
  if (inner === undefined) return value;
  const less =
    rest.length > 0 && typeof inner === 'object' && inner !== null ? without(inner, rest) : {};
  if (less === inner) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
      name !== key ? [[name, one]] : Object.keys(less).length > 0 ? [[name, less]] : [],
    ),
  );
}
