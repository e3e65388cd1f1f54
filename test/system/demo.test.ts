import 'reflect-metadata';
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as peculiar from '@peculiar/x509';
import { parse, parseAllDocuments } from 'yaml';
import { filesIn, folderOf, read, removeFolders } from '../harness';
import { output, releaf, start, type Ended } from './process';
import { unseal } from '../unseal';

const SERVICE = 'kes-tenant-kes-hl-svc.default.svc.cluster.local';
const COMMON_NAME = `system:node:*.${SERVICE}`;
const DNS_NAMES = [`kes-tenant-kes-0.${SERVICE}`, `kes-tenant-kes-1.${SERVICE}`, SERVICE];
const SUBJECT = ['C=US', 'O=system:nodes', `CN=${COMMON_NAME}`];
const REVISION = 'certificates/kes/2';

let folder: string;
let told: Ended;
let seconds: number;

beforeAll(async () => {
  folder = join(folderOf({}), 'demo');
  const started = performance.now();
  // What says that colour is wanted does not make a terminal of a pipe.
  told = await releaf(['demo', '--dir', folder], { env: { FORCE_COLOR: '1' } });
  seconds = (performance.now() - started) / 1000;
});

afterAll(removeFolders);

const openssl = (...args: string[]): Promise<string> => output('openssl', args, { cwd: folder });

interface SealedSecret {
  readonly kind: 'SealedSecret';
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly encryptedData: { readonly 'private.key': string };
    readonly template: { readonly data: { readonly 'public.crt': string } };
  };
}

function sealedSecret(): SealedSecret {
  const objects = parseAllDocuments(read(folder, 'dist/kes.k8s.yaml')).map(
    (document) => document.toJS() as { readonly kind: string },
  );
  expect(objects.map(({ kind }) => kind)).toEqual(['SealedSecret']);
  return objects[0] as SealedSecret;
}

const chainInSecret = (): string => sealedSecret().spec.template.data['public.crt'];

