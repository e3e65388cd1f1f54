import type { CertificateSpec } from '../model/certificate-spec';
import { currentRevision, type Certificate, type Revision } from '../model/revision';
import { incoherences, type Problem } from '../rotation/coherence';
import { secretNameOf, servedRevisions } from '../rotation/secret-name';
import type { X509 } from '../x509/certificate';

/** What all revisions of a folder tell together. */
export interface Verified {
  readonly problems: readonly Problem[];
  /** How many certificates are issued. */
  readonly issued: number;
  /**
   * The revisions, by number, whose key the config wants in clear, or may have wanted so before the first one
   * that is sealed.
   */
  readonly inClear: readonly {
    readonly spec: CertificateSpec;
    readonly numbers: readonly number[];
  }[];
  /** What is right only on the way from one config to the next. */
  readonly warnings: readonly string[];
}

/**
 * Whether every revision of every certificate holds together. Yields after each part of the work.
 *
 * @param certificates - read anew for each of the two passes, so that none needs to be kept
 * @param casOf - the certificates of the config's `ca` file, if it names one
 */
export function* verifyRevisions(
  certificates: () => Iterable<Certificate>,
  casOf: (spec: CertificateSpec) => readonly X509[] | undefined,
): Generator<undefined, Verified> {
  const owners = new Map<string, string>();
  const inClear: Verified['inClear'][number][] = [];
  const warnings: string[] = [];
  let issued = 0;
  for (const { spec, revisions } of certificates()) {
    for (const { number, record } of revisions) {
      owners.set(record.publicKeySha256, `${spec.name}/${number}`);
    }
    if (currentRevision(revisions)) issued += 1;
    inClear.push({ spec, numbers: meantInClear(spec, revisions).map(({ number }) => number) });
    warnings.push(...elsewhere(spec, revisions));
    yield undefined;
  }
  const problems: Problem[] = [];
  for (const { spec, revisions } of certificates()) {
    problems.push(...incoherences(spec, revisions, casOf(spec), owners));
    yield undefined;
  }
  return { problems, issued, inClear, warnings };
}

/** A key that was made in clear after one that is sealed is not from before the config changed. */
function meantInClear({ sealing }: CertificateSpec, revisions: readonly Revision[]) {
  const isInClear = ({ sealedKey }: Revision): boolean => sealedKey.sealing === 'plaintext';
  if (sealing.type === 'plaintext') return revisions.filter(isInClear);
  const sealed = revisions.findIndex((one) => !isInClear(one));
  return sealed < 0 ? [] : revisions.slice(0, sealed);
}

/** Secrets of the output that the config does not name, as those that were renamed are for a while. */
function elsewhere({ name, secret }: CertificateSpec, revisions: readonly Revision[]) {
  return servedRevisions({ secret }, revisions).flatMap(({ number, sealedKey, record }) => {
    const named = [secret.name, secretNameOf(secret, name, record.objectName)];
    return sealedKey.namespace === secret.namespace && named.includes(sealedKey.name)
      ? []
      : [
          `certificates/${name}/${number}: goes to Secret ${sealedKey.namespace}/${sealedKey.name}, and the config names ${secret.namespace}/${secret.name}; right only if it was that before`,
        ];
  });
}
