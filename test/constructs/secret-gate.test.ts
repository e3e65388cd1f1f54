import { createHash } from 'node:crypto';
import { Testing } from 'cdk8s';
import { SecretGate } from '../../lib/constructs/secret-gate';
import { scriptText } from '../../lib/delivery/scripts';
import { labelsOf } from '../../lib/delivery/signing-request-object';
import type { IssuedRevision } from '../../lib/model/revision';
import {
  envOf,
  objectsOf,
  only,
  RESTRICTED_CONTAINER,
  RESTRICTED_POD,
  type TestObject,
} from './job-objects';
import { certificatePem, issued, spec } from './kes';

const NAME = 'kes-1-3f9ab2c1-gate';

function synthesized(
  revision: IssuedRevision = issued(1),
  image = spec.delivery.image,
): readonly TestObject[] {
  const chart = Testing.chart();
  const delivery = { ...spec.delivery, engine: 'argo-cd', image } as const;
  new SecretGate(chart, 'Gate', { spec: { ...spec, delivery }, revision });
  return objectsOf(chart);
}

const objects = synthesized();
const job = only(objects, 'Job');

it('is a Job with its script, behind the Secret and before what restarts', () => {
  expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Job']);
  expect(only(objects, 'ConfigMap')).toMatchObject({
    metadata: { name: NAME, namespace: 'minio' },
    data: { 'await-secret.sh': scriptText('await-secret.sh') },
  });
  for (const { metadata } of objects) {
    expect(metadata).toMatchObject({
      namespace: 'minio',
      labels: labelsOf('kes'),
      annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
    });
  }
});

it('sees of the Secret the certificate, never the private key, and gets no token', () => {
  const pod = job.spec.template.spec;
  expect(pod).toMatchObject({
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: RESTRICTED_POD,
  });
  expect(pod).not.toHaveProperty('serviceAccountName');
  expect(pod.volumes).toEqual([
    { name: 'releaf', configMap: { name: NAME } },
    { name: 'work', emptyDir: { medium: 'Memory', sizeLimit: '32Mi' } },
    {
      name: 'secret',
      secret: {
        secretName: 'kes-tls',
        items: [{ key: 'public.crt', path: 'certificate' }],
        optional: false,
      },
    },
  ]);
  expect(pod.containers).toEqual([
    expect.objectContaining({
      command: ['sh', '/releaf/await-secret.sh'],
      securityContext: RESTRICTED_CONTAINER,
    }),
  ]);
  expect(pod.containers[0]?.volumeMounts).toContainEqual({
    name: 'secret',
    mountPath: '/secret',
    readOnly: true,
  });
});

it('waits for the text of the certificate', () => {
  expect(envOf(job)).toMatchObject({
    CERTIFICATE_FILE: '/secret/certificate',
    CERTIFICATE_SHA256: createHash('sha256').update(certificatePem(1)).digest('hex'),
  });
});

it('tries again, and ends at some time', () => {
  expect(job.spec).toMatchObject({ backoffLimit: 5, activeDeadlineSeconds: 1800 });
  expect(job.spec.activeDeadlineSeconds).toBeGreaterThan(6 * 60 * 2 + 10 + 20 + 40 + 80 + 160);
});

it('is another Job for another certificate or image', () => {
  const name = (...args: Parameters<typeof synthesized>): string =>
    only(synthesized(...args), 'Job').metadata.name;
  expect(name()).toMatch(/^kes-1-3f9ab2c1-gate-[0-9a-f]{6}$/);
  const other = { ...issued(1), certificate: certificatePem(2) };
  const names = [name(), name(other), name(issued(1), 'registry.example.com/kubectl:1.37.1')];
  expect(new Set(names).size).toBe(3);
});
