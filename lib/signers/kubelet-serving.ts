import type { KeyUsage } from '../model/certificate-spec';
import { API_SERVER_RULES } from './api-server-rules';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';

const REQUIRED: readonly KeyUsage[] = ['digital signature', 'server auth'];
const ALLOWED: readonly KeyUsage[] = [...REQUIRED, 'key encipherment'];

/** Signs after approval; breaks of its own rules show only then, as condition Failed. */
export const KUBELET_SERVING: SignerRules = {
  signer: 'kubernetes.io/kubelet-serving',
  title: 'Serving certificates that kube-controller-manager signs',
  source: 'kubernetes/kubernetes pkg/apis/certificates/helpers.go, ValidateKubeletServingCSR',
  rules: [
    {
      id: 'kubelet-serving/organization',
      origin: 'signer',
      field: 'subject.organizations',
      text: 'the only organization is system:nodes',
      check({ names: { subject } }) {
        const { organizations } = subject;
        const exact = organizations.length === 1 && organizations[0] === 'system:nodes';
        return exact ? undefined : organizations.join(', ') || 'none';
      },
    },
    {
      id: 'kubelet-serving/common-name',
      origin: 'signer',
      field: 'commonName',
      text: 'the common name begins with system:node:',
      check: ({ names: { subject } }) =>
        subject.commonName?.startsWith('system:node:') ? undefined : (subject.commonName ?? 'none'),
    },
    {
      id: 'kubelet-serving/names',
      origin: 'signer',
      field: 'dnsNames',
      text: 'there is at least one DNS or IP name',
      check: ({ names }) =>
        names.dnsNames.length + names.ipAddresses.length > 0 ? undefined : 'none',
    },
    {
      id: 'kubelet-serving/usages',
      origin: 'signer',
      field: 'usages',
      text: 'the usages are digital signature and server auth, with or without key encipherment, and no other',
      check({ usages }) {
        const exact =
          REQUIRED.every((usage) => usages.includes(usage)) &&
          usages.every((usage) => ALLOWED.includes(usage));
        return exact ? undefined : usages.join(', ') || 'none';
      },
    },
    ...API_SERVER_RULES,
    ...OWN_POLICY,
  ],
};
