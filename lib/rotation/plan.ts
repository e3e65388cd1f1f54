import type { CertificateSpec } from '../model/certificate-spec';
import {
  currentRevision,
  pendingRevision,
  type Certificate,
  type IssuedRevision,
  type Revision,
} from '../model/revision';
import { changesSince, durationChange } from './changes';
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
 */
export type Step = StepOf<'renew'> | StepOf<'await'> | StepOf<'keep'> | StepOf<'hold'>;

/** What a plan may be told besides the state. */
export interface PlanOptions {
  /** Names to renew whatever their state; `all` for every certificate. */
  readonly force?: ReadonlySet<string> | 'all';
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

const day = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ') + ' UTC';

/** Why a new revision is needed, or undefined when none is. */
function renewalReason(
  spec: CertificateSpec,
  { current, pending }: { current: IssuedRevision | undefined; pending: Revision | undefined },
  serving: Serving | undefined,
  now: Date,
): string | undefined {
  if (pending) {
    const changes = [...changesSince(spec, pending), ...durationChange(spec, pending)];
    return changes.length
      ? `the pending request asks for something else than the config (${changes.join('; ')})`
      : undefined;
  }
  if (!current || !serving) return 'there is no certificate yet';
  const changes = changesSince(spec, current);
  if (changes.length) return `the config changed (${changes.join('; ')})`;
  if (serving.notAfter <= now) return `expired on ${day(serving.notAfter)}`;
  if (serving.renewAt <= now) {
    return `due since ${day(serving.renewAt)}, expires on ${day(serving.notAfter)}`;
  }
  return undefined;
}

function stepFor(
  { spec, revisions }: Certificate<CertificateSpec>,
  now: Date,
  forced: boolean,
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
    revision,
    reason,
    ...(serving && { serving }),
  });
  const next = (newest?.number ?? 0) + 1;
  if (forced) return step('renew', next, 'asked for with --force');
  if (newest?.withdrawn) {
    return step(
      'hold',
      newest.number,
      `revision ${newest.number} was withdrawn; stays at ${current ? `revision ${current.number}` : 'nothing'} until renew ${spec.name} --force`,
    );
  }
  const reason = renewalReason(spec, { current, pending }, serving, now);
  if (reason !== undefined) return step('renew', next, reason);
  if (pending) {
    return step(
      'await',
      pending.number,
      `request ${pending.record.objectName} of ${pending.record.requestedAt} is not signed yet`,
    );
  }
  return step('keep', current?.number ?? 0, `renews on ${day(serving?.renewAt ?? now)}`);
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
  certificates: Iterable<Certificate<CertificateSpec>>,
  now: Date,
  { force }: PlanOptions = {},
): readonly Step[] {
  return Array.from(certificates, (certificate) =>
    stepFor(certificate, now, force === 'all' || (force?.has(certificate.spec.name) ?? false)),
  );
}
