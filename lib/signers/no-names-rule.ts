import { listed } from './found';
import type { SignerRule } from './signer-rules';

/** Kinds of names in the SANs: end of the rule's id, and the name in a sentence. */
const KINDS = {
  dnsNames: ['no-dns-names', 'DNS name'],
  ipAddresses: ['no-ip-addresses', 'IP address'],
  emailAddresses: ['no-email-addresses', 'email address'],
  uris: ['no-uris', 'URI'],
} as const;

/**
 * A signer's rule that there is no name of a kind.
 *
 * @param prefix - what the id of the rule begins with
 * @param source - where the rule is written down
 */
export function noNames(prefix: string, source: string, field: keyof typeof KINDS): SignerRule {
  const [id, name] = KINDS[field];
  return {
    id: `${prefix}/${id}`,
    origin: 'signer',
    field,
    text: `there is no ${name}`,
    source,
    check: ({ names }) => listed(names[field]),
  };
}
