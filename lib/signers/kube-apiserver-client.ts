import { API_SERVER_RULES } from './api-server-rules';
import { CONTROLLER_MANAGER_LIFETIME } from './controller-manager-lifetime';
import { noNames } from './no-names-rule';
import { nodeSubject } from './node-subject';
import { OWN_POLICY } from './own-policy';
import type { SignerRules } from './signer-rules';
import { usagesRule } from './usages-rule';

const TRUST = 'Trust: kube-apiserver takes it as a client; its CA is not distributed.';
const MASTERS = 'system:masters';
const KUBELET = 'kubernetes/kubernetes pkg/apis/certificates/helpers.go, ValidateKubeletClientCSR';

/** Users of the Kubernetes API: the common name is the user name, organizations are groups. */
export const KUBE_APISERVER_CLIENT: SignerRules = {
  signer: 'kubernetes.io/kube-apiserver-client',
  title: 'Client certificates for users of the Kubernetes API',
  rules: [
    usagesRule(
      'kube-apiserver-client/usages',
      'kubernetes/kubernetes pkg/controller/certificates/signer/signer.go, validAPIServerClientUsages',
      ['client auth'],
      ['digital signature', 'key encipherment'],
    ),
    {
      id: 'kube-apiserver-client/no-masters',
      origin: 'api-server',
      field: 'subject.organizations',
      text: `no organization is ${MASTERS}, a group that may do anything`,
      source:
        'kubernetes/kubernetes plugin/pkg/admission/certificates/subjectrestriction/admission.go',
      check: ({ names: { subject } }) =>
        subject.organizations.includes(MASTERS) ? MASTERS : undefined,
    },
    {
      id: 'kube-apiserver-client/common-name',
      origin: 'releaf',
      field: 'commonName',
      text: 'there is a common name: it is the user name',
      source:
        'kubernetes/apiserver pkg/authentication/request/x509/x509.go, CommonNameUserConversion',
      check: ({ names: { subject } }) => (subject.commonName ? undefined : 'none'),
    },
    ...API_SERVER_RULES,
    ...OWN_POLICY,
  ],
  notes: ['Approval: never by itself.', TRUST, CONTROLLER_MANAGER_LIFETIME],
};

/** Kubelets as clients of the Kubernetes API. */
export const KUBE_APISERVER_CLIENT_KUBELET: SignerRules = {
  signer: 'kubernetes.io/kube-apiserver-client-kubelet',
  title: 'Client certificates for kubelets',
  rules: [
    ...nodeSubject('kube-apiserver-client-kubelet', KUBELET),
    noNames('kube-apiserver-client-kubelet', KUBELET, 'dnsNames'),
    noNames('kube-apiserver-client-kubelet', KUBELET, 'ipAddresses'),
    noNames('kube-apiserver-client-kubelet', KUBELET, 'emailAddresses'),
    noNames('kube-apiserver-client-kubelet', KUBELET, 'uris'),
    usagesRule(
      'kube-apiserver-client-kubelet/usages',
      KUBELET,
      ['digital signature', 'client auth'],
      ['key encipherment'],
    ),
    ...API_SERVER_RULES,
    ...OWN_POLICY,
  ],
  notes: [
    'Approval: by itself, when whoever asks may create `certificatesigningrequests/nodeclient` or `selfnodeclient`; else never.',
    TRUST,
    CONTROLLER_MANAGER_LIFETIME,
  ],
};
