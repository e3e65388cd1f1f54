import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { StandIn } from '../cluster/stand-in';
import { folderOf } from '../harness';

/**
 * Serves what a cluster has, to read, for as long as `work` takes.
 *
 * @param work - takes the path of a kubeconfig
 */
export async function served<Result>(
  cluster: StandIn,
  work: (kubeconfig: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const object = cluster.objects.get(path);
    const text = object ? JSON.stringify(object) : cluster.texts.get(path);
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: test
contexts: [{ name: test, context: { cluster: test, user: test } }]
clusters: [{ name: test, cluster: { server: 'http://127.0.0.1:${port}', insecure-skip-tls-verify: true } }]
users: [{ name: test, user: {} }]
`;
  try {
    return await work(join(folderOf({ kubeconfig }), 'kubeconfig'));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
