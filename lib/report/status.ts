import type { Step } from '../rotation/plan';
import { minute } from '../model/minute';
import { visible } from '../model/visible';
import { table } from './table';

const DAY_SECONDS = 86_400;

/** How a certificate stands, most urgent first: one word for people and machines. */
export const STATES = [
  'expired',
  'missing',
  'blocked',
  'due',
  'rolled-back',
  'pending',
  'ok',
] as const;
export type State = (typeof STATES)[number];

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

/** A row, and what else a person wants to know who looks after several folders. */
export interface FolderRow extends StatusRow {
  /** As it was given. */
  readonly folder: string;
  /** Why it is to be renewed, or is not. */
  readonly reason: string;
  readonly signer: string;
  /** Namespace and name. */
  readonly secret: string;
}

/** How a person types a command of releaf, given without the word `releaf`. */
export type Typed = (command: string) => string;

const NEXT: Readonly<Record<Step['action'], (step: Step, typed: Typed) => string>> = {
  renew: ({ name }, typed) => typed(`renew ${name}`),
  await({ name, signer, approver }, typed) {
    if (signer === 'local') return typed(`sign ${name} --ca DIR`);
    return typed(approver === 'job' ? `fetch ${name}` : `approve ${name}`);
  },
  keep: () => '-',
  hold: ({ name }, typed) => typed(`renew ${name} --force`),
  blocked: ({ name }, typed) => `${typed(`plan ${name}`)} tells what to change`,
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

const end = ({ notAfter }: StatusRow): number => notAfter?.getTime() ?? 0;
/** Most urgent first: what expires first, or was never issued; then by name. */
export const byUrgency = (a: StatusRow, b: StatusRow): number =>
  end(a) - end(b) || (a.name === b.name ? 0 : a.name < b.name ? -1 : 1);

/**
 * How each certificate stands, in the order of {@link byUrgency}.
 *
 * @param typed - how the next step is typed. @default - in the folder itself
 */
export function statusRows(
  steps: readonly Step[],
  now: Date,
  typed: Typed = (command) => `releaf ${command}`,
): readonly StatusRow[] {
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
      next: NEXT[step.action](step, typed),
    };
  });
  return rows.sort(byUrgency);
}

/** How many certificates there are of each state that occurs, most urgent first. */
export const stateCounts = (
  rows: readonly StatusRow[],
): readonly { readonly state: State; readonly count: number }[] =>
  STATES.map((state) => ({
    state,
    count: rows.filter((row) => row.state === state).length,
  })).filter(({ count }) => count > 0);

/**
 * Status as a table for people.
 *
 * @param paint - colours what tells the urgency of a state; the identity where colour is not wanted
 * @param folderOf - which folder a row is of. @default - all are of one, and there is no column for it
 */
export function statusTable<Row extends StatusRow>(
  rows: readonly Row[],
  paint: (state: State, text: string) => string,
  folderOf?: (row: Row) => string,
): string {
  return table(
    [
      ...(folderOf ? ['FOLDER'] : []),
      ...['NAME', 'STATE', 'SERVES', 'DAYS LEFT', 'EXPIRES (UTC)', 'RENEWS (UTC)', 'NEXT'],
    ],
    rows.map((row) => [
      ...(folderOf ? [visible(folderOf(row))] : []),
      row.name,
      paint(row.state, row.state),
      String(row.revision ?? '-'),
      paint(row.state, String(row.daysLeft ?? '-')),
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
