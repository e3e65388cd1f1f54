import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { X25519 } from '../age-identities';
import { WEB_CONFIG, type Files } from '../harness';
import { createLocalCa, type LocalCa } from '../../lib/x509/local-ca';
import { PrivateKey } from '../../lib/x509/private-key';
import { daysAfter } from '../harness';

/** What a team can do. */
export interface Team {
  readonly ca: LocalCa;
  /** In the folder, on that day. */
  releaf(day: number, ...argv: readonly string[]): Promise<void>;
  /** Signs whatever is pending on that day, as the cluster would, and fetches it. */
  sign(day: number, options?: { readonly days?: number; readonly ca?: LocalCa }): Promise<void>;
  write(file: string, text: string): void;
  /** Replaces text of a file. */
  edit(file: string, from: string, to: string): void;
  remove(path: string): void;
}

/** How the two states of a situation came about. */
export interface Situation {
  /** What the team writes by hand. */
  readonly files: Files;
  readonly before: (team: Team) => Promise<void>;
  readonly change: (team: Team) => Promise<void>;
  /** When the pull request is made. */
  readonly day: number;
}

const nothing = () => Promise.resolve();
const renew = (day: number) => (team: Team) => team.releaf(day, 'renew');
const sign = (day: number) => (team: Team) => team.sign(day);

const issue = async (team: Team) => {
  await team.releaf(0, 'renew');
  await team.sign(1);
};

const issueAndRequest = async (team: Team) => {
  await issue(team);
  await team.releaf(62, 'renew');
};

const issueTwice = async (team: Team) => {
  await issueAndRequest(team);
  await team.sign(63);
};

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
      annotations: {}
    spec:
      containers: [{ name: web, image: nginx }]
      volumes: [{ name: tls, secret: { secretName: web-tls } }]
`;

const RESTART = `    restart:
      - { file: deployment.yaml, annotations: spec.template.metadata.annotations }
`;

const WEB: Files = { 'releaf.yaml': WEB_CONFIG + RESTART, 'deployment.yaml': DEPLOYMENT };

const delivered = (by: string): Files => ({
  ...WEB,
  'releaf.yaml': WEB['releaf.yaml']!.replace('version: 1\n', `version: 1\ndelivery: ${by}\n`),
});

const tenantFiles = (trust: 'ca' | 'leaf'): Files => ({
  'releaf.yaml': `version: 1
delivery: argo-cd
certificates:
  kes:
    profile: { name: minio-kes, tenant: storage, trust: ${trust} }
    secret: { namespace: minio }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
${trust === 'ca' ? '    ca: ca.pem\n' : ''}    restart:
      - { file: tenant.yaml, annotations: spec.kes.annotations }
      - { file: tenant.yaml, annotations: "spec.pools[0].annotations"${trust === 'ca' ? ', digestOf: ca' : ''} }
`,
  'tenant.yaml': `apiVersion: minio.min.io/v2
kind: Tenant
metadata: { name: storage, namespace: minio }
spec:
  pools:
    - name: pool-0
      servers: 4
      annotations: {}
  kes:
    replicas: 2
    annotations: {}
`,
});

const CLIENT: Files = {
  'releaf.yaml': `version: 1
certificates:
  minio:
    profile: { name: minio-kes-client, tenant: storage, policy: minio }
    signer: example.com/kes-clients
    secret: { namespace: minio }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
`,
};

const inFolder = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

const SOPS = `version: 1
delivery: flux
certificates:
  api:
    dnsNames: [api.example.com]
    signer: example.com/internal
    secret: { name: api-tls, namespace: shop }
    sealing: { type: sops, recipients: [${X25519.recipient}] }
