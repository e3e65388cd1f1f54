import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { folderOf, read, removeFolders, WEB_FILES, type Files } from '../harness';
import { output, ROOT, start } from './process';

const MINUTES = 5;

const FILES: Files = {
  ...WEB_FILES,
  'main.ts': `
import { App, Chart, ChartProps } from 'cdk8s';
import { Deployment, Secret, Volume } from 'cdk8s-plus-33';
import { Construct } from 'constructs';
import { loadCertificates, RotatingCertificate } from 'releaf';

export class Web extends Chart {
  constructor(scope: Construct, id: string, props: ChartProps = {}) {
    super(scope, id, props);
    const certificate = RotatingCertificate.from(this, loadCertificates(__dirname), 'web');
    const deployment = new Deployment(this, 'Deployment', {
      containers: [{ image: 'nginx:1.29', portNumber: 8443 }],
    });
    const secret = Secret.fromSecretName(this, 'Tls', certificate.secretName ?? '');
    deployment.containers[0]!.mount('/tls', Volume.fromSecret(this, 'TlsVolume', secret));
    certificate.restarts(deployment);
  }
}

const app = new App();
new Web(app, 'web', { namespace: 'shop', labels: { team: 'shop' } });
app.synth();
`,
  'main.test.ts': `
import { Testing } from 'cdk8s';
import { Web } from './main';

test('the pods of the Deployment restart for the certificate', () => {
  const objects = Testing.synth(new Web(Testing.app(), 'web', { namespace: 'shop' }));
  const { spec } = objects.find(({ kind }) => kind === 'Deployment');
  expect(spec.template.metadata.annotations['restart.releaf.dev/web']).toMatch(/^[0-9a-f]{64}$/);
  expect(spec.template.spec.volumes).toEqual([
    { name: 'secret-web-tls', secret: { secretName: 'web-tls' } },
  ]);
});
`,
  'tsconfig.strict.json': JSON.stringify({
    extends: './tsconfig.json',
    compilerOptions: {
      noEmit: true,
      module: 'Node16',
      moduleResolution: 'Node16',
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noImplicitOverride: true,
      noPropertyAccessFromIndexSignature: true,
      skipLibCheck: false,
    },
  }),
  'plain.js': `
const { App, Chart } = require('cdk8s');
const { loadCertificates, RotatingCertificate } = require('releaf');
const app = new App();
const chart = new Chart(app, 'web', { labels: { team: 'shop' } });
RotatingCertificate.from(chart, loadCertificates(__dirname), 'web');
app.synth();
`,
  'module.mjs': `
import { App, Chart } from 'cdk8s';
import { CertificateSecret, defineConfig, loadCertificates, ReleafError, RotatingCertificate, SigningRequest } from 'releaf';
const app = new App();
const chart = new Chart(app, 'web', { labels: { team: 'shop' } });
RotatingCertificate.from(chart, loadCertificates(import.meta.dirname), 'web');
app.synth();
console.log([CertificateSecret, defineConfig, ReleafError, SigningRequest].map((each) => typeof each).join());
`,
};

let app: string;

const npm = (...args: readonly string[]): Promise<string> => output('npm', args, { cwd: app });
const releaf = (...args: readonly string[]): Promise<string> =>
  output(join(app, 'node_modules/.bin/releaf'), args, { cwd: app });

/** Kinds and names in a file of the app's output, in order. */
const objectsIn = (file: string, folder = join(app, 'dist')): readonly string[] =>
  parseAllDocuments(read(folder, file)).map((document) => {
    const { kind, metadata } = document.toJS() as {
      kind: string;
      metadata: { name: string };
    };
    return `${kind}/${metadata.name}`;
  });

beforeAll(async () => {
  app = folderOf({});
  // Its last step, cdk8s import, wants the schema of Kubernetes from the network; the app has no need of it.
  await start(join(ROOT, 'node_modules/.bin/cdk8s'), ['init', 'typescript-app'], { cwd: app });
  expect(existsSync(join(app, 'node_modules/cdk8s-plus-33'))).toBe(true);
  const tarballs = folderOf({});
  // Built already, before all tests.
  await output('npm', ['pack', '--ignore-scripts', '--pack-destination', tarballs]);
  const [tarball = ''] = readdirSync(tarballs);
  await npm('install', '--prefer-offline', '--no-audit', '--no-fund', join(tarballs, tarball));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(app, name), text);
  // Of the test that came with the app.
  rmSync(join(app, '__snapshots__'), { recursive: true });
}, MINUTES * 60_000);

afterAll(removeFolders);

