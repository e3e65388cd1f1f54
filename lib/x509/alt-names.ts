import type { Names } from '../model/certificate-spec';
import * as der from './der';
import type { Der } from './der';
import { ipAddressFromBytes, ipAddressToBytes } from './ip-address';
import { isUri } from './uri';

/** The kinds of subjectAltName that we read and write; any other kind is passed over. */
export type AltNames = Omit<Names, 'subject'>;

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

const VISIBLE_ASCII = /^[\x20-\x7e]*$/;
const EMAIL_ADDRESS = /^[!-?A-~]+@[a-z0-9.-]+$/;
const EMAIL_DOMAIN = /@[^@]*$/;
const URI_SCHEME = /^[^:/?#]*:/;

/**
 * Value of a subjectAltName extension, or undefined when there is no name to put in it. The kinds come in
 * the order of Go's `x509`, which is how Kubernetes signers write them anew.
 *
 * @throws DerError when a name is not of its kind, or not ASCII
 */
export function encodeAltNames(names: AltNames): Der | undefined {
  const encoded = [
    ...names.dnsNames.map((name) => {
      refuseUnless(VISIBLE_ASCII.test(name), `DNS name ${name} must be ASCII (punycode)`);
      return der.tagged(GENERAL_NAME.dns, Buffer.from(name, 'ascii'));
    }),
    ...names.emailAddresses.map((address) => {
      refuseUnless(
        EMAIL_ADDRESS.test(address),
        `${address} is not an email address in ASCII with a domain in lower case`,
      );
      return der.tagged(GENERAL_NAME.email, Buffer.from(address, 'ascii'));
    }),
    ...names.ipAddresses.map((address) => {
      const bytes = ipAddressToBytes(address);
      if (!bytes) throw new der.DerError(`${address} is not an IP address`);
      return der.tagged(GENERAL_NAME.ip, bytes);
    }),
    ...names.uris.map((uri) => {
      refuseUnless(
        isUri(uri) && uri === lowerCaseScheme(uri),
        `${uri} is not an absolute URI in ASCII with a scheme in lower case`,
      );
      return der.tagged(GENERAL_NAME.uri, Buffer.from(uri, 'ascii'));
    }),
  ];
  return encoded.length === 0 ? undefined : der.sequence(...encoded);
}

function refuseUnless(fits: boolean, problem: string): void {
  if (!fits) throw new der.DerError(problem);
}

/**
 * Reads the value of a subjectAltName extension; undefined gives no names. What does not depend on case
 * comes in lower case: DNS names, domains of email addresses, schemes of URIs.
 *
 * @throws DerError when a name is not ASCII, or a URI is not one: Go refuses the whole certificate
 */
export function decodeAltNames(value: Der | undefined): AltNames {
  const names = value ? der.sequenceOf(value) : [];
  const of = (tag: number): readonly Der[] => names.filter((name) => der.isTagged(name, tag));
  return {
    dnsNames: of(GENERAL_NAME.dns).map((name) => visibleAscii(name).toLowerCase()),
    ipAddresses: of(GENERAL_NAME.ip).map((name) => ipAddressFromBytes(der.bytesOf(name))),
    emailAddresses: of(GENERAL_NAME.email).map((name) =>
      visibleAscii(name).replace(EMAIL_DOMAIN, (domain) => domain.toLowerCase()),
    ),
    uris: of(GENERAL_NAME.uri).map((name) => {
      const uri = visibleAscii(name);
      if (!isUri(uri)) throw new der.DerError(`its URI ${uri} is not a valid absolute URI`);
      return lowerCaseScheme(uri);
    }),
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

function lowerCaseScheme(uri: string): string {
  return uri.replace(URI_SCHEME, (scheme) => scheme.toLowerCase());
}
