import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, removeFolders } from '../harness';
import { start } from '../system/process';
import { adminKubeconfig } from './cluster';
import { tool } from './processes';
import { until } from './until';

afterAll(removeFolders);

const SERVICE = 'kes-tenant-kes-hl-svc.default.svc.cluster.local';

const CERT_CNF = `[req]
distinguished_name = req_distinguished_name
req_extensions = req_ext
prompt = no

[req_distinguished_name]
O = "system:nodes"
C = US
CN  = "system:node:*.${SERVICE}"

[req_ext]
subjectAltName = @alt_names

[alt_names]
DNS.1 = kes-tenant-kes-0.${SERVICE}
DNS.2 = ${SERVICE}
`;

const KES_CSR = `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: kes-csr
spec:
  expirationSeconds: 604800
  groups:
  - system:serviceaccounts
  - system:serviceaccounts:minio-operator
  - system:authenticated
  - system:nodes
  request: REQUEST
  signerName: kubernetes.io/kubelet-serving
  usages:
  - digital signature
  - key encipherment
  - server auth
  username: system:serviceaccount:minio-operator:minio-operator
`;

/** A new key and a request for it, pasted into kes-csr.yaml and applied, as the blog has it. */
const ASK = `openssl genrsa -out private.key 2048 2>&1
openssl req -new -config cert.cnf -key private.key -out kes.csr
sed "s|REQUEST|$(cat kes.csr | base64 | tr -d "\\n")|" template.yaml > kes-csr.yaml
kubectl apply -f kes-csr.yaml`;

const CERTIFICATE = `kubectl get csr kes-csr -o jsonpath='{.status.certificate}'| base64 -d`;

it("docs/from-the-blog.md says what the blog's commands do, as they stand", async () => {
  const bin = folderOf({});
  symlinkSync(tool('kubectl'), join(bin, 'kubectl'));
  const cwd = folderOf({ 'cert.cnf': CERT_CNF, 'template.yaml': KES_CSR });
  const env = { KUBECONFIG: adminKubeconfig(), PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  const type = async (line: string): Promise<string> => {
    const { stdout } = await start('bash', ['-c', `exec 2>&1\n${line}`], { cwd, env });
    return stdout.trim();
  };
  expect(await type(ASK)).toContain('kes-csr created');
  expect(await type(`kubectl get csr kes-csr -o jsonpath='{.spec.username} {.spec.groups}'`)).toBe(
    'admin ["system:masters","system:authenticated"]',
  );
  await type('kubectl certificate approve kes-csr');
  await until('it is signed', async () => (await type(CERTIFICATE)) !== '');
  await type(`${CERTIFICATE} > public.crt`);
  expect(await type('openssl x509 -in public.crt -noout -ext subjectAltName')).not.toContain(
    'kes-tenant-kes-1',
  );

  const secret = 'kes-tenant-kes-tls';
  await type(
    `kubectl create secret generic ${secret} --from-file=private.key --from-file=public.crt`,
  );
  await type(`kubectl get secret ${secret} -o yaml > kes-tls-secret.yaml`);
  await type(`kubectl delete secret ${secret}`);
  expect(await type(`kubectl get secret ${secret}`)).toContain('not found');
  expect(await type('kubectl apply -f kes-tls-secret.yaml')).toBe(`secret/${secret} created`);
  expect(await type(`kubectl get secret ${secret} -o jsonpath='{.metadata.annotations}'`)).toMatch(
    /^\{"kubectl\.kubernetes\.io\/last-applied-configuration":".*private\.key.*LS0tLS1CRUdJTiBQ/,
  );

  // The second time.
  expect(await type(ASK)).toContain('kes-csr configured');
  expect(await type(`${CERTIFICATE} > public2.crt; cmp public.crt public2.crt && echo same`)).toBe(
    'same',
  );
  const keys = await type(
    'openssl x509 -in public2.crt -noout -pubkey; openssl pkey -in private.key -pubout',
  );
  const [ofCertificate, ofKey] = keys.match(/-----BEGIN.*?END PUBLIC KEY-----/gs) ?? [];
  expect(ofKey).toBeDefined();
  expect(ofCertificate).not.toBe(ofKey);
  await type(`kubectl delete secret/${secret} csr/kes-csr`);
});
