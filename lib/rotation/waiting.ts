import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, pendingRevision, type Revision } from '../model/revision';

/** A revision that waits for its certificate, and what serves meanwhile. */
export interface Waiting {
  readonly spec: CertificateSpec;
  readonly pending: Revision;
  /** All of the certificate, oldest first, the pending one among them. */
  readonly revisions: readonly Revision[];
}

/** The pending one of a certificate's revisions, if there is one. */
export function waitingOf(
  spec: CertificateSpec,
  revisions: readonly Revision[],
): readonly Waiting[] {
  const pending = pendingRevision(revisions);
  return pending ? [{ spec, pending, revisions }] : [];
}

/** The refusal (NOTHING_PENDING) when somebody names a certificate that waits for nothing. */
export function nothingPending(name: string, revisions: readonly Revision[]): ReleafError {
  const current = currentRevision(revisions);
  const newest = revisions.at(-1);
  return new ReleafError(
    'NOTHING_PENDING',
    newest?.withdrawn
      ? `${name}: revision ${newest.number} was withdrawn, so no request waits for a certificate`
      : `${name}: no request waits for a certificate${current ? `; revision ${current.number} is issued` : ''}`,
    newest?.withdrawn
      ? `make a new one: releaf renew ${name} --force`
      : `make one: releaf renew ${name}`,
  );
}
