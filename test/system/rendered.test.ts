import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { readRequest } from '../../lib/x509/certificate-request';
import { X25519 } from '../age-identities';
import {
  daysAfter,
  folderOf,
  read,
  releaf,
  removeFolders,
  signed,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
} from '../harness';
import { start } from './process';

/** A program in `RELEAF_TOOLS` or on the path. */
function program(name: string): string {
  const folders = [process.env['RELEAF_TOOLS'], ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder ?? '', name)).find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`these tests need ${name}: export RELEAF_TOOLS=$(test/e2e/tools/build)`);
}

const CONFIG = `${WEB_CONFIG.replace('sealing.pem }', 'sealing.pem, scope: namespace-wide }')}    restart:
      - patch: { kind: Deployment, name: web, namespace: shop }
delivery: kustomize
`;
const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: other, namespace: shop }
data: { value: c29tZXRoaW5nIGVsc2U= }
`;

/** A folder where revision 1 is issued, and revision 2 pending. */
async function renewedFolder(config: string): Promise<string> {
  const root = folderOf({
    ...WEB_FILES,
    'releaf.yaml': config,
    'app/app.yaml': APP,
    'app/kustomization.yaml': 'resources: [app.yaml]\n',
  });
  const done = async (argv: readonly string[], options = {}) => {
    const { status, stderr } = await releaf([...argv, '-C', root], options);
    if (status !== 0) throw new Error(stderr);
  };
  await done(['renew']);
  const request = readRequest(read(root, 'certificates/web/1/request.pem'), 'request.pem');
  await done(['fetch', '--from', '-'], { stdin: signed(await testCa(), request, { days: 30 }) });
  await done(['renew'], { now: daysAfter(25) });
  return root;
}

let root: string;
beforeAll(async () => {
  root = await renewedFolder(CONFIG);
});
afterAll(removeFolders);

let overlays = 0;

/** What releaf says of an overlay of the team's app and `dist/`, with these fields. */
async function verified(
  fields: object,
  root: string,
): Promise<{ status: number; codes: string[] }> {
  overlays += 1;
  const folder = join(root, `overlay-${overlays}`);
  mkdirSync(folder);
  const overlay = { resources: ['../app'], components: ['../dist'], ...fields };
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(overlay));
  const built = await start(program('kubectl'), ['kustomize', folder]);
  expect({ status: built.status, stderr: built.stderr }).toMatchObject({ status: 0 });
  const { status, stdout } = await releaf(['verify', '-C', root, '--rendered', '-'], {
    stdin: built.stdout,
  });
  const codes = stdout.match(/^RENDERED_\w+ {2}standard input: \w+/gm) ?? [];
  return { status, codes: codes.map((code) => code.replace('  standard input:', '')) };
}

const patch = (kind: string, path: string, op = 'remove') => ({
  patches: [{ target: { kind }, patch: JSON.stringify([{ op, path }]) }],
});

it.each<[string, object, readonly string[]]>([
  ['nothing besides', {}, []],
  ['labels', { labels: [{ pairs: { team: 'shop' }, includeSelectors: true }] }, []],
  ['commonLabels', { commonLabels: { team: 'shop' } }, []],
  ['commonAnnotations', { commonAnnotations: { team: 'shop' } }, []],
  ['the same namespace', { namespace: 'shop' }, []],
  ['another namespace', { namespace: 'prod' }, ['RENDERED_MOVED SealedSecret']],
  // Under this scope the SealedSecret may have another name; a request never may.
  ['a namePrefix', { namePrefix: 'prod-' }, ['RENDERED_MOVED CertificateSigningRequest']],
  ['a nameSuffix', { nameSuffix: '-prod' }, ['RENDERED_MOVED CertificateSigningRequest']],
  [
    'a patch that drops the scope',
    patch('SealedSecret', '/metadata/annotations'),
    ['RENDERED_METADATA SealedSecret'],
  ],
  [
    'an annotation that Argo CD acts on',
    { commonAnnotations: { 'argocd.argoproj.io/hook': 'Skip' } },
    ['RENDERED_METADATA SealedSecret', 'RENDERED_METADATA CertificateSigningRequest'],
  ],
  [
    'a patch that drops the restart annotation',
    patch('Deployment', '/spec/template/metadata/annotations'),
    ['RENDERED_RESTART Deployment'],
  ],
  [
    'a replacement of the ciphertext',
    {
      replacements: [
        {
          source: { kind: 'ConfigMap', name: 'other', fieldPath: 'data.value' },
          targets: [
            { select: { kind: 'SealedSecret' }, fieldPaths: ['spec.encryptedData.[tls.key]'] },
          ],
        },
      ],
    },
    ['RENDERED_CHANGED SealedSecret'],
  ],
  [
    'a patch that deletes',
    {
      patches: [
        {
          target: { kind: 'SealedSecret' },
          patch: stringify({
            apiVersion: 'bitnami.com/v1alpha1',
            kind: 'SealedSecret',
            metadata: { name: 'web-tls', namespace: 'shop' },
            $patch: 'delete',
          }),
        },
      ],
    },
    ['RENDERED_MISSING SealedSecret'],
  ],
])('judges what kubectl kustomize gives for an overlay with %s', async (_, fields, says) => {
  expect(await verified(fields, root)).toEqual({ status: says.length > 0 ? 1 : 0, codes: says });
});

it('finds nothing of ours where the overlay leaves the component out', async () => {
  const { status, codes } = await verified({ components: [] }, root);
  expect(codes).toEqual([
    'RENDERED_MISSING SealedSecret',
    'RENDERED_MISSING CertificateSigningRequest',
    'RENDERED_RESTART Deployment',
  ]);
  expect(status).toBe(1);
});

it.each<[string, string]>([
  [
    'SOPS',
    CONFIG.replace(/\{ type: sealed.*\}/, `{ type: sops, recipients: [${X25519.recipient}] }`),
  ],
  ['a Job', CONFIG.replace('delivery: kustomize', 'delivery: { type: kustomize, request: job }')],
])(
  'finds everything of a folder with %s as it should be behind kubectl kustomize',
  async (_, config) => {
    const labels = [{ pairs: { team: 'shop' }, includeSelectors: true }];
    const folder = await renewedFolder(config);
    expect(await verified({ labels, namespace: 'shop' }, folder)).toEqual({ status: 0, codes: [] });
  },
);
