import type { Context } from '../../lib/cli/context';
import { runDoctor } from '../../lib/cli/doctor';
import type { DoctorFlags } from '../../lib/cli/doctor-flags';
import { ignoredByGit, uncommitted, unstaged, untracked } from '../../lib/cli/git';
import type { KubernetesObject, ResourceAddress } from '../../lib/cluster/kubernetes-api';
import {
  signingRequestObject,
  type SigningRequestObject,
} from '../../lib/delivery/signing-request-object';
import { ReleafError } from '../../lib/model/errors';
import type { Finding } from '../../lib/model/finding';
import { readRevision } from '../../lib/store/revisions';
import { readRequest } from '../../lib/x509/certificate-request';
import { readCertificates } from '../../lib/x509/certificate';
import type { LocalCa } from '../../lib/x509/local-ca';
import { StandIn } from '../cluster/stand-in';
import {
  clockFrom,
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  signed,
  testCa,
  testRandomness,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
} from '../harness';
import { anotherSealingCertificate } from './team';

const CONFIG = `${WEB_CONFIG}    restart:
      - { file: app.yaml, annotations: spec.template.metadata.annotations }
`;
const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata:
      annotations: {}
`;
const SECRET_VALUE = 'c29tZXRoaW5nIHRoYXQgaXMgc2VjcmV0';

let ca: LocalCa;
/** Nothing yet; revision 1 pending; issued for 30 days; revision 2 pending since day 25; issued. */
let states: Record<'nothing' | 'pending' | 'issued' | 'next' | 'renewed', Files>;

beforeAll(async () => {
  ca = await testCa();
  const nothing = { ...WEB_FILES, 'releaf.yaml': CONFIG, 'app.yaml': APP };
  const root = folderOf(nothing);
  const sign = (number: number, now: Date) =>
    releaf(['fetch', '-C', root, '--from', '-'], {
      now,
      stdin: signed(ca, readRequest(read(root, `certificates/web/${number}/request.pem`), ''), {
        days: 30,
        now,
      }),
    });
  await releaf(['renew', '-C', root]);
  const pending = filesIn(root);
  await sign(1, NOW);
  const issued = filesIn(root);
  await releaf(['renew', '-C', root], { now: daysAfter(25) });
  const next = filesIn(root);
  await sign(2, daysAfter(25));
  states = { nothing, pending, issued, next, renewed: filesIn(root) };
});
afterAll(removeFolders);

type State = keyof typeof states;

const SECRET: ResourceAddress = {
  group: '',
  version: 'v1',
  resource: 'secrets',
  namespace: 'shop',
  name: 'web-tls',
};
const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';
const ARGO_CD = '/api/v1/namespaces/argocd/configmaps/argocd-cm';
const SERVICE = '/api/v1/namespaces/kube-system/services/sealed-secrets-controller';
const CERT_PEM =
  '/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http/proxy/v1/cert.pem';
const OWNED_BY_SEALED_SECRET = {
  ownerReferences: [
    { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'web-tls', controller: true },
  ],
};
const OWNED_BY_TENANT = {
  ownerReferences: [
    { apiVersion: 'minio.min.io/v2', kind: 'Tenant', name: 'kes-tenant', controller: true },
  ],
};

/** How a revision comes about that the controller can open. */
const SEAL_AGAIN = `once the cause is gone, make a new revision, sealed for this controller:
releaf doctor --sealing-certificate -C HERE > HERE/sealing.pem.new && mv HERE/sealing.pem.new HERE/sealing.pem
releaf renew web --now --force -C HERE
or through a pull request:
releaf renew web --force -C HERE
then apply dist/web.k8s.yaml: a new spec makes the controller try again`;

/** A cluster with the controller, the namespace and the Deployment, and without GitOps. */
function cluster(): StandIn {
  const api = new StandIn();
  const list = (...resources: object[]) => ({ resources });
  api.put('/version', { gitVersion: 'v1.34.1' });
  api.put(
    '/apis/certificates.k8s.io/v1',
    list({ name: 'certificatesigningrequests', kind: 'CertificateSigningRequest' }),
  );
  api.put(
    '/apis/apps/v1',
    list(
      { name: 'deployments', kind: 'Deployment', namespaced: true },
      { name: 'deployments/status', kind: 'Deployment', namespaced: true },
    ),
  );
  api.put('/api/v1/namespaces/shop', { metadata: { name: 'shop' } });
  api.put(SERVICE, { spec: { ports: [{ name: 'http' }] } });
  api.texts.set(CERT_PEM, SEALING_CERTIFICATE);
  api.put(DEPLOYMENT, { kind: 'Deployment', metadata: { name: 'web' } });
  return api;
}

/** Puts the Secret there with the certificate of a revision of the state. */
function putSecret(
  api: StandIn,
  pem: string,
  metadata: KubernetesObject['metadata'] = OWNED_BY_SEALED_SECRET,
  type = 'kubernetes.io/tls',
  others: Readonly<Record<string, string>> = {},
): void {
  const data = {
    ...others,
    'tls.crt': Buffer.from(pem).toString('base64'),
    'tls.key': SECRET_VALUE,
  };
  const applied = {
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data }),
  };
  api.put(SECRET, {
    type,
    data,
    metadata: { ...metadata, annotations: { ...applied, ...metadata.annotations } },
  });
}

const OTHERS = { password: SECRET_VALUE, 'ca.crt': SECRET_VALUE };

const SEALED_SECRET = '/apis/bitnami.com/v1alpha1/namespaces/shop/sealedsecrets/web-tls';

function putSealedSecret(api: StandIn, status: 'True' | 'False', message?: string): void {
  api.put(SEALED_SECRET, { status: { conditions: [{ type: 'Synced', status, message }] } });
}

const certificateOf = (files: Files, number: number): string =>
  files[`certificates/web/${number}/certificate.pem`] ?? '';

/** Puts the pending request there, as GitOps does from `dist/`. */
function putRequest(
  api: StandIn,
  files: Files,
  change: Partial<SigningRequestObject['spec']> = {},
): string {
  const object = signingRequestObject('web', readRevision(folderOf(files), 'web', 1));
  api.apply({ ...object, spec: { ...object.spec, ...change } }, 'mallory');
  return object.metadata.name;
}

async function diagnosed(files: Files, api: StandIn, argv: readonly string[] = [], now = NOW) {
  const root = folderOf(files);
  const all = ['doctor', ...argv, '-C', root];
  const here = (out: string) => out.replaceAll(root, 'HERE');
  const text = await releaf(all, { now, openCluster: api.open });
  const json = await releaf([...all, '--json'], { now, openCluster: api.open });
  expect([text.stderr, json.stderr]).toEqual(['', '']);
  expect(json.status).toBe(text.status);
  expect(filesIn(root)).toEqual(files);
  expect(api.calls.filter(({ verb, path }) => verb !== 'get' && !path.includes('reviews'))).toEqual(
    [],
  );
  for (const { stdout } of [text, json]) expect(stdout).not.toContain(SECRET_VALUE);
  const { findings, ...rest } = JSON.parse(here(json.stdout)) as {
    readonly findings: readonly Told[];
    readonly failures: number;
  };
  return { status: text.status, text: here(text.stdout), findings, rest };
}

/** A finding as machines get it. */
type Told = Omit<Finding, 'next'> & { readonly next?: string };

interface Situation {
  readonly in: State;
  readonly when?: (api: StandIn, files: Files) => unknown;
  readonly argv?: readonly string[];
  readonly config?: (text: string) => string;
  readonly now?: Date;
  /** How lines begin: level, check and certificate, message; and what is next. */
  readonly says: readonly (readonly [start: string, next?: string])[];
  readonly status?: number;
}

const missing = (
  verb: 'get' | 'create' | 'update' | 'approve',
  resource: string,
  more: { group?: string; subresource?: string; namespace?: string } = {},
) => ({ verb, on: { group: '', resource, ...more } });

const situations: Record<string, Situation> = {
  'a new certificate in a cluster that is ready for it': {
    in: 'nothing',
    status: 0,
    says: [
      ['ok api server: answers: Kubernetes v1.34.1'],
      ['ok request api: certificates.k8s.io/v1 certificatesigningrequests is served'],
      ['ok rights: you may create, read and approve requests for example.com/internal'],
      [
        'warning signer web: example.com/internal: releaf does not know its rules',
        'compare releaf explain NAME',
      ],
      [
        'ok sealing: sealing.pem is the newest certificate of kube-system/sealed-secrets-controller',
      ],
      ['ok argo cd: is not in this cluster'],
      ['ok flux: is not in this cluster'],
      ['ok namespace: shop is there'],
      ['ok secret web: shop/web-tls is not there; it comes with the certificate'],
      ['ok restart web: Deployment shop/web is there'],
    ],
  },
  'no certificates API': {
    in: 'nothing',
    when: (api) => {
      api.remove('/apis/certificates.k8s.io/v1');
    },
    says: [
      ['failure request api: certificates.k8s.io/v1 certificatesigningrequests is not served'],
    ],
  },
  'rights are missing': {
    in: 'pending',
    status: 0,
    when: (api, files) => {
      putRequest(api, files);
      api.missing = [
        missing('create', 'certificatesigningrequests', { group: 'certificates.k8s.io' }),
        missing('update', 'certificatesigningrequests', {
          group: 'certificates.k8s.io',
          subresource: 'approval',
        }),
        { verb: 'approve', on: { group: 'certificates.k8s.io', resource: 'signers' } },
      ];
    },
    says: [
      [
        'warning rights: you may not update certificatesigningrequests.certificates.k8s.io/approval (for approve and renew --now), approve signers.certificates.k8s.io example.com/internal (for approve and renew --now)',
        `missing in a ClusterRole:
