import { join } from 'node:path';
import { stringify } from 'yaml';
import { folderOf, read, removeFolders } from '../harness';
import {
  apply,
  kubectl,
  newNamespace,
  releafDone,
  releafOn,
  secretData,
  signerCa,
  signingCa,
} from './cluster';
import { kesServer, type Kes } from './kes';
import { expectPair } from './pair';
import { issue } from './pki';
import { sealingCertificate } from './sealed-secrets';
import { until } from './until';

const DAY = 86_400_000;
const SERVED = 'kes-tenant-kes-tls';
const SHOWN = 'kes-tenant-kes-client-tls';

let kes: Kes | undefined;

afterAll(async () => {
  await kes?.stop();
  removeFolders();
});

it('KES fails as the blog says once its certificate expired, and works after a renewal and a reload', async () => {
  const namespace = await newNamespace();
  const host = `kes-tenant-kes-hl-svc.${namespace}.svc.cluster.local`;
  const [server, client] = [`kes-${namespace}`, `minio-${namespace}`] as const;
  const root = folderOf({
    'releaf.yaml': stringify({
      version: 1,
      defaults: {
        sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' },
        secret: { namespace },
      },
      certificates: {
        [server]: { profile: { name: 'minio-kes', tenant: 'kes-tenant' }, ca: 'ca.pem' },
        [client]: {
          profile: { name: 'minio-kes-client', tenant: 'kes-tenant', policy: 'minio' },
          signer: 'kubernetes.io/kube-apiserver-client',
        },
      },
    }),
    'ca.pem': signingCa(),
    'sealing.pem': await sealingCertificate(),
  });
  const releaf = async (...args: string[]): Promise<string> =>
    (await releafDone([...args, '-C', root])).stdout;
  const applyOutput = () => kubectl(['apply', '-f', join(root, 'dist')]);
  /** What is in a Secret, once that is the certificate of a revision. */
  const secretOf = (name: string, secret: string, revision: number) =>
    until(`${secret} holds revision ${revision}`, async () => {
      const data = await secretData(secret, namespace);
      const certificate = read(root, `certificates/${name}/${revision}/certificate.pem`);
      return Object.values(data).includes(certificate) && data;
    });

  const made = await releaf('renew', client, '--now');
  const identity = /^ *identity ([0-9a-f]{64}), new/m.exec(made)?.[1];
  await applyOutput();
  kes = kesServer(host, {
    minio: { allow: ['/v1/key/create/*'], identities: [identity] },
  });
  kes.mountClient(await secretOf(client, SHOWN, 1));
  expect(await kes.identityOfClient()).toBe(identity);

  const terms = { now: new Date(Date.now() - 8 * DAY), days: 7 };
  const expired = issue(signerCa(), 'server auth', { dnsNames: [host] }, terms);
  const managed = { 'sealedsecrets.bitnami.com/managed': 'true' };
  await apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: SERVED, namespace, annotations: managed },
    type: 'Opaque',
    stringData: { 'private.key': expired.privateKey, 'public.crt': expired.certificate },
  });
  kes.mountServer(await secretData(SERVED, namespace));
  await kes.start();
  kes.restartClient(expired.certificate);
  const create = (key: string) => kes!.client('key', 'create', key);
  expect((await create('my-minio-key')).stderr).toMatch(
    /x509: certificate has expired or is not yet valid: current time \S+ is after \S+/,
  );
  expect(kes.log()).toMatch(
    /http: TLS handshake error from \S+: remote error: tls: bad certificate/,
  );

  await releaf('renew', server);
  await applyOutput();
  await releaf('approve', server, '--no-fetch');
  await releaf('fetch', server, '--wait', '1m');
  await applyOutput();
  const renewed = await secretOf(server, SERVED, 1);
  const pair = { privateKey: renewed['private.key']!, certificate: renewed['public.crt']! };
  await expectPair(pair, ['-purpose', 'sslserver', '-verify_hostname', host]);
  kes.mountServer(renewed);
  const endpoint = ['doctor', server, '--endpoint', '127.0.0.1:7373', '-C', root];
  const unread = await releafOn(endpoint);
  expect(unread.stdout).toContain('127.0.0.1:7373 serves a certificate that has expired');
  expect(unread.status).toBe(1);
  await kes.reload();
  expect((await releafDone(endpoint)).stdout).toContain('127.0.0.1:7373 serves revision 1');
  expect((await create('my-minio-key')).stderr).toContain(
    'x509: certificate signed by unknown authority',
  );
  kes.restartClient(pair.certificate);
  const created = { status: 0, stderr: '' };
  expect(await create('my-minio-key')).toMatchObject(created);

  await releaf('renew', server, client, '--force', '--now');
  await applyOutput();
  kes.mountServer(await secretOf(server, SERVED, 2));
  kes.mountClient(await secretOf(client, SHOWN, 2));
  await kes.reload();
  expect(await kes.identityOfClient()).toBe(identity);
  expect(await create('another-key')).toMatchObject(created);
  expect(kes.log().split(`req.identity=${identity}`)).toHaveLength(3);
  expect(kes.log().match(/Server is up and running/g)).toHaveLength(1);
});
