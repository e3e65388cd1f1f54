import { formatDuration } from '../config/duration';
import type { CertificateSpec } from '../model/certificate-spec';
import { minuteUtc } from '../model/minute';
import { shellWord } from '../model/shell-word';
import type { CertificateChange, FactsBeside } from '../rotation/certificate-change';
import type { Differences } from '../rotation/certificate-differences';
import { pinsLeaf } from '../rotation/certificate-restarts';
import type { IssuerFacts, RequestFacts } from '../rotation/certificate-facts';
import { prose, words, type Words } from './markdown';
import { differenceWarnings, otherCa } from './pull-request-difference-warnings';
import { installerOf, short, type ToldChange } from './pull-request-parts';
import { WARNING_KINDS, type ChangeWarning, type WarningKind } from './pull-request-warning-kinds';

/**
 * What a reviewer must know of one change, most urgent first.
 *
 * @param now - only whether something has expired depends on it
 */
export function warningsOf({ change, spec }: ToldChange, now: Date): readonly ChangeWarning[] {
  const { differences } = change;
  const next = change.kind === 'requested' ? change.request : change.after;
  const found: Partial<Record<WarningKind, readonly Words[]>> = {
    expired: expired(change, now),
    'key-in-clear': inClear(change, next),
    rewritten: change.rewritten.map(
      (number) =>
        words`revision ${number} says something else under the same number: no command of releaf does that; see who changed its files`,
    ),
    'other-revision': change.beside.map(beside),
    'not-as-configured':
      change.notAsConfigured.length > 0
        ? [
            words`it is not what the config asks for (from what it asks for to the config: ${prose(change.notAsConfigured.join('; '))}); releaf renew makes one that is`,
          ]
        : [],
    'other-secret': change.otherSecrets.map(
      (secret) =>
        words`a certificate goes to Secret ${secret}, which the config does not name: right where the config was changed since it was asked for; else see who sealed its key for that`,
    ),
    'key-replaced': change.remade.map(
      (number) =>
        words`revision ${number} waited for its certificate, and has another request and another sealed key now: right where releaf renew made it anew, because the config or the sealing changed; else see who did, for they know the key`,
    ),
    ...(spec && next && { identity: identity(change, spec, next) }),
    ...(spec && differences && { key: key(change, spec, differences) }),
    ...(differences && differenceWarnings(differences)),
    ca: [
      ...otherCa(differences),
      ...change.issuersAdded.map((one) => issuerAdded(change, spec, one)),
    ],
    lifetime: lifetime(change),
    'not-as-asked': change.kind === 'requested' ? [] : (change.after?.notAsAsked ?? []).map(prose),
    secret: change.leaving.map(
      (secret) =>
        words`Secret ${secret} leaves the output, and with that the cluster: what still mounts it must follow first`,
    ),
    ...(spec && { pinned: pinned(change, spec), config: configured(change, spec) }),
    'request-gone':
      change.replaced === undefined
        ? []
        : [words`request ${change.replaced} was never signed and goes: do not approve it any more`],
    reverted: reverted(change),
    'rolled-back': rolledBack(change),
    'ends-earlier': endsEarlier(change),
  };
  return WARNING_KINDS.flatMap((kind) =>
    (found[kind] ?? []).map((message) => ({ kind, name: change.name, message })),
  );
}

function inClear(change: CertificateChange, next: RequestFacts | undefined): readonly Words[] {
  const isNext = next?.sealedKey.sealing === 'plaintext';
  const others = change.inClear.filter((number) => number !== next?.revision);
  return [
    ...(isNext
      ? [words`the private key is in clear for everyone who can read the repository`]
      : []),
    ...others.map(
      (number) =>
        words`the private key of revision ${number} is in clear for everyone who can read the repository`,
    ),
  ];
}

function beside(facts: FactsBeside): Words {
  const { revision, publicKeySha256, secret, withdrawn } = facts;
  const issuer =
    'issuer' in facts ? words` issued by ${facts.issuer || prose('nobody')},` : prose('');
  return words`revision ${revision} came in beside what is told here:${issuer} with key ${short(publicKeySha256)}, for Secret ${secret}; ${prose(
    withdrawn
      ? 'it is withdrawn, until somebody commits that it is not. Right where it was made and taken back'
      : 'it does not serve, and releaf rollback may go back to it. Right where several renewals lie',
  )} between the two states, or a revert brought it back; else see who made it`;
}

function issuerAdded(
  { before }: CertificateChange,
  spec: CertificateSpec | undefined,
  { subject, sha256 }: IssuerFacts,
): Words {
  const lacked = before
    ? prose('which did not stand there before')
    : spec?.ca === undefined
      ? prose('and the config names no CA')
      : words`which is not in ${spec.ca}`;
  const trusted = spec?.profile === 'minio-kes' ? '; MinIO trusts what stands in that file' : '';
  return words`behind the certificate stands ${subject || prose('a CA without subject')} (SHA-256 ${sha256}), ${lacked}${prose(trusted)}`;
}

