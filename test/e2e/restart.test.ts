import { join } from 'node:path';
import { stringify } from 'yaml';
import { filesIn, folderOf, removeFolders } from '../harness';
import { get, kubectl, newNamespace, releafDone, signingCa } from './cluster';
import { sealingCertificate } from './sealed-secrets';
import { until } from './until';

afterAll(removeFolders);

/** A team's own file, with a comment that must stay. */
const statefulSet = (namespace: string): string => `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
  namespace: ${namespace}
spec:
  serviceName: web
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web } # ours
    spec:
      containers:
        - name: web
          image: example.com/web:1
`;

interface LiveStatefulSet {
  readonly metadata: { readonly uid: string; readonly generation: number };
  readonly status?: { readonly observedGeneration?: number; readonly updateRevision?: string };
}

interface ControllerRevision {
  readonly metadata: {
    readonly name: string;
    readonly ownerReferences: readonly { readonly uid: string }[];
  };
  readonly revision: number;
}

/** Waits until the StatefulSet controller has seen the newest generation: the revision that pods are to have. */
async function updateRevision(namespace: string): Promise<string> {
  return until('the StatefulSet controller has seen what was applied', async () => {
    const { metadata, status } = (await get<LiveStatefulSet>('statefulset', 'web', namespace))!;
    return status?.observedGeneration === metadata.generation && status.updateRevision;
  });
}

/** Names of all revisions that the StatefulSet ever had, oldest first. */
async function revisionsOf(namespace: string): Promise<readonly string[]> {
  const list = await kubectl(['get', 'controllerrevisions', '-n', namespace, '-o', 'json']);
  const { items } = JSON.parse(list) as { items: readonly ControllerRevision[] };
  return [...items]
    .sort((one, other) => one.revision - other.revision)
    .map(({ metadata }) => metadata.name);
}

it('rolls a StatefulSet once for each renewal, and not when nothing changed', async () => {
  const namespace = await newNamespace();
  const name = `web-${namespace}`;
  const config = {
    version: 1,
    certificates: {
      [name]: {
        commonName: 'system:node:web',
        subject: { organizations: ['system:nodes'] },
        dnsNames: ['web.example.com'],
        signer: 'kubernetes.io/kubelet-serving',
        secret: { name: 'web-tls', namespace },
        sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
        ca: 'ca.pem',
        restart: [{ file: 'team/web.yaml', annotations: 'spec.template.metadata.annotations' }],
      },
    },
  };
  const root = folderOf({
    'releaf.yaml': stringify(config),
    'ca.pem': signingCa(),
    'sealing.pem': await sealingCertificate(),
    'team/web.yaml': statefulSet(namespace),
  });
  const everything = ['-f', join(root, 'dist'), '-f', join(root, 'team')];
  const releaf = (...args: string[]) => releafDone([...args, '-C', root]);
  const applied = async (): Promise<string> => {
    await kubectl(['apply', ...everything]);
    return updateRevision(namespace);
  };
  /** It fails where the cluster and the files differ. */
  const expectNoDifference = async (): Promise<void> => {
    expect(await kubectl(['diff', ...everything])).toBe('');
  };

  await releaf('renew');
  const before = await applied();
  await expectNoDifference();
  await releaf('approve');
  const first = await applied();
  expect(first).not.toBe(before);
  await expectNoDifference();

  const files = filesIn(root);
  await releaf('synth');
  await releaf('renew');
  expect(filesIn(root)).toEqual(files);
  expect(await applied()).toBe(first);

  await releaf('renew', name, '--force');
  expect(await applied()).toBe(first);
  await releaf('approve');
  const second = await applied();
  expect(second).not.toBe(first);
  await expectNoDifference();
  await releaf('synth');
  expect(await applied()).toBe(second);

  expect(await revisionsOf(namespace)).toEqual([before, first, second]);
  expect(filesIn(root)['team/web.yaml']).toContain('labels: { app: web } # ours');
});
