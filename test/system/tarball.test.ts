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

it('the packed program goes the whole way in a folder without package.json and main.ts', async () => {
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
  expect(await releaf(folder, 'renew')).toMatchObject({ status: 0 });
  expect(read(folder, 'dist/web.k8s.yaml')).toContain('kind: CertificateSigningRequest');
  expect(await releaf(folder, 'sign', '--ca', pki)).toMatchObject({ status: 0 });
  expect(read(folder, 'dist/web.k8s.yaml')).toContain('kind: SealedSecret');
  expect(await releaf(folder, 'synth')).toMatchObject({ status: 0, stderr: 'nothing to do\n' });
  expect(await releaf(folder, 'verify')).toMatchObject({ status: 0, stdout: '' });
  expect(await releaf(folder, 'plan', '--check')).toMatchObject({ status: 0 });
  expect(readdirSync(folder).sort()).toEqual([
    'certificates',
    'dist',
    'releaf.yaml',
    'sealing.pem',
  ]);
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
