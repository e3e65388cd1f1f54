/**
 * Every way in which releaf refuses, by stable code. A code never changes its meaning; scripts may
 * rely on it.
 */
export const ERROR_CODES = {
  CONFIG_MISSING: 'there is no releaf.yaml or releaf.config.ts in the folder',
  CONFIG_INVALID: 'the config breaks the schema or a rule',
  CERTIFICATE_ORPHANED: 'a folder of certificates/ has no entry in the config',
  CERTIFICATE_UNKNOWN: 'a name on the command line is not in the config',
  SIGNER_RULE: 'the signer would refuse this request',
  SEALING_CERTIFICATE: 'the sealing certificate cannot be used',
  SEALING_RECIPIENTS: 'there are no age recipients to seal for, or they cannot be used',
  KEY_REUSE: 'the key is to be kept, and what is asked for needs another one',
  CA_INVALID: 'the CA certificate or key cannot be used',
  FILE_UNREADABLE: 'a file cannot be read or is not what it should be',
  FILE_UNWRITABLE: 'a file cannot be written',
  PATH_OUTSIDE: 'a path leads out of the folder',
  REVISION_INVALID: 'the files of a revision are not what releaf wrote',
  REVISION_MISSING: 'the output has a Secret whose revision is gone',
  REVISION_EXISTS: 'another run made the same revision first',
  NOTHING_PENDING: 'no request waits for a certificate',
  PEM_INVALID: 'not PEM, cut off, or something else than certificates',
  REQUEST_INVALID: 'not a PKCS#10 request, or its signature is wrong',
  CERTIFICATE_INVALID: 'not a readable X.509 certificate',
  CERTIFICATE_KEY_MISMATCH: 'the certificate is for another key than the request',
  CERTIFICATE_SWAPPED: 'the certificate belongs to another revision',
  CERTIFICATE_ORDER: 'the leaf is not first, or the chain is out of order',
  CERTIFICATE_NAMES: 'a name or usage that was asked for is missing',
  CERTIFICATE_AMBIGUOUS: 'several certificates answer the same request',
  CERTIFICATE_EXPIRED: 'the certificate has expired',
  CERTIFICATE_NOT_YET_VALID: 'the certificate is not valid yet',
  CERTIFICATE_OLDER: 'the certificate ends no later than the current one',
  CERTIFICATE_CHAIN: 'the chain does not lead to the configured CA, or not now',
  CERTIFICATE_UNFIT: 'a certificate of the chain is one that clients refuse',
  SECRET_RENAMED: 'the sealed key is bound to another namespace or Secret name',
  SEALED_KEY_CHANGED: 'the sealed key is not the one that was recorded',
  NO_ROLLBACK: 'there is no earlier revision to go back to',
  RESTART_FILE: 'the restart annotation, or the name of the Secret, cannot be placed in the file',
  RESTART_WORKLOAD: 'the workload has no pod template for the restart annotation',
  SOPS_CHART: 'a Secret that SOPS encrypts shares its file with other objects',
  APP_FAILED:
    'the app of cdk8s.yaml failed, or does not give each certificate once, as the library does',
  FOREIGN_FILE: 'a file that releaf would write was not written by releaf',
  DIST_CHANGED: 'dist/ is not what synth gives',
  DIST_STALE: 'dist/ holds a file that synth no longer gives',
  RENDERED_MISSING: 'rendered manifests lack an object that synth gives',
  RENDERED_TWICE: 'rendered manifests hold an object of synth twice',
  RENDERED_MOVED: 'rendered manifests give an object a name or namespace that breaks it',
  RENDERED_CHANGED: 'rendered manifests hold an object that is not what synth gives',
  RENDERED_METADATA:
    'rendered manifests lack a label or annotation that synth gives, or add a harmful one',
  RENDERED_RIGHTS: 'rendered manifests hand on the rights of the Job, or give it more',
  RENDERED_RESTART: 'rendered manifests lack the restart annotation on its target',
  IGNORED_BY_GIT: 'git ignores a file that must be committed',
  UNTRACKED_BY_GIT: 'git lacks a revision whose output it has',
  PRIVATE_KEY_IN_CLEAR: 'a private key lies in clear in the folder',
  CLUSTER_CONFIG: 'there is no kubeconfig, or it cannot be used',
  CLUSTER_UNREACHABLE: 'the API server does not answer, or nobody vouches for it',
  CLUSTER_UNAUTHENTICATED: 'the API server does not know who asks',
  CLUSTER_FORBIDDEN: 'a right is missing in the cluster',
  CLUSTER_REFUSED: 'the API server refused for another reason',
  REQUEST_MISSING: 'the CertificateSigningRequest is not in the cluster',
  REQUEST_DIFFERS: 'the CertificateSigningRequest is not the committed one',
  REQUEST_CHANGED: 'the CertificateSigningRequest changed while it was looked at',
  REQUEST_DENIED: 'the CertificateSigningRequest was denied',
  REQUEST_FAILED: 'the signer refused the CertificateSigningRequest',
  REQUEST_UNSIGNED: 'the CertificateSigningRequest has no certificate yet',
  SECRET_UNFIT: 'the Secret cannot be taken over',
  GIT_STATE: 'git cannot give the state of the folder to compare with',
  ANSWER_MISSING: 'a question is open and nobody can be asked',
  INTERRUPTED: 'a person stopped the command',
} as const;

/** A stable code of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * A failure that a person can act on. Printed as message and hint, never with a stack; anything else
 * that is thrown is a bug and keeps its stack.
 */
export class ReleafError extends Error {
  override readonly name = 'ReleafError';

  /**
   * @param code - which refusal this is
   * @param message - what, which value, what is allowed: lower case, no full stop
   * @param hint - what to do next; empty when the message says it
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint = '',
  ) {
    super(message);
  }
}
