import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../lib/model/delivery-spec';
import {
  daysAfter,
  filesIn,
  folderOf,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  testCa,
  type Files,
} from '../harness';
import { X25519 } from '../age-identities';
import { signPending } from '../sign-pending';

const config = (delivery: string): string => `version: 1
delivery: ${delivery}
defaults:
  signer: example.com/internal
  secret: { namespace: shop }
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates:
  web:
    dnsNames: [web.example.com]
    secret: { name: web-tls }
  api:
    dnsNames: [api.example.com]
    secret: { name: api-tls }
    sealing: { type: sops, recipients: [${X25519.recipient}] }
  tmp:
    dnsNames: [tmp.example.com]
    secret: { name: tmp-tls }
    sealing: { type: plaintext, iUnderstandKeysAreInGit: true }
`;

const SHAPES = ['layout: certificate, request: manifest', 'layout: object, request: job'];
const DELIVERIES = ENGINES.flatMap((type) => [
  ...SHAPES.map((shape) => `{ type: ${type}, ${shape} }`),
  ...(type === 'flux' ? ['{ type: flux, kustomizations: {} }'] : []),
]);

let committed: Files;

beforeAll(async () => {
  const ca = await testCa();
  const root = folderOf({ 'releaf.yaml': config('kubectl'), 'sealing.pem': SEALING_CERTIFICATE });
  const run = async (line: string, stdin = ''): Promise<void> => {
    const ran = await releaf([...line.split(' '), '-C', root], { now: daysAfter(0), stdin });
    expect(ran).toMatchObject({ status: 0 });
  };
  await run('renew');
  await run('fetch --from -', signPending(root, ca, daysAfter(0)));
  await run('renew --force');
  committed = Object.fromEntries(
    Object.entries(filesIn(root)).filter(([path]) => !path.startsWith('dist/')),
  );
});

afterAll(removeFolders);

async function outputAfter(root: string, delivery: string): Promise<Files> {
  writeFileSync(join(root, 'releaf.yaml'), config(delivery));
  expect(await releaf(['synth', '-C', root])).toMatchObject({ status: 0 });
  return filesIn(root);
}

it('another delivery leaves nothing of the one before, whichever follow each other', async () => {
  const fresh = new Map<string, Files>();
  for (const delivery of DELIVERIES) {
    const root = folderOf(committed);
    fresh.set(delivery, await outputAfter(root, delivery));
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  }
  // From each to each later one and back.
  const tour = DELIVERIES.flatMap((one, index) =>
    DELIVERIES.slice(index + 1).flatMap((other) => [one, other]),
  );
  const root = folderOf(committed);
  for (const delivery of tour) {
    expect(await outputAfter(root, delivery)).toEqual(fresh.get(delivery));
  }
  const app = appOf(fresh.get(DELIVERIES[0]!)!);
  for (const delivery of DELIVERIES) {
    const before = await outputAfter(root, delivery);
    for (const [path, text] of Object.entries(app)) writeFileSync(join(root, path), text);
    expect(await releaf(['synth', '-C', root])).toMatchObject({ status: 0 });
    expect(outputIn(root)).toEqual(['dist/app.k8s.yaml']);
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0, stdout: '' });
    for (const path of ['cdk8s.yaml', 'app.yaml', 'dist/app.k8s.yaml']) rmSync(join(root, path));
    expect(await outputAfter(root, delivery)).toEqual(before);
  }
});

const outputIn = (root: string): readonly string[] =>
  Object.keys(filesIn(root)).filter((path) => path.startsWith('dist/'));

/** An app that gives in one file what releaf gives in several, with a delivery that needs no more. */
function appOf(files: Files): Files {
  const output = Object.entries(files).filter(([path]) => path.startsWith('dist/'));
  return {
    'releaf.yaml': `${config(DELIVERIES[0]!)}knownPrivateKeys: [app.yaml, dist/app.k8s.yaml]\n`,
    'cdk8s.yaml': 'app: mkdir -p $CDK8S_OUTDIR && cp app.yaml $CDK8S_OUTDIR/app.k8s.yaml\n',
    'app.yaml': output.map(([, text]) => text).join('---\n'),
  };
}

it('files of others stay, whatever they are, where another delivery would write', async () => {
  const root = folderOf(committed);
  await outputAfter(root, 'flux');
  const large = `${'#'.repeat(17 * 1024 * 1024)}\n`;
  writeFileSync(join(root, 'dist/secrets/large.k8s.yaml'), large);
  writeFileSync(join(root, 'dist/requests/latin1.k8s.yaml'), Buffer.from([0xe9]));
  mkdirSync(join(root, 'dist/secrets/folder.k8s.yaml'));
  mkdirSync(join(root, 'dist/folder.k8s.yaml'));
  writeFileSync(join(root, 'dist/restarts'), 'a file');
  execFileSync('mkfifo', [join(root, 'dist/secrets/pipe.k8s.yaml')]);
  writeFileSync(join(root, 'releaf.yaml'), config('kubectl'));
  const { status, stderr } = await releaf(['synth', '-C', root]);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0, stdout: '' });
  expect(readdirSync(join(root, 'dist/secrets')).sort()).toEqual([
    'folder.k8s.yaml',
    'large.k8s.yaml',
    'pipe.k8s.yaml',
  ]);
});

it('a kustomization of the team is in the way of a delivery that needs its own', async () => {
  const root = folderOf({ ...committed, 'dist/kustomization.yaml': 'resources: []\n' });
  await outputAfter(root, 'kubectl');
  writeFileSync(join(root, 'releaf.yaml'), config('kustomize'));
  const hint = 'move that file: with this delivery synth writes one of that name itself\n';
  const synth = await releaf(['synth', '-C', root]);
  expect(synth.stderr).toBe(
    `error FOREIGN_FILE: dist/kustomization.yaml: was not written by releaf synth\n  ${hint}`,
  );
  expect((await releaf(['verify', '-C', root])).stdout).toContain(`  ${hint}`);
});

it('warns that Flux deletes the Secrets when its Kustomizations leave the output', async () => {
  const root = folderOf(committed);
  await outputAfter(root, '{ type: flux, kustomizations: {} }');
  writeFileSync(join(root, 'releaf.yaml'), config('argo-cd'));

  const { stderr } = await releaf(['synth', '-C', root]);
  expect(stderr).toContain(
    "warning: kustomizations/releaf.k8s.yaml is gone: Flux deletes the Secrets that it applied for it once this is merged, unless it is told not to: docs/flux.md, 'Leaving Flux'\n",
  );
});

it.each([
  ['kubectl', 'once dist/ is applied:\n  releaf approve'],
  ['kustomize', 'once your overlay is applied:\n  releaf approve'],
  ['argo-cd', 'once dist/ is applied and its Job is done:\n  releaf fetch'],
  [
    '{ type: flux, request: job, approve: manual }',
    'once dist/ is applied and its Job is done:\n  releaf approve',
  ],
])('renew says what comes next with delivery: %s', async (delivery, next) => {
  const root = folderOf({ 'releaf.yaml': config(delivery), 'sealing.pem': SEALING_CERTIFICATE });
  const { stderr } = await releaf(['renew', 'web', '-C', root]);
  expect(stderr).toContain(`next: commit, open a pull request; ${next} web -C ${root}\n`);
});
