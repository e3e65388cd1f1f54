import { misplacedRestart } from '../../lib/delivery/misplaced-restart';

const object = (kind: string, apiVersion: string) => ({ apiVersion, kind, name: 'web' });
const TEMPLATE = 'spec.template.metadata.annotations';
const JOB_TEMPLATE = `spec.jobTemplate.${TEMPLATE}`;
const TENANT =
  'spec.kes.annotations or spec.pools[0].annotations or spec.poolsMetadata.annotations or metadata.annotations';

it.each([
  ['Deployment', 'apps/v1', 'metadata.annotations', TEMPLATE],
  ['Deployment', 'apps/v1', 'spec.template.metadata.annotation', TEMPLATE],
  ['StatefulSet', 'apps/v1', 'spec.template.annotations', TEMPLATE],
  ['DaemonSet', 'apps/v1', 'spec.template.spec.annotations', TEMPLATE],
  ['CronJob', 'batch/v1', 'spec.jobTemplate.metadata.annotations', JOB_TEMPLATE],
  ['Rollout', 'argoproj.io/v1alpha1', 'metadata.annotations', TEMPLATE],
  ['Tenant', 'minio.min.io/v2', 'spec.annotations', TENANT],
  ['Tenant', 'minio.min.io/v2', 'spec.pools[0].labels', TENANT],
])('of a %s (%s) no pod gets %s', (kind, apiVersion, annotations, places) => {
  expect(
    misplacedRestart({ file: 'web.yaml', annotations }, object(kind, apiVersion)),
  ).toMatchObject({
    code: 'RESTART_FILE',
    message: `web.yaml: ${kind} web: no pod of a ${kind} gets the annotations in ${annotations}, so nothing would restart`,
    hint: `in restart of the config say annotations: ${places}`,
  });
});

it.each([
  ['Deployment', 'apps/v1', TEMPLATE],
  ['Deployment', 'apps/v1', 'spec["template"].metadata[\'annotations\']'],
  ['CronJob', 'batch/v1', JOB_TEMPLATE],
  ['Tenant', 'minio.min.io/v2', 'spec.kes.annotations'],
  ['Tenant', 'minio.min.io/v2', 'spec.pools[3].annotations'],
  ['Tenant', 'minio.min.io/v2', 'spec.poolsMetadata.annotations'],
  // What is not known is the team's to say.
  ['HelmRelease', 'helm.toolkit.fluxcd.io/v2', 'spec.values.podAnnotations'],
  ['StatefulSet', 'apps.kruise.io/v1', 'metadata.annotations'],
  ['ConfigMap', 'v1', 'data'],
])('of a %s (%s) pods may get %s', (kind, apiVersion, annotations) => {
  expect(
    misplacedRestart({ file: 'web.yaml', annotations }, object(kind, apiVersion)),
  ).toBeUndefined();
});

it('says nothing of a file without an object, such as Helm values', () => {
  expect(
    misplacedRestart({ file: 'values.yaml', annotations: 'metadata.annotations' }, undefined),
  ).toBeUndefined();
});
