import type { KeyAlgorithm, KeyUsage, Names } from '../model/certificate-spec';

/** What a request asks of a signer. */
export interface Asked {
  /** Kubernetes signer name, or `local`. */
  readonly signer: string;
  readonly names: Names;
  readonly key: KeyAlgorithm;
  readonly usages: readonly KeyUsage[];
  readonly expirationSeconds: number;
}

/** The part of what was asked that breaks a rule. */
export type AskedField =
  | 'commonName'
  | 'subject.organizations'
  | 'dnsNames'
  | 'ipAddresses'
  | 'emailAddresses'
  | 'uris'
  | 'usages'
  | 'duration'
  | 'signer';

/** One rule that a request has to meet. */
export interface SignerRule {
  /** Stable, such as `kubelet-serving/organization`. */
  readonly id: string;
  /** Who insists: the signer, the API server at creation, or releaf. */
  readonly origin: 'signer' | 'api-server' | 'releaf';
  readonly field: AskedField;
  /** The rule in a sentence. */
  readonly text: string;
  /** Where the rule is written down. */
  readonly source: string;
  /** @returns what came instead, or undefined when the rule is met */
  readonly check: (asked: Asked) => string | undefined;
}

/** The rules of one signer. */
export interface SignerRules {
  /**
   * Kubernetes signer name, or what such names begin with when it ends in a slash; empty for signers of
   * which nothing is known.
   */
  readonly signer: string;
  readonly title: string;
  /** Its own rules first, then those of the API server, then those of releaf. */
  readonly rules: readonly SignerRule[];
  /** What no request can break but a person should know: who approves, who trusts the CA, how long. */
  readonly notes: readonly string[];
}
