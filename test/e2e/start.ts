import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createRequest } from '../../lib/x509/certificate-request';
import { newKey, NO_SUBJECT } from '../x509/tools';
import {
  ADMIN,
  apply,
  issuedCertificate,
  kubectl,
  PROXIED_ADDRESS,
  SIGNING_SECONDS,
  waitForApiServer,
} from './cluster';
import { writeKubeconfig } from './kubeconfig';
import { issue, newAuthority, type Pair } from './pki';
import { FOLDER, launch, tool } from './processes';
import { startSealedSecrets } from './sealed-secrets';

/** Starts the cluster that all tests share. */
export default async function start(): Promise<void> {
  const began = Date.now();
  await startCluster();
  await Promise.all([waitForSigner(), startSealedSecrets()]);
  process.stderr.write(`the cluster is up after ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

async function startCluster(): Promise<void> {
  const pki = join(FOLDER, 'pki');
  mkdirSync(pki);
  const file = (name: string, text: string): string => {
    writeFileSync(join(pki, name), text, { mode: 0o600 });
    return join(pki, name);
  };
  const pair = (name: string, { certificate, privateKey }: Pair): readonly [string, string] => [
    file(`${name}.crt`, certificate),
    file(`${name}.key`, privateKey),
  ];

  const servers = newAuthority('CA of the servers');
  const clients = newAuthority('CA of the clients');
  const signer = newAuthority('CA of the signer');
  pair('servers-ca', servers);
  pair('clients-ca', clients);
  const [signerCertificate, signerKey] = pair('signer-ca', signer);
  const [serverCertificate, serverKey] = pair(
    'kube-apiserver',
    issue(servers, 'server auth', { ipAddresses: ['127.0.0.1', PROXIED_ADDRESS] }),
  );
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const accountsKey = file(
    'service-accounts.key',
    accounts.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  );
  const accountsPublicKey = file(
    'service-accounts.pub',
    accounts.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );

  const [etcd, peers, api] = await freePorts();
  const server = `https://127.0.0.1:${api}`;
  const kubeconfig = (name: string, commonName: string, organizations: readonly string[]): string =>
    writeKubeconfig(join(pki, name), {
      server,
      ca: servers.certificate,
      user: issue(clients, 'client auth', { subject: { commonName, organizations } }),
    });
  file('server', server);
  kubeconfig(ADMIN, 'admin', ['system:masters']);
  const manager = kubeconfig('kube-controller-manager', 'system:kube-controller-manager', []);

  launch('etcd', {
    command: tool('etcd'),
    args: [
      `--data-dir=${join(FOLDER, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peers}`,
      '--unsafe-no-fsync',
    ],
  });
  launch('kube-apiserver', {
    command: tool('kube-apiserver'),
    args: [
      `--etcd-servers=http://127.0.0.1:${etcd}`,
      `--secure-port=${api}`,
      '--bind-address=0.0.0.0',
      `--advertise-address=${PROXIED_ADDRESS}`,
      `--tls-cert-file=${serverCertificate}`,
      `--tls-private-key-file=${serverKey}`,
      // What the signer issues for kube-apiserver-client authenticates, too.
      `--client-ca-file=${file('authentication.crt', clients.certificate + signer.certificate)}`,
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${accountsKey}`,
      `--service-account-key-file=${accountsPublicKey}`,
    ],
  });
  // It gives up when no API server answers for 10 seconds.
  await waitForApiServer();
  launch('kube-controller-manager', {
    command: tool('kube-controller-manager'),
    args: [
      `--kubeconfig=${manager}`,
      '--secure-port=0',
      `--flex-volume-plugin-dir=${join(FOLDER, 'plugins')}`,
      '--leader-elect=false',
      '--use-service-account-credentials',
      // In it are both, for kubeadm makes one CA for both.
      `--root-ca-file=${file('root-ca.crt', servers.certificate + signer.certificate)}`,
      `--service-account-private-key-file=${accountsKey}`,
      `--cluster-signing-cert-file=${signerCertificate}`,
      `--cluster-signing-key-file=${signerKey}`,
      `--cluster-signing-duration=${SIGNING_SECONDS}s`,
    ],
  });
}

/** Waits until kube-controller-manager issues certificates. */
async function waitForSigner(): Promise<void> {
  const name = 'probe';
  const request = createRequest(newKey(), {
    subject: { ...NO_SUBJECT, commonName: 'probe' },
    dnsNames: [],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
  });
  await apply({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
  });
  await kubectl(['certificate', 'approve', name]);
  await issuedCertificate(name);
}

/** Ports that nobody listens on. Nobody else is in this network. */
async function freePorts(): Promise<readonly [number, number, number]> {
  const free = async (): Promise<number> => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    return port;
  };
  return [await free(), await free(), await free()];
}
