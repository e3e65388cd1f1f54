import { checkApplications } from '../../../lib/cluster/checks/argo-cd-application';
import { spec } from '../../constructs/kes';
import { StandIn } from '../stand-in';

const CERTIFICATE = {
  spec: {
    ...spec,
    restartObjects: [
      {
        form: 'fragment',
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'web',
        namespace: 'shop',
        annotations: 'spec.template.metadata.annotations',
        digestOf: 'certificate',
      },
    ],
  },
  revisions: [],
} as const;
const at = (name: string) => `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`;
const application = (name: string, syncOptions?: unknown) => ({
  metadata: { name },
  spec: { syncPolicy: { syncOptions } },
});

/** A cluster with these Applications, where the Deployment has these metadata. */
function cluster(metadata: object, ...applications: ReturnType<typeof application>[]): StandIn {
  const api = new StandIn();
  api.put('/apis/apps/v1', {
    resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
  });
  api.put('/apis/apps/v1/namespaces/shop/deployments/web', { metadata });
  for (const one of applications) api.put(at(one.metadata.name), one);
  return api;
}

const TRACKED = {
  annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' },
};
const LABELLED = { labels: { 'app.kubernetes.io/instance': 'shop' } };

async function judged(api: StandIn): Promise<readonly string[]> {
  const found = await checkApplications(api, 'argocd', CERTIFICATE);
  return found.map(({ level, message }) => `${level} ${message}`);
}

it.each<[string, unknown, string]>([
  [
    'says so',
    ['CreateNamespace=true', 'ClientSideApplyMigration=false'],
    'ok Application shop applies restart fragments alone',
  ],
  [
    'has no sync options',
    undefined,
    'warning Application shop does not say ClientSideApplyMigration=false, so it may take the fields of the object over before the restart fragment is applied',
  ],
  ['has options of no known shape', 7, 'warning Application shop does not say ClientSideApply'],
  [
    'replaces',
    ['ClientSideApplyMigration=false', 'Replace=true'],
    'failure Application shop has Replace=true, which would put the restart fragment in place of the whole object',
  ],
])('judges an Application that %s', async (_, options, says) => {
  const [first, ...others] = await judged(cluster(TRACKED, application('shop', options)));
  expect(first).toContain(says);
  expect(others).toEqual([]);
});

it.each([TRACKED, LABELLED])(
  'asks the one that tracks the object, and no other',
  async (metadata) => {
    const api = cluster(metadata, application('shop'), application('other'));
    expect(await judged(api)).toEqual([expect.stringContaining('Application shop ')]);
    expect(api.calls.filter(({ verb }) => verb === 'list')).toEqual([]);
  },
);

it.each([
  {},
  { labels: { 'app.kubernetes.io/instance': 'a-release-of-helm' } },
  { annotations: { 'argocd.argoproj.io/tracking-id': '../../secrets:x' } },
])('asks all where none is known', async (metadata) => {
  const api = cluster(metadata, application('a'), application('b', ['Replace=true']));
  expect(await judged(api)).toEqual([
    expect.stringContaining('warning Application a '),
    expect.stringContaining('failure Application b '),
  ]);
});

it('says where it looked when there is none', async () => {
  expect(await judged(cluster({}))).toEqual([
    'warning no Application in namespace argocd holds its restart fragments yet',
  ]);
});

it('names the right that is missing', async () => {
  const api = cluster(TRACKED, application('shop'));
  api.missing = [{ verb: 'get', on: { group: 'argoproj.io', resource: 'applications' } }];
  await expect(judged(api)).rejects.toThrow(
    'you may not get applications.argoproj.io shop in argocd',
  );
});
