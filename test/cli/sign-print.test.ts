import { generateKeyPairSync } from 'node:crypto';
import { createLocalCa } from '../../lib/x509/local-ca';
import { readCertificates } from '../../lib/x509/certificate';
import { encodePem } from '../../lib/x509/pem';
import { PrivateKey } from '../../lib/x509/private-key';
import { daysAfter, folderOf, releaf, removeFolders, WEB_CONFIG, WEB_FILES } from '../harness';
import { traceOf } from '../untouched';

let certificate: string;
let pki: string;
beforeAll(() => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  certificate = createLocalCa(PrivateKey.of(privateKey, 'ecdsa-p256'), 'the cluster', {
    notBefore: daysAfter(-1),
    notAfter: daysAfter(3650),
    serialNumber: Buffer.from([1]),
  }).certificate.pem;
  pki = folderOf({
    'ca.crt': certificate,
    'ca.key': encodePem('PRIVATE KEY', privateKey.export({ type: 'pkcs8', format: 'der' })),
  });
});
afterAll(removeFolders);

const TWO = {
  ...WEB_FILES,
  'releaf.yaml': `${WEB_CONFIG}  api:
    dnsNames: [api.example.com]
    signer: example.com/internal
    secret: { name: api-tls, namespace: shop }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
    ca: ca.pem
    appendCa: true
`,
};

describe('sign --print', () => {
  it('prints the chains for fetch, as a signer gives them, and changes nothing', async () => {
    const root = folderOf({ ...TWO, 'ca.pem': certificate });
    await releaf(['renew', '-C', root]);
    const before = traceOf(root);
    const { status, stdout, stderr } = await releaf(['sign', '--ca', pki, '--print', '-C', root]);
    expect(status).toBe(0);
    expect(traceOf(root)).toEqual(before);
    // The CA that the config adds comes with fetch.
    expect(readCertificates(stdout, 'stdout').map(({ isCa }) => isCa)).toEqual([false, false]);
    expect(stderr).toBe(
      'warning: api: signed by CN=the cluster, not by example.com/internal in the cluster\n' +
        'warning: web: signed by CN=the cluster, not by example.com/internal in the cluster\n',
    );
    const fetched = await releaf(['fetch', '--from', '-', '-C', root], { stdin: stdout });
    expect(fetched.stdout).toMatch(/^api: revision 1 is issued$[^]*^web: revision 1 is issued$/m);
  });

  it('prints that of the certificates that were named', async () => {
    const root = folderOf(TWO);
    await releaf(['renew', 'web', '-C', root]);
    const { stdout } = await releaf(['sign', 'web', '--ca', pki, '--print', '-C', root]);
    const [leaf] = readCertificates(stdout, 'stdout');
    expect(leaf?.issuer).toBe('CN=the cluster');
  });

  it('prints nothing, and says why, where nothing is pending', async () => {
    const root = folderOf(WEB_FILES);
    expect(await releaf(['sign', '--ca', pki, '--print', '-C', root])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'nothing to sign: no request is pending\n',
    });
  });

  it('does not go with --json', async () => {
    const { status, stderr } = await releaf(['sign', '--ca', pki, '--print', '--json']);
    expect(status).toBe(2);
    expect(stderr).toContain("option '--print' cannot be used with option '--json'");
  });
});
