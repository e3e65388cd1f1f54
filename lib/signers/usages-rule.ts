import type { KeyUsage } from '../model/certificate-spec';
import { listedOrNone } from './found';
import type { SignerRule } from './signer-rules';

/**
 * A signer's rule on the set of usages, in any order. `signing` does not count as `digital signature`:
 * Kubernetes compares the names.
 *
 * @param id - id of the rule
 * @param source - where the rule is written down
 * @param required - usages that must be there
 * @param optional - usages that may be there; no other may
 */
export function usagesRule(
  id: string,
  source: string,
  required: readonly KeyUsage[],
  optional: readonly KeyUsage[],
): SignerRule {
  const allowed = [...required, ...optional];
  return {
    id,
    origin: 'signer',
    field: 'usages',
    text: `the usages are ${required.join(' and ')}, with or without ${optional.join(' and ')}, and no other`,
    source,
    check: ({ usages }) =>
      required.every((usage) => usages.includes(usage)) &&
      usages.every((usage) => allowed.includes(usage))
        ? undefined
        : listedOrNone(usages),
  };
}
