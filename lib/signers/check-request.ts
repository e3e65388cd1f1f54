import { KUBELET_SERVING } from './kubelet-serving';
import { LOCAL } from './local';
import type { Asked, AskedField, SignerRules } from './signer-rules';
import { UNKNOWN } from './unknown';

/** A rule that a request breaks. */
export interface Violation {
  /** Id of the rule. */
  readonly rule: string;
  readonly field: AskedField;
  /** Names the rule, what came, and what is allowed. */
  readonly message: string;
}

const KNOWN: readonly SignerRules[] = [KUBELET_SERVING, LOCAL];

/** The rules of a signer: its own where they are known, else those that hold for every signer. */
export function rulesOf(signer: string): SignerRules {
  return KNOWN.find((rules) => rules.signer === signer) ?? UNKNOWN;
}

/**
 * Checks a request before it is made. A signer says no only after approval, as condition Failed;
 * here it costs nothing.
 *
 * @returns every broken rule; empty when the signer would take the request
 */
export function checkRequest(asked: Asked): readonly Violation[] {
  const who = { signer: asked.signer, 'api-server': 'Kubernetes', releaf: 'releaf' };
  return rulesOf(asked.signer).rules.flatMap(({ id, origin, field, text, check }) => {
    const came = check(asked);
    if (came === undefined) return [];
    const message = `${who[origin]} requires: ${text}; found ${came} (rule ${id})`;
    return [{ rule: id, field, message }];
  });
}
