import type { Finding } from '../../model/finding';
import { ReleafError } from '../../model/errors';
import { visible } from '../../model/visible';

/** One look at the cluster. */
export interface Check extends Pick<Finding, 'check' | 'certificate'> {
  readonly run: () => Promise<readonly Finding[]>;
}

/** How many checks ask the API server at a time. */
const AT_ONCE = 8;

/**
 * Makes checks, several at a time. One that cannot be made for lack of a right is a warning with the
 * rule that gives it; another refusal is a failure, and so is what was answered and is of no known
 * shape; none keeps the others from being made.
 *
 * @returns what they found, in the order of the checks
 * @throws ReleafError CLUSTER_UNREACHABLE or CLUSTER_UNAUTHENTICATED, which no other check would survive
 */
export async function runChecks(checks: readonly Check[]): Promise<readonly Finding[]> {
  const findings = new Map<Check, readonly Finding[]>();
  const waiting = checks.values();
  const work = async (): Promise<void> => {
    for (const check of waiting) findings.set(check, await attempt(check));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return checks.flatMap((check) => findings.get(check) ?? []);
}

async function attempt({ check, certificate, run }: Check): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    const about = { check, ...(certificate !== undefined && { certificate }) };
    if (!(error instanceof ReleafError)) {
      return [{ ...about, level: 'failure', message: `could not be judged: ${reasonOf(error)}` }];
    }
    const { code, message, hint } = error;
    if (code === 'CLUSTER_UNREACHABLE' || code === 'CLUSTER_UNAUTHENTICATED') throw error;
    const forbidden = code === 'CLUSTER_FORBIDDEN';
    return [
      {
        level: forbidden ? 'warning' : 'failure',
        ...about,
        message: forbidden ? `not checked: ${message}` : message,
        ...(hint !== '' && { next: hint.split('\n') }),
      },
    ];
  }
}

const LONGEST_REASON = 200;

const reasonOf = (error: unknown): string =>
  visible((error instanceof Error ? error.message : String(error)).slice(0, LONGEST_REASON));
