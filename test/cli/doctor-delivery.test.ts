import type { Finding } from '../../lib/model/finding';
import { X25519 } from '../age-identities';
import { StandIn } from '../cluster/stand-in';
import { folderOf, releaf, removeFolders, WEB_CONFIG, WEB_FILES } from '../harness';

afterAll(removeFolders);

/** What doctor says of a pending certificate in a cluster with Argo CD and Flux. */
async function diagnosed(config: string, when: (api: StandIn) => void = () => undefined) {
  const root = folderOf({ ...WEB_FILES, 'releaf.yaml': config });
  expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
  const api = new StandIn();
  api.put('/apis/argoproj.io/v1alpha1', { resources: [{ name: 'applications' }] });
  api.put('/apis/kustomize.toolkit.fluxcd.io/v1', { resources: [{ name: 'kustomizations' }] });
  api.put('/apis/apps/v1', {
    resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
  });
  when(api);
  const { stdout } = await releaf(['doctor', '-C', root, '--json'], { openCluster: api.open });
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  const lines = findings.map(({ level, check, message }) => `${level} ${check}: ${message}`);
  return (check: string): readonly string[] =>
    lines
      .filter((line) => line.includes(` ${check}: `))
      .map((line) => line.replace(/web-1-\w+/, 'NAME'));
}

const FRAGMENT = `${WEB_CONFIG}    restart:
      - serverSideApply: { kind: Deployment, name: web }
delivery: argo-cd
`;
const SOPS = `${WEB_CONFIG.replace(/\{ type: sealed.*\}/, `{ type: sops, recipients: [${X25519.recipient}] }`)}delivery: { type: flux, kustomizations: {} }
`;

it('looks at the Job instead of the exclusions, where a Job creates requests', async () => {
  const of = await diagnosed(`${WEB_CONFIG}delivery: argo-cd\n`);
  expect(of('argo cd')).toEqual([
    'ok argo cd: is here; a Job creates requests, whether Argo CD applies them or not',
  ]);
  expect(of('request')).toEqual([
    'ok request: NAME is not in the cluster: its Job has not created it, or it was issued and is gone',
  ]);
  expect(of('job')).toEqual([
    expect.stringMatching(/^warning job: Job shop\/NAME-[0-9a-f]{6} is not in the cluster$/),
  ]);
});

it('looks at Application and object, where a fragment restarts it', async () => {
  const of = await diagnosed(FRAGMENT, (api) => {
    api.put('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop', {
      metadata: { name: 'shop' },
    });
  });
  expect(of('argo cd')).toEqual([
    expect.stringContaining('ok argo cd: is here; '),
    expect.stringContaining('warning argo cd: Application shop does not say ClientSideApply'),
  ]);
  expect(of('restart')).toEqual([
    'warning restart: Deployment shop/web (dist/) is not in the cluster',
  ]);
});

it('looks at each Kustomization of Flux that dist/ has', async () => {
  const of = await diagnosed(SOPS, (api) => {
    const at = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations';
    api.put(`${at}/releaf-secrets`, { spec: {} });
    api.put(`${at}/releaf-requests`, { spec: {} });
  });
  expect(of('flux').filter((line) => !line.endsWith('is here'))).toEqual([
    'ok flux: Kustomization flux-system/releaf-requests is there',
    'failure flux: Kustomization flux-system/releaf-secrets does not decrypt, and SOPS seals what it applies',
  ]);
});
