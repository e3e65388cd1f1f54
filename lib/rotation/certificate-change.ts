import type { CertificateSpec } from '../model/certificate-spec';
import { ReleafError } from '../model/errors';
import {
  currentRevision,
  isIssued,
  pendingRevision,
  type IssuedRevision,
  type Revision,
} from '../model/revision';
import type { X509 } from '../x509/certificate';
import {
  cameBeside,
  kindOf,
  newlyPending,
  remade,
  rewritten,
  sameNumber,
  type ChangeKind,
} from './certificate-change-kind';
import {
  issuedFacts,
  requestFacts,
  type IssuedFacts,
  type IssuerFacts,
  type RequestFacts,
} from './certificate-facts';
import { differencesBetween, type Differences } from './certificate-differences';
import { restartsBetween, type ExpectedRestart } from './certificate-restarts';
import { changesSince, durationChange } from './changes';
import { rollback } from './rollback';
import { secretNameOf, servedRevisions } from './secret-name';
import { leafOf } from './validity';

/** A revision that came in beside what a change is about. */
export type FactsBeside = (IssuedFacts | RequestFacts) & { readonly withdrawn: boolean };

/** What happened to one certificate. */
export interface CertificateChange {
  readonly name: string;
  readonly kind: ChangeKind;
  /** What served in the old state. */
  readonly before?: IssuedFacts;
  /** What serves in the new state. */
  readonly after?: IssuedFacts;
  /** Whether something serves now, and its revision, certificates or sealed key are not those of before. */
  readonly servesAnew: boolean;
  /** Whether the request of what serves is new as well: both steps in one. */
  readonly atOnce: boolean;
  /** The request that is new and waits for its certificate. */
  readonly request?: RequestFacts;
  /** Object name of a pending request that was never signed, and is gone or withdrawn. */
  readonly replaced?: string;
  /** Revisions that say something else under the same number. */
  readonly rewritten: readonly number[];
  /** Revisions that waited for a certificate, and have another request under the same number. */
  readonly remade: readonly number[];
  /** Revisions that came in, got a certificate or are withdrawn no more, and neither serve nor newly wait. */
  readonly beside: readonly FactsBeside[];
  /** Revisions whose private key is new and in clear. */
  readonly inClear: readonly number[];
  /** Where the new request, or what serves with a new one, is not what the config asks for, in words. */
  readonly notAsConfigured: readonly string[];
  /** `namespace/name` of Secrets that new certificates are for, and the config does not name. */
  readonly otherSecrets: readonly string[];
  /** Certificates behind the leaf that did not stand behind the one before; of the first, that are not in `ca`. */
  readonly issuersAdded: readonly IssuerFacts[];
  /** Of the request when one was made, else of what serves; absent where there is nothing to compare with. */
  readonly differences?: Differences;
  /** `namespace/name` of Secrets that leave the output and so the cluster, though workloads may read them. */
  readonly leaving: readonly string[];
  /** What restarts once it is applied, first to last, and what need not. */
  readonly restarts: readonly ExpectedRestart[];
  /** Whether the newest revision is withdrawn, so that nothing renews the certificate by itself. */
  readonly held: boolean;
  /** Whether what served waits for its certificate again. */
  readonly waitsAgain: boolean;
  /** Where `releaf rollback` goes back to from what is newly issued, dates apart; absent where it does not. */
  readonly rollback?: { readonly revision: number; readonly notAfter: Date };
  /** Why it does not, in words; absent where a newer revision stands above what serves. */
  readonly rollbackRefused?: string;
}

/**
 * Compares the revisions of one certificate in two states: a pure function of what is committed.
 *
 * @param before - oldest first; none where it was not there
 * @param after - as before
 * @param spec - its entry in the config; undefined where there is none any more
 * @param cas - the certificates of the config's `ca` file, if it names one
 * @returns undefined when both say the same
 * @throws ReleafError when a `certificate.pem` is not readable
 */
