import { canonicalIpAddress, isIpAddress } from './ip-address';
import { LABELS } from './kubernetes-names';
import { didYouMean, textShape, type TextShape } from './text-shape';

const DNS_NAME_PATTERN = `^(?:\\*\\.)?(?!(?:.*\\.)?[0-9]+$)${LABELS}$`;

function dnsNameHint(text: string): string | undefined {
  if (isIpAddress(text)) return 'say an address in ipAddresses';
  const meant = text.toLowerCase().replace(/\.$/, '');
  if (/[^\p{ASCII}]/u.test(meant) && URL.canParse(`http://${meant}`)) {
    const puny = new URL(`http://${meant}`).hostname;
    return didYouMean(puny, /^(?:[-a-z0-9]+\.)*[-a-z0-9]+$/);
  }
  return didYouMean(meant, new RegExp(DNS_NAME_PATTERN));
}

/** dNSName of a subjectAltName (RFC 5280, 4.2.1.6). A last label of digits would be read as an IP address. */
export const DNS_NAME = textShape({
  allowed:
    'a DNS name has labels of lower-case letters, digits and hyphens (other scripts in punycode), at most 63 characters each and 253 in all, and * only as the whole first label',
  pattern: DNS_NAME_PATTERN,
  maxLength: 253,
  hint: dnsNameHint,
});

const IP_ADDRESS_ALLOWED =
  'an IP address is IPv4 such as 10.0.0.1 or IPv6 such as fd00::1, without prefix length or zone';

/** iPAddress of a subjectAltName (RFC 5280, 4.2.1.6) in text; resolved to its canonical form later. */
export const IP_ADDRESS: TextShape = {
  allowed: IP_ADDRESS_ALLOWED,
  broken: (text) => (canonicalIpAddress(text) === undefined ? IP_ADDRESS_ALLOWED : undefined),
  json: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
};

const EMAIL_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-]+";
const EMAIL_PATTERN = `^(?=[^@]{1,64}@)${EMAIL_ATOM}(?:\\.${EMAIL_ATOM})*@${LABELS}$`;

/** Addr-spec of RFC 5321 without quotes, as an rfc822Name holds it (RFC 5280, 4.2.1.6). */
export const EMAIL_ADDRESS = textShape({
  allowed:
    'an email address is ASCII such as ops@example.com, its domain in lower case, at most 254 characters',
  pattern: EMAIL_PATTERN,
  maxLength: 254,
  hint(text) {
    const meant = text.replace(/@.*$/, (domain) => domain.toLowerCase());
    return didYouMean(meant, new RegExp(EMAIL_PATTERN, 'u'));
  },
});

const URI_CHARACTERS = "(?:[-A-Za-z0-9._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
const URI_HOST = '[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?';

/**
 * Only what Go's `net/url` writes as it reads it, since signers in Kubernetes do both: scheme and host in
 * lower case, no empty fragment. RFC 5280, 4.2.1.6 wants a scheme, and in the authority a host.
 */
export const URI = textShape({
  allowed:
    'a URI is absolute and ASCII with a lower-case scheme and host, such as spiffe://example.com/web; anything else as %XX',
  pattern: `^[a-z][-a-z0-9+.]*://(?=[^/?#]{1,253}(?:[/?#]|$))${URI_HOST}(?:\\.${URI_HOST})*(?::[0-9]{1,5})?(?:/${URI_CHARACTERS}*)*(?:\\?(?:${URI_CHARACTERS}|[/?])*)?(?:#(?:${URI_CHARACTERS}|[/?])+)?$`,
  maxLength: 2048,
});

/**
 * Upper bounds of RFC 5280, appendix A.1 (ub-common-name and the like), in characters. What would hide or
 * reorder text is refused: a reviewer could not see what is asked for.
 */
const attribute = (what: string, bound: number): TextShape =>
  textShape({
    allowed: `${what} has 1 to ${bound} characters and no control or formatting characters`,
    pattern: `^(?! *$)[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,${bound}}$`,
    maxLength: bound * 2,
  });

/** ub-common-name is 64. */
export const COMMON_NAME = attribute('a common name', 64);
/** ub-organization-name is 64. */
export const ORGANIZATION = attribute('an organization', 64);
/** ub-organizational-unit-name is 64. */
export const ORGANIZATIONAL_UNIT = attribute('an organizational unit', 64);
/** ub-locality-name is 128. */
export const LOCALITY = attribute('a locality', 128);
/** ub-state-name is 128. */
export const PROVINCE = attribute('a province', 128);
/** ISO 3166, alpha-2: RFC 5280 has a PrintableString of size 2. */
export const COUNTRY = textShape({
  allowed: 'a country is two capital letters (ISO 3166), such as US',
  pattern: '^[A-Z]{2}$',
  maxLength: 2,
  hint: (text) => didYouMean(text.toUpperCase(), /^[A-Z]{2}$/),
});
