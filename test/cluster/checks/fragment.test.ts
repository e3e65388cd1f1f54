import { checkFragment } from '../../../lib/cluster/checks/fragment';
import type { AnnotatedObject } from '../../../lib/delivery/restart-objects';
import type { RestartObject } from '../../../lib/model/certificate-spec';
import type { Engine } from '../../../lib/model/delivery-spec';
import { spec } from '../../constructs/kes';
import { StandIn } from '../stand-in';

const OBJECT: RestartObject = {
  form: 'fragment',
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'web',
  namespace: 'shop',
  annotations: 'spec.template.metadata.annotations',
  digestOf: 'certificate',
};
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const managed = (manager: string, operation: string, annotation = LAST_APPLIED) => ({
  manager,
  operation,
  fieldsV1: { 'f:metadata': { 'f:annotations': { '.': {}, [`f:${annotation}`]: {} } } },
});

async function judged(
  metadata: unknown,
  engine: Engine = 'argo-cd',
  places: AnnotatedObject = [OBJECT],
) {
  const [{ apiVersion, kind }] = places;
  const api = new StandIn();
  api.put(`/apis/${apiVersion}`, { resources: [{ name: 'ones', kind, namespaced: true }] });
  if (metadata !== undefined) {
    api.put(`/apis/${apiVersion}/namespaces/shop/ones/web`, { metadata });
  }
  const delivery = { ...spec.delivery, engine };
  return checkFragment(api, { name: 'web', delivery }, places);
}

const APPLIED = {
  annotations: { [LAST_APPLIED]: '{}' },
  managedFields: [
    managed('kube-controller-manager', 'Update', 'other'),
    managed('kubectl-client-side-apply', 'Update'),
  ],
};

it('refuses a fragment of what client-side apply has made, with Argo CD', async () => {
  expect(await judged(APPLIED)).toMatchObject([
    {
      level: 'failure',
      check: 'restart',
      certificate: 'web',
      message:
        'Deployment shop/web was applied client-side, by kubectl-client-side-apply: with the first fragment Argo CD takes its fields over, and the next one takes them out, or is refused',
    },
  ]);
});

const ANNOTATED = { 'f:annotations': { 'f:restart.releaf.dev/web': {} } };
const OWNED_BY_FRAGMENT = {
  'f:selector': {},
  'f:updateStrategy': {},
  'f:template': {
    'f:metadata': { ...ANNOTATED, 'f:labels': { 'f:app': {} }, 'f:creationTimestamp': {} },
    'f:spec': { 'f:containers': {} },
  },
};

it.each<[string, object]>([
  ['more fields', { ...OWNED_BY_FRAGMENT, 'f:replicas': {} }],
  [
    'the containers',
    { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': {} } } } },
  ],
  ['a strategy', { ...OWNED_BY_FRAGMENT, 'f:strategy': { 'f:type': {} } }],
  ['annotations elsewhere', { 'f:kes': ANNOTATED }],
])('refuses a fragment of what the same engine applies, with %s', async (_, spec) => {
  const manager = { operation: 'Apply', fieldsV1: { 'f:spec': spec } };
  const argo = { managedFields: [{ ...manager, manager: 'argocd-controller' }] };
  const flux = { managedFields: [{ ...manager, manager: 'kustomize-controller' }] };
  const message = (name: string) =>
    `Deployment shop/web is applied by ${name} as a whole, and a fragment of it would drop the rest, or be refused`;
  expect(await judged(argo)).toMatchObject([
    { level: 'failure', message: message('argocd-controller') },
  ]);
  expect(await judged(flux, 'flux')).toMatchObject([
    { level: 'failure', message: message('kustomize-controller') },
  ]);
  expect(await judged(argo, 'flux')).toEqual([]);
});

it.each<[string, unknown, Engine]>([
  ['client-side apply, with Flux, which merges', APPLIED, 'flux'],
  ['client-side apply, with kubectl, which patches', APPLIED, 'kubectl'],
  [
    'somebody else, with our fragment on it',
    {
      managedFields: [
        {
          manager: 'kustomize-controller',
          operation: 'Apply',
          fieldsV1: { 'f:spec': OWNED_BY_FRAGMENT },
        },
      ],
    },
    'flux',
  ],
  ['nobody yet', undefined, 'argo-cd'],
  ['server-side apply', { managedFields: [managed('kubectl', 'Apply', 'x')] }, 'argo-cd'],
  [
    'server-side apply, with the annotation left',
    { ...APPLIED, managedFields: [managed('kubectl', 'Apply')] },
    'argo-cd',
  ],
  ['Helm', { annotations: { 'meta.helm.sh/release-name': 'web' } }, 'argo-cd'],
  ['something of no known shape', { annotations: 7, managedFields: [null, 7] }, 'argo-cd'],
])('has nothing to say of what was made by %s', async (_, metadata, engine) => {
  expect(await judged(metadata, engine)).toEqual([]);
});

/** A place in `web`; the defaults of the config are said. */
const placed = (apiVersion: string, kind: string, annotations: string): RestartObject => ({
  ...OBJECT,
  apiVersion,
  kind,
  annotations,
});
const POD_TEMPLATE = 'spec.template.metadata.annotations';
const TENANT = ['minio.min.io/v2', 'Tenant'] as const;
const BOTH_OF_TENANT: AnnotatedObject = [
  placed(...TENANT, 'spec.kes.annotations'),
  placed(...TENANT, 'spec.poolsMetadata.annotations'),
];

it.each<[string, AnnotatedObject, object, object]>([
  [
    'CronJob',
    [placed('batch/v1', 'CronJob', `spec.jobTemplate.${POD_TEMPLATE}`)],
    { 'f:jobTemplate': { 'f:spec': { 'f:template': { 'f:metadata': ANNOTATED } } } },
    { 'f:schedule': {} },
  ],
  [
    'Rollout',
    [placed('argoproj.io/v1alpha1', 'Rollout', POD_TEMPLATE)],
    { 'f:template': { 'f:metadata': ANNOTATED } },
    { 'f:selector': { 'f:matchLabels': { 'f:app': {} } } },
  ],
  [
    'custom kind',
    [placed('example.com/v1', 'Other', 'spec.podMetadata.annotations')],
    { 'f:podMetadata': { '.': {}, ...ANNOTATED } },
    { 'f:podMetadata': { ...ANNOTATED, 'f:labels': { 'f:app': {} } } },
  ],
  [
    'custom kind with an atomic mapping',
    [placed('example.com/v1', 'Other', 'spec.podMetadata.annotations')],
    { 'f:podMetadata': {} },
    { 'f:podMetadata': {}, 'f:replicas': {} },
  ],
  [
    'Tenant with both places',
    BOTH_OF_TENANT,
    { 'f:kes': ANNOTATED, 'f:poolsMetadata': ANNOTATED },
    { 'f:kes': { ...ANNOTATED, 'f:image': {} } },
  ],
])('tells the fragment of a %s from the whole object', async (_, places, fragment, whole) => {
  for (const [engine, manager] of [
    ['argo-cd', 'argocd-controller'],
    ['flux', 'kustomize-controller'],
  ] as const) {
    const by = (fields: object) => ({
      managedFields: [{ manager, operation: 'Apply', fieldsV1: { 'f:spec': fields } }],
    });
    expect(await judged(by(fragment), engine, places)).toEqual([]);
    expect(await judged(by(whole), engine, places)).toMatchObject([{ level: 'failure' }]);
  }
});
