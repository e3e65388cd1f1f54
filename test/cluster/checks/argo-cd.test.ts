import { leavesOut } from '../../../lib/cluster/checks/argo-cd';

const HERE = ['https://kubernetes.default.svc', 'https://10.0.0.1:6443'];

it.each<[string, string | undefined, string | undefined, string | undefined]>([
  ['no settings', undefined, undefined, undefined],
  [
    'the stock settings of Argo CD 3',
    `- apiGroups: ['', 'discovery.k8s.io']
  kinds: [Endpoints, EndpointSlice]
- apiGroups: ['certificates.k8s.io']
  kinds: ['CertificateSigningRequest']
- apiGroups: ['cert-manager.io']
  kinds: ['CertificateRequest']
`,
    undefined,
    'resource.exclusions',
  ],
  ['other kinds', '- apiGroups: [certificates.k8s.io]\n  kinds: [Other]', undefined, undefined],
  ['every group', "- apiGroups: ['*']\n  kinds: ['*']", undefined, 'resource.exclusions'],
  ['groups by glob', "- apiGroups: ['*.k8s.io']", undefined, 'resource.exclusions'],
  [
    'this cluster',
    "- kinds: [CertificateSigningRequest]\n  clusters: ['https://10.0.*']",
    undefined,
    'resource.exclusions',
  ],
  [
    'another cluster',
    '- kinds: [CertificateSigningRequest]\n  clusters: [https://192.0.2.1]',
    undefined,
    undefined,
  ],
  ['inclusions without it', undefined, '- apiGroups: [apps]', 'resource.inclusions'],
  ['inclusions with it', undefined, '- apiGroups: [apps, certificates.k8s.io]', undefined],
  [
    'inclusions for another cluster',
    undefined,
    '- apiGroups: [apps]\n  clusters: [https://192.0.2.1]',
    undefined,
  ],
  ['a dot that is no wildcard', '- apiGroups: [certificatesXk8sXio]', undefined, undefined],
  ['no list', 'kinds: 1', ']', undefined],
])('knows from argocd-cm what Argo CD leaves out: %s', (_, exclusions, inclusions, expected) => {
  const data = {
    ...(exclusions !== undefined && { 'resource.exclusions': exclusions }),
    ...(inclusions !== undefined && { 'resource.inclusions': inclusions }),
  };
  expect(leavesOut(data, HERE)).toBe(expected);
});
