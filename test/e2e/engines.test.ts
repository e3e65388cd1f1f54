import { folderOf, removeFolders } from '../harness';
import { get, newNamespace } from './cluster';
import { startArgoCd, type ArgoCd } from './engines/argo-cd';
import { startFlux, type Flux } from './engines/flux';
import { gitServer, type GitServer } from './engines/git-server';

const configMap = (value: string): string =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"synced"},"data":{"value":"${value}"}}`;

const valueIn = async (namespace: string): Promise<string | undefined> =>
  (await get<{ data: { value: string } }>('configmap', 'synced', namespace))?.data.value;

let git: GitServer;
beforeAll(async () => {
  git = await gitServer();
});
afterAll(async () => {
  await git.close();
  removeFolders();
});

describe('Argo CD', () => {
  let argo: ArgoCd;
  beforeAll(async () => {
    argo = await startArgoCd();
  });
  afterAll(() => argo.stop());

  it('brings what a commit has, then what the next one has', async () => {
    const namespace = await newNamespace();
    const first = await git.commit('first', folderOf({ 'app/config.yaml': configMap('first') }));
    await argo.createApplication({ name: namespace, repoUrl: git.url, path: 'app', namespace });
    expect(await argo.synced(namespace, first)).toMatchObject({ syncs: 1, conditions: [] });
    expect(await valueIn(namespace)).toBe('first');

    const second = await git.commit('second', folderOf({ 'app/config.yaml': configMap('second') }));
    await argo.refresh(namespace);
    expect(await argo.synced(namespace, second)).toMatchObject({ syncs: 2, conditions: [] });
    expect(await valueIn(namespace)).toBe('second');
  });

  it('leaves out a CertificateSigningRequest, which only a warning tells', async () => {
    const namespace = await newNamespace();
    const request = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: namespace },
      spec: { request: 'LS0=', signerName: 'example.com/signer', usages: ['client auth'] },
    };
    const commit = await git.commit(
      'a request',
      folderOf({
        'app/config.yaml': configMap('any'),
        'app/request.json': JSON.stringify(request),
      }),
    );
    await argo.createApplication({ name: namespace, repoUrl: git.url, path: 'app', namespace });
    expect(await argo.synced(namespace, commit)).toMatchObject({
      conditions: [
        `ExcludedResourceWarning: Resource certificates.k8s.io/CertificateSigningRequest ${namespace} is excluded in the settings`,
      ],
      resources: [{ kind: 'ConfigMap', name: 'synced' }],
    });
    expect(await get('csr', namespace)).toBeUndefined();
  });
});

describe('Flux', () => {
  let flux: Flux;
  beforeAll(async () => {
    flux = await startFlux();
  });
  afterAll(() => flux.stop());

  it('brings what a commit has, then what the next one has', async () => {
    const namespace = await newNamespace();
    await git.commit('first', folderOf({ 'app/config.yaml': configMap('first') }));
    const first = await flux.gitRepository(namespace, git.url, git.branch);
    await flux.kustomization(namespace, {
      ...{ sourceRef: namespace, path: './app', targetNamespace: namespace, wait: true },
    });
    expect(await flux.ready(namespace, first)).toMatchObject({
      inventory: [`${namespace}_synced__ConfigMap`],
    });
    expect(await valueIn(namespace)).toBe('first');

    await git.commit('second', folderOf({ 'app/config.yaml': configMap('second') }));
    await flux.ready(namespace, await flux.fetch(namespace));
    expect(await valueIn(namespace)).toBe('second');
  });
});
