import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, read, removeFolders } from '../harness';
import { output, RELEAF, ROOT } from './process';

afterAll(removeFolders);

/** A throw-away CA, `ca.crt` and `ca.key`. */
async function newCa(): Promise<string> {
  const pki = folderOf({});
  await output(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=ca'],
      ...['-keyout', 'ca.key', '-out', 'ca.crt'],
    ],
    { cwd: pki },
  );
  return pki;
}

/** Renews, signs, synthesizes and verifies, by the compiled program. */
async function wholeWay(folder: string, pki: string): Promise<void> {
  const run = (...args: readonly string[]): Promise<string> =>
    output(process.execPath, [RELEAF, ...args], { cwd: folder });
  await run('renew');
  await run('sign', '--ca', pki);
  expect(await run('synth', '--json')).toBe('{\n  "written": [],\n  "removed": []\n}\n');
  expect(await run('verify')).toBe('');
}

it('examples/minio goes the whole way with the releaf.yaml of the repository', async () => {
  const folder = folderOf({});
  for (const path of ['releaf.yaml', 'examples/minio']) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  const pki = await newCa();
  cpSync(join(pki, 'ca.crt'), join(folder, 'examples/minio/ca.pem'));
  const before = read(folder, 'examples/minio/tenant.yaml');
  await wholeWay(folder, pki);
  expect(readdirSync(join(folder, 'dist'))).toEqual(['kes.k8s.yaml']);
  expect(read(folder, 'dist/kes.k8s.yaml')).toContain('kind: SealedSecret');
  expect(read(folder, 'examples/minio/tenant.yaml')).not.toBe(before);
});

it('examples/typescript goes the whole way by its typed config', async () => {
  const folder = folderOf({});
  cpSync(join(ROOT, 'examples/typescript'), folder, { recursive: true });
  await wholeWay(folder, await newCa());
  expect(readdirSync(join(folder, 'dist'))).toEqual(['metrics.sops.yaml', 'web.sops.yaml']);
  const secret = read(folder, 'dist/web.sops.yaml');
  expect(secret).toContain('tls.key: ENC[AES256_GCM,');
  expect(secret).not.toContain('tls.crt: ENC[');
  expect(read(folder, 'deployment.yaml')).toMatch(/restart\.releaf\.dev\/web: "?[0-9a-f]{64}"?\n/);
});
