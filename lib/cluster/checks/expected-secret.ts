import type { CertificateSpec } from '../../model/certificate-spec';
import { currentRevision, pendingRevision, type Certificate } from '../../model/revision';

/** A Secret of a certificate, as files say it. */
export interface ExpectedSecret {
  readonly namespace: string;
  readonly name: string;
  /** Whether the current revision belongs into it. */
  readonly isCurrent: boolean;
}

/**
 * The Secrets of a certificate that matter now: that of the current revision, and that of the pending one
 * where it is another; before there is either, the one that the config names.
 */
export function expectedSecrets({
  spec: { secret },
  revisions,
}: Certificate<CertificateSpec>): readonly ExpectedSecret[] {
  const current = currentRevision(revisions)?.sealedKey;
  const pending = pendingRevision(revisions)?.sealedKey;
  const isSame = current?.name === pending?.name && current?.namespace === pending?.namespace;
  const { namespace, name } = secret;
  const planned = { namespace, name, isCurrent: false };
  return [
    ...(current ? [{ namespace: current.namespace, name: current.name, isCurrent: true }] : []),
    ...(pending && !isSame
      ? [{ namespace: pending.namespace, name: pending.name, isCurrent: false }]
      : []),
    ...(!current && !pending && secret.naming === 'stable' ? [planned] : []),
  ];
}
