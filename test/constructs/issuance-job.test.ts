import { Chart, Testing } from 'cdk8s';
import { parse } from 'yaml';
import { IssuanceJob } from '../../lib/constructs/issuance-job';
import { clusterRules, namespaceRules } from '../../lib/delivery/issuance-rules';
import { scriptText } from '../../lib/delivery/scripts';
import { labelsOf, signingRequestObject } from '../../lib/delivery/signing-request-object';
import type { DeliverySpec } from '../../lib/model/delivery-spec';
import type { Revision } from '../../lib/model/revision';
import {
  envOf,
  objectsOf,
  only,
  RESTRICTED_CONTAINER,
  RESTRICTED_POD,
  type TestObject,
} from './job-objects';
import { revision, spec } from './kes';

const NAME = 'kes-2-3f9ab2c1';
const METADATA = { name: NAME, namespace: 'minio', labels: labelsOf('kes') };

function synthesized(
  delivery: Partial<DeliverySpec> = {},
  pending: Revision = revision(2),
  namespace?: string,
): readonly TestObject[] {
  const chart = new Chart(Testing.app(), 'chart', {
    disableResourceNameHashes: true,
    ...(namespace !== undefined && { namespace }),
  });
  const jobs = { ...spec.delivery, request: 'job', ...delivery } as const;
  new IssuanceJob(chart, 'Issuance', { spec: { ...spec, delivery: jobs }, revision: pending });
  return objectsOf(chart);
}

const objects = synthesized();

it('brings all that the Job needs, in order of apply', () => {
  expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
    ['ConfigMap', 'minio'],
    ['ConfigMap', 'minio'],
    ['ServiceAccount', 'minio'],
    ['ClusterRole', undefined],
    ['ClusterRoleBinding', undefined],
    ['Role', 'minio'],
    ['RoleBinding', 'minio'],
    ['Job', 'minio'],
  ]);
  for (const { metadata } of objects) expect(metadata.labels).toMatchObject(labelsOf('kes'));
});

it('gives cluster-scoped objects no namespace in a Chart that has one', () => {
  for (const each of synthesized({}, revision(2), 'elsewhere')) {
    expect(each.metadata.namespace).toBe(each.kind.startsWith('Cluster') ? undefined : 'minio');
  }
});

it('ships the script and the request that a manifest would be', () => {
  const { metadata, data } = only(objects, 'ConfigMap', NAME);
  expect(metadata).toEqual(METADATA);
  expect(Object.keys(data ?? {})).toEqual(['issue.sh', 'request.yaml']);
  expect(data?.['issue.sh']).toBe(scriptText('issue.sh'));
  expect(parse(data?.['request.yaml'] ?? '')).toEqual(signingRequestObject('kes', revision(2)));
});

it('says nothing of the data of the ConfigMap in which the certificate will be', () => {
  expect(only(objects, 'ConfigMap', '-certificate')).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...METADATA, name: `${NAME}-certificate` },
  });
});

it('binds the rules to a service account of its own, and no more', () => {
  expect(only(objects, 'ServiceAccount')).toMatchObject({
    metadata: METADATA,
    automountServiceAccountToken: false,
  });
  expect(only(objects, 'ClusterRole').rules).toEqual(
    clusterRules(NAME, 'kubernetes.io/kubelet-serving', 'automatic'),
  );
  expect(only(objects, 'Role').rules).toEqual(namespaceRules(NAME));
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: 'minio' }];
  for (const kind of ['ClusterRole', 'Role']) {
    expect(only(objects, `${kind}Binding`)).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: NAME },
      subjects,
    });
  }
});

it('gives no right to approve where a person approves', () => {
  const manual = synthesized({ approve: 'manual' });
  expect(only(manual, 'ClusterRole').rules).toEqual(
    clusterRules(NAME, 'kubernetes.io/kubelet-serving', 'manual'),
  );
  expect(envOf(only(manual, 'Job'))).toMatchObject({ APPROVE: 'manual' });
});

