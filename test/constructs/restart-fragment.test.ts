import { App, Chart, Testing } from 'cdk8s';
import { renderCertificate } from '../../lib/constructs/render';
import { RotatingCertificate } from '../../lib/constructs/rotating-certificate';
import type { CertificateSpec, RestartObject } from '../../lib/model/certificate-spec';
import type { DeliverySpec } from '../../lib/model/delivery-spec';
import { restartDigest } from '../../lib/rotation/restart';
import { issued, revision, spec as kes } from './kes';

const tenant: RestartObject = {
  form: 'fragment',
  apiVersion: 'minio.min.io/v2',
  kind: 'Tenant',
  name: 'tenant',
  namespace: 'minio',
  annotations: 'spec.kes.annotations',
  digestOf: 'certificate',
};
const pools: RestartObject = {
  ...tenant,
  annotations: 'spec.poolsMetadata.annotations',
};
const web: RestartObject = {
  ...tenant,
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'web',
  annotations: 'spec.template.metadata.annotations',
};

const specOf = (
  delivery: Partial<DeliverySpec>,
  ...restartObjects: readonly RestartObject[]
): CertificateSpec => ({
  ...kes,
  restartObjects,
  delivery: { ...kes.delivery, ...delivery },
});

const textOf = (
  spec: CertificateSpec,
  file: string,
  ...revisions: Parameters<typeof issued>[0][]
) =>
  renderCertificate({ spec, revisions: revisions.map((number) => issued(number)) })
    .find((one) => one.file === file)
    ?.text.replaceAll(restartDigest(issued(1), kes), 'DIGEST');

describe('a fragment', () => {
  it('stands in one file with the rest for Argo CD, with one list of sync options', () => {
    const spec = specOf({ engine: 'argo-cd' }, tenant, pools);
    expect(textOf(spec, 'kes.k8s.yaml', 1)?.split('---\n').at(-1)).toMatchInlineSnapshot(`
     "apiVersion: minio.min.io/v2
     kind: Tenant
     metadata:
       annotations:
         argocd.argoproj.io/compare-options: IgnoreExtraneous
         argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true,ServerSideApply=true,Validate=false,Prune=false,Delete=false
         argocd.argoproj.io/sync-wave: "0"
       name: tenant
       namespace: minio
     spec:
       kes:
         annotations:
           restart.releaf.dev/kes: DIGEST
       poolsMetadata:
         annotations:
           restart.releaf.dev/kes: DIGEST
     "
    `);
  });

  it('stands in a file of its own for kubectl, which patches one object at a time', () => {
    const files = renderCertificate({ spec: specOf({}, tenant, web), revisions: [issued(1)] });
    expect(files.map(({ file }) => file)).toEqual([
      'kes.k8s.yaml',
      'fragments/kes.restart.k8s.yaml',
      'fragments/kes.restart-2.k8s.yaml',
    ]);
  });

  it('is not there before the first certificate', () => {
    const files = renderCertificate({ spec: specOf({}, tenant), revisions: [revision(1)] });
    expect(files.map(({ file }) => file)).toEqual(['kes.k8s.yaml']);
  });

  it('takes no labels of the Chart, for the object is not ours', () => {
    const chart = new Chart(Testing.app(), 'team', { labels: { team: 'storage' } });
    const spec = specOf({}, tenant);
    new RotatingCertificate(chart, 'kes', { spec, revisions: [issued(1)] });
    const objects = Testing.synth(chart) as readonly {
      readonly kind: string;
      readonly metadata: object;
    }[];
    expect(objects.find(({ kind }) => kind === 'Tenant')?.metadata).toEqual({
      name: 'tenant',
      namespace: 'minio',
    });
  });
});

describe('patches of Kustomize', () => {
  const patch = (object: RestartObject): RestartObject => ({ ...object, form: 'patch' });
  const spec = specOf({ engine: 'kustomize' }, patch(tenant), patch(pools), patch(web));

  it('stand in one file, one for each object', () => {
    expect(textOf(spec, 'kes.patch.yaml', 1)).toMatchInlineSnapshot(`
     "# Written by releaf synth from certificates/. Do not edit: change the config or run releaf.
     apiVersion: minio.min.io/v2
     kind: Tenant
     metadata:
       name: tenant
       namespace: minio
     spec:
       kes:
         annotations:
           restart.releaf.dev/kes: DIGEST
       poolsMetadata:
         annotations:
           restart.releaf.dev/kes: DIGEST
     ---
     apiVersion: apps/v1
     kind: Deployment
     metadata:
       name: web
       namespace: minio
     spec:
       template:
         metadata:
           annotations:
             restart.releaf.dev/kes: DIGEST
     "
    `);
  });

  it('leave an empty file before the first certificate, so that the list of files never changes', () => {
    const files = renderCertificate({ spec, revisions: [revision(1)] });
    expect(files.find(({ file }) => file === 'kes.patch.yaml')?.text).toMatch(/^(?:#.*\n)+$/);
  });

  it('are no objects of an app', () => {
    const chart = new Chart(new App(), 'team');
    new RotatingCertificate(chart, 'kes', { spec, revisions: [issued(1)] });
    expect(chart.toJson()).toMatchObject([{ kind: 'SealedSecret' }]);
  });
});
