import { join } from 'node:path';
import { folderOf, removeFolders } from '../harness';
import { kubectl, signingCa } from './cluster';
import { startNode } from './node';
import { replay } from './replay';
import { sealingCertificate } from './sealed-secrets';
import { installTenants } from './tenants';

afterAll(removeFolders);

it.each([
  ['docs/kustomize.md', 'shop', 'releaf/'],
  ['docs/minio-kes.md', 'kes', ''],
])('%s shows what its commands print', async (page, namespace, folder) => {
  const files = {
    [`team/${folder}ca.pem`]: signingCa(),
    [`team/${folder}sealing.pem`]: await sealingCertificate(),
    'team/.gitignore': '.releaf-tmp/\n',
  };
  await kubectl(['create', 'namespace', namespace]);
  await installTenants();
  const node = await startNode({ namespaces: [namespace] });
  try {
    await replay(page, join(folderOf(files), 'team'));
  } finally {
    await kubectl(['delete', 'namespace', namespace]);
    await node.stop();
  }
});

it('docs/quickstart.md shows what its commands print, in a folder that holds nothing but what it says', async () => {
  await kubectl(['create', 'namespace', 'store']);
  const node = await startNode({ namespaces: ['store'] });
  try {
    await replay('docs/quickstart.md', folderOf({}));
  } finally {
    await kubectl(['delete', 'namespace', 'store']);
    await node.stop();
  }
});
