import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { X25519 } from '../age-identities';
import { folderOf, read, removeFolders, WEB_CONFIG } from '../harness';
import { RELEAF, ROOT, start, type Ended } from './process';

const PRELOAD = join(__dirname, 'preload/list-modules.js');

afterAll(removeFolders);

/** The packages that a process loads. */
async function loadedBy(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<{ ended: Ended; packages: readonly string[] }> {
  const folder = folderOf({});
  const ended = await start(process.execPath, ['--require', PRELOAD, ...args], {
    env: { ...env, MODULES_LOG: join(folder, 'modules') },
  });
  return { ended, packages: read(folder, 'modules').split('\n') };
}

/** A copy of the repository's example: one certificate issued, one requested. */
function example(): string {
  const folder = folderOf({});
  for (const path of ['releaf.yaml', 'certificates', 'dist', 'examples']) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  return folder;
}

const CDK8S = ['cdk8s', 'cdk8s-plus-27', 'constructs'];
const CLUSTER = ['@kubernetes/client-node', 'age-encryption'];

it.each<[string, readonly string[], readonly string[]]>([
  ['--help', ['--help'], [...CDK8S, ...CLUSTER, 'zod', 'node-forge', 'yaml', 'jiti']],
  ['--version', ['--version'], [...CDK8S, ...CLUSTER, 'zod', 'node-forge', 'yaml', 'jiti']],
  [
    'renew --help',
    ['renew', '--help'],
    [...CDK8S, ...CLUSTER, 'zod', 'node-forge', 'yaml', 'jiti'],
  ],
  ['plan', ['plan'], [...CDK8S, ...CLUSTER, 'node-forge']],
  ['status', ['status'], [...CDK8S, ...CLUSTER, 'node-forge']],
  ['synth', ['synth'], CLUSTER],
  ['renew', ['renew'], CLUSTER],
  ['verify', ['verify'], CLUSTER],
  ['explain', ['explain', 'kes'], [...CDK8S, ...CLUSTER]],
])('releaf %s loads no package that it does not need', async (_, args, unwanted) => {
  const inFolder = args.some((arg) => arg.startsWith('--')) ? [] : ['-C', example()];
  const { ended, packages } = await loadedBy([RELEAF, ...args, ...inFolder]);
  expect(ended.stderr).not.toContain('error');
  expect(packages).toContain('commander');
  expect(packages.filter((name) => unwanted.includes(name))).toEqual([]);
});

it.each<[string, readonly string[]]>([
  ['approve --help', ['approve', '--help']],
  ['doctor --help', ['doctor', '--help']],
  ['fetch --from FILE', ['fetch', '--from', '/dev/null']],
  ['adopt FILE', ['adopt', '/dev/null']],
  ['rollback', ['rollback', 'kes']],
])('releaf %s does not load the Kubernetes client', async (_, args) => {
  const { packages } = await loadedBy([RELEAF, ...args, '-C', example()]);
  expect(packages).toContain('commander');
  expect(packages).not.toContain('@kubernetes/client-node');
});

it.each<[string, readonly string[]]>([
  ['approve', ['approve']],
  ['fetch', ['fetch']],
  ['doctor', ['doctor']],
  ['renew NAME --now', ['renew', 'kes', '--now']],
  ['adopt NAMESPACE/NAME', ['adopt', 'default/kes-tls']],
])('releaf %s loads it, and looks for a kubeconfig', async (_, args) => {
  const env = { HOME: folderOf({}), KUBECONFIG: undefined };
  const { ended, packages } = await loadedBy([RELEAF, ...args, '-C', example()], env);
  expect(ended.stderr).toContain('error CLUSTER_CONFIG: there is no kubeconfig');
  expect(ended.status).toBe(1);
  expect(packages).toContain('@kubernetes/client-node');
});

it('the list of loaded packages would show them', async () => {
  const { packages } = await loadedBy([RELEAF, 'synth', '-C', example()]);
  expect(packages).toEqual(expect.arrayContaining(['cdk8s', 'yaml', 'zod']));
});

it('the list of loaded packages would show age, which renew loads to seal with SOPS', async () => {
  const folder = folderOf({
    'releaf.yaml': WEB_CONFIG.replace(
      /sealing: .*/,
      `sealing: { type: sops, recipients: [${X25519.recipient}] }`,
    ),
  });
  const { ended, packages } = await loadedBy([RELEAF, 'renew', '-C', folder]);
  expect(ended.status).toBe(0);
  expect(packages).toContain('age-encryption');
});

it('the library reaches neither the command line, a cluster nor age', async () => {
  const { packages } = await loadedBy([
    '-e',
    `require(${JSON.stringify(join(ROOT, 'build/lib'))})`,
  ]);
  expect(packages).toContain('cdk8s');
  const unwanted = [...CLUSTER, 'commander', 'cli-progress', 'picocolors'];
  expect(packages.filter((name) => unwanted.includes(name))).toEqual([]);
});
