import { join } from 'node:path';
import { stringify } from 'yaml';
import { KEY_ALGORITHMS } from '../../lib/model/certificate-spec';
import { folderOf, removeFolders } from '../harness';
import { kubeconfigOf, kubectl, newNamespace, releafDone, secretData, signingCa } from './cluster';
import { expectPair, type PairInSecret } from './pair';
import { sealingCertificate } from './sealed-secrets';

let namespace: string;

/** One server and one user for every kind of key. */
beforeAll(async () => {
  namespace = await newNamespace();
  const certificates = KEY_ALGORITHMS.flatMap((key) => [
    [
      `server-${key}-${namespace}`,
      {
        key,
        signer: 'kubernetes.io/kubelet-serving',
        commonName: 'system:node:web',
        subject: { organizations: ['system:nodes'] },
        dnsNames: ['web.example.com'],
        secret: { name: `server-${key}`, namespace },
      },
    ],
    [
      `user-${key}-${namespace}`,
      {
        key,
        signer: 'kubernetes.io/kube-apiserver-client',
        commonName: `deployer-${key}`,
        subject: { organizations: ['ci', 'deployers'] },
        usages: ['digital signature', 'client auth'],
        secret: { name: `user-${key}`, namespace },
      },
    ],
  ]);
  const root = folderOf({
    'releaf.yaml': stringify({
      version: 1,
      defaults: { sealing: { type: 'sealed-secrets', certificate: 'sealing.pem' }, ca: 'ca.pem' },
      certificates: Object.fromEntries(certificates),
    }),
    'ca.pem': signingCa(),
    'sealing.pem': await sealingCertificate(),
  });
  await releafDone(['renew', '-C', root]);
  await kubectl(['apply', '-f', join(root, 'dist')]);
  await releafDone(['approve', '-C', root]);
  await kubectl(['apply', '-f', join(root, 'dist')]);
}, 240_000);

afterAll(removeFolders);

async function pairIn(secret: string): Promise<PairInSecret> {
  const data = await secretData(secret, namespace);
  return { privateKey: data['tls.key']!, certificate: data['tls.crt']! };
}

it.each(KEY_ALGORITHMS)(
  'a server certificate for a key of %s is signed, and arrives with its key',
  async (key) => {
    const purpose = ['-purpose', 'sslserver', '-verify_hostname', 'web.example.com'];
    const { publicKey } = await expectPair(await pairIn(`server-${key}`), purpose);
    expect(publicKey.asymmetricKeyType).toBe(/^(?:rsa|ed25519)/.exec(key)?.[0] ?? 'ec');
  },
);

it.each(KEY_ALGORITHMS)(
  'a client certificate for a key of %s authenticates its user to the API server',
  async (key) => {
    const pair = await pairIn(`user-${key}`);
    await expectPair(pair, ['-purpose', 'sslclient']);
    const whoami = await kubectl(['auth', 'whoami', '-o', 'json'], {
      kubeconfig: kubeconfigOf(pair),
    });
    expect(JSON.parse(whoami)).toMatchObject({
      status: {
        userInfo: {
          username: `deployer-${key}`,
          groups: ['ci', 'deployers', 'system:authenticated'],
        },
      },
    });
  },
);
