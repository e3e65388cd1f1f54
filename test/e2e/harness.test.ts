import { output } from '../system/process';
import {
  apply,
  get,
  kubectl,
  newNamespace,
  startApiServer,
  stopApiServer,
  userKubeconfig,
} from './cluster';
import { meddle } from './meddle';

interface ConfigMap {
  readonly data: Readonly<Record<string, string>>;
}

const configMap = (namespace: string, value: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'it', namespace },
  data: { value },
});

const valueIn = async (namespace: string): Promise<string | undefined> =>
  (await get<ConfigMap>('configmap', 'it', namespace))?.data['value'];

it('nothing but this machine can be reached', async () => {
  const links = await output('ip', ['-o', 'link']);
  expect(links.trim().split('\n')).toHaveLength(1);
  expect(links).toContain(' lo: ');
});

it('a user may do what RBAC says, and no more', async () => {
  const kubeconfig = userKubeconfig('jane', ['ops']);
  const namespace = await newNamespace();
  await expect(kubectl(['get', 'pods', '-n', namespace], { kubeconfig })).rejects.toThrow(
    'User "jane" cannot list resource "pods"',
  );
  const role = ['--role', 'reader', '-n', namespace];
  await kubectl(['create', 'role', 'reader', '--verb=list', '--resource=pods', '-n', namespace]);
  await kubectl(['create', 'rolebinding', 'reader', ...role, '--group=ops']);
  expect(await kubectl(['get', 'pods', '-n', namespace, '-o', 'name'], { kubeconfig })).toBe('');
});

it('a meddler forwards, swaps what is behind a request, and cuts', async () => {
  const namespace = await newNamespace();
  await apply(configMap(namespace, 'first'));
  const meddler = await meddle({
    before: async ({ method }) => {
      if (method === 'GET') await apply(configMap(namespace, 'swapped'));
    },
    after: ({ method }) => Promise.resolve(method === 'DELETE' ? 'cut' : undefined),
  });
  const through = (...args: readonly string[]) =>
    kubectl([...args, 'configmap', 'it', '-n', namespace], { kubeconfig: meddler.kubeconfig });
  try {
    expect(await through('get', '-o', 'jsonpath={.data.value}')).toBe('swapped');
    expect(meddler.seen).toContain(`GET /api/v1/namespaces/${namespace}/configmaps/it`);
    await expect(through('delete')).rejects.toThrow('EOF');
    expect(await valueIn(namespace)).toBeUndefined();
  } finally {
    await meddler.close();
  }
});

it('the API server crashes when a test says so, and comes back with what it had', async () => {
  const namespace = await newNamespace();
  await apply(configMap(namespace, 'kept'));
  const meddler = await meddle({ after: stopApiServer });
  try {
    const { kubeconfig } = meddler;
    expect(await kubectl(['get', '--raw', '/version'], { kubeconfig })).toContain('v1.36');
    await expect(kubectl(['get', '--raw', '/version'])).rejects.toThrow('refused');
  } finally {
    await startApiServer();
    await meddler.close();
  }
  expect(await valueIn(namespace)).toBe('kept');
});
