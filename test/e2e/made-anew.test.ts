import { X509Certificate } from 'node:crypto';
import { cpSync } from 'node:fs';
import { stringify } from 'yaml';
import { folderOf, read, removeFolders } from '../harness';
import { traceOf } from '../untouched';
import {
  get,
  getRequest,
  issuedCertificate,
  kubectl,
  newNamespace,
  releafDone,
  secretData,
} from './cluster';
import { expectPair } from './pair';
import { sealingCertificate } from './sealed-secrets';
import { committedRequest, newNames, servingFolder } from './serving';
import { until } from './until';

afterAll(removeFolders);

interface StatefulSet {
  readonly metadata: { readonly generation: number };
  readonly status: { readonly observedGeneration?: number; readonly updateRevision?: string };
}

/** Restarts when its pod template changes. */
const workload = (name: string, namespace: string): string =>
  stringify({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: { team: 'ours' } },
        spec: { containers: [{ name: 'server', image: 'none' }] },
      },
    },
  });

/** The revision that the pods of the workload are to have, once the controller has seen the last change. */
const updateRevision = (name: string, namespace: string): Promise<string> =>
  until(`the StatefulSet ${name} is seen`, async () => {
    const { metadata, status } = (await get<StatefulSet>('statefulset', name, namespace)) ?? {};
    return status?.observedGeneration === metadata?.generation && status?.updateRevision;
  });

it.each([
  ['fetched before that', 1],
  ['fetched from the last one', 3],
])(
  'a request that is made anew twice before pull request 2 merges, %s, gives one pair and one restart',
  async (_, fetchedFrom) => {
    const namespace = await newNamespace();
    const [name = ''] = newNames('anew');
    const main = servingFolder([name], {
      entry: {
        secret: { name, namespace },
        restart: [{ file: 'workload.yaml', annotations: 'spec.template.metadata.annotations' }],
      },
      files: {
        'workload.yaml': workload(name, namespace),
        'sealing.pem': await sealingCertificate(),
      },
    });
    await releafDone(['renew', '-C', main]);
    const object = committedRequest(main, name).metadata.name;
    const gitOps = (root: string): Promise<string> =>
      kubectl(['apply', '-f', `${root}/dist`, '-f', `${root}/workload.yaml`]);
    const restarts = new Set<string>();
    const branch = folderOf({});
    cpSync(main, branch, { recursive: true });

    const issued: X509Certificate[] = [];
    const uids = new Set<string | undefined>();
    for (const round of [1, 2, 3]) {
      await gitOps(main);
      restarts.add(await updateRevision(name, namespace));
      await releafDone(['approve', '--no-fetch', '-C', main]);
      issued.push(new X509Certificate(await issuedCertificate(object)));
      uids.add((await getRequest(object))?.metadata.uid);
      const before = traceOf(branch);
      if (round >= fetchedFrom) await releafDone(['fetch', '-C', branch]);
      if (round > fetchedFrom) expect(traceOf(branch)).toEqual(before);
      await kubectl(['delete', 'csr', object]);
    }
    expect(uids.size).toBe(3);
    expect(new Set(issued.map(({ serialNumber }) => serialNumber)).size).toBe(3);

    const bumped = read(branch, 'workload.yaml');
    for (const root of [branch, branch]) {
      await gitOps(root);
      restarts.add(await updateRevision(name, namespace));
      await releafDone(['fetch', '-C', root]);
    }
    expect(read(branch, 'workload.yaml')).toBe(bumped);
    expect(bumped.match(/restart\.releaf\.dev/g)).toHaveLength(1);
    expect(restarts.size).toBe(2);

    const secret = await secretData(name, namespace);
    const { 'tls.key': privateKey = '', 'tls.crt': certificate = '' } = secret;
    const leaf = await expectPair({ privateKey, certificate }, []);
    expect(leaf.serialNumber).toBe(issued[fetchedFrom - 1]?.serialNumber);
    expect(await getRequest(object)).toBeUndefined();
  },
);
