import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiServer, apply, kubectl, PROXIED_ADDRESS, serversCa } from './cluster';
import { FOLDER, expectAlive, launch, tool } from './processes';
import { until } from './until';

const NAME = 'sealed-secrets-controller';
const NAMESPACE = 'kube-system';
const PORT = 8080;

/** Starts the Sealed Secrets controller, with its own objects and the rights that its Helm chart gives. */
export async function startSealedSecrets(): Promise<void> {
  await kubectl(['apply', '-f', tool('bitnami.com_sealedsecrets.yaml')]);
  const metadata = { name: NAME, namespace: NAMESPACE };
  const rule = (apiGroup: string, resource: string, ...verbs: readonly string[]): object => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
  });
  await apply({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: NAME },
        rules: [
          rule('bitnami.com', 'sealedsecrets', 'get', 'list', 'watch'),
          rule('bitnami.com', 'sealedsecrets/status', 'update'),
          rule('', 'secrets', 'get', 'list', 'create', 'update', 'delete', 'watch'),
          rule('', 'events', 'create', 'patch'),
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: NAME },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { ports: [{ name: 'http', port: PORT, targetPort: PORT }] },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: { serviceAccountName: NAME, containers: [{ name: NAME, image: 'none' }] },
      },
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata,
        subsets: [
          {
            addresses: [{ ip: PROXIED_ADDRESS, targetRef: { kind: 'Pod', ...metadata } }],
            ports: [{ name: 'http', port: PORT }],
          },
        ],
      },
    ],
  });
  // There is no kubelet to run the pod and to say so, and the API server proxies to addresses of pods only.
  await kubectl([
    ...['patch', 'pod', NAME, '-n', NAMESPACE, '--subresource', 'status', '--patch'],
    JSON.stringify({
      status: { podIP: PROXIED_ADDRESS, podIPs: [{ ip: PROXIED_ADDRESS }] },
    }),
  ]);
  // It reads the service account of its pod, and no kubeconfig.
  const account = join(FOLDER, 'pki', NAME);
  mkdirSync(account);
  const token = await kubectl(['create', 'token', NAME, '-n', NAMESPACE, '--duration', '8h']);
  const files = { token, 'ca.crt': serversCa().certificate, namespace: NAMESPACE };
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(account, file), text, { mode: 0o600 });
  }
  const { hostname, port } = new URL(apiServer());
  launch('sealed-secrets', {
    command: join(__dirname, 'as-pod'),
    args: [account, tool('controller'), '--key-renew-period=0', '--key-size=2048'],
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  });
  await until('the Sealed Secrets controller answers', () => {
    expectAlive('sealed-secrets');
    return sealingCertificate();
  });
}

/** The certificate that keys are sealed for, through the API server's service proxy as kubeseal asks: PEM. */
export const sealingCertificate = (): Promise<string> =>
  kubectl([
    'get',
    '--raw',
    `/api/v1/namespaces/${NAMESPACE}/services/http:${NAME}:http/proxy/v1/cert.pem`,
  ]);
