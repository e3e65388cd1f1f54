import { visible } from '../model/visible';
import type { Group } from '../rotation/groups';
import type { Step } from '../rotation/plan';
import { table } from './table';

/** A plan as a table for people. */
export function planTable(steps: readonly Step[]): string {
  return table(
    ['NAME', 'STEP', 'REVISION', 'WHY'],
    steps.map(({ name, action, revision, reason }) => [
      name,
      action,
      String(revision),
      visible(reason),
    ]),
  );
}

/** A plan as JSON for machines; times in RFC 3339. */
export function planJson(steps: readonly Step[]): string {
  return JSON.stringify({ steps }, undefined, 2);
}

/** Groups for scripts: a line each, its name and then those of its certificates; no name has a space. */
export const groupLines = (groups: readonly Group[]): readonly string[] =>
  groups.map(({ group, certificates }) => [group, ...certificates].join(' '));

/** Groups as JSON for machines. */
export const groupsJson = (groups: readonly Group[]): string =>
  JSON.stringify({ groups }, undefined, 2);
