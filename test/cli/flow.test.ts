import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { dataKeyBy, X25519 } from '../age-identities';
import { readRequest } from '../../lib/x509/certificate-request';
import { encodePem } from '../../lib/x509/pem';
import { PrivateKey } from '../../lib/x509/private-key';
import { createLocalCa, type LocalCa } from '../../lib/x509/local-ca';
import {
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  signed,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
} from '../harness';
import { openSops } from '../open-sops';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

const pendingRequest = (root: string, number: number) =>
  readRequest(read(root, `certificates/web/${number}/request.pem`), 'request.pem');

const sign = (root: string, number: number, days = 90, now = NOW): string =>
  signed(ca, pendingRequest(root, number), { days, now });

const fetchPem = (root: string, pem: string, now = NOW, ...flags: string[]) =>
  releaf(['fetch', '-C', root, '--from', '-', ...flags], { stdin: pem, now });

/** A folder with one issued revision, valid for 90 days from NOW. */
async function issuedFolder(files = WEB_FILES): Promise<string> {
  const root = folderOf(files);
  expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
  expect(await fetchPem(root, sign(root, 1))).toMatchObject({ status: 0 });
  return root;
}

const objects = (root: string) =>
  parseAllDocuments(read(root, 'dist/web.k8s.yaml')).map((document) => document.toJS() as Manifest);

interface Manifest {
  readonly kind: string;
  readonly metadata: Record<string, unknown>;
  readonly spec: Record<string, unknown>;
}

const mtimes = (root: string) =>
  Object.keys(filesIn(root)).map((file) => [file, statSync(join(root, file)).mtimeMs]);