it(
  'a stock cdk8s app gets its certificate by renew and sign, which run the app',
  async () => {
    expect(read(app, 'cdk8s.yaml')).toContain('app: npx ts-node main.ts');
    await releaf('renew');
    const [request] = objectsIn('web.k8s.yaml');
    expect(request).toMatch(/^CertificateSigningRequest\/web-1-[0-9a-f]{8}$/);
    expect(read(app, 'dist/web.k8s.yaml')).not.toContain('restart.releaf.dev');

    const pki = folderOf({});
    await output(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=ca'],
        ...['-keyout', 'ca.key', '-out', 'ca.crt'],
      ],
      { cwd: pki },
    );
    await releaf('sign', '--ca', pki);
    const [secret, deployment, ...more] = objectsIn('web.k8s.yaml');
    expect([secret, more]).toEqual(['SealedSecret/web-tls', []]);
    expect(deployment).toMatch(/^Deployment\/web-deployment-/);
    expect(await releaf('verify')).toBe('');
  },
  MINUTES * 60_000,
);

it(
  'a stock cdk8s app compiles with releaf, its jest runs, and cdk8s synth gives the same bytes',
  async () => {
    const byReleaf = read(app, 'dist/web.k8s.yaml');
    await npm('run', 'compile');
    await npm('test');
    await output('npx', ['cdk8s', 'synth', '--check-upgrade=false'], { cwd: app });
    expect(readdirSync(join(app, 'dist'))).toEqual(['web.k8s.yaml']);
    expect(read(app, 'dist/web.k8s.yaml')).toBe(byReleaf);
  },
  MINUTES * 60_000,
);

it('an app loads neither age nor a Kubernetes client nor the command line', async () => {
  const env = { CDK8S_OUTDIR: join(app, 'out'), MODULES_LOG: join(app, 'modules') };
  const preload = join(__dirname, 'preload/list-modules.js');
  await output(process.execPath, ['--require', preload, 'main.js'], { cwd: app, env });
  const loaded = read(app, 'modules').split('\n');
  expect(loaded).toEqual(expect.arrayContaining(['releaf', 'cdk8s', 'cdk8s-plus-33']));
  const unwanted = [
    ...['age-encryption', '@kubernetes/client-node', 'jiti'],
    ...['commander', 'cli-progress', 'picocolors'],
  ];
  expect(loaded.filter((name) => unwanted.includes(name))).toEqual([]);
});

it('an app of its own strictness finds no fault with the types of releaf', async () => {
  const { stdout } = await start('npx', ['tsc', '-p', 'tsconfig.strict.json'], { cwd: app });
  const faults = stdout.split('\n').filter((line) => line.includes('error TS'));
  // cdk8s-plus-33 itself does not compile under exactOptionalPropertyTypes.
  expect(faults.filter((line) => !line.startsWith('node_modules/cdk8s-plus-33/'))).toEqual([]);
});

it.each([
  ['plain JavaScript', 'plain.js', ''],
  ['an ES module', 'module.mjs', 'function,function,function,function\n'],
])('an app in %s gives the same Secret', async (_, file, printed) => {
  const out = join(app, 'out', file);
  const env = { CDK8S_OUTDIR: out };
  expect(await output(process.execPath, [file], { cwd: app, env })).toBe(printed);
  expect(objectsIn('web.k8s.yaml', out)).toEqual(['SealedSecret/web-tls']);
  expect(read(app, 'dist/web.k8s.yaml').startsWith(read(out, 'web.k8s.yaml'))).toBe(true);
});

it('an app that sets outdir itself is refused, and nothing is removed for it', async () => {
  const config = read(app, 'cdk8s.yaml');
  const before = readdirSync(join(app, 'dist'));
  const plain = read(app, 'plain.js');
  writeFileSync(join(app, 'own.js'), plain.replace('new App()', "new App({ outdir: 'own' })"));
  writeFileSync(join(app, 'cdk8s.yaml'), 'app: node own.js\n');
  try {
    const bin = join(app, 'node_modules/.bin/releaf');
    const { status, stderr } = await start(bin, ['synth'], { cwd: app });
    expect(stderr).toContain('error APP_FAILED: the app of cdk8s.yaml wrote no file');
    expect(stderr).toContain('does it set outdir itself?');
    expect(status).toBe(1);
    expect(readdirSync(join(app, 'own'))).toEqual(['web.k8s.yaml']);
    expect(readdirSync(join(app, 'dist'))).toEqual(before);
  } finally {
    writeFileSync(join(app, 'cdk8s.yaml'), config);
  }
});
