import type { CertificateSpec } from '../model/certificate-spec';
import type { Certificate } from '../model/revision';
import { incoherences, type Problem } from '../rotation/coherence';
import type { X509 } from '../x509/certificate';

/**
 * Whether every revision of every certificate holds together. Yields undefined after each part of the work.
 *
 * @param certificates - read anew for each of the two passes, so that none needs to be kept
 * @param casOf - the certificates of the config's `ca` file, if it names one
 */
export function* verifyRevisions(
  certificates: () => Iterable<Certificate<CertificateSpec>>,
  casOf: (spec: CertificateSpec) => readonly X509[] | undefined,
): Generator<Problem | undefined> {
  const owners = new Map<string, string>();
  for (const { spec, revisions } of certificates()) {
    for (const { number, record } of revisions) {
      owners.set(record.publicKeySha256, `${spec.name}/${number}`);
    }
    yield undefined;
  }
  for (const { spec, revisions } of certificates()) {
    yield* incoherences(spec, revisions, casOf(spec), owners);
    yield undefined;
  }
}