- apiGroups:
    - certificates.k8s.io
  resources:
    - certificatesigningrequests/approval
  verbs:
    - update
- apiGroups:
    - certificates.k8s.io
  resources:
    - signers
  resourceNames:
    - example.com/internal
  verbs:
    - approve`,
      ],
      ['ok rights: renew --now is not yours (create); fine if you only approve'],
    ],
  },
  'the right to create requests alone is missing': {
    in: 'pending',
    status: 0,
    when: (api, files) => {
      putRequest(api, files);
      api.missing = [
        missing('create', 'certificatesigningrequests', { group: 'certificates.k8s.io' }),
      ];
    },
    says: [
      [
        'ok rights: you may read and approve requests for example.com/internal; renew --now is not yours (create); fine if you only approve',
      ],
    ],
  },
  'checks that take a right that is missing': {
    in: 'nothing',
    status: 0,
    when: (api) => {
      api.missing = [
        missing('get', 'secrets'),
        missing('get', 'namespaces'),
        missing('get', 'services', { subresource: 'proxy' }),
        missing('get', 'deployments', { group: 'apps' }),
      ];
    },
    says: [
      ['warning sealing: not checked: you may not get services/proxy', 'missing in a Role'],
      [
        'warning namespace: not checked: you may not get namespaces shop',
        'missing in a ClusterRole',
      ],
      [
        'warning secret web: not checked: you may not get secrets web-tls in shop',
        'missing in a Role',
      ],
      ['warning restart web: not checked: you may not get deployments.apps web in shop', 'missing'],
    ],
  },
  'kubelet-serving on EKS': {
    in: 'nothing',
    config: (text) =>
      text.replace(
        'signer: example.com/internal',
        "signer: kubernetes.io/kubelet-serving\n    commonName: 'system:node:web'\n    subject: { organizations: ['system:nodes'] }",
      ),
    when: (api) => {
      api.put('/version', { gitVersion: 'v1.33.5-eks-3abbec1' });
    },
    says: [
      [
        'failure signer web: kubernetes.io/kubelet-serving: EKS (v1.33.5-eks-3abbec1) signs it for its nodes only',
        'signer: beta.eks.amazonaws.com/app-serving',
      ],
    ],
  },
  'a local signer': {
    in: 'nothing',
    status: 0,
    config: (text) => text.replace('example.com/internal', 'local'),
    says: [['ok signer web: local: releaf sign signs, the cluster is not asked']],
  },
  'the request is not there': {
    in: 'pending',
    status: 0,
    says: [['warning request web: web-1-', 'apply dist/web.k8s.yaml, or see why GitOps has not']],
  },
  'the request waits': {
    in: 'pending',
    status: 0,
    when: (api, files) => putRequest(api, files),
    says: [['ok request web: web-1-', 'releaf approve web -C HERE']],
  },
  'the request has another spec under its name': {
    in: 'pending',
    when: (api, files) => putRequest(api, files, { expirationSeconds: 31_536_000 }),
    says: [['failure request web: web-1-', 'do not approve it:\nkubectl delete csr web-1-']],
  },
  'the request is approved and nobody signs': {
    in: 'pending',
    status: 0,
    when: (api, files) => {
      api.condition(putRequest(api, files), 'Approved', 'ByHand', '');
    },
    says: [['warning request web: web-1-', 'releaf fetch web --wait 5m']],
  },
  'the request was denied': {
    in: 'pending',
    when: (api, files) => {
      api.condition(putRequest(api, files), 'Denied', 'NotOurs', 'who is this');
    },
    says: [['failure request web: web-1-', 'settle why, then:\nreleaf renew web --force']],
  },
  'the signer refused': {
    in: 'pending',
    when: (api, files) => {
      api.condition(putRequest(api, files), 'Failed', 'SignerValidationFailure', 'usages');
    },
    says: [
      ['failure request web: web-1-', 'correct what it names, then:\nreleaf renew web --force'],
    ],
  },
  'the request is signed': {
    in: 'pending',
    status: 0,
    when: (api, files) => {
      api.condition(putRequest(api, files), 'Approved', 'ByHand', '');
      api.signer = () => ({ certificate: 'not looked at here' });
    },
    says: [['ok request web: web-1-', 'releaf fetch web']],
  },
  'no Sealed Secrets controller': {
    in: 'nothing',
    when: (api) => {
      api.remove(SERVICE);
    },
    says: [
      [
        'failure sealing: kube-system/sealed-secrets-controller: there is no such Service',
        'install it, or say where it is: --controller-name NAME',
      ],
    ],
  },
  'the Sealed Secrets controller under another name': {
    in: 'nothing',
    status: 0,
    argv: ['--controller-name', 'sealed', '--controller-namespace', 'vault'],
    when: (api) => {
      api.remove(SERVICE);
      api.put('/api/v1/namespaces/vault/services/sealed', { spec: { ports: [{}] } });
      api.texts.set(
        '/api/v1/namespaces/vault/services/http:sealed:/proxy/v1/cert.pem',
        SEALING_CERTIFICATE,
      );
    },
    says: [['ok sealing: sealing.pem is the newest certificate of vault/sealed']],
  },
  'the Sealed Secrets controller has a certificate that cannot be used': {
    in: 'nothing',
    when: (api) => {
      api.texts.set(CERT_PEM, ca.certificate.pem);
    },
    says: [
      [
        'failure sealing: the answer of kube-system/sealed-secrets-controller: the key is ec, Sealed Secrets needs RSA',
        'see its log',
      ],
    ],
  },
  'the sealing certificate of the folder is missing': {
    in: 'nothing',
    config: (text) => text.replace('sealing.pem', 'other.pem'),
    says: [
      [
        'failure sealing: other.pem: there is no such file',
        'releaf doctor --sealing-certificate -C HERE > HERE/other.pem.new && mv HERE/other.pem.new HERE/other.pem',
      ],
    ],
  },
  'Argo CD leaves requests out': {
    in: 'nothing',
    status: 0,
    when: (api) => {
      api.put('/apis/argoproj.io/v1alpha1', { resources: [{ name: 'applications' }] });
      api.put(ARGO_CD, {
        data: {
          'resource.exclusions':
            "- apiGroups: ['certificates.k8s.io']\n  kinds: [CertificateSigningRequest]\n  clusters: ['*']\n",
        },
      });
    },
    says: [
      [
        'warning argo cd: leaves CertificateSigningRequests out (resource.exclusions in ConfigMap argocd/argocd-cm)',
        'create the request without Argo CD:\nreleaf renew web --now -C HERE\nor apply it by hand:\nkubectl apply -f HERE/dist/web.k8s.yaml\n',
      ],
    ],
  },
  'Argo CD without its settings': {
    in: 'nothing',
    status: 0,
    when: (api) => {
      api.put('/apis/argoproj.io/v1alpha1', { resources: [{ name: 'applications' }] });
    },
    says: [['warning argo cd: is here, but there is no ConfigMap', 'say where it is: --argocd-']],
  },
  'Flux, and Argo Workflows but no Argo CD': {
    in: 'nothing',
    status: 0,
    when: (api) => {
      api.put('/apis/kustomize.toolkit.fluxcd.io/v1', { resources: [{ name: 'kustomizations' }] });
      api.put('/apis/argoproj.io/v1alpha1', { resources: [{ name: 'workflows' }] });
    },
    says: [['ok argo cd: is not in this cluster'], ['ok flux: is here']],
  },
  'no namespace': {
    in: 'nothing',
    when: (api) => {
      api.remove('/api/v1/namespaces/shop');
    },
    says: [['failure namespace: shop is not there', 'kubectl create namespace shop']],
  },
  'an issued certificate that never arrived': {
    in: 'issued',
    status: 0,
    says: [
      ['warning sealed secret web: shop/web-tls is not in the cluster', 'apply dist/web.k8s.yaml'],
      [
        'warning secret web: shop/web-tls is not there, although revision 1 is issued',
        'apply dist/web.k8s.yaml',
      ],
      [
        'warning restart web: Deployment shop/web does not have what app.yaml says yet: restart.releaf.dev/web in spec.template.metadata.annotations',
        'apply app.yaml',
      ],
    ],
  },
  'a SealedSecret that was refused, and no Secret': {
    in: 'issued',
    when: (api) => {
      putSealedSecret(api, 'False', 'failed update');
    },
    says: [
      [
        'failure sealed secret web: shop/web-tls was refused by the controller: failed update',
        'once the cause is gone:\nkubectl delete sealedsecret -n shop web-tls\nthen apply dist/web.k8s.yaml again',
      ],
      [
        'warning secret web: shop/web-tls is not there, although revision 1 is issued',
        'the line on the SealedSecret says why',
      ],
    ],
  },
  'a SealedSecret that was sealed for another controller, and no Secret': {
    in: 'issued',
    when: (api) => {
      putSealedSecret(api, 'False', 'no key could decrypt secret (tls.key)');
    },
    says: [
      [
        'failure sealed secret web: shop/web-tls was refused by the controller: no key could decrypt secret (tls.key)',
        `${SEAL_AGAIN}\nor, once the controller has the key again that this was sealed for:\nkubectl delete sealedsecret -n shop web-tls\nthen apply dist/web.k8s.yaml again`,
      ],
    ],
  },
  'a SealedSecret that was refused, whose Secret serves the revision before': {
    in: 'renewed',
    now: daysAfter(26),
    when: (api, files) => {
      putSealedSecret(api, 'False', 'no key could decrypt secret (tls.key)');
      putSecret(api, certificateOf(files, 1));
    },
    says: [
      [
        'failure sealed secret web: shop/web-tls was refused by the controller: no key could decrypt secret (tls.key); the Secret still holds what it held',
        `do not delete the SealedSecret: the Secret would go with it\n${SEAL_AGAIN}`,
      ],
      [
        'warning secret web: shop/web-tls holds revision 1 (serial ',
        'the line on the SealedSecret says why',
      ],
    ],
  },
  'a SealedSecret that nobody looked at': {
    in: 'issued',
    status: 0,
    when: (api) => {
      api.put(SEALED_SECRET, {});
    },
    says: [
      ['warning sealed secret web: shop/web-tls has not been looked at', 'see whether the Sealed'],
    ],
  },
  'all is applied': {
    in: 'issued',
    status: 0,
    when: (api, files) => {
      putSealedSecret(api, 'True');
      putSecret(api, certificateOf(files, 1));
      const value = /restart\.releaf\.dev\/web: "(\w+)"/.exec(files['app.yaml']!)![1]!;
      api.put(DEPLOYMENT, {
        metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
        spec: { template: { metadata: { annotations: { 'restart.releaf.dev/web': value } } } },
      });
    },
    says: [
      ['ok sealed secret web: shop/web-tls was opened by the controller'],
      ['ok secret web: shop/web-tls is made by its SealedSecret'],
      ['ok secret web: shop/web-tls holds revision 1 (serial '],
      ['ok restart web: Deployment shop/web is as app.yaml says; shows managed by Helm'],
    ],
  },
  'the Secret holds the revision before': {
    in: 'renewed',
    now: daysAfter(26),
    status: 0,
    when: (api, files) => {
      putSecret(api, certificateOf(files, 1));
    },
    says: [
      ['warning secret web: shop/web-tls holds revision 1 (serial ', 'apply dist/web.k8s.yaml'],
    ],
  },
  'the Secret holds an expired certificate, and a newer one is committed': {
    in: 'renewed',
    now: daysAfter(40),
    when: (api, files) => {
      putSecret(api, certificateOf(files, 1));
    },
    says: [
      [
        'failure secret web: shop/web-tls holds a certificate that has expired (serial ',
        'apply dist/web.k8s.yaml',
      ],
    ],
  },
  'the Secret holds the current certificate, and it has expired': {
    in: 'issued',
    now: daysAfter(31),
    when: (api, files) => {
      putSecret(api, certificateOf(files, 1));
    },
    says: [
      [
        'failure secret web: shop/web-tls holds a certificate that has expired (serial ',
        'releaf renew web --now',
      ],
    ],
  },
  'a Secret that MinIO made, before the first certificate': {
    in: 'nothing',
    when: (api) => {
      putSecret(api, ca.certificate.pem, OWNED_BY_TENANT);
    },
    says: [
      [
        'failure secret web: shop/web-tls belongs to Tenant kes-tenant; the Sealed Secrets controller refuses',
        'better give the certificate a Secret of its own (secret.name)',
      ],
      ['ok secret web: shop/web-tls holds a certificate (serial '],
    ],
  },
  'a Secret that somebody applied': {
    in: 'issued',
    when: (api, files) => {
      putSecret(api, certificateOf(files, 1), {});
    },
    says: [
      [
        'failure secret web: shop/web-tls belongs to nobody that it shows',
        'kubectl delete sealedsecret -n shop web-tls --ignore-not-found\nkubectl annotate secret -n shop web-tls sealedsecrets.bitnami.com/managed=true\nthen apply dist/web.k8s.yaml again',
      ],
    ],
  },
  'a Secret that may be taken over': {
    in: 'issued',
    status: 0,
    when: (api, files) => {
      const annotations = { 'sealedsecrets.bitnami.com/managed': 'true' };
      putSecret(api, certificateOf(files, 1), { ...OWNED_BY_TENANT, annotations });
    },
    says: [
      [
        'ok secret web: shop/web-tls may be taken over: sealedsecrets.bitnami.com/managed is true; Tenant kes-tenant owns it no longer then',
      ],
    ],
  },
  'a Secret of another type': {
    in: 'issued',
    when: (api, files) => {
      putSecret(api, certificateOf(files, 1), OWNED_BY_SEALED_SECRET, 'Opaque');
    },
    says: [
      [
        'failure secret web: shop/web-tls is of type Opaque, the config says kubernetes.io/tls',
        'in the config: secret.type: Opaque',
      ],
    ],
  },
  'a Secret that holds no certificate': {
    in: 'issued',
    status: 0,
    when: (api) => {
      api.put(SECRET, {
        type: 'kubernetes.io/tls',
        metadata: OWNED_BY_SEALED_SECRET,
        data: { 'public.crt': '', 'private.key': SECRET_VALUE },
      });
    },
    says: [['warning secret web: shop/web-tls has no tls.crt; it holds private.key, public.crt']],
  },
  'a Secret whose certificate is none': {
    in: 'nothing',
    when: (api) => {
      putSecret(api, 'x', {});
    },
    says: [
      ['failure secret web: shop/web-tls belongs to nobody that it shows'],
      ['warning secret web: tls.crt of Secret shop/web-tls holds no PEM block'],
    ],
  },
  'a certificate that is of no revision': {
    in: 'issued',
    status: 0,
    when: (api) => {
      putSecret(api, ca.certificate.pem);
    },
    says: [['warning secret web: shop/web-tls holds a certificate (serial ', 'apply dist/']],
  },
  'a Secret of somebody else that holds the revision before': {
    in: 'renewed',
    now: daysAfter(26),
    when: (api, files) => {
      putSecret(api, certificateOf(files, 1), OWNED_BY_TENANT);
    },
    says: [
      [
        'warning secret web: shop/web-tls holds revision 1 (serial ',
        'the line above says what to do first',
      ],
    ],
  },
  'a Secret that may be taken over, with more in it': {
    in: 'nothing',
    status: 0,
    when: (api) => {
      const annotations = { 'sealedsecrets.bitnami.com/managed': 'true' };
      putSecret(api, ca.certificate.pem, { annotations }, 'kubernetes.io/tls', OTHERS);
    },
    says: [
      [
        "warning secret web: shop/web-tls has items that releaf does not write, and that will be removed from it when releaf's is applied: ca.crt, password",
        'move them elsewhere first if somebody reads them',
      ],
    ],
  },
  'a Secret of somebody else with more in it, where SOPS seals': {
    in: 'nothing',
    status: 0,
    config: (text) => text.replace(/sealing: .*/, 'sealing: { type: sops }'),
    when: (api) => {
      putSecret(api, ca.certificate.pem, {}, 'kubernetes.io/tls', OTHERS);
    },
    says: [
      [
        'warning secret web: shop/web-tls has items that releaf does not write, and that may be removed',
        'move them elsewhere',
      ],
    ],
  },
  'a Secret that may be written into': {
    in: 'nothing',
    status: 0,
    when: (api) => {
      const annotations = { 'sealedsecrets.bitnami.com/patch': 'true' };
      putSecret(api, ca.certificate.pem, { ...OWNED_BY_TENANT, annotations });
    },
    says: [['ok secret web: shop/web-tls may be written into: sealedsecrets.bitnami.com/patch']],
  },
  'what restarts is made by somebody else': {
    in: 'issued',
    status: 0,
    when: (api) => {
      api.put(DEPLOYMENT, { metadata: OWNED_BY_TENANT });
    },
    says: [
      [
        'warning restart web: Deployment shop/web is made by Tenant kes-tenant',
        'restart through what made it: name its file',
      ],
    ],
  },
  'a file that the config names is not there': {
    in: 'nothing',
    config: (text) => text.replace('file: app.yaml', 'file: tenant.yaml'),
    says: [
      [
        'failure restart web: tenant.yaml: there is no such file',
        'put it there, or correct its name in restart and references of web in the config',
      ],
    ],
  },
  'what restarts is not there': {
    in: 'issued',
    status: 0,
    when: (api) => {
      api.remove(DEPLOYMENT);
    },
    says: [
      ['warning restart web: Deployment shop/web (app.yaml) is not in the cluster', 'apply app'],
    ],
  },
  'what restarts is of a kind that the cluster lacks': {
    in: 'issued',
    status: 0,
    when: (api) => {
      api.remove('/apis/apps/v1');
    },
    says: [['warning restart web: Deployment shop/web (app.yaml): this cluster has no Deployment']],
  },
};

it.each(Object.entries(situations))('tells of: %s', async (_, situation) => {
  const { config = (text: string) => text, when, argv, now } = situation;
  const files = { ...states[situation.in] };
  files['releaf.yaml'] = config(files['releaf.yaml'] ?? '');
  const api = cluster();
  when?.(api, files);
  const { findings, text, status, rest } = await diagnosed(files, api, argv, now);
  expect(status).toBe(situation.status ?? 1);
  expect(rest.failures).toBe(findings.filter(({ level }) => level === 'failure').length);
  expect(rest.failures > 0).toBe(status === 1);
  const lines = findings.map(({ level, check, certificate, message, next = '' }) => ({
    line: `${level} ${[check, certificate].filter(Boolean).join(' ')}: ${message}`,
    next,
  }));
  for (const [start, next = ''] of situation.says) {
    const beginnings = lines.map((one) => [
      one.line.slice(0, start.length),
      one.next.slice(0, next.length),
    ]);
    expect(beginnings).toContainEqual([start, next]);
  }
  for (const { next } of lines) {
    for (const line of next.split('\n').filter(Boolean))
      expect(text).toContain(`\n         ${line}`);
  }
});

describe('the request that is not the committed one', () => {
  it('is told field by field, with who made it and why another apply does not help', async () => {
    const api = cluster();
    putRequest(api, states.pending, { expirationSeconds: 31_536_000 });
    const { findings } = await diagnosed(states.pending, api);
    expect(findings.find(({ check }) => check === 'request')?.message).toMatch(
      /^web-1-\w{8} in the cluster is not the committed request, made by mallory: spec\.expirationSeconds: 31536000 \(365d\), committed: 7776000 \(90d\); the API server keeps the spec with which a name was created, so to apply it again changes nothing$/,
    );
  });
});

it('shows a line for each finding, the next step below it, and the sum', async () => {
  const api = cluster();
  api.remove('/api/v1/namespaces/shop');
  const { text } = await diagnosed(states.nothing, api);
  const lines = text.split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'context stand-in, https://stand-in.invalid:6443',
    '',
    'ok       api server   answers: Kubernetes v1.34.1',
  ]);
  expect(text).toContain(`
