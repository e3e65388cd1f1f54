import type { CertificateSpec } from '../model/certificate-spec';
import type { Revision } from '../model/revision';

/**
 * What whoever keeps the policy of KES must know of a new revision: the identity, and, when it changes,
 * the policy that holds both, since KES refuses the client until the policy names it.
 *
 * @param before - the newest revision before, if there was one
 * @see https://github.com/minio/kes/blob/master/server-config.yaml
 */
export function identityLines(
  { identity }: CertificateSpec,
  { number, record }: Revision,
  before: Revision | undefined,
): readonly string[] {
  if (!identity) return [];
  const now = record.publicKeySha256;
  const old = before?.record.publicKeySha256;
  if (old === now) return [`identity ${now}, as before`];
  const entry = (sha256: string, revision: number): string =>
    `        - ${sha256}  # revision ${revision}`;
  return [
    `identity ${now}, new: KES must know it before it is served`,
    'policy:',
    `  ${identity.policy}:`,
    '    identities:',
    ...(old === undefined || !before ? [] : [entry(old, before.number).slice(2)]),
    entry(now, number).slice(2),
    ...(old === undefined
      ? []
      : ['take the old one out once the new certificate serves everywhere']),
  ];
}
