import type { CertificateSpec } from '../model/certificate-spec';
import { isApprovedByJob } from '../model/delivery-spec';
import { minuteUtc } from '../model/minute';
import {
  currentRevision,
  pendingRevision,
  type Certificate,
  type IssuedRevision,
  type Revision,
} from '../model/revision';
import { changesSince, durationChange, type SealedFor } from './changes';
import { nextKey } from './key-policy';
import { leafOf, renewalTime } from './validity';

/** What the current certificate of an entry is good for. Times in UTC. */
export interface Serving {
  readonly revision: number;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** When it becomes due. */
  readonly renewAt: Date;
}

interface StepOf<Action extends string> {
  readonly action: Action;
  readonly name: string;
  /** The revision that the step makes, waits for or keeps. */
  readonly revision: number;
  /** Why, in words. */
  readonly reason: string;
  /** Who is to sign. */
  readonly signer: string;
  /** Who is to approve the request, where the signer is in the cluster. */
  readonly approver: 'job' | 'person';
  /** The key that a renewal keeps, by the revision that made it; absent when a new one is made. */
  readonly keeps?: { readonly revision: number; readonly publicKeySha256: string };
  /** What serves meanwhile; absent before the first certificate was issued. */
  readonly serving?: Serving;
}

/**
 * What is to be done about one certificate:
 *
 * - `renew`: make the next revision
 * - `await`: its request is out, the certificate is not back
 * - `keep`: nothing to do until it is due
 * - `hold`: rolled back; stays until a person renews it with `--force`
 * - `blocked`: it must be renewed and cannot be, as the config keeps a key that does not fit it
 */
export type Step =
  StepOf<'renew'> | StepOf<'await'> | StepOf<'keep'> | StepOf<'hold'> | StepOf<'blocked'>;

/** What a plan may be told besides the state. */
export interface PlanOptions {
  /** Names to renew whatever their state; `all` for every certificate. */
  readonly force?: ReadonlySet<string> | 'all';
  /**
   * For whom a key like that of the newest revision would be sealed now, where files beside the config
   * say it.
   *
   * @default - as the newest revision was sealed
   */
  readonly sealedFor?: (
    spec: CertificateSpec,
    newest: Revision | undefined,
  ) => SealedFor | undefined;
}

/** Whether a step is work for `releaf renew`. */
export const isDue = (step: Step): boolean => step.action === 'renew';

/** Whether what serves has expired although `releaf renew` has nothing to do: a person must act. */
export const isOverdue = ({ action, serving }: Step, now: Date): boolean =>
  action !== 'renew' && serving !== undefined && serving.notAfter <= now;

function servingOf(spec: CertificateSpec, current: IssuedRevision): Serving {
  const { notBefore, notAfter } = leafOf(spec.name, current);
  const renewAt = renewalTime({ notBefore, notAfter }, spec.renewAt);
  return { revision: current.number, notBefore, notAfter, renewAt };
}

/** Why a new revision is needed, or undefined when none is. */
function renewalReason(
  spec: CertificateSpec,
  { current, pending }: { current: IssuedRevision | undefined; pending: Revision | undefined },
  serving: Serving | undefined,
  now: Date,
  sealedFor: SealedFor | undefined,
): string | undefined {
  const phrases = (changes: readonly { readonly text: string }[]): string =>
    changes.map(({ text }) => text).join('; ');
  if (pending) {
    const changes = [...changesSince(spec, pending, sealedFor), ...durationChange(spec, pending)];
    return changes.length
      ? `the pending request asks for something else than the config (${phrases(changes)})`
      : undefined;
  }
  if (!current || !serving) return 'there is no certificate yet';
  const changes = changesSince(spec, current, sealedFor);
  if (changes.length) return `the config changed (${phrases(changes)})`;
  if (serving.notAfter <= now) return `expired on ${minuteUtc(serving.notAfter)}`;
  if (serving.renewAt <= now) {
    return `due since ${minuteUtc(serving.renewAt)}, expires on ${minuteUtc(serving.notAfter)}`;
  }
  return undefined;
}

function stepFor(
  { spec, revisions }: Certificate,
  now: Date,
  forced: boolean,
  sealedFor: SealedFor | undefined,
): Step {
  const current = currentRevision(revisions);
  const pending = pendingRevision(revisions);
  const newest = revisions.at(-1);
  const serving = current && servingOf(spec, current);
  const step = <Action extends Step['action']>(
    action: Action,
    revision: number,
    reason: string,
  ) => ({
    action,
    name: spec.name,
    signer: spec.signer,
    approver: isApprovedByJob(spec.delivery, spec.signer) ? ('job' as const) : ('person' as const),
    revision,
    reason,
    ...(serving && { serving }),
  });
  const renew = (reason: string): Step => {
    const number = (newest?.number ?? 0) + 1;
    const key = nextKey(spec, revisions, sealedFor);
    if ('problem' in key) {
      const why = forced ? `${reason}, and the config changed (${key.changes.join('; ')})` : reason;
      return step('blocked', number, `${why}; but ${key.problem}`);
    }
    const { keeps } = key;
    if (!keeps) return step('renew', number, reason);
    const { publicKeySha256 } = keeps.record;
    return {
      ...step(
        'renew',
        number,
        `${reason}; the key of revision ${keeps.number} lives on (${publicKeySha256})`,
      ),
      keeps: { revision: keeps.number, publicKeySha256 },
    };
  };
  if (forced) return renew('asked for with --force');
  if (newest?.withdrawn) {
    return step(
      'hold',
      newest.number,
      `revision ${newest.number} was withdrawn; stays at ${current ? `revision ${current.number}` : 'nothing'} until releaf renew ${spec.name} --force`,
    );
  }
  const reason = renewalReason(spec, { current, pending }, serving, now, sealedFor);
  if (reason !== undefined) return renew(reason);
  if (pending) {
    return step(
      'await',
      pending.number,
      `request ${pending.record.objectName} of ${pending.record.requestedAt} is not signed yet`,
    );
  }
  return step('keep', current?.number ?? 0, `renews on ${minuteUtc(serving?.renewAt ?? now)}`);
}

/**
 * What is due and why: a pure function of the config, the revisions and the time. It reads only dates
 * and records, so it needs neither keys nor a DER codec.
 *
 * @param certificates - each with its revisions, oldest first
 * @returns one step per certificate, in the order given
 * @throws ReleafError when a current `certificate.pem` is not readable
 */
export function plan(
  certificates: Iterable<Certificate>,
  now: Date,
  { force, sealedFor }: PlanOptions = {},
): readonly Step[] {
  return Array.from(certificates, (certificate) =>
    stepFor(
      certificate,
      now,
      force === 'all' || (force?.has(certificate.spec.name) ?? false),
      sealedFor?.(certificate.spec, certificate.revisions.at(-1)),
    ),
  );
}
