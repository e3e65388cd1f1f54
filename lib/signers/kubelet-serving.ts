import { API_SERVER_RULES } from './api-server-rules';
import { CONTROLLER_MANAGER_LIFETIME } from './controller-manager-lifetime';
import { noNames } from './no-names-rule';
import { nodeSubject } from './node-subject';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';
import { usagesRule } from './usages-rule';

const SOURCE = 'kubernetes/kubernetes pkg/apis/certificates/helpers.go, ValidateKubeletServingCSR';

/** Signs after approval; breaks of its own rules show only then, as condition Failed. */
export const KUBELET_SERVING: SignerRules = {
  signer: 'kubernetes.io/kubelet-serving',
  title: 'Serving certificates that kube-controller-manager signs',
  rules: [
    ...nodeSubject('kubelet-serving', SOURCE),
    {
      id: 'kubelet-serving/names',
      origin: 'signer',
      field: 'dnsNames',
      text: 'there is at least one DNS or IP name',
      source: SOURCE,
      check: ({ names }) =>
        names.dnsNames.length + names.ipAddresses.length > 0 ? undefined : 'none',
    },
    noNames('kubelet-serving', SOURCE, 'emailAddresses'),
    noNames('kubelet-serving', SOURCE, 'uris'),
    usagesRule(
      'kubelet-serving/usages',
      SOURCE,
      ['digital signature', 'server auth'],
      ['key encipherment'],
    ),
    ...API_SERVER_RULES,
    ...OWN_POLICY,
  ],
  notes: [
    'Approval: never by itself.',
    'Trust: its CA is not distributed, and only kube-apiserver is promised to trust it; clients need it from you.',
    CONTROLLER_MANAGER_LIFETIME,
  ],
};
