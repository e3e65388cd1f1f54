import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, type Certificate } from '../model/revision';
import { incoherences, type Problem } from '../rotation/coherence';
import type { X509 } from '../x509/certificate';

/** What all revisions of a folder tell together. */
export interface Verified {
  readonly problems: readonly Problem[];
  /** How many certificates are issued. */
  readonly issued: number;
  /** The revisions whose key the config wants in clear, or wanted until the newest revision, by number. */
  readonly inClear: readonly {
    readonly spec: CertificateSpec;
    readonly numbers: readonly number[];
  }[];
}

/**
 * Whether every revision of every certificate holds together. Yields after each part of the work.
 *
 * @param certificates - read anew for each of the two passes, so that none needs to be kept
 * @param casOf - the certificates of the config's `ca` file, if it names one
 */
export function* verifyRevisions(
  certificates: () => Iterable<Certificate<CertificateSpec>>,
  casOf: (spec: CertificateSpec) => readonly X509[] | undefined,
): Generator<undefined, Verified> {
  const owners = new Map<string, string>();
  const inClear: Verified['inClear'][number][] = [];
  let issued = 0;
  for (const { spec, revisions } of certificates()) {
    for (const { number, record } of revisions) {
      owners.set(record.publicKeySha256, `${spec.name}/${number}`);
    }
    if (currentRevision(revisions)) issued += 1;
    const plaintext = revisions.filter(({ sealedKey }) => sealedKey.sealing === 'plaintext');
    const sealedSince = revisions.at(-1)?.sealedKey.sealing !== 'plaintext';
    if (spec.sealing.type === 'plaintext' || sealedSince) {
      inClear.push({ spec, numbers: plaintext.map(({ number }) => number) });
    }
    yield undefined;
  }
  const problems: Problem[] = [];
  for (const { spec, revisions } of certificates()) {
    problems.push(...incoherences(spec, revisions, casOf(spec), owners));
    yield undefined;
  }
  return { problems, issued, inClear };
}
