import { clusterRules, namespaceRules } from '../../lib/delivery/issuance-rules';

const NAME = 'kes-2-3de46492';
const SIGNER = 'kubernetes.io/kubelet-serving';
const group = { apiGroups: ['certificates.k8s.io'] };
const look = [
  { ...group, resources: ['certificatesigningrequests'], verbs: ['create'] },
  { ...group, resources: ['certificatesigningrequests'], resourceNames: [NAME], verbs: ['get'] },
];

it('lets the Job create requests, and look at and approve its own, of its signer', () => {
  expect(clusterRules(NAME, SIGNER, 'automatic')).toEqual([
    ...look,
    {
      ...group,
      resources: ['certificatesigningrequests/approval'],
      resourceNames: [NAME],
      verbs: ['update'],
    },
    { ...group, resources: ['signers'], resourceNames: [SIGNER], verbs: ['approve'] },
  ]);
});

it('lets it approve nothing where a person does', () => {
  expect(clusterRules(NAME, SIGNER, 'manual')).toEqual(look);
});

it('lets it write to one ConfigMap of its namespace', () => {
  expect(namespaceRules(NAME)).toEqual([
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: [`${NAME}-certificate`],
      verbs: ['get', 'patch'],
    },
  ]);
});