`;

/** A CA with RSA, as the Sealed Secrets controller has; also as another CA of the same name. */
export function otherCa(commonName: string): LocalCa {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return createLocalCa(PrivateKey.of(privateKey, 'rsa-2048'), commonName, {
    notBefore: daysAfter(-3650),
    notAfter: daysAfter(3650),
    serialNumber: randomBytes(16),
  });
}

/** By name of the folder beside this file. */
export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'first-request': { files: delivered('argo-cd'), before: nothing, change: renew(0), day: 0 },
  'renewal-requested': { files: WEB, before: issue, change: renew(62), day: 62 },
  'renewal-issued': { files: WEB, before: issueAndRequest, change: sign(63), day: 63 },
  'first-in-one-commit': {
    files: { ...WEB, 'releaf.yaml': WEB['releaf.yaml']!.replace('example.com/internal', 'local') },
    before: nothing,
    change: issue,
    day: 1,
  },
  'expired-already': { files: delivered('flux'), before: issue, change: renew(100), day: 100 },
  'installed-after-expiry': {
    files: WEB,
    before: async (team) => {
      await issue(team);
      await team.releaf(100, 'renew');
    },
    change: sign(100),
    day: 100,
  },
  'ca-changed': {
    files: tenantFiles('ca'),
    before: issueAndRequest,
    change: async (team) => {
      const ca = otherCa('the next CA');
      team.write('ca.pem', ca.certificate.pem);
      await team.sign(63, { ca });
    },
    day: 63,
  },
  'name-added': {
    files: WEB,
    before: issue,
    change: async (team) => {
      team.edit('releaf.yaml', '[web.example.com]', '[web.example.com, www.example.com]');
      await team.releaf(5, 'renew');
    },
    day: 5,
  },
  'key-reused': { files: CLIENT, before: issueAndRequest, change: sign(63), day: 63 },
  'identity-changed': {
    files: CLIENT,
    before: issue,
    change: async (team) => {
      team.edit('releaf.yaml', 'policy: minio', 'policy: minio, acceptIdentityChange: true');
      team.edit('releaf.yaml', 'signer:', 'key: ecdsa-p384\n    signer:');
      await team.releaf(5, 'renew');
    },
    day: 5,
  },
  'lifetime-cut': {
    files: WEB,
    before: issueAndRequest,
    change: (team) => team.sign(63, { days: 30 }),
    day: 63,
  },
  'rolled-back': {
    files: WEB,
    before: issueTwice,
    change: (team) => team.releaf(64, 'rollback', 'web'),
    day: 64,
  },
  'request-withdrawn': {
    files: WEB,
    before: issueAndRequest,
    change: (team) => team.releaf(64, 'rollback', 'web'),
    day: 64,
  },
  'git-revert-of-the-second': {
    files: WEB,
    before: issueTwice,
    change: (team) => {
      team.remove('certificates/web/2/certificate.pem');
      return Promise.resolve();
    },
    day: 64,
  },
  'sealing-certificate-changed': {
    files: WEB,
    before: issue,
    change: async (team) => {
      team.write('sealing.pem', otherCa('sealed-secrets').certificate.pem);
      await team.releaf(5, 'renew');
    },
    day: 5,
  },
  'minio-pins-the-leaf': {
    files: tenantFiles('leaf'),
    before: issueAndRequest,
    change: sign(63),
    day: 63,
  },
  'given-up': {
    files: WEB,
    before: issue,
    change: (team) => {
      team.write('releaf.yaml', 'version: 1\ncertificates: {}\n');
      team.remove('certificates');
      return Promise.resolve();
    },
    day: 5,
  },
  'rewritten-by-hand': {
    files: WEB,
    before: issue,
    change: (team) => {
      team.edit('certificates/web/1/request.yaml', 'web.example.com', 'web.example.org');
      return Promise.resolve();
    },
    day: 5,
  },
  'planted-revision': {
    files: WEB,
    before: issueTwice,
    change: async (team) => {
      await team.releaf(64, 'renew', 'web', '--force');
      await team.sign(64, { ca: otherCa('evil root') });
      await team.releaf(64, 'renew', 'web', '--force');
      await team.sign(64);
    },
    day: 64,
  },
  'renewed-and-rolled-back-at-once': {
    files: WEB,
    before: issueTwice,
    change: async (team) => {
      await team.releaf(64, 'renew', 'web', '--force');
      await team.sign(64);
      await team.releaf(64, 'renew', 'web', '--force');
      await team.releaf(64, 'rollback', 'web');
    },
    day: 64,
  },
  'first-request-not-as-configured': {
    files: WEB,
    before: nothing,
    change: async (team) => {
      team.edit('releaf.yaml', '[web.example.com]', '[web.example.com, "*.bank.example.com"]');
      await team.releaf(0, 'renew');
      team.edit('releaf.yaml', '[web.example.com, "*.bank.example.com"]', '[web.example.com]');
    },
    day: 0,
  },
  'several-folders': {
    files: {
      ...inFolder('prod', delivered('argo-cd')),
      ...inFolder('test', { 'releaf.yaml': SOPS }),
    },
    before: async (team) => {
      await team.releaf(0, 'renew');
      await team.sign(1);
    },
    change: renew(62),
    day: 62,
  },
};