export function compareRevisions(
  name: string,
  before: readonly Revision[],
  after: readonly Revision[],
  spec: CertificateSpec | undefined,
  cas?: readonly X509[],
): CertificateChange | undefined {
  const kind = kindOf(before, after);
  if (kind === undefined) return undefined;
  const [served, serves] = [currentRevision(before), currentRevision(after)];
  const old = served && issuedFacts(name, served);
  const isSame = JSON.stringify(served) === JSON.stringify(serves);
  const facts = { before: old, after: isSame ? old : serves && issuedFacts(name, serves) };
  const isKnown = ({ record }: Revision): boolean =>
    before.some(
      (old) => old.record.objectName === record.objectName && (isIssued(old) || !old.withdrawn),
    );
  const servesAnew = serves !== undefined && contentsOf(serves) !== (served && contentsOf(served));
  const atOnce = serves !== undefined && !isKnown(serves);
  const pending = newlyPending(before, after);
  const request = pending && requestFacts(pending);
  const waited = pendingRevision(before);
  const isReplaced =
    waited &&
    !after.some(
      (one) =>
        one.record.objectName === waited.record.objectName && (isIssued(one) || !one.withdrawn),
    );
  const beside = cameBeside(before, after);
  const differences =
    kind === 'requested' && request
      ? facts.after && differencesBetween(facts.after, request)
      : facts.before && facts.after && differencesBetween(facts.before, facts.after);
  return {
    name,
    kind,
    ...(facts.before && { before: facts.before }),
    ...(facts.after && { after: facts.after }),
    servesAnew,
    atOnce,
    ...(request && { request }),
    ...(isReplaced && { replaced: waited.record.objectName }),
    rewritten: rewritten(before, after),
    remade: remade(before, after),
    beside: beside.map((one) => ({
      ...(isIssued(one) ? issuedFacts(name, one) : requestFacts(one)),
      withdrawn: one.withdrawn,
    })),
    inClear: newlyInClear(before, after),
    notAsConfigured: spec ? unlikeConfig(spec, pending, atOnce ? serves : undefined) : [],
    otherSecrets: spec
      ? secretsBeside(spec, [...beside, ...(serves && kind === 'issued' ? [serves] : [])])
      : [],
    issuersAdded: servesAnew ? issuersAdded(facts.before, facts.after, cas) : [],
    ...(differences && { differences }),
    leaving: leavingSecrets(before, after, spec),
    restarts: spec && serves ? restartsBetween(served, serves, spec) : [],
    held: after.at(-1)?.withdrawn === true,
    waitsAgain:
      served !== undefined &&
      pendingRevision(after)?.record.objectName === served.record.objectName,
    ...(spec && kind === 'issued' && rollbackFrom(spec, after, cas)),
  };
}

/** All of a revision that its Secret is made of. */
const contentsOf = ({ number, certificate, sealedKey }: IssuedRevision): string =>
  JSON.stringify([number, certificate, sealedKey]);

const newlyInClear = (before: readonly Revision[], after: readonly Revision[]): readonly number[] =>
  after
    .filter((now) => {
      const old = sameNumber(before, now)?.sealedKey;
      return (
        now.sealedKey.sealing === 'plaintext' &&
        !(old?.sealing === 'plaintext' && old.value === now.sealedKey.value)
      );
    })
    .map(({ number }) => number);

/** The lifetime of what is issued is a matter of the next renewal. */
const unlikeConfig = (
  spec: CertificateSpec,
  pending: Revision | undefined,
  serves: Revision | undefined,
): readonly string[] =>
  [
    ...(serves ? changesSince(spec, serves, undefined) : []),
    ...(pending
      ? [...changesSince(spec, pending, undefined), ...durationChange(spec, pending)]
      : []),
  ].map(({ text }) => text);

function secretsBeside(
  { name, secret }: CertificateSpec,
  revisions: readonly Revision[],
): readonly string[] {
  const others = revisions.filter(
    ({ sealedKey, record }) =>
      sealedKey.namespace !== secret.namespace ||
      sealedKey.name !== secretNameOf(secret, name, record.objectName),
  );
  return [...new Set(others.map(secretOf))];
}

function issuersAdded(
  before: IssuedFacts | undefined,
  after: IssuedFacts | undefined,
  cas: readonly X509[] = [],
): readonly IssuerFacts[] {
  const known = new Set((before?.issuers ?? cas).map(({ sha256 }) => sha256));
  return (after?.issuers ?? []).filter(({ sha256 }) => !known.has(sha256));
}

/** A rollback takes back the newest revision only, be it one that waits. */
function rollbackFrom(
  spec: CertificateSpec,
  revisions: readonly Revision[],
  cas: readonly X509[] | undefined,
): Pick<CertificateChange, 'rollback' | 'rollbackRefused'> {
  if (currentRevision(revisions) !== revisions.at(-1)) return {};
  try {
    const { serves } = rollback(spec, revisions, ANY_DATE, cas);
    const target = currentRevision(revisions.filter(({ number }) => number <= serves));
    if (!target) return {};
    return { rollback: { revision: serves, notAfter: leafOf(spec.name, target).notAfter } };
  } catch (error) {
    if (!(error instanceof ReleafError)) throw error;
    return { rollbackRefused: error.message };
  }
}

/** Before every certificate ends: whoever knows the time compares. */
const ANY_DATE = new Date(0);

function leavingSecrets(
  before: readonly Revision[],
  after: readonly Revision[],
  spec: CertificateSpec | undefined,
): readonly string[] {
  const served = currentRevision(before);
  const stay = spec ? servedRevisions(spec, after).map(secretOf) : after.map(secretOf);
  // Of Secrets for each revision the oldest always goes; nothing reads it any more.
  const gone = after.length === 0 ? before.filter(isIssued) : served ? [served] : [];
  return [...new Set(gone.map(secretOf))].filter((secret) => !stay.includes(secret));
}

const secretOf = ({ sealedKey }: Revision): string => `${sealedKey.namespace}/${sealedKey.name}`;
