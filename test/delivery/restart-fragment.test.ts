import { possibleFiles } from '../../lib/delivery/output-file';
import { restartFragments } from '../../lib/delivery/restart-fragment';
import { restartPatches } from '../../lib/delivery/restart-patches';
import type { CertificateSpec, RestartObject } from '../../lib/model/certificate-spec';
import type { Engine } from '../../lib/model/delivery-spec';
import { restartDigest } from '../../lib/rotation/restart';
import { issued, revision, spec as kes } from '../constructs/kes';

const KEY = 'restart.releaf.dev/kes';
const VALUE = restartDigest(issued(1), kes);

const statefulSet: RestartObject = {
  form: 'fragment',
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'web',
  namespace: 'minio',
  annotations: 'spec.template.metadata.annotations',
  digestOf: 'certificate',
  serviceName: 'web-headless',
  selector: { app: 'web' },
};
const tenant: RestartObject = {
  form: 'fragment',
  apiVersion: 'minio.min.io/v2',
  kind: 'Tenant',
  name: 'tenant',
  namespace: 'minio',
  annotations: 'spec.kes.annotations',
  digestOf: 'certificate',
};

const specOf = (engine: Engine, ...restartObjects: readonly RestartObject[]): CertificateSpec => ({
  ...kes,
  restartObjects,
  delivery: { ...kes.delivery, engine },
});
const fragmentsOf = (engine: Engine, ...objects: readonly RestartObject[]) =>
  restartFragments(specOf(engine, ...objects), issued(1)).map(({ object }) => object);

describe('a fragment', () => {
  it('for kubectl says which object, and the annotation at its path', () => {
    expect(fragmentsOf('kubectl', statefulSet, tenant)).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'web', namespace: 'minio' },
        spec: { template: { metadata: { annotations: { [KEY]: VALUE } } } },
      },
      {
        apiVersion: 'minio.min.io/v2',
        kind: 'Tenant',
        metadata: { name: 'tenant', namespace: 'minio' },
        spec: { kes: { annotations: { [KEY]: VALUE } } },
      },
    ]);
  });

  it('for Argo CD keeps the object from being pruned, and says so in one annotation', () => {
    const options = 'ServerSideApply=true,Validate=false,Prune=false,Delete=false';
    const key = 'argocd.argoproj.io/sync-options';
    expect(fragmentsOf('argo-cd', statefulSet, tenant)).toMatchObject([
      { metadata: { annotations: { [key]: options } } },
      { metadata: { annotations: { [key]: `SkipDryRunOnMissingResource=true,${options}` } } },
    ]);
  });

  it('for Flux states what its Go type would write empty', () => {
    const guards = {
      'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    };
    const template = {
      metadata: { annotations: { [KEY]: VALUE }, labels: { app: 'web' } },
      spec: { containers: [] },
    };
    const selector = { matchLabels: { app: 'web' } };
    const { serviceName, ...rest } = statefulSet;
    const deployment = { ...rest, kind: 'Deployment' };
    expect(fragmentsOf('flux', statefulSet, deployment, tenant)).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'web', namespace: 'minio', annotations: guards },
        spec: { serviceName, selector, template },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'minio', annotations: guards },
        spec: { selector, template },
      },
      {
        apiVersion: 'minio.min.io/v2',
        kind: 'Tenant',
        metadata: { name: 'tenant', namespace: 'minio', annotations: guards },
        spec: { kes: { annotations: { [KEY]: VALUE } } },
      },
    ]);
  });

  it('says all places of one object at once, for what is not said again is taken out', () => {
    const pools = { ...tenant, annotations: 'spec.poolsMetadata.annotations' };
    const dotted = { ...tenant, annotations: 'spec["a.b"].x' };
    expect(fragmentsOf('kubectl', tenant, pools, dotted)).toMatchObject([
      {
        spec: {
          kes: { annotations: { [KEY]: VALUE } },
          poolsMetadata: { annotations: { [KEY]: VALUE } },
          'a.b': { x: { [KEY]: VALUE } },
        },
      },
    ]);
  });

  it('leaves out a digest of a CA where none stands behind the leaf, and keeps its place for later', () => {
    const spec = specOf('kubectl', { ...tenant, digestOf: 'ca' }, statefulSet);
    expect(restartFragments(spec, issued(1))).toMatchObject([
      { index: 1, object: { kind: 'StatefulSet' } },
    ]);
    expect(possibleFiles(spec, [])).toEqual([
      'fragments/kes.restart-2.k8s.yaml',
      'fragments/kes.restart.k8s.yaml',
      'kes.k8s.yaml',
    ]);
  });
});

describe('a patch', () => {
  const patch = (object: RestartObject): RestartObject => ({ ...object, form: 'patch' });
  const spec = specOf(
    'kustomize',
    patch(statefulSet),
    patch(tenant),
    patch({ ...tenant, annotations: 'spec.poolsMetadata.annotations' }),
  );

  it('says which object, and the annotations', () => {
    expect(restartPatches(spec, [issued(1)])).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'web', namespace: 'minio' },
        spec: { template: { metadata: { annotations: { [KEY]: VALUE } } } },
      },
      {
        apiVersion: 'minio.min.io/v2',
        kind: 'Tenant',
        metadata: { name: 'tenant', namespace: 'minio' },
        spec: {
          kes: { annotations: { [KEY]: VALUE } },
          poolsMetadata: { annotations: { [KEY]: VALUE } },
        },
      },
    ]);
  });

  it('says the namespace only where the config does, for Kustomize patches what says the same', () => {
    const plain = specOf('kustomize', { ...patch(statefulSet), namespaced: false });
    expect(restartPatches(plain, [issued(1)])).toMatchObject([{ metadata: { name: 'web' } }]);
    expect(restartPatches(plain, [issued(1)])[0]?.metadata).not.toHaveProperty('namespace');
  });

  it('is not there before the first certificate', () => {
    expect(restartPatches(spec, [revision(1)])).toEqual([]);
  });
});
