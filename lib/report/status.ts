import type { Step } from '../rotation/plan';
import { table } from './table';

const DAY_SECONDS = 86_400;

/** How a certificate stands: one word for people and machines. */
export type State = 'ok' | 'due' | 'expired' | 'pending' | 'rolled-back' | 'missing' | 'blocked';

/** One certificate as `status` shows it. */
export interface StatusRow {
  readonly name: string;
  readonly state: State;
  /** The revision that serves. */
  readonly revision?: number;
  readonly notAfter?: Date;
  readonly renewAt?: Date;
  /** Whole days until it expires; negative once it has. */
  readonly daysLeft?: number;
  readonly next: string;
}

const NEXT: Readonly<Record<Step['action'], (step: Step) => string>> = {
  renew: ({ name }) => `releaf renew ${name}`,
  await({ name, signer, approver }) {
    if (signer === 'local') return `releaf sign ${name} --ca DIR`;
    return approver === 'job' ? `releaf fetch ${name}` : `releaf approve ${name}`;
  },
  keep: () => '-',
  hold: ({ name }) => `releaf renew ${name} --force`,
  blocked: ({ name }) => `releaf plan ${name} tells what to change`,
};

function stateOf({ action, serving }: Step, now: Date): State {
  if (serving && serving.notAfter <= now) return 'expired';
  switch (action) {
    case 'await':
      return 'pending';
    case 'hold':
      return 'rolled-back';
    case 'renew':
      return serving ? 'due' : 'missing';
    case 'keep':
      return 'ok';
    case 'blocked':
      return 'blocked';
  }
}

/** How each certificate stands, most urgent first: what expires first, or was never issued. */
export function statusRows(steps: readonly Step[], now: Date): readonly StatusRow[] {
  const rows = steps.map((step): StatusRow => {
    const { serving } = step;
    return {
      name: step.name,
      state: stateOf(step, now),
      ...(serving && {
        revision: serving.revision,
        notAfter: serving.notAfter,
        renewAt: serving.renewAt,
        daysLeft: Math.trunc((serving.notAfter.getTime() - now.getTime()) / 1000 / DAY_SECONDS),
      }),
      next: NEXT[step.action](step),
    };
  });
  const end = (row: StatusRow): number => row.notAfter?.getTime() ?? 0;
  return rows.sort((a, b) => end(a) - end(b) || (a.name < b.name ? -1 : 1));
}

/**
 * Status as a table for people.
 *
 * @param paint - colours a state; the identity where colour is not wanted
 */
export function statusTable(
  rows: readonly StatusRow[],
  paint: (state: State, text: string) => string,
): string {
  const minute = (date: Date | undefined): string =>
    date ? date.toISOString().slice(0, 16).replace('T', ' ') : '-';
  return table(
    ['NAME', 'STATE', 'SERVES', 'DAYS LEFT', 'EXPIRES (UTC)', 'RENEWS (UTC)', 'NEXT'],
    rows.map((row) => [
      row.name,
      paint(row.state, row.state),
      String(row.revision ?? '-'),
      String(row.daysLeft ?? '-'),
      minute(row.notAfter),
      minute(row.renewAt),
      row.next,
    ]),
  );
}

/** Status as JSON for machines; times in RFC 3339. */
export function statusJson(rows: readonly StatusRow[]): string {
  return JSON.stringify({ certificates: rows }, undefined, 2);
}
