import { checkWorkloads } from '../../../lib/cluster/checks/workload';
import type { CertificateSpec } from '../../../lib/model/certificate-spec';
import type { Certificate, Revision } from '../../../lib/model/revision';
import { restartDigest } from '../../../lib/rotation/restart';
import { StandIn } from '../stand-in';

const spec = {
  name: 'kes',
  secret: { namespace: 'shop', keys: { certificate: 'public.crt', privateKey: 'private.key' } },
  restart: [
    { file: 'tenant.yaml', annotations: 'spec.kes.annotations', digestOf: 'certificate' },
    { file: 'values.yaml', annotations: 'podAnnotations', digestOf: 'certificate' },
  ],
  references: [{ file: 'tenant.yaml', name: 'spec.kes.externalCertSecret.name' }],
} as unknown as CertificateSpec;
const revision = {
  number: 2,
  certificate: 'a chain',
  withdrawn: false,
  sealedKey: { namespace: 'shop', name: 'kes-tls-2' },
} as unknown as Revision & { certificate: string };
const certificate: Certificate = { spec, revisions: [revision] };

const TENANT = `apiVersion: v1
kind: ConfigMap
metadata: { name: other }
---
apiVersion: minio.min.io/v2
kind: Tenant
metadata: { name: t, namespace: minio }
spec: { kes: { externalCertSecret: { name: kes-tls-2 } } }
`;

function clusterWith(kes: object): StandIn {
  const api = new StandIn();
  api.put('/apis/minio.min.io/v2', {
    resources: [{ name: 'tenants', kind: 'Tenant', namespaced: true }],
  });
  api.put('/apis/minio.min.io/v2/namespaces/minio/tenants/t', { spec: { kes } });
  return api;
}

const annotations = { 'restart.releaf.dev/kes': restartDigest(revision, spec) };
const externalCertSecret = { name: 'kes-tls-2' };

it.each([
  ['has both', { annotations, externalCertSecret }, 'ok', 'Tenant minio/t is as tenant.yaml says'],
  [
    'has neither',
    {},
    'warning',
    'Tenant minio/t does not have what tenant.yaml says yet: restart.releaf.dev/kes in spec.kes.annotations, spec.kes.externalCertSecret.name',
  ],
  [
    'names the Secret before',
    { annotations, externalCertSecret: { name: 'kes-tls-1' } },
    'warning',
    'Tenant minio/t does not have what tenant.yaml says yet: spec.kes.externalCertSecret.name',
  ],
])(
  'looks at each place of a file in the live object: one that %s',
  async (_, kes, level, message) => {
    const findings = await checkWorkloads(clusterWith(kes), certificate, 'tenant.yaml', TENANT);
    expect(findings).toEqual([expect.objectContaining({ level, message, certificate: 'kes' })]);
  },
);

it('says of Helm values that it cannot know what comes of them', async () => {
  const text = 'podAnnotations: {}\n';
  expect(await checkWorkloads(new StandIn(), certificate, 'values.yaml', text)).toEqual([
    expect.objectContaining({
      level: 'ok',
      message:
        'values.yaml holds no object of Kubernetes at restart.releaf.dev/kes in podAnnotations: what comes of it is not checked',
    }),
  ]);
});

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: kes }
spec: { template: { metadata: {} } }
`;
const restarting = (
  annotations: string,
  secret: Partial<CertificateSpec['secret']> = {},
): Certificate => ({
  ...certificate,
  spec: {
    ...spec,
    secret: { ...spec.secret, name: 'kes-tls', naming: 'stable', ...secret },
    restart: [{ file: 'kes.yaml', annotations, digestOf: 'certificate' as const }],
    references: [],
  },
});
function clusterWithPods(secretName: string | undefined): StandIn {
  const api = new StandIn();
  const volumes = secretName === undefined ? [] : [{ name: 'tls', secret: { secretName } }];
  api.put('/apis/apps/v1', {
    resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
  });
  api.put('/apis/apps/v1/namespaces/shop/deployments/kes', {
    spec: { template: { metadata: { annotations }, spec: { containers: [{}], volumes } } },
  });
  return api;
}
const TEMPLATE = 'spec.template.metadata.annotations';
const notMounted = (mounted: string): string =>
  `the pods of Deployment shop/kes do not mount Secret kes-tls-2, they mount ${mounted}: they restart and serve what they did`;

it.each([
  ['the Secret', 'kes-tls-2', 'ok', 'Deployment shop/kes is as kes.yaml says'],
  ['the Secret of the next revision', 'kes-tls', 'ok', 'Deployment shop/kes is as kes.yaml says'],
  ['another Secret', 'kse-tls', 'warning', notMounted('kse-tls')],
  ['no Secret', undefined, 'warning', notMounted('none')],
])('looks at what the pods mount: %s', async (_, mounted, level, message) => {
  const api = clusterWithPods(mounted);
  const found = await checkWorkloads(api, restarting(TEMPLATE), 'kes.yaml', DEPLOYMENT);
  expect(found).toEqual([expect.objectContaining({ level, message })]);
});

it('does not ask what pods mount before the name of the first Secret is known', async () => {
  const first = { ...restarting(TEMPLATE, { naming: 'perRevision' }), revisions: [] };
  const found = await checkWorkloads(clusterWithPods('none'), first, 'kes.yaml', DEPLOYMENT);
  expect(found).toEqual([expect.objectContaining({ level: 'ok' })]);
});

it('refuses a place from which no pod gets annotations', async () => {
  const wrong = restarting('metadata.annotations');
  await expect(checkWorkloads(new StandIn(), wrong, 'kes.yaml', DEPLOYMENT)).rejects.toMatchObject({
    code: 'RESTART_FILE',
    message:
      'kes.yaml: Deployment kes: no pod of a Deployment gets the annotations in metadata.annotations, so nothing would restart',
  });
});
