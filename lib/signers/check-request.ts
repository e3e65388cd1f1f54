import { CERT_MANAGER_CLUSTER_ISSUER, CERT_MANAGER_ISSUER } from './cert-manager';
import { EKS_APP_SERVING } from './eks-app-serving';
import { KUBE_APISERVER_CLIENT, KUBE_APISERVER_CLIENT_KUBELET } from './kube-apiserver-client';
import { KUBELET_SERVING } from './kubelet-serving';
import { LOCAL } from './local';
import type { Asked, AskedField, SignerRule, SignerRules } from './signer-rules';
import { UNKNOWN } from './unknown';

/** A rule that a request breaks. */
export interface Violation {
  /** Id of the rule. */
  readonly rule: string;
  readonly field: AskedField;
  /** Names the rule, what came, and what is allowed. */
  readonly message: string;
}

/** How a request stands to one rule. */
export interface Verdict {
  readonly rule: SignerRule;
  /** What came instead of what the rule wants; undefined when it is met. */
  readonly found: string | undefined;
}

/** The rules of every kind of signer; those of any other signer come last. */
export const SIGNERS: readonly SignerRules[] = [
  KUBELET_SERVING,
  KUBE_APISERVER_CLIENT,
  KUBE_APISERVER_CLIENT_KUBELET,
  EKS_APP_SERVING,
  CERT_MANAGER_ISSUER,
  CERT_MANAGER_CLUSTER_ISSUER,
  LOCAL,
  UNKNOWN,
];

/** The rules of a signer: its own where they are known, else those that hold for every signer. */
export function rulesOf(signer: string): SignerRules {
  const known = SIGNERS.find((rules) =>
    rules.signer.endsWith('/') ? signer.startsWith(rules.signer) : signer === rules.signer,
  );
  return known ?? UNKNOWN;
}

/** Every rule of the signer with its verdict, in the order of {@link SignerRules.rules}. */
export function verdictsOf(asked: Asked): readonly Verdict[] {
  return rulesOf(asked.signer).rules.map((rule) => ({ rule, found: rule.check(asked) }));
}

/**
 * Checks a request before it is made. A signer says no only after approval, as condition Failed;
 * here it costs nothing.
 *
 * @returns every broken rule; empty when the signer would take the request
 */
export function checkRequest(asked: Asked): readonly Violation[] {
  const who = { signer: asked.signer, 'api-server': 'Kubernetes', releaf: 'releaf' };
  return verdictsOf(asked).flatMap(({ rule: { id, origin, field, text }, found }) => {
    if (found === undefined) return [];
    const message = `${who[origin]} requires: ${text}; found ${found} (rule ${id})`;
    return [{ rule: id, field, message }];
  });
}
