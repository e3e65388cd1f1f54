import type { Words } from './markdown';

/** Of what a reviewer is warned, most urgent first, as Markdown says it. */
const LABELS = {
  expired: 'expired',
  'key-in-clear': 'key in clear',
  rewritten: 'rewritten',
  'other-revision': 'another revision',
  'not-as-configured': 'not as configured',
  'other-secret': 'another Secret',
  'key-replaced': 'key replaced',
  identity: 'identity',
  key: 'key',
  ca: 'CA',
  lifetime: 'lifetime',
  'not-as-asked': 'not as asked',
  names: 'names',
  request: 'request',
  sealing: 'sealing',
  secret: 'secret',
  pinned: 'pinned',
  'request-gone': 'request gone',
  reverted: 'reverted',
  'rolled-back': 'rolled back',
  'ends-earlier': 'ends earlier',
  config: 'config',
} as const;
export type WarningKind = keyof typeof LABELS;

/** Most urgent first. */
export const WARNING_KINDS = Object.keys(LABELS) as readonly WarningKind[];

/** What a reviewer of a change must know. */
export interface ChangeWarning {
  readonly kind: WarningKind;
  /** Certificate. */
  readonly name: string;
  readonly message: Words;
}

/** Those for which a pull request says CAUTION. */
const SEVERE: readonly WarningKind[] = [
  'expired',
  'key-in-clear',
  'rewritten',
  'other-revision',
  'not-as-configured',
  'other-secret',
  'key-replaced',
  'identity',
];

export const isSevere = ({ kind }: ChangeWarning): boolean => SEVERE.includes(kind);

/** Its kind as Markdown says it. */
export const labelOf = ({ kind }: ChangeWarning): string => LABELS[kind];
