import { ipAddressToBytes } from './ip-address';

const PCHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
const LABEL = "[A-Za-z0-9_~!$&'()*+,;=-]+";
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[(?<ip>[0-9A-Fa-f:.]+)\\])`;
const WITH_AUTHORITY = `//(?:${HOST}(?::[0-9]+)?(?:/${PCHAR}*)*|(?:/${PCHAR}*)+)`;
const WITHOUT_AUTHORITY = `(?!//)(?:${PCHAR}|/)+`;
const REST = `(?:${PCHAR}|[/?])`;
const URI = new RegExp(
  `^[A-Za-z][A-Za-z0-9+.-]*:(?:${WITH_AUTHORITY}|${WITHOUT_AUTHORITY})(?:\\?${REST}*)?(?:#${REST}+)?$`,
);

/**
 * Whether a text is an absolute URI (RFC 3986, section 4.3, with a fragment allowed) that Go parses and
 * writes again as it is: a Kubernetes signer does both. So there is no user information, nothing is
 * percent-encoded in the host, and no label of it is empty.
 *
 * @see golang/go crypto/x509/parser.go, parseSANExtension
 */
export function isUri(text: string): boolean {
  const match = URI.exec(text);
  if (!match) return false;
  const ip = match.groups?.['ip'];
  return ip === undefined || (ip.includes(':') && ipAddressToBytes(ip) !== undefined);
}