function expired({ kind, before, after }: CertificateChange, now: Date): readonly Words[] {
  if (after && after.notAfter <= now) {
    const what = words`the certificate that serves (revision ${after.revision}) expired on ${prose(minuteUtc(after.notAfter))}`;
    return kind === 'requested'
      ? [
          words`${what}: clients refuse it until the new one is installed; merge and approve at once`,
        ]
      : [words`${what}: clients refuse it`];
  }
  if (kind !== 'given-up' && before && before.notAfter <= now) {
    return [
      words`the certificate that served (revision ${before.revision}) expired on ${prose(minuteUtc(before.notAfter))}: clients refuse it until this is applied`,
    ];
  }
  return [];
}

function identity(
  { kind, before, after, differences }: CertificateChange,
  { identity: guarded }: CertificateSpec,
  { publicKeySha256 }: RequestFacts,
): readonly Words[] {
  if (!guarded || differences?.newKey === false) return [];
  const until =
    kind === 'requested' ? 'before the certificate is installed' : 'before this is applied';
  const old = (kind === 'requested' ? after : before)?.publicKeySha256;
  return [
    old === undefined
      ? words`policy ${guarded.policy} of KES must name the identity ${publicKeySha256} ${prose(until)}`
      : words`another identity: policy ${guarded.policy} of KES must name ${publicKeySha256} beside ${old} ${prose(until)}; take the old one out once the new one serves everywhere`,
  ];
}

function key(
  { kind }: CertificateChange,
  { keyPolicy, identity: guarded }: CertificateSpec,
  { newKey, algorithm }: Differences,
): readonly Words[] {
  const made = kind === 'requested' || kind === 'issued';
  return [
    ...(made && keyPolicy === 'reuse' && newKey && !guarded
      ? [words`the key is new, although keyPolicy is reuse`]
      : []),
    ...(made && keyPolicy === 'rotate' && !newKey
      ? [words`the key is the old one, although keyPolicy is rotate`]
      : []),
    ...(algorithm
      ? [words`another kind of key: ${algorithm.before} before, ${algorithm.after} now`]
      : []),
  ];
}

function lifetime({ kind, after }: CertificateChange): readonly Words[] {
  if (kind === 'requested' || !after?.lifetime) return [];
  const { issued, asked } = after.lifetime;
  const [given, wanted] = [issued, asked].map((one) => prose(formatDuration(Math.round(one))));
  if (!given || !wanted) return [];
  return issued < asked
    ? [words`cut by the signer: ${given} instead of the ${wanted} that were asked for`]
    : [words`longer than asked for: ${given} instead of ${wanted}`];
}

/** Whether there was no certificate of it yet. */
const isFirst = ({ kind, before, after }: CertificateChange): boolean =>
  !before && !(after && kind === 'requested');

/** Of the first one the config warns. */
function pinned(change: CertificateChange, spec: CertificateSpec): readonly Words[] {
  const { kind } = change;
  if (!pinsLeaf(spec) || isFirst(change)) return [];
  if (kind === 'requested') {
    return [
      words`MinIO pins the very certificate (trust: leaf): once the new one is installed it must restart after KES, which a person sees to`,
    ];
  }
  return change.servesAnew
    ? [
        words`MinIO pins the very certificate (trust: leaf): it must restart after KES has, which a person sees to; until then it refuses KES`,
      ]
    : [];
}

/** What the config warns of, once: when the certificate is new. */
const configured = (change: CertificateChange, { warnings }: CertificateSpec): readonly Words[] =>
  isFirst(change) ? warnings.map(prose) : [];

const rolledBack = ({ held, name, after }: CertificateChange): readonly Words[] =>
  held && after
    ? [
        words`nothing renews it by itself any more, and revision ${after.revision} ends on ${prose(minuteUtc(after.notAfter))}: ${`releaf renew ${shellWord(name)} --force`} before that`,
      ]
    : [];

function reverted({ kind, before, after, waitsAgain }: CertificateChange): readonly Words[] {
  if (kind !== 'reverted' || !before) return [];
  if (waitsAgain) {
    return [
      words`revision ${before.revision} lost its certificate and waits again: the next ${prose(installerOf([before.signer]))} installs it anew; releaf rollback goes back and stays there`,
    ];
  }
  const then = after ? `revision ${after.revision} does again, with its key` : 'nothing does now';
  return [words`revision ${before.revision} served, and ${prose(then)}`];
}

function endsEarlier({ kind, before, after }: CertificateChange): readonly Words[] {
  if (kind !== 'issued' || !before || !after || after.notAfter >= before.notAfter) return [];
  return [
    words`the new certificate ends on ${prose(minuteUtc(after.notAfter))}, before the old one (${prose(minuteUtc(before.notAfter))})`,
  ];
}