failure  namespace    shop is not there, so no Secret can be
         kubectl create namespace shop
ok       secret web   shop/web-tls is not there; it comes with the certificate
`);
  expect(lines.slice(-3)).toEqual(['', '1 failure, 1 warning, 8 ok', '']);
});

it('gives machines context, server, findings and the number of failures', async () => {
  const { rest, findings } = await diagnosed(states.nothing, cluster());
  expect(rest).toEqual({
    context: 'stand-in',
    server: 'https://stand-in.invalid:6443',
    failures: 0,
  });
  expect(findings[0]).toEqual({
    level: 'ok',
    check: 'api server',
    message: 'answers: Kubernetes v1.34.1',
  });
});

it.each(['CLUSTER_UNREACHABLE', 'CLUSTER_UNAUTHENTICATED'] as const)(
  'ends with %s',
  async (code) => {
    const api = cluster();
    api.before = ({ path }) => {
      if (path === '/api/v1/namespaces/shop') throw new ReleafError(code, 'gone', 'look');
    };
    const ran = await releaf(['doctor', '-C', folderOf(states.nothing)], { openCluster: api.open });
    expect(ran).toEqual({ status: 1, stdout: '', stderr: `error ${code}: gone\n  look\n` });
  },
);

describe('what the cluster says', () => {
  const EVIL = 'x\nkubectl create clusterrolebinding pwn\u001b[2J\u202e';
  const SHOWN = 'x\\u{0a}kubectl create clusterrolebinding pwn\\u{1b}[2J\\u{202e}';
  const owned = {
    ownerReferences: [{ apiVersion: EVIL, kind: EVIL, name: EVIL, controller: true }],
  };

  it.each<[string, State, (api: StandIn, files: Files) => unknown, string]>([
    [
      'an owner of the Secret',
      'nothing',
      (api) => {
        putSecret(api, ca.certificate.pem, owned);
      },
      `belongs to ${SHOWN} ${SHOWN};`,
    ],
    [
      'an annotation',
      'nothing',
      (api) => {
        const annotations = { 'meta.helm.sh/release-name': EVIL };
        putSecret(api, ca.certificate.pem, { annotations });
      },
      `belongs to Helm release ${SHOWN};`,
    ],
    [
      'the type of the Secret',
      'issued',
      (api, files) => {
        putSecret(api, certificateOf(files, 1), {}, EVIL);
      },
      `is of type ${SHOWN}, `,
    ],
    [
      'the keys of the Secret',
      'issued',
      (api) => {
        api.put(SECRET, { data: { [EVIL]: '' } });
      },
      `it holds ${SHOWN}`,
    ],
    [
      'the reason of the controller',
      'issued',
      (api) => {
        putSealedSecret(api, 'False', EVIL);
      },
      `was refused by the controller: ${SHOWN}`,
    ],
    [
      'the reason of a denial',
      'pending',
      (api, files) => {
        api.condition(putRequest(api, files), 'Denied', EVIL, EVIL);
      },
      `was denied (${SHOWN}: ${SHOWN})`,
    ],
    [
      'who made the request',
      'pending',
      (api, files) => {
        const object = signingRequestObject('web', readRevision(folderOf(files), 'web', 1));
        api.apply({ ...object, spec: { ...object.spec, expirationSeconds: 600 } }, EVIL);
      },
      `made by ${SHOWN}: `,
    ],
    [
      'the owner of what restarts',
      'issued',
      (api) => {
        api.put(DEPLOYMENT, { metadata: owned });
      },
      `is made by ${SHOWN} ${SHOWN}, `,
    ],
    [
      'the name of a resource',
      'nothing',
      (api) => {
        api.put('/apis/apps/v1', { resources: [{ name: EVIL, kind: 'Deployment' }] });
      },
      'this cluster has no Deployment of apps/v1',
    ],
    [
      'the version',
      'nothing',
      (api) => {
        api.put('/version', { gitVersion: EVIL });
      },
      `Kubernetes ${SHOWN}`,
    ],
  ])('stays in one line, and out of what to paste: %s', async (_, state, when, message) => {
    const api = cluster();
    when(api, states[state]);
    const { text, findings } = await diagnosed(states[state], api);
    expect(findings.map((finding) => finding.message).join('\n')).toContain(message);
    expect(text).toContain(message);
    expect(text).not.toMatch(/^ *kubectl create clusterrolebinding/m);
    expect(findings.map(({ next }) => next ?? '').join('\n')).not.toContain('clusterrolebinding');
    for (const out of [text, JSON.stringify(findings)]) {
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it.each<[string, State, ResourceAddress | string, object]>([
    ['a version that is a number', 'nothing', '/version', { gitVersion: 5 }],
    ['resources that are null', 'nothing', '/apis/certificates.k8s.io/v1', { resources: [null] }],
    ['resources that are none', 'nothing', '/apis/apps/v1', { resources: { a: 1 } }],
    ['items that are no text', 'issued', SECRET, { data: { 'tls.crt': 5, 'tls.key': null } }],
    ['data that is a list', 'issued', SECRET, { data: [1], type: 7, metadata: 'x' }],
    ['owners that are no list', 'issued', SECRET, { metadata: { ownerReferences: {} } }],
    [
      'owners that are null',
      'issued',
      SECRET,
      { metadata: { ownerReferences: [null, 5, {}], annotations: [null], labels: 7 } },
    ],
    ['no conditions', 'issued', SEALED_SECRET, { status: { conditions: [null, { type: 1 }] } }],
    ['a status of null', 'issued', SEALED_SECRET, { status: null }],
    ['a workload', 'issued', DEPLOYMENT, { metadata: { ownerReferences: 1 }, spec: [null] }],
    ['ports that are none', 'nothing', SERVICE, { spec: { ports: { a: 1 } } }],
    ['a port of null', 'nothing', SERVICE, { spec: { ports: [null] } }],
  ])('may be of any shape: %s', async (_, state, path, object) => {
    const api = cluster();
    api.put(path, object);
    const { findings } = await diagnosed(states[state], api);
    expect(findings.length).toBeGreaterThanOrEqual(8);
    expect(findings.map(({ message }) => message).join('\n')).not.toContain('could not be judged');
  });

  it.each<[string, unknown]>([
    ['no list of settings', { 'resource.exclusions': 5 }],
    ['no settings', 7],
  ])('may be of any shape: %s of Argo CD', async (_, data) => {
    const api = cluster();
    api.put('/apis/argoproj.io/v1alpha1', { resources: [{ name: 'applications' }] });
    api.put(ARGO_CD, { data });
    const { findings } = await diagnosed(states.nothing, api);
    const found = findings.find(({ check }) => check === 'argo cd');
    expect(found?.message).toBe('is here, and applies CertificateSigningRequests');
  });

  it('fails the one check that cannot judge it, and no other', async () => {
    const api = cluster();
    api.before = ({ path }) => {
      if (path === '/api/v1/namespaces/shop') throw new TypeError('odd\nis not a function');
    };
    const { findings, status } = await diagnosed(states.nothing, api);
    expect(status).toBe(1);
    expect(findings.filter(({ level }) => level === 'failure')).toEqual([
      {
        level: 'failure',
        check: 'namespace',
        message: 'could not be judged: odd\\u{0a}is not a function',
      },
    ]);
    expect(findings.length).toBeGreaterThanOrEqual(10);
  });
});

describe('what to paste', () => {
  const KUBECTL = "kubectl --kubeconfig 'a b/config' --context prod";

  it('is for the folder and the cluster of this run, and quoted', async () => {
    const api = cluster();
    api.remove('/api/v1/namespaces/shop');
    putSecret(api, certificateOf(states.issued, 1), {});
    api.put('/apis/argoproj.io/v1alpha1', { resources: [{ name: 'applications' }] });
    api.put(ARGO_CD, { data: { 'resource.exclusions': '- {}' } });
    const config = states.issued['releaf.yaml']!.replace('sealing.pem', '$(id) s.pem');
    const files = { ...states.issued, 'releaf.yaml': config };
    const argv = ['--kubeconfig', 'a b/config', '--context', 'prod'];
    const { findings } = await diagnosed(files, api, argv);
    const next = findings.map((finding) => finding.next ?? '').join('\n');
    const flags = "-C HERE --kubeconfig 'a b/config' --context prod";
    expect(next.split('\n').filter((line) => /^(?:kubectl|releaf) /.test(line))).toEqual([
      `releaf doctor --sealing-certificate ${flags} > 'HERE/$(id) s.pem.new' && mv 'HERE/$(id) s.pem.new' 'HERE/$(id) s.pem'`,
      `releaf renew web --now ${flags}`,
      `${KUBECTL} apply -f HERE/dist/web.k8s.yaml`,
      `${KUBECTL} create namespace shop`,
      `${KUBECTL} delete sealedsecret -n shop web-tls --ignore-not-found`,
      `${KUBECTL} annotate secret -n shop web-tls sealedsecrets.bitnami.com/managed=true`,
    ]);
  });

  it('names the controller where a newer sealing certificate is to be had', async () => {
    const api = cluster();
    api.put('/api/v1/namespaces/v/services/s', { spec: { ports: [{}] } });
    const newer = anotherSealingCertificate();
    api.texts.set('/api/v1/namespaces/v/services/http:s:/proxy/v1/cert.pem', newer);
    const argv = ['--controller-name', 's', '--controller-namespace', 'v'];
    const { findings } = await diagnosed(states.nothing, api, argv);
    const found = findings.find(({ check }) => check === 'sealing');
    expect(found?.level).toBe('warning');
    expect(found?.message).toMatch(
      /^sealing\.pem \(from \S+, SHA-256 \w{16}…\) is not the newest certificate of v\/s \(from \S+, SHA-256 \w{16}…\): it is older, or not of this controller at all, /,
    );
    expect(found?.next).toBe(
      'releaf doctor --sealing-certificate --controller-name s --controller-namespace v -C HERE > HERE/sealing.pem.new && mv HERE/sealing.pem.new HERE/sealing.pem\nreleaf renew -C HERE',
    );
  });

  it('is told once where the Secret of a refused SealedSecret belongs to others', async () => {
    const api = cluster();
    putSealedSecret(api, 'False', 'no key could decrypt secret (tls.key)');
    putSecret(api, certificateOf(states.issued, 1), OWNED_BY_TENANT);
    const { findings } = await diagnosed(states.issued, api);
    const told = findings.filter(({ level }) => level === 'failure').map(({ next }) => next);
    expect(told).toEqual([
      'the line on the Secret says what to do',
      expect.stringContaining('kubectl delete sealedsecret -n shop web-tls') as string,
    ]);
  });

  it('does not delete a SealedSecret whose Secret may not be read', async () => {
    const api = cluster();
    putSealedSecret(api, 'False', 'no key could decrypt secret (tls.key)');
    api.missing = [missing('get', 'secrets')];
    const { findings } = await diagnosed(states.issued, api);
    expect(findings.find(({ check }) => check === 'sealed secret')?.next).toBe(
      `do not delete it: a Secret that it made would go with it\n${SEAL_AGAIN}`,
    );
  });

  it.each<[string, KubernetesObject['metadata']]>([
    ['controls', OWNED_BY_SEALED_SECRET],
    [
      'owns with others',
      {
        ownerReferences: [
          { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'web-tls' },
          ...OWNED_BY_TENANT.ownerReferences,
        ],
      },
    ],
  ])('deletes no SealedSecret that %s the Secret', async (_, owners) => {
    const api = cluster();
    putSealedSecret(api, 'False', 'failed update');
    putSecret(api, certificateOf(states.issued, 1), owners);
    const { text } = await diagnosed(states.issued, api);
    expect(text).toContain('do not delete the SealedSecret: the Secret would go with it');
    expect(text).not.toContain('delete sealedsecret');
  });

  it('says nothing of other items in a Secret that is ours', async () => {
    const api = cluster();
    const pem = certificateOf(states.issued, 1);
    putSecret(api, pem, OWNED_BY_SEALED_SECRET, 'kubernetes.io/tls', OTHERS);
    const { text } = await diagnosed(states.issued, api);
    expect(text).not.toContain('ca.crt');
  });

  it('tells that a certificate is of none of the revisions that are left', async () => {
    const api = cluster();
    putSecret(api, ca.certificate.pem);
    const { findings } = await diagnosed(states.issued, api);
    expect(findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /^shop\/web-tls holds a certificate \(serial .*\) that is none of the revisions in this folder \(older ones are removed\), not revision 1 \(/,
      ),
    );
  });

  it.each<[string, () => string, string]>([
    ['is not RSA', () => ca.certificate.pem, 'the key is ec, Sealed Secrets needs RSA'],
    ['is no PEM', () => 'x', 'holds no PEM block'],
  ])('gets another sealing certificate where the one of the folder %s', async (_, pem, problem) => {
    const api = cluster();
    api.missing = [missing('get', 'services', { subresource: 'proxy' })];
    const { findings } = await diagnosed({ ...states.nothing, 'sealing.pem': pem() }, api);
    const [found] = findings.filter(({ check }) => check === 'sealing');
    expect(found).toMatchObject({
      level: 'failure',
      message: expect.stringContaining(problem) as string,
      next: expect.stringContaining('releaf doctor --sealing-certificate ') as string,
    });
  });
});

describe('doctor --sealing-certificate', () => {
  it('prints the certificate and nothing else, also where there is no config', async () => {
    const root = folderOf({});
    const api = cluster();
    api.texts.set(CERT_PEM, `noise\n${SEALING_CERTIFICATE}${ca.certificate.pem}`);
    const ran = await releaf(['doctor', '--sealing-certificate', '-C', root], {
      openCluster: api.open,
    });
    expect(ran).toEqual({ status: 0, stdout: SEALING_CERTIFICATE, stderr: '' });
    expect(api.calls.map(({ path }) => path)).toEqual([SERVICE, CERT_PEM]);
    expect(filesIn(root)).toEqual({});
  });

  it.each<[string, (api: StandIn) => unknown, string]>([
    [
      'there is no Service',
      (api) => {
        api.remove(SERVICE);
      },
      'there is no such Service',
    ],
    [
      'the Service is another',
      (api) => api.texts.delete(CERT_PEM),
      'gives no /v1/cert.pem: no pod of it runs, or it is not',
    ],
    ['it is no PEM', (api) => api.texts.set(CERT_PEM, '<html>'), 'holds no PEM block'],
    [
      'it is not RSA',
      (api) => api.texts.set(CERT_PEM, ca.certificate.pem),
      'Sealed Secrets needs RSA',
    ],
  ])('prints nothing when %s', async (_, change, message) => {
    const api = cluster();
    change(api);
    const ran = await releaf(['doctor', '--sealing-certificate', '-C', folderOf({})], {
      openCluster: api.open,
    });
    expect([ran.status, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('error SEALING_CERTIFICATE: ');
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain('--controller-name NAME --controller-namespace NAMESPACE');
  });
});

describe('doctor --endpoint', () => {
  const flags: DoctorFlags = {
    endpoint: 'localhost:7373',
    sealingCertificate: false,
    controllerName: 'sealed-secrets-controller',
    controllerNamespace: 'kube-system',
    argocdNamespace: 'argocd',
    json: true,
  };

  async function looked(files: Files, served: string | ReleafError, now: Date) {
    const stdout: string[] = [];
    const asked: unknown[] = [];
    const context: Context = {
      folder: folderOf(files),
      now,
      clock: clockFrom(now),
      randomness: testRandomness,
      cores: 1,
      print: (line) => stdout.push(line),
      note: (line) => stdout.push(line),
      interactive: false,
      colour: false,
      readInput: () => Promise.resolve(Buffer.alloc(0)),
      ignoredByGit,
      untracked,
      unstaged,
      uncommitted,
      committedFiles: () => new Map(),
      repositoryOf: () => undefined,
      forkOf: () => undefined,
      openCluster: cluster().open,
    };
    await runDoctor(context, [], flags, (...args) => {
      asked.push(args);
      return served instanceof ReleafError
        ? Promise.reject(served)
        : Promise.resolve(readCertificates(served, 'served').map(({ pem }) => pem));
    });
    const { findings } = JSON.parse(stdout.join('\n')) as { readonly findings: readonly Told[] };
    return { asked, finding: findings.find(({ check }) => check === 'endpoint') };
  }

  it.each<[string, State, (files: Files) => string | ReleafError, number, string, string | RegExp]>(
    [
      [
        'the current revision',
        'renewed',
        (files) => certificateOf(files, 2),
        26,
        'ok',
        'localhost:7373 serves revision 2 (serial ',
      ],
      [
        'the revision before',
        'renewed',
        (files) => certificateOf(files, 1),
        26,
        'warning',
        'localhost:7373 serves revision 1 (serial ',
      ],
      [
        'an expired one',
        'renewed',
        (files) => certificateOf(files, 1),
        31,
        'failure',
        'localhost:7373 serves a certificate that has expired (serial ',
      ],
      [
        'another one',
        'renewed',
        () => ca.certificate.pem,
        26,
        'failure',
        'localhost:7373 serves another certificate (serial ',
      ],
      [
        'anything before the first is issued',
        'pending',
        () => ca.certificate.pem,
        0,
        'warning',
        'localhost:7373 serves a certificate (serial ',
      ],
      [
        'nothing',
        'issued',
        () => new ReleafError('CLUSTER_UNREACHABLE', 'localhost:7373 refuses'),
        0,
        'failure',
        'localhost:7373 refuses',
      ],
    ],
  )('compares: %s', async (_, state, served, days, level, message) => {
    const { finding, asked } = await looked(states[state], served(states[state]), daysAfter(days));
    expect(finding).toMatchObject({ level, certificate: 'web' });
    expect(finding?.message).toMatch(message);
    expect(asked).toEqual([[{ host: 'localhost', port: 7373 }, { serverName: 'web.example.com' }]]);
  });

  it('is for one certificate', async () => {
    const two = WEB_CONFIG.replace(
      '  web:',
      '  other: &other\n    dnsNames: [other.example.com]\n    signer: local\n    secret: { name: other, namespace: shop }\n    sealing: { type: sealed-secrets, certificate: sealing.pem }\n  web:',
    );
    const root = folderOf({ ...WEB_FILES, 'releaf.yaml': two });
    const ran = await releaf(['doctor', '--endpoint', 'localhost:7373', '-C', root]);
    expect(ran).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'error: --endpoint is for one certificate, this is 2: releaf doctor NAME --endpoint localhost:7373\n',
    });
  });

  it.each([['--endpoint', 'localhost:7373'], ['--sealing-certificate']])(
    'is for one folder: %s',
    async (...flag) => {
      const ran = await releaf(['doctor', ...flag, '-C', 'a', '-C', 'b', '--json']);
      expect(ran.status).toBe(2);
      expect(ran.stderr).toContain(`error: ${flag[0]} is for one folder; run releaf doctor`);
    },
  );

  it('refuses what is no endpoint before it asks the cluster', async () => {
    const root = folderOf(states.nothing);
    const ran = await releaf(['doctor', '--endpoint', 'https://localhost', '-C', root]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('https://localhost is not host:port');
  });
});