it.each(['kubernetes.io/kube-apiserver-client', 'kubernetes.io/kube-apiserver-client-kubelet'])(
  'gives no right to approve what logs in to the API server: %s',
  (signer) => {
    const { record } = revision(2);
    const logIn = synthesized(
      { approve: 'automatic' },
      revision(2, { record: { ...record, signer } }),
    );
    expect(only(logIn, 'ClusterRole').rules).toEqual(clusterRules(NAME, signer, 'manual'));
    expect(envOf(only(logIn, 'Job'))).toMatchObject({ APPROVE: 'manual' });
  },
);

it('labels the Job as no gate is', () => {
  expect(only(objects, 'Job').metadata.labels).toEqual({
    ...METADATA.labels,
    'app.kubernetes.io/component': 'issuance',
  });
});

it('runs the script as the Pod Security Standard restricted has it', () => {
  const { spec: job } = only(objects, 'Job');
  const pod = job.template.spec;
  expect(pod).toMatchObject({
    restartPolicy: 'Never',
    serviceAccountName: NAME,
    automountServiceAccountToken: true,
    securityContext: RESTRICTED_POD,
  });
  expect(pod.containers).toEqual([
    expect.objectContaining({
      image: 'registry.example.com/kubectl:1.36.3',
      command: ['sh', '/releaf/issue.sh'],
      securityContext: RESTRICTED_CONTAINER,
      terminationMessagePolicy: 'FallbackToLogsOnError',
      resources: {
        requests: { cpu: '10m', memory: '64Mi' },
        limits: { cpu: '1', memory: '256Mi' },
      },
      volumeMounts: [
        { name: 'releaf', mountPath: '/releaf', readOnly: true },
        { name: 'work', mountPath: '/work' },
      ],
    }),
  ]);
  expect(pod.volumes).toEqual([
    { name: 'releaf', configMap: { name: NAME } },
    { name: 'work', emptyDir: { medium: 'Memory', sizeLimit: '32Mi' } },
  ]);
  expect(envOf(only(objects, 'Job'))).toEqual({
    HOME: '/work',
    CERTIFICATE_CONFIG_MAP: `${NAME}-certificate`,
    APPROVE: 'automatic',
    ROUNDS: '300',
    PAUSE: '2',
  });
});

it('tries again but where nothing can be mended, ends at some time, and then stays', () => {
  const { spec: job } = only(objects, 'Job');
  expect(job).toMatchObject({
    backoffLimit: 3,
    activeDeadlineSeconds: 3600,
    podFailurePolicy: {
      rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } }],
    },
  });
  expect(job).not.toHaveProperty('ttlSecondsAfterFinished');
  // All tries and the pauses between them.
  expect(job.activeDeadlineSeconds).toBeGreaterThan(4 * 300 * 2 + 10 + 20 + 40);
});

it('names the Job anew when it would do something else, for a Job cannot be changed', () => {
  const name = (...args: Parameters<typeof synthesized>): string =>
    only(synthesized(...args), 'Job').metadata.name;
  expect(name()).toMatch(/^kes-2-3f9ab2c1-[0-9a-f]{6}$/);
  const { record } = revision(2);
  const usages = [...record.usages, 'client auth'] as const;
  const names = [
    name(),
    name({ image: 'registry.example.com/kubectl:1.37.1' }),
    name({ approve: 'manual' }),
    name({}, revision(2, { request: 'another' })),
    name({}, revision(2, { record: { ...record, usages } })),
    name({}, revision(2, { record: { ...record, expirationSeconds: 600 } })),
  ];
  expect(new Set(names).size).toBe(names.length);
});

it.each([
  ['kubectl', undefined, undefined],
  ['kustomize', undefined, undefined],
  ['argo-cd', { 'argocd.argoproj.io/sync-wave': '0' }, { 'argocd.argoproj.io/sync-wave': '0' }],
  ['flux', { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' }, undefined],
] as const)('annotates the script and the rest for %s', (engine, script, rest) => {
  for (const { kind, metadata } of synthesized({ engine })) {
    const isScript = kind === 'ConfigMap' && metadata.name === NAME;
    expect(metadata.annotations).toEqual(isScript ? script : rest);
  }
});
