import { leavesOut } from '../../../lib/cluster/checks/argo-cd';

const HERE = ['https://kubernetes.default.svc', 'https://10.0.0.1:6443'];

it.each<[string, unknown, unknown, string | undefined]>([
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
  ['settings that are no text', 5, { a: 1 }, undefined],
  ['a pattern that is no text', '- kinds: [5]', undefined, undefined],
  ['one character', '- kinds: [Certificate?igningReques?]', undefined, 'resource.exclusions'],
  ['stars inside', '- kinds: [C*S*g*R*t]', undefined, 'resource.exclusions'],
  ['a star too many letters', '- kinds: [C*S*g*R*x]', undefined, undefined],
  [
    'alternatives',
    '- apiGroups: ["certificates.{k8s.io,x}"]',
    undefined,
    'perhaps resource.exclusions',
  ],
  ['a class', '- kinds: ["[A-Z]*"]', undefined, 'perhaps resource.exclusions'],
  ['an escape', "- kinds: ['Certificate\\*']", undefined, 'perhaps resource.exclusions'],
  ['a class beside another kind', '- {kinds: [Other], clusters: ["[a]"]}', undefined, undefined],
  [
    'a class beside what excludes it',
    '- kinds: ["[A]"]\n- kinds: ["*"]',
    undefined,
    'resource.exclusions',
  ],
  ['inclusions with alternatives', undefined, '- kinds: ["{a,b}"]', 'perhaps resource.inclusions'],
])('knows from argocd-cm what Argo CD leaves out: %s', (_, exclusions, inclusions, expected) => {
  const data = {
    ...(exclusions !== undefined && { 'resource.exclusions': exclusions }),
    ...(inclusions !== undefined && { 'resource.inclusions': inclusions }),
  };
  const found = leavesOut(data, HERE);
  expect(found && `${found.isCertain ? '' : 'perhaps '}${found.by}`).toBe(expected);
});

it('does not take long over any pattern', () => {
  const exclusions = `- clusters: ["${'*?'.repeat(5000)}!"]`;
  const from = performance.now();
  expect(leavesOut({ 'resource.exclusions': exclusions }, ['a'.repeat(2000)])).toBeUndefined();
  expect(performance.now() - from).toBeLessThan(5000);
});
