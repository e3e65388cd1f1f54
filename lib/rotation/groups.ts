import type { CertificateSpec } from '../model/certificate-spec';
import type { Step } from './plan';

/** What goes into one pull request: a namespace, all certificates of the folder, or one certificate. */
export const GROUPINGS = ['namespace', 'all', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Certificates that change together. */
export interface Group {
  /** The namespace, `all`, or the name of the certificate. */
  readonly group: string;
  /** Names, the most urgent first. */
  readonly certificates: readonly string[];
}

/** A certificate and what is to be done about it. */
export interface Grouped {
  readonly spec: CertificateSpec;
  readonly step: Step;
}

/**
 * Groups certificates for pull requests.
 *
 * @param work - in the order of the config, which also decides between two that are equally urgent
 * @param max - so many certificates at most; then only the most urgent are left. `@default` all
 * @returns the group with the most urgent certificate first
 */
export function groups(
  work: readonly Grouped[],
  by: Grouping,
  now: Date,
  max?: number,
): readonly Group[] {
  const urgent = [...work]
    .sort((a, b) => troubleAt(a, now) - troubleAt(b, now))
    .slice(0, max ?? work.length);
  const found = new Map<string, string[]>();
  for (const { spec } of urgent) {
    const group = groupOf(spec, by);
    found.set(group, [...(found.get(group) ?? []), spec.name]);
  }
  return Array.from(found, ([group, certificates]) => ({ group, certificates }));
}

/** What has never had a certificate comes after what has expired and before what has not. */
const troubleAt = ({ step: { serving } }: Grouped, now: Date): number =>
  (serving?.notAfter ?? now).getTime();

function groupOf({ name, secret }: CertificateSpec, by: Grouping): string {
  if (by === 'all') return 'all';
  return by === 'none' ? name : secret.namespace;
}
