import { join } from 'node:path';
import { dataKeyBy, X25519 } from '../age-identities';
import { openSops } from '../open-sops';
import {
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  testCa,
  WEB_CONFIG,
  type Files,
} from '../harness';
import { signPending } from '../sign-pending';
import { git, repositoryOf } from './repositories';

const COMMITTER = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];

const [, WEB = ''] = WEB_CONFIG.split('certificates:\n');
const CONFIG = `${WEB_CONFIG.replace(/sealing: .*/, `sealing: { type: sops, recipients: [${X25519.recipient}] }`)}    restart:
      - { file: web.yaml, annotations: spec.template.metadata.annotations }
${WEB.replace('web:', 'api:').replace('web-tls', 'api-tls')}`;

const WORKLOAD = `kind: Deployment
spec:
  template:
    metadata:
      annotations: {}
`;

let whole: Files;
let ca: Awaited<ReturnType<typeof testCa>>;

async function renewed(root: string, now: Date): Promise<void> {
  await releaf(['renew', '-C', root], { now });
  const stdin = signPending(root, ca, now);
  expect(await releaf(['fetch', '-C', root, '--from', '-'], { stdin, now })).toMatchObject({
    status: 0,
  });
}

/** A clone as Git for Windows makes it, and the repository that it is of. */
function checkout(): { readonly origin: string; readonly clone: string } {
  const origin = repositoryOf(whole);
  commit(origin);
  const clone = join(folderOf({}), 'clone');
  git(origin, 'clone', '--quiet', '-c', 'core.autocrlf=true', origin, clone);
  return { origin, clone };
}

function commit(root: string): void {
  git(root, ...COMMITTER, 'add', '--all');
  git(root, ...COMMITTER, 'commit', '--quiet', '--message', 'x');
}

const lineEnds = (text: string): readonly string[] => [
  ...new Set(Array.from(text.matchAll(/\r?\n/g), ([end]) => end)),
];

beforeAll(async () => {
  ca = await testCa();
  const root = folderOf({
    'releaf.yaml': CONFIG,
    'sealing.pem': SEALING_CERTIFICATE,
    'web.yaml': WORKLOAD,
  });
  await renewed(root, NOW);
  whole = filesIn(root);
});
afterAll(removeFolders);

describe('a checkout with CRLF', () => {
  it('is the same to verify, synth and pr', async () => {
    const { clone } = checkout();
    const before = filesIn(clone);
    for (const file of ['certificates/web/1/certificate.pem', 'dist/web.sops.yaml', 'web.yaml']) {
      expect(lineEnds(before[file] ?? '')).toEqual(['\r\n']);
    }
    expect(await releaf(['verify', '-C', clone])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'all right: 2 certificates, 2 issued\n',
    });
    expect((await releaf(['synth', '-C', clone])).stderr).toBe('nothing to do\n');
    expect(filesIn(clone)).toEqual(before);
    expect((await releaf(['pr', '-C', clone])).stdout).toMatch(/^No certificate changes/);
    expect((await releaf(['plan', '-C', clone])).stdout).toMatch(/web +keep /);
  });

  it('renews to what a checkout with LF takes for its own', async () => {
    const { origin, clone } = checkout();
    await renewed(clone, daysAfter(70));
    expect(lineEnds(read(clone, 'web.yaml'))).toEqual(['\r\n']);
    expect(await openSops(read(clone, 'dist/web.sops.yaml'), dataKeyBy(X25519))).toMatchObject({
      metadata: { name: 'web-tls' },
    });
    commit(clone);
    const changed = git(clone, 'diff', '--name-only', 'HEAD~1', '--', '.', ':!certificates');
    expect(changed).toBe('dist/api.k8s.yaml\ndist/web.sops.yaml\nweb.yaml\n');
    git(origin, 'fetch', '--quiet', clone, 'HEAD');
    git(origin, 'checkout', '--quiet', 'FETCH_HEAD');
    expect(lineEnds(read(origin, 'certificates/web/2/certificate.pem'))).toEqual(['\n']);
    expect(await releaf(['verify', '-C', origin])).toMatchObject({ status: 0 });
  });

  it('has what its own app writes, with whichever line ends', async () => {
    const { clone } = checkout();
    const files = filesIn(clone);
    const output = Object.fromEntries(
      Object.entries(files).flatMap(([file, text]) =>
        file.startsWith('dist/')
          ? [
              [file, text],
              [file.replace('dist/', 'made/'), text.replaceAll('\r\n', '\n')],
            ]
          : [[file, text]],
      ),
    );
    const root = folderOf({
      ...output,
      'cdk8s.yaml': 'app: cp -r made/. $CDK8S_OUTDIR\n',
    });
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0, stdout: '' });
  });
});

describe('what is no checkout with CRLF', () => {
  it('is a change: a certificate with a CRLF among LF', async () => {
    const file = 'certificates/web/1/certificate.pem';
    const text = (whole[file] ?? '').replace('\n', '\r\n');
    const root = folderOf({ ...whole, [file]: text });
    const { status, stdout, stderr } = await releaf(['verify', '-C', root]);
    expect(status).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/^REVISION_INVALID|^error REVISION_INVALID|^DIST_CHANGED/);
  });
});
