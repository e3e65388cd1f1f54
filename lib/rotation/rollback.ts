import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import { currentRevision, isIssued, type IssuedRevision, type Revision } from '../model/revision';
import type { X509 } from '../x509/certificate';
import { readIssuedChain } from './issued-chain';
import { assertTrusted } from './trust';
import { leafOf } from './validity';

/** What a rollback does: which revision is withdrawn (none when that is done already), which serves. */
export interface Rollback {
  readonly withdraw?: number;
  readonly serves: number;
}

/**
 * Goes back to the revision before the newest one.
 *
 * @param revisions - oldest first
 * @param cas - the certificates of the config's `ca` file, if it names one
 * @throws ReleafError NO_ROLLBACK when no earlier revision is there, or its certificate has expired or does
 * not hold against the present `ca`
 */
export function rollback(
  spec: CertificateSpec,
  revisions: readonly Revision[],
  now: Date,
  cas: readonly X509[] | undefined,
): Rollback {
  const { name } = spec;
  const newest = revisions.at(-1);
  const renew = `make a new one: releaf renew ${name} --force`;
  const refuse = (what: string, hint = renew): never => {
    throw new ReleafError('NO_ROLLBACK', `${name}: ${what}`, hint);
  };
  const assertServable = (target: IssuedRevision): void => {
    const { number } = target;
    try {
      const file = `certificates/${name}/${number}/certificate.pem`;
      assertTrusted(spec, readIssuedChain(target.certificate, target.record, file), cas, file);
    } catch (error) {
      if (!(error instanceof ReleafError)) throw error;
      const isOfOtherCa = error.code === 'CERTIFICATE_CHAIN' && spec.ca !== undefined;
      refuse(
        `revision ${number} cannot serve again: ${error.message}`,
        isOfOtherCa
          ? `${renew}; if clients trust the CA of revision ${number} still, add it to ${spec.ca}`
          : renew,
      );
    }
  };
  if (!newest) return refuse('there is no revision to go back from');
  const current = currentRevision(revisions);
  if (newest.withdrawn && current) {
    assertServable(current);
    return { serves: current.number };
  }
  const earlier = revisions.filter((r) => r !== newest && isIssued(r) && !r.withdrawn);
  const target = currentRevision(earlier);
  if (!target) return refuse(`revision ${newest.number} has no issued revision before it`);
  const { notAfter } = leafOf(name, target);
  if (notAfter <= now) {
    return refuse(`revision ${target.number} expired on ${notAfter.toISOString()}`);
  }
  assertServable(target);
  return { withdraw: newest.number, serves: target.number };
}
