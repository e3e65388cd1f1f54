import type { KeyUsage } from '../model/certificate-spec';
import { listed } from './found';
import type { SignerRule } from './signer-rules';

const MAX_COMMON_NAME = 64;

/** What kube-controller-manager signs for; anything else of that domain nobody answers. */
const KUBERNETES_SIGNERS: readonly string[] = [
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client',
  'kubernetes.io/kube-apiserver-client-kubelet',
];

/** A rule of the API server refuses it. */
const LEGACY_UNKNOWN = 'kubernetes.io/legacy-unknown';

/** Usages of a key that can encrypt or agree on a key. */
const NOT_FOR_SIGNING_KEYS: readonly KeyUsage[] = [
  'key encipherment',
  'data encipherment',
  'key agreement',
  'encipher only',
  'decipher only',
];

/** What releaf insists on whoever signs, since nobody would sign it or clients would refuse the certificate. */
export const OWN_POLICY: readonly SignerRule[] = [
  {
    id: 'releaf/kubernetes-signer',
    origin: 'releaf',
    field: 'signer',
    text: `a signer of kubernetes.io, a domain that is reserved, is one of ${KUBERNETES_SIGNERS.join(', ')}`,
    source:
      'https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers',
    check: ({ signer }) =>
      /^(?:.*\.)?kubernetes\.io\//.test(signer) &&
      ![...KUBERNETES_SIGNERS, LEGACY_UNKNOWN].includes(signer)
        ? signer
        : undefined,
  },
  {
    id: 'releaf/common-name-length',
    origin: 'releaf',
    field: 'commonName',
    text: `the common name has at most ${MAX_COMMON_NAME} characters`,
    source: 'RFC 5280, appendix A.1, ub-common-name',
    check({ names: { subject } }) {
      const { length } = Array.from(subject.commonName ?? '');
      return length > MAX_COMMON_NAME ? `${length} characters` : undefined;
    },
  },
  {
    id: 'releaf/server-names',
    origin: 'releaf',
    field: 'dnsNames',
    text: 'a certificate for server auth has at least one DNS or IP name, since clients ignore the common name',
    source: 'RFC 9525',
    check: ({ names, usages }) =>
      usages.includes('server auth') && names.dnsNames.length + names.ipAddresses.length === 0
        ? 'none'
        : undefined,
  },
  {
    id: 'releaf/signing-key-usages',
    origin: 'releaf',
    field: 'usages',
    text: `an ed25519 key, which can only sign, is not for ${NOT_FOR_SIGNING_KEYS.join(', ')}`,
    source: 'RFC 8410, section 5',
    check: ({ key, usages }) =>
      key === 'ed25519'
        ? listed(usages.filter((usage) => NOT_FOR_SIGNING_KEYS.includes(usage)))
        : undefined,
  },
];
