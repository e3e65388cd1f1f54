import type { SignerRule } from './signer-rules';

const MAX_COMMON_NAME = 64;

/**
 * What kube-controller-manager signs for; anything else of that domain nobody answers.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
 */
const KUBERNETES_SIGNERS: readonly string[] = [
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
  'kubernetes.io/legacy-unknown',
];

/** What releaf insists on whoever signs, since clients would refuse the certificate. */
export const OWN_POLICY: readonly SignerRule[] = [
  {
    id: 'releaf/kubernetes-signer',
    origin: 'releaf',
    field: 'signer',
    text: `a signer of kubernetes.io, a domain that is reserved, is one of ${KUBERNETES_SIGNERS.join(', ')}`,
    check: ({ signer }) =>
      /^(?:.*\.)?kubernetes\.io\//.test(signer) && !KUBERNETES_SIGNERS.includes(signer)
        ? signer
        : undefined,
  },
  {
    id: 'releaf/common-name-length',
    origin: 'releaf',
    field: 'commonName',
    text: `the common name has at most ${MAX_COMMON_NAME} characters (RFC 5280, ub-common-name)`,
    check({ names: { subject } }) {
      const { length } = Array.from(subject.commonName ?? '');
      return length > MAX_COMMON_NAME ? `${length} characters` : undefined;
    },
  },
  {
    id: 'releaf/server-names',
    origin: 'releaf',
    field: 'dnsNames',
    text: 'a certificate for server auth has at least one DNS or IP name, since clients ignore the common name (RFC 9525)',
    check: ({ names, usages }) =>
      usages.includes('server auth') && names.dnsNames.length + names.ipAddresses.length === 0
        ? 'none'
        : undefined,
  },
];
