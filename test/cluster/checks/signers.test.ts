import { judgeSigners } from '../../../lib/cluster/checks/signers';

it.each([
  ['kubernetes.io/kubelet-serving', 'v1.34.1', 'ok', 'its rules are known'],
  ['kubernetes.io/kubelet-serving', undefined, 'ok', 'its rules are known'],
  ['kubernetes.io/kubelet-serving', 'v1.33.5-eks-3abbec1', 'failure', 'for its nodes only'],
  ['kubernetes.io/kubelet-serving', 'v1.33.5-gke.1080000', 'warning', 'GKE'],
  ['beta.eks.amazonaws.com/app-serving', 'v1.33.5-eks-3abbec1', 'ok', 'its rules are known'],
  ['beta.eks.amazonaws.com/app-serving', 'v1.34.1', 'warning', 'only EKS has it'],
  ['clusterissuers.cert-manager.io/internal', 'v1.34.1', 'ok', 'its rules are known'],
  ['example.com/internal', 'v1.34.1', 'warning', 'releaf does not know its rules'],
  ['local', 'v1.34.1', 'ok', 'the cluster is not asked'],
])('judges %s on %s: %s', (signer, version, level, message) => {
  const [finding, ...others] = judgeSigners([{ name: 'web', signer }], version);
  expect(finding).toMatchObject({ level, check: 'signer', certificate: 'web' });
  expect(finding?.message).toContain(message);
  expect(others).toEqual([]);
});

it('speaks once of a signer that several certificates use', () => {
  const findings = judgeSigners([
    { name: 'a', signer: 'local' },
    { name: 'b', signer: 'local' },
  ]);
  expect(findings).toHaveLength(1);
  expect(findings[0]).not.toHaveProperty('certificate');
});