describe('the demo', () => {
  it('succeeds in less than 20 seconds', () => {
    expect(told).toMatchObject({ status: 0, stderr: '' });
    expect(seconds).toBeLessThan(20);
  });

  it('tells the story in order', () => {
    const story = [
      /certificate of KES has expired/,
      `CN=${COMMON_NAME}`,
      /valid {4}\S+Z to \S+Z/,
      /certificate has expired or is not yet valid/,
      /\$ releaf plan/,
      /kes +renew +2 +expired on/,
      /\$ releaf renew/,
      /kes: revision 2, because: expired on/,
      /request {2}kes-2-[0-9a-f]{8}/,
      /signer {3}kubernetes\.io\/kubelet-serving/,
      `subject  ${SUBJECT.join(', ')}`,
      ...DNS_NAMES,
      /key {6}rsa-2048, sealed for Secret default\/kes-tenant-kes-tls/,
      /wrote {4}certificates\/kes\/2\//,
      /wrote {4}dist\/kes\.k8s\.yaml/,
      /signed {3}by CN=releaf demo CA/,
      /\$ releaf fetch/,
      /kes: revision 2 is issued/,
      /valid {4}\S+Z to \S+Z \(7d\)/,
      /wrote {4}certificates\/kes\/2\/certificate\.pem/,
      /wrote {4}dist\/kes\.k8s\.yaml/,
      /wrote {4}tenant\.yaml/,
      /old {6}restart\.releaf\.dev\/kes: [0-9a-f]{64}/,
      /new {6}restart\.releaf\.dev\/kes: [0-9a-f]{64}/,
      /\$ releaf renew\nnothing to do/,
      /\$ releaf verify\nall right: 1 certificate/,
      `Everything is in ${folder}`,
    ];
    let rest = told.stdout;
    for (const part of story) {
      const at = typeof part === 'string' ? rest.indexOf(part) : rest.search(part);
      expect({ part, found: at >= 0, in: rest }).toMatchObject({ found: true });
      rest = rest.slice(at);
    }
  });

  it('shows dates and restart values that are those of the files', () => {
    const before = new X509Certificate(read(folder, 'certificates/kes/1/certificate.pem'));
    const after = new X509Certificate(read(folder, `${REVISION}/certificate.pem`));
    expect(new Date(before.validTo).getTime()).toBeLessThan(Date.now());
    for (const { validFrom, validTo } of [before, after]) {
      const dates = [validFrom, validTo].map((date) => new Date(date).toISOString());
      expect(told.stdout).toContain(`valid    ${dates.join(' to ')}`);
    }
    const [, old] = /old .*: ([0-9a-f]{64})/.exec(told.stdout) ?? [];
    const { annotations } = parse(read(folder, 'tenant.yaml')).spec.kes as {
      readonly annotations: Readonly<Record<string, string>>;
    };
    expect(told.stdout).toContain(
      `new      restart.releaf.dev/kes: ${annotations['restart.releaf.dev/kes']}`,
    );
    expect(annotations['restart.releaf.dev/kes']).not.toBe(old);
  });

  it('keeps everything in the folder that --dir names', () => {
    expect(Object.keys(filesIn(folder))).toEqual([
      'ca.pem',
      ...[1, 2].flatMap((number) =>
        ['certificate.pem', 'private-key.yaml', 'request.pem', 'request.yaml'].map(
          (file) => `certificates/kes/${number}/${file}`,
        ),
      ),
      'dist/kes.k8s.yaml',
      'releaf.yaml',
      'sealing-certificate.pem',
      'tenant.yaml',
    ]);
  });

  it('leaves nothing behind in the folder for temporary files without --dir', async () => {
    const temporary = folderOf({});
    expect(await releaf(['demo'], { env: { TMPDIR: temporary } })).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('touches nothing in a folder that is not empty', async () => {
    const mine = folderOf({ 'releaf.yaml': 'mine' });
    expect(await releaf(['demo', '--dir', mine])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('is not empty') as string,
    });
    expect(filesIn(mine)).toEqual({ 'releaf.yaml': 'mine' });
  });

  it('takes up a folder that a second process finds nothing to do in', async () => {
    const before = filesIn(folder);
    expect(await releaf(['renew', '-C', folder])).toMatchObject({
      status: 0,
      stdout: 'nothing to do\n',
    });
    expect(await releaf(['verify', '-C', folder])).toMatchObject({ status: 0, stdout: '' });
    expect(filesIn(folder)).toEqual(before);
    expect(existsSync(join(folder, '.releaf-tmp'))).toBe(false);
  });
});

describe('openssl', () => {
  it("verifies the request's own signature and reads the names of the blog, for both replicas", async () => {
    const { stdout: request, stderr } = await start(
      'openssl',
      [
        'req',
        '-in',
        `${REVISION}/request.pem`,
        '-verify',
        '-noout',
        '-text',
        '-nameopt',
        'RFC2253',
      ],
      { cwd: folder },
    );
    // Its exit status tells nothing: openssl 3.0 ends with 0 also after a failure.
    expect(stderr).toMatch(/verify OK/);
    expect(request).toContain(`Subject: ${SUBJECT.toReversed().join(',')}\n`);
    expect(request).toContain(DNS_NAMES.map((name) => `DNS:${name}`).join(', '));
    expect(request).toContain('Public-Key: (2048 bit)');
    expect(request).toContain('Signature Algorithm: sha256WithRSAEncryption');
  });

  it('reads the same names in the certificate, and the usages that were asked for', async () => {
    const file = `${REVISION}/certificate.pem`;
    const certificate = await openssl(
      'x509',
      '-in',
      file,
      '-noout',
      '-text',
      '-nameopt',
      'RFC2253',
    );
    expect(certificate).toContain(`Subject: ${SUBJECT.toReversed().join(',')}\n`);
    expect(certificate).toContain(DNS_NAMES.map((name) => `DNS:${name}`).join(', '));
    expect(certificate).toMatch(/Key Usage: critical\n\s+Digital Signature, Key Encipherment\n/);
    expect(certificate).toMatch(/Extended Key Usage: \n\s+TLS Web Server Authentication\n/);
  });

  it('verifies the chain, for a server and each of its names', async () => {
    for (const name of DNS_NAMES) {
      expect(
        await openssl(
          ...['verify', '-CAfile', 'ca.pem', '-purpose', 'sslserver', '-x509_strict'],
          ...['-verify_hostname', name, `${REVISION}/certificate.pem`],
        ),
      ).toBe(`${REVISION}/certificate.pem: OK\n`);
    }
  });

  it('verifies the whole of what the Secret holds', async () => {
    const chain = folderOf({ 'public.crt': chainInSecret() });
    const file = join(chain, 'public.crt');
    expect(await openssl('verify', '-CAfile', 'ca.pem', '-untrusted', file, file)).toBe(
      `${file}: OK\n`,
    );
    const all = await openssl('storeutl', '-noout', '-text', '-certs', file);
    expect(all).toContain('Total found: 2');
  });
});

describe('@peculiar/x509', () => {
  const namesOf = (contents: peculiar.Pkcs10CertificateRequest | peculiar.X509Certificate) => {
    const names = contents.extensions.find(({ type }) => type === '2.5.29.17');
    return {
      subject: contents.subjectName.toString(),
      dnsNames: (names as peculiar.SubjectAlternativeNameExtension | undefined)?.names.items.map(
        ({ type, value }) => `${type} ${value}`,
      ),
    };
  };
  const expected = {
    subject: SUBJECT.join(', '),
    dnsNames: DNS_NAMES.map((name) => `dns ${name}`),
  };

  it('reads the same names in the request and accepts its signature', async () => {
    const request = new peculiar.Pkcs10CertificateRequest(read(folder, `${REVISION}/request.pem`));
    expect(namesOf(request)).toEqual(expected);
    expect(await request.verify()).toBe(true);
  });

  it("reads the same names in the certificate and accepts the CA's signature", async () => {
    const [pem = ''] = chainInSecret().split(/(?<=-----END CERTIFICATE-----\n)/);
    const certificate = new peculiar.X509Certificate(pem);
    const ca = new peculiar.X509Certificate(read(folder, 'ca.pem'));
    expect(namesOf(certificate)).toEqual(expected);
    expect(await certificate.verify({ publicKey: ca.publicKey })).toBe(true);
  });
});

describe('the sealed private key', () => {
  it('opens with the sealing private key, and its public half is that of the certificate', () => {
    const { metadata, spec } = sealedSecret();
    expect(metadata).toMatchObject({ namespace: 'default', name: 'kes-tenant-kes-tls' });
    const privateKey = createPrivateKey(unseal(spec.encryptedData['private.key'], metadata));
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const certificate = new X509Certificate(chainInSecret());
    expect(publicKey).toEqual(certificate.publicKey.export({ type: 'spki', format: 'der' }));
    expect(certificate.checkPrivateKey(privateKey)).toBe(true);
    const record = parse(read(folder, `${REVISION}/request.yaml`)) as Record<string, string>;
    expect(record['publicKeySha256']).toBe(createHash('sha256').update(publicKey).digest('hex'));
  });

  it('opens for no other Secret', () => {
    const value = sealedSecret().spec.encryptedData['private.key'];
    expect(() => unseal(value, { namespace: 'default', name: 'other' })).toThrow();
  });

  it('is another one than that of the revision before', () => {
    const hashes = [1, 2].map(
      (number) =>
        parse(read(folder, `certificates/kes/${number}/request.yaml`)).publicKeySha256 as string,
    );
    expect(new Set(hashes).size).toBe(2);
  });
});
