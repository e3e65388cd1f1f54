import { inWords, serversToChoose, type Server } from './answers';
import type { Findings } from './findings';

/** Named at most. */
const MOST_NAMED = 5;

/**
 * What else was found that serves TLS, in words. What reads a Secret that is told already needs no entry of
 * its own.
 *
 * @param chosen - what the config has an entry for
 * @returns undefined where there is nothing else
 */
export function furtherServers(
  findings: Findings,
  chosen: Server,
): { readonly count: number; readonly named: string } | undefined {
  const told = new Set([secretOf(chosen)]);
  const words = serversToChoose(findings).flatMap((one) => {
    const secret = secretOf(one);
    if (one.found === undefined || isSame(one, chosen) || told.has(secret)) return [];
    told.add(secret);
    return [inWords(one)];
  });
  if (words.length === 0) return undefined;
  const rest = words.length - MOST_NAMED;
  const named = words.slice(0, MOST_NAMED).join(', ');
  return { count: words.length, named: rest > 0 ? `${named} and ${rest} more` : named };
}

/** The command line may have said another namespace. */
const isSame = (one: Server, chosen: Server): boolean =>
  inWords({ ...one, namespace: '' }) === inWords({ ...chosen, namespace: '' }) &&
  one.found?.file === chosen.found?.file;

function secretOf(server: Server): string {
  const { profile, name, namespace } = server;
  const secret = profile === 'generic' ? server.found?.secretName : `${name}-kes`;
  return JSON.stringify([profile, namespace, secret]);
}
