import type { Finding } from '../../lib/model/finding';
import { X25519 } from '../age-identities';
import { StandIn } from '../cluster/stand-in';
import { readRequest } from '../../lib/x509/certificate-request';
import {
  folderOf,
  read,
  releaf,
  removeFolders,
  signed,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
} from '../harness';

afterAll(removeFolders);

/** A folder whose certificate is pending. */
async function pendingRoot(config: string): Promise<string> {
  const root = folderOf({ ...WEB_FILES, 'releaf.yaml': config });
  expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
  return root;
}

/** One whose certificate is issued. */
async function issuedRoot(config: string): Promise<string> {
  const root = await pendingRoot(config);
  const request = readRequest(read(root, 'certificates/web/1/request.pem'), 'request.pem');
  const stdin = signed(await testCa(), request);
  expect(await releaf(['fetch', '-C', root, '--from', '-'], { stdin })).toMatchObject({
    status: 0,
  });
  return root;
}

/** What doctor says of a certificate in a cluster with Argo CD and Flux. */
async function diagnosed(
  config: string,
  when: (api: StandIn, root: string) => void = () => undefined,
  make = pendingRoot,
) {
  const root = await make(config);
  const api = new StandIn();
  api.put('/apis/argoproj.io/v1alpha1', { resources: [{ name: 'applications' }] });
  api.put('/apis/kustomize.toolkit.fluxcd.io/v1', { resources: [{ name: 'kustomizations' }] });
  api.put('/apis/apps/v1', {
    resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
  });
  when(api, root);
  const { stdout } = await releaf(['doctor', '-C', root, '--json'], { openCluster: api.open });
  const { findings } = JSON.parse(stdout) as {
    findings: readonly (Omit<Finding, 'next'> & { readonly next?: string })[];
  };
  const lines = findings.map(({ level, check, message, next = '' }) =>
    `${level} ${check}: ${message}\n${next}`.trimEnd(),
  );
  return (check: string): readonly string[] =>
    lines
      .filter((line) => line.replace(/^\w+ /, '').startsWith(`${check}: `))
      .map((line) => line.replaceAll(/web-1-[0-9a-f]{8}/g, 'NAME').replaceAll(root, 'HERE'));
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
    expect.stringMatching(
      /^warning job: Job shop\/NAME-[0-9a-f]{6} is not in the cluster\napply dist\/web.k8s.yaml,/,
    ),
  ]);
});

it.each([
  ['argo-cd', true],
  ['flux', false],
])('looks at the gate of the current revision, where there is one: %s', async (engine, has) => {
  const of = await diagnosed(
    `${WEB_CONFIG}delivery: ${engine}\n`,
    (api, root) => {
      if (!has) return;
      const [name = ''] =
        /web-1-\w+-gate-[0-9a-f]{6}$/m.exec(read(root, 'dist/web.k8s.yaml')) ?? [];
      api.put(`/apis/batch/v1/namespaces/shop/jobs/${name}`, {
        status: { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] },
      });
    },
    issuedRoot,
  );
  const failed =
    /^failure gate: Job shop\/(NAME-gate-\w{6}) failed \(DeadlineExceeded\): .*kubectl delete job -n shop \1\n/s;
  expect(of('gate')).toEqual(has ? [expect.stringMatching(failed)] : []);
});

it('names the file that the delivery gives the request', async () => {
  const config = `${WEB_CONFIG}delivery: { type: flux, layout: object }\n`;
  const of = await diagnosed(config, (api) => {
    api.put('/api/v1/namespaces/argocd/configmaps/argocd-cm', {
      data: { 'resource.exclusions': '- kinds: [CertificateSigningRequest]' },
    });
  });
  const file = 'dist/requests/web.request.k8s.yaml';
  expect(of('argo cd')[0]).toMatch(new RegExp(`^kubectl .*apply -f HERE/${file}$`, 'm'));
  expect(of('request')[0]).toContain(`\napply ${file}, or see why GitOps has not\n`);
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
    'warning restart: Deployment shop/web (dist/) is not in the cluster\napply dist/, or see why GitOps has not',
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
    'failure flux: Kustomization flux-system/releaf-secrets does not decrypt, and SOPS seals what it applies\ngive it spec.decryption with provider: sops and the Secret of the age identity',
  ]);
});
