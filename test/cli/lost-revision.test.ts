import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X25519 } from '../age-identities';
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
import type { LocalCa } from '../../lib/x509/local-ca';
import { signPending } from '../sign-pending';

const SOPS = WEB_CONFIG.replace(
  /sealing: .*/,
  `sealing: { type: sops, recipients: [${X25519.recipient}] }`,
);
const PER_REVISION = ['shop }', 'shop, naming: perRevision }'] as const;
const APP: Files = {
  'cdk8s.yaml':
    'app: test -e without-app && cp -r without/. $CDK8S_OUTDIR || cp -r made/. $CDK8S_OUTDIR\n',
};

let ca: LocalCa;

beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

/** A folder whose certificate `web` is issued. */
async function issued(config = WEB_CONFIG): Promise<string> {
  const root = folderOf({ 'releaf.yaml': config, 'sealing.pem': SEALING_CERTIFICATE });
  await reissued(root, NOW);
  return root;
}

async function reissued(root: string, now: Date): Promise<void> {
  await releaf(['renew', '--force', '-C', root], { now });
  const stdin = signPending(root, ca, now);
  const { stderr, status } = await releaf(['fetch', '-C', root, '--from', '-'], { stdin, now });
  if (status !== 0) throw new Error(stderr);
}

const lose = (root: string, path: string): void => {
  rmSync(join(root, path), { recursive: true });
};

const told = (file: string, secret = 'web-tls'): string =>
  `error REVISION_MISSING: certificates/web: no revision gives Secret shop/${secret}, which ${file} has, so it would leave the output and the cluster\n` +
  `  restore what is gone: git checkout HEAD -- certificates/web, or commit it where it was made; to let the Secret go: git rm ${file}\n`;

describe('a Secret whose revision was lost does not leave the output', () => {
  it.each<[string, string, string]>([
    ['sealed with Sealed Secrets', WEB_CONFIG, 'dist/web.k8s.yaml'],
    ['sealed with SOPS', SOPS, 'dist/web.sops.yaml'],
    ['signed by a person', WEB_CONFIG.replace(/signer: .*/, 'signer: local'), 'dist/web.k8s.yaml'],
    ['delivered by Kustomize', `${WEB_CONFIG}delivery: { type: kustomize }\n`, 'dist/web.k8s.yaml'],
    ['delivered by Flux', `${SOPS}delivery: flux\n`, 'dist/secrets/web.sops.yaml'],
  ])('%s', async (_, config, file) => {
    const root = await issued(config);
    lose(root, 'certificates/web/1');
    const before = filesIn(root);
    for (const command of ['synth', 'renew']) {
      expect(await releaf([command, '-C', root])).toMatchObject({ status: 1, stderr: told(file) });
    }
    const stdout = told(file).replace('error REVISION_MISSING:', 'REVISION_MISSING ');
    expect(await releaf(['verify', '-C', root])).toEqual({
      status: 1,
      stdout,
      stderr: '1 problem\n',
    });
    expect(filesIn(root)).toEqual(before);
  });

  it('with a Secret for each revision', async () => {
    for (const config of [WEB_CONFIG, SOPS]) {
      const root = await issued(config.replace(...PER_REVISION));
      const secret = /name: (web-tls-1-\w+)/.exec(
        Object.entries(filesIn(root)).find(([file]) => file.startsWith('dist/'))?.[1] ?? '',
      )?.[1];
      lose(root, 'certificates/web/1');
      const { stderr } = await releaf(['synth', '-C', root]);
      expect(stderr).toContain(
        `error REVISION_MISSING: certificates/web: no revision gives Secret shop/${secret ?? 'none'}, `,
      );
    }
  });

  it('when what is left of its revisions is withdrawn', async () => {
    const root = await issued();
    await reissued(root, daysAfter(1));
    await releaf(['rollback', 'web', '-C', root], { now: daysAfter(2) });
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
    lose(root, 'certificates/web/1');
    const { status, stderr } = await releaf(['synth', '-C', root]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: told('dist/web.k8s.yaml') });
  });

  it('when the delivery changes at the same time, and with it the name of the file', async () => {
    const root = await issued(SOPS);
    lose(root, 'certificates/web');
    writeFileSync(
      join(root, 'releaf.yaml'),
      `${SOPS}delivery: { type: argo-cd, layout: object }\n`,
    );
    const { status, stderr } = await releaf(['synth', '-C', root]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: told('dist/web.sops.yaml') });
  });

  it('when an app gives the output', async () => {
    const whole = filesIn(await issued());
    const root = folderOf({
      ...whole,
      ...APP,
      'made/web.k8s.yaml': whole['dist/web.k8s.yaml'] ?? '',
      'without/x.k8s.yaml': 'kind: ConfigMap\nmetadata: { name: x }\n',
    });
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
    lose(root, 'certificates/web');
    writeFileSync(join(root, 'without-app'), '');
    const { status, stderr } = await releaf(['synth', '-C', root]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: told('dist/web.k8s.yaml') });
    const { stdout } = await releaf(['verify', '-C', root]);
    expect(stdout).toMatch(/^REVISION_MISSING {2}certificates\/web: /);
  });

  it('but does when a person takes its file away', async () => {
    const root = await issued();
    lose(root, 'certificates/web');
    lose(root, 'dist/web.k8s.yaml');
    expect(await releaf(['synth', '-C', root])).toMatchObject({ status: 0 });
    expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
    expect(read(root, 'dist/web.k8s.yaml')).not.toContain('SealedSecret');
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  });
});