describe('the rotation', () => {
  it('writes a request for a new certificate, and nothing on the second run', async () => {
    const root = folderOf(WEB_FILES);
    const first = await releaf(['renew', '-C', root]);
    expect(first).toMatchObject({ status: 0 });
    expect(first.stdout).toContain('web: revision 1, because: there is no certificate yet');
    expect(Object.keys(filesIn(root))).toEqual([
      'certificates/web/1/private-key.yaml',
      'certificates/web/1/request.pem',
      'certificates/web/1/request.yaml',
      'dist/web.k8s.yaml',
      'releaf.yaml',
      'sealing.pem',
    ]);
    const before = mtimes(root);
    expect(await releaf(['renew', '-C', root])).toMatchObject({
      status: 0,
      stdout: 'nothing to do\n',
    });
    expect(await releaf(['synth', '-C', root])).toMatchObject({
      status: 0,
      stderr: 'nothing to do\n',
    });
    expect(mtimes(root)).toEqual(before);
  });

  it('keeps serving the current certificate while the next revision is pending', async () => {
    const root = await issuedFolder();
    const serving = read(root, 'dist/web.k8s.yaml');
    expect(await releaf(['renew', '-C', root], { now: daysAfter(70) })).toMatchObject({
      status: 0,
    });
    const [secret, request] = objects(root);
    expect(read(root, 'dist/web.k8s.yaml').startsWith(serving)).toBe(true);
    expect(secret).toMatchObject({ kind: 'SealedSecret', metadata: { name: 'web-tls' } });
    expect(request?.kind).toBe('CertificateSigningRequest');
    expect(request?.metadata).not.toHaveProperty('namespace');
    expect(Object.keys(request?.spec ?? {})).toEqual([
      'expirationSeconds',
      'request',
      'signerName',
      'usages',
    ]);
  });

  it('takes the request away and serves the new pair once it is signed', async () => {
    const root = await issuedFolder();
    await releaf(['renew', '-C', root], { now: daysAfter(70) });
    const pem = sign(root, 2, 90, daysAfter(70));
    const fetched = await fetchPem(root, pem, daysAfter(70));
    expect(fetched).toMatchObject({ status: 0 });
    expect(fetched.stdout).toContain('web: revision 2 is issued');
    const [secret, ...others] = objects(root);
    expect(others).toEqual([]);
    expect(secret?.spec).toMatchObject({ template: { data: { 'tls.crt': pem } } });
  });

  it('keeps the previous revision and removes older ones', async () => {
    const root = await issuedFolder();
    for (const [number, day] of [
      [2, 70],
      [3, 140],
    ] as const) {
      await releaf(['renew', '-C', root], { now: daysAfter(day) });
      await fetchPem(root, sign(root, number, 90, daysAfter(day)), daysAfter(day));
    }
    const revisions = Object.keys(filesIn(root)).filter((file) => file.endsWith('certificate.pem'));
    expect(revisions).toEqual([
      'certificates/web/2/certificate.pem',
      'certificates/web/3/certificate.pem',
    ]);
  });

  it('keeps the key of a pending revision however often renew runs', async () => {
    const root = folderOf(WEB_FILES);
    await releaf(['renew', '-C', root]);
    const before = filesIn(root);
    for (const day of [0, 1, 200]) await releaf(['renew', '-C', root], { now: daysAfter(day) });
    expect(filesIn(root)).toEqual(before);
  });

  it('stays rolled back through scheduled rounds of renew and fetch', async () => {
    const root = await issuedFolder();
    const served = read(root, 'dist/web.k8s.yaml');
    const day70 = daysAfter(70);
    await releaf(['renew', '-C', root], { now: day70 });
    const pem = sign(root, 2, 90, day70);
    await fetchPem(root, pem, day70);
    const back = await releaf(['rollback', 'web', '-C', root], { now: day70 });
    expect(back).toMatchObject({
      status: 0,
      stdout: 'web: revision 2 is withdrawn, revision 1 serves\n',
      stderr: expect.stringMatching(
        /\nit stays there until: releaf renew web --force -C \S+\nnext: commit, open a pull request\n$/,
      ) as string,
    });
    expect(read(root, 'dist/web.k8s.yaml')).toBe(served);
    const before = filesIn(root);
    for (let round = 0; round < 3; round += 1) {
      expect(await releaf(['renew', '-C', root], { now: day70 })).toMatchObject({ status: 0 });
      expect(await fetchPem(root, pem, day70)).toMatchObject({ status: 1 });
      expect(filesIn(root)).toEqual(before);
    }
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
    const plan = await releaf(['plan', '-C', root], { now: day70 });
    expect(plan.stdout).toContain('revision 2 was withdrawn; stays at revision 1');
    await releaf(['renew', 'web', '--force', '-C', root], { now: day70 });
    expect(Object.keys(filesIn(root))).toContain('certificates/web/3/request.pem');
  });

  it('reports a rolled-back certificate that has expired, since only a person can renew it', async () => {
    const root = await issuedFolder();
    await releaf(['renew', '-C', root], { now: daysAfter(70) });
    await releaf(['rollback', 'web', '-C', root], { now: daysAfter(70) });
    const check = (day: number) => releaf(['plan', '--check', '-C', root], { now: daysAfter(day) });
    expect(await check(71)).toMatchObject({ status: 0 });
    expect(await check(91)).toMatchObject({ status: 3 });
  });

  it('lets a plaintext key go to a sealed one, but never the other way unsaid', async () => {
    const clear = WEB_CONFIG.replace(
      '{ type: sealed-secrets, certificate: sealing.pem }',
      '{ type: plaintext, iUnderstandKeysAreInGit: true }',
    );
    const root = await issuedFolder({ ...WEB_FILES, 'releaf.yaml': clear });
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
    writeFileSync(join(root, 'releaf.yaml'), WEB_CONFIG);
    const { status, stdout } = await releaf(['verify', '-C', root]);
    expect({ status, files: stdout.match(/(?<=IN_CLEAR {2})[^:]+/g) }).toEqual({
      status: 1,
      files: ['certificates/web/1/private-key.yaml', 'dist/web.k8s.yaml'],
    });
    expect((await releaf(['plan', '-C', root])).stdout).toContain(
      'the config changed (sealing: plaintext → sealed-secrets)',
    );
    await releaf(['renew', '-C', root]);
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  });

  it('rolls back once, however often it is asked to', async () => {
    const root = await issuedFolder();
    await releaf(['renew', '-C', root], { now: daysAfter(70) });
    await fetchPem(root, sign(root, 2, 90, daysAfter(70)), daysAfter(70));
    await releaf(['rollback', 'web', '-C', root], { now: daysAfter(70) });
    const before = filesIn(root);
    expect(await releaf(['rollback', 'web', '-C', root], { now: daysAfter(70) })).toMatchObject({
      status: 0,
      stdout: 'web: rolled back already, revision 1 serves\n',
    });
    expect(filesIn(root)).toEqual(before);
  });

  it('makes a new request when the config asks for something else', async () => {
    const root = await issuedFolder();
    writeFileSync(
      join(root, 'releaf.yaml'),
      WEB_CONFIG.replace('[web.example.com]', '[web.example.com, www.example.com]'),
    );
    const { stdout } = await releaf(['plan', '-C', root]);
    expect(stdout).toContain('the config changed (DNS names: +www.example.com)');
    await releaf(['renew', '-C', root]);
    expect(pendingRequest(root, 2).names.dnsNames).toEqual(['web.example.com', 'www.example.com']);
    expect(objects(root).map(({ kind }) => kind)).toEqual([
      'SealedSecret',
      'CertificateSigningRequest',
    ]);
  });

  it('goes on under the old name of the Secret until a key for the new one is issued', async () => {
    const root = await issuedFolder();
    writeFileSync(join(root, 'releaf.yaml'), WEB_CONFIG.replace('web-tls', 'web-tls-2'));
    const before = filesIn(root);
    expect(await releaf(['synth', '-C', root])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^error SECRET_RENAMED: .*shop\/web-tls/s) as string,
    });
    expect(filesIn(root)).toEqual(before);
    expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
    expect(objects(root)[0]?.metadata['name']).toBe('web-tls');
    expect((await fetchPem(root, sign(root, 2, 91))).stderr).toContain(
      'warning: web: Secret shop/web-tls leaves the output for shop/web-tls-2: what still mounts the old one must follow first\n',
    );
    expect(objects(root)[0]?.metadata['name']).toBe('web-tls-2');
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  });

  it('keeps a file of SOPS right through all that happens to it but a new key', async () => {
    const root = await issuedFolder({
      'releaf.yaml': WEB_CONFIG.replace(
        /sealing: .*/,
        `sealing: { type: sops, recipients: [${X25519.recipient}] }`,
      ),
    });
    const opened = () => openSops(read(root, 'dist/web.sops.yaml'), dataKeyBy(X25519));
    const first = await opened();
    expect(first).toMatchObject({ metadata: { name: 'web-tls', namespace: 'shop' } });
    writeFileSync(
      join(root, 'releaf.yaml'),
      read(root, 'releaf.yaml').replace('shop }', 'shop, labels: { team: web } }'),
    );
    await releaf(['synth', '-C', root]);
    expect(await opened()).toMatchObject({
      metadata: { labels: { team: 'web' } },
      data: first['data'],
    });
    await releaf(['renew', '-C', root], { now: daysAfter(70) });
    await fetchPem(root, sign(root, 2, 90, daysAfter(70)), daysAfter(70));
    await releaf(['rollback', 'web', '-C', root], { now: daysAfter(71) });
    expect(await opened()).toMatchObject({ data: first['data'] });
  });

  it('never drops a Secret because an entry was renamed or removed', async () => {
    const root = await issuedFolder();
    for (const config of [WEB_CONFIG.replace('web:', 'shop:'), 'version: 1\ncertificates: {}\n']) {
      writeFileSync(join(root, 'releaf.yaml'), config);
      const before = filesIn(root);
      for (const command of ['renew', 'synth']) {
        expect(await releaf([command, '-C', root])).toMatchObject({
          status: 1,
          stderr:
            'error CERTIFICATE_ORPHANED: certificates/web: releaf.yaml has no certificate web, so Secret shop/web-tls would leave the output and the cluster\n' +
            '  put the entry back under its name, since a certificate cannot be renamed; to give the certificate up: git rm -r certificates/web\n',
        });
      }
      const verified = await releaf(['verify', '-C', root]);
      expect(verified.status).toBe(1);
      expect(verified.stdout).toContain('CERTIFICATE_ORPHANED  certificates/web: ');
      expect(filesIn(root)).toEqual(before);
    }
    rmSync(join(root, 'certificates/web'), { recursive: true });
    expect(await releaf(['synth', '-C', root])).toMatchObject({ status: 0 });
    expect(Object.keys(filesIn(root))).not.toContain('dist/web.k8s.yaml');
  });

  it('tells the command that takes the certificate of each request', async () => {
    const root = folderOf(WEB_FILES);
    expect((await releaf(['renew', '-C', root])).stderr).toMatch(
      /kubectl get csr web-1-[0-9a-f]{8} -o jsonpath='\{\.status\.certificate\}' \| base64 -d \| releaf fetch web --from - -C \S+\n$/,
    );
    const local = { 'releaf.yaml': WEB_CONFIG.replace('example.com/internal', 'local') };
    const { stderr } = await releaf(['renew', '-C', folderOf({ ...WEB_FILES, ...local })]);
    expect(stderr).toMatch(/\nnext: releaf sign web --ca DIR -C \S+\n$/);
  });

  it.each([
    ['local', 5, /\nnext: releaf sign web0 web1 web2 web3 web4 --ca DIR -C \S+\n$/],
    ['local', 6, /\/1\/\nnext: releaf sign --ca DIR -C \S+\n$/],
    ['example.com/internal', 6, /:\n {2}releaf approve -C \S+\nor .*:\n {2}releaf fetch -C \S+\n$/],
  ])(
    'tells one command for many of signer %s, with names up to five: %i',
    async (signer, count, told) => {
      const [head = '', entry = ''] = WEB_CONFIG.replace('example.com/internal', signer).split(
        /(?<=certificates:\n)/,
      );
      const entries = Array.from({ length: count }, (_, index) =>
        entry.replace('web:', `web${index}:`).replace('web-tls', `web${index}-tls`),
      );
      const root = folderOf({ ...WEB_FILES, 'releaf.yaml': `${head}${entries.join('')}` });
      expect((await releaf(['renew', '-C', root])).stderr).toMatch(told);
    },
  );

  it.each([
    ['missing', undefined, 'sealing.pem: there is no such file'],
    ['empty', '', 'sealing.pem: is empty'],
  ])(
    'has plan say that the sealing certificate is %s, and how to get it',
    async (_, pem, message) => {
      const root = folderOf({
        'releaf.yaml': WEB_CONFIG,
        ...(pem !== undefined && { 'sealing.pem': pem }),
      });
      const { status, stderr } = await releaf(['plan', '-C', root]);
      expect({ status, stderr }).toEqual({
        status: 0,
        stderr: `warning: ${message}\n  write the controller's own certificate there: releaf doctor --sealing-certificate > sealing.pem, or kubeseal --fetch-cert\nnext, once the warning is settled: releaf renew -C ${root}\n`,
      });
    },
  );

  it('has plan say that the sealing certificate has expired, before renew refuses it', async () => {
    const root = folderOf(WEB_FILES);
    const { status, stderr } = await releaf(['plan', '-C', root], {
      now: new Date('2199-01-01T00:00:00Z'),
    });
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /^warning: sealing\.pem: expired on 2\d\d\d-.*\n {2}write the controller's own certificate there: .*\nnext, once the warning is settled: releaf renew -C \S+\n$/,
      ) as string,
    });
  });

  it('takes the folder before the command as well', async () => {
    const root = await issuedFolder();
    const after = await releaf(['status', '--json', '-C', root]);
    expect(await releaf(['-C', root, 'status', '--format', 'json'])).toEqual(after);
    expect(JSON.parse(after.stdout)).toMatchObject({
      certificates: [{ name: 'web', state: 'ok' }],
    });
  });

  it('tells where the issued certificate differs from what was asked', async () => {
    const root = folderOf(WEB_FILES);
    await releaf(['renew', '-C', root]);
    const { stderr } = await fetchPem(root, sign(root, 1, 30));
    expect(stderr).toContain('not as asked: web: lifetime 30d, asked for 90d');
    expect(stderr).toContain('not as asked: web: usages not asked for: key encipherment');
  });

  it('finds the request that each of several certificates answers', async () => {
    const two = `${WEB_CONFIG}  api:
    dnsNames: [api.example.com]
    signer: example.com/internal
    secret: { name: api-tls, namespace: shop }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
`;
    const root = folderOf({ ...WEB_FILES, 'releaf.yaml': two });
    await releaf(['renew', '-C', root]);
    const api = readRequest(read(root, 'certificates/api/1/request.pem'), 'request.pem');
    const pem = sign(root, 1) + ca.certificate.pem + signed(ca, api);
    const { status, stdout } = await fetchPem(root, pem);
    expect({ status, issued: stdout.match(/^\w+: revision \d is issued$/gm) }).toEqual({
      status: 0,
      issued: ['web: revision 1 is issued', 'api: revision 1 is issued'],
    });
    expect(
      new X509Certificate(read(root, 'certificates/api/1/certificate.pem')).subjectAltName,
    ).toBe('DNS:api.example.com');
  });

  it('puts the CA behind the leaf when the config wants it there', async () => {
    const config = `${WEB_CONFIG}    ca: ca.pem\n    appendCa: true\n`;
    const files = { ...WEB_FILES, 'releaf.yaml': config, 'ca.pem': ca.certificate.pem };
    const root = await issuedFolder(files);
    expect(read(root, 'certificates/web/1/certificate.pem')).toContain(ca.certificate.pem);
    expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
  });

  it('takes a certificate once; the same file again changes nothing', async () => {
    const root = folderOf(WEB_FILES);
    await releaf(['renew', '-C', root]);
    const pem = sign(root, 1);
    await fetchPem(root, pem);
    const before = mtimes(root);
    expect(await fetchPem(root, pem)).toMatchObject({ status: 0, stdout: 'nothing to do\n' });
    expect(mtimes(root)).toEqual(before);
  });

  it('signs with a CA on disk', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const onDisk = createLocalCa(PrivateKey.of(privateKey, 'ecdsa-p384'), 'disk CA', {
      notBefore: daysAfter(-1),
      notAfter: daysAfter(10),
      serialNumber: Buffer.from([1]),
    });
    const root = folderOf({
      ...WEB_FILES,
      'pki/ca.crt': onDisk.certificate.pem,
      'pki/ca.key': encodePem('PRIVATE KEY', privateKey.export({ type: 'pkcs8', format: 'der' })),
    });
    await releaf(['renew', '-C', root]);
    const ran = await releaf(['sign', '--ca', join(root, 'pki'), '-C', root]);
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stdout).toContain('issuer   CN=disk CA');
    expect(ran.stderr).toContain('lifetime 10d5m, asked for 90d');
  });
});
