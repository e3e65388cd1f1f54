import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { forbidden } from '../../lib/cluster/forbidden';
import type { Right } from '../../lib/cluster/kubernetes-api';
import { signingRequestRights } from '../../lib/cluster/signing-requests';
import type { SigningRequestObject } from '../../lib/delivery/signing-request-object';
import { ReleafError } from '../../lib/model/errors';
import type { LocalCa } from '../../lib/x509/local-ca';
import {
  otherRequest,
  pendingFolder,
  pendingObjects,
  pendingScene,
  planted,
  refused,
  THREE_FILES,
  type Scene,
} from '../cluster/pending';
import { signsWith, type StandInOptions } from '../cluster/stand-in';
import {
  filesIn,
  folderOf,
  read,
  releaf,
  removeFolders,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
} from '../harness';
import { traceOf } from '../untouched';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

const scene = (options: StandInOptions = {}, files: Files = WEB_FILES) =>
  pendingScene('approve', ca, options, files);

/** Puts another object under the name, as whoever planted it would. */
function replant({ cluster, name, object }: Scene, spec: Partial<SigningRequestObject['spec']>) {
  cluster.removeRequest(name);
  cluster.apply(planted(object, spec), 'mallory');
}

const conditions = ({ cluster, name }: Scene) =>
  (cluster.request(name)?.status?.conditions ?? []).map(({ type, reason }) => [type, reason]);

const requestPath = (name: string) =>
  `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`;

const unreachable = new ReleafError('CLUSTER_UNREACHABLE', 'the API server does not answer');

const FOREIGN = (name: string) =>
  `created by mallory, and the API server keeps the old spec under an old name, so applying dist/ changes nothing; find out who made it and why, then: kubectl delete csr ${name}; apply dist/; releaf approve web`;

describe('releaf approve', () => {
  it('shows the request, approves the very object that it compared, waits and installs', async () => {
    const { root, name, cluster, run } = await scene({ signer: signsWith(ca, { after: 500 }) });
    const { status, stdout, stderr } = await run('web');
    expect(status).toBe(0);
    expect(stdout.replaceAll(/\b[0-9a-f]{32,64}\b/g, 'HEX')).toBe(`web: request ${name}
  cluster  context stand-in, https://stand-in.invalid:6443
  signer   example.com/internal, for 90d
  subject  empty
  names    web.example.com
  usages   digital signature, server auth
  key      ecdsa-p256, public key SHA-256 HEX
  created  by gitops, 2027-03-01T12:00:00Z
web: ${name} is approved: request, signerName, usages and expirationSeconds equal certificates/web/1
web: revision 1 is issued
  serial   HEX
  valid    2027-03-01T11:55:00.000Z to 2027-05-30T11:55:00.000Z (90d)
  issuer   CN=test CA
`);
    expect(stderr).toBe(`wrote    certificates/web/1/certificate.pem
wrote    dist/web.k8s.yaml
next: commit, open a pull request
`);
    const path = requestPath(name);
    expect(cluster.calls.slice(0, 3)).toEqual([
      { verb: 'get', path },
      { verb: 'update', path: `${path}/approval` },
      { verb: 'get', path },
    ]);
    expect(cluster.request(name)?.status?.conditions).toEqual([
      {
        type: 'Approved',
        status: 'True',
        reason: 'ReleafApproved',
        message: 'request, signerName, usages and expirationSeconds equal certificates/web/1',
        lastUpdateTime: '2027-03-01T12:00:00Z',
      },
    ]);
    expect(read(root, 'dist/web.k8s.yaml')).not.toContain('CertificateSigningRequest');
    expect(read(root, 'dist/web.k8s.yaml')).toContain('SealedSecret');
  });

  it.each<[string, (scene: Scene) => void, (name: string) => string]>([
    [
      'is not there',
      ({ cluster, name }) => {
        cluster.removeRequest(name);
      },
      (name) =>
        `error REQUEST_MISSING: ${name}: is not in the cluster (context stand-in)
  apply dist/; kube-controller-manager deletes a request 24 hours after it was made if nobody decides, and an hour after it was issued: then apply dist/ again
`,
    ],
    [
      'carries another key',
      (each) => {
        replant(each, { request: otherRequest() });
      },
      (name) =>
        `error REQUEST_DIFFERS: ${name}: the live request is not the committed certificates/web/1:
  request: another one, for CN=web.example.com, public key HEX; committed: empty subject, public key HEX
  ${FOREIGN(name)}
`,
    ],
    [
      'differs in all',
      (each) => {
        replant(each, {
          request: 'bm90aGluZwpsaWtlIGl0',
          signerName: 'kubernetes.io/kube-apiserver-client\u001b[2J',
          usages: ['client auth', 'server auth'],
          expirationSeconds: 31_536_000,
        });
      },
      (name) =>
        `error REQUEST_DIFFERS: ${name}: the live request is not the committed certificates/web/1:
  request: it holds no PEM block; committed: empty subject, public key HEX
  signerName: kubernetes.io/kube-apiserver-client\\u{1b}[2J, committed: example.com/internal
  usages: not committed: client auth; missing: digital signature
  expirationSeconds: 31536000 (365d), committed: 7776000 (90d)
  ${FOREIGN(name)}
`,
    ],
    [
      'was denied',
      ({ cluster, name }) => {
        cluster.condition(name, 'Denied', 'KubectlDeny', 'who asked for this?');
      },
      (name) =>
        `error REQUEST_DENIED: ${name}: was denied (KubectlDeny: who asked for this?)
  nothing undoes that; once it is settled why, make a new request: releaf renew web --force
`,
    ],
    [
      'has failed',
      ({ cluster, name }) => {
        cluster.condition(name, 'Approved', 'KubectlApprove', 'fine');
        cluster.condition(name, 'Failed', 'SignerValidationFailure', 'no such name');
      },
      (name) =>
        `error REQUEST_FAILED: ${name}: example.com/internal refused it (SignerValidationFailure: no such name)
  nothing undoes that; mend what the signer says, then make a new request: releaf renew web --force
`,
    ],
  ])('refuses a request that %s, and decides nothing', async (_, change, message) => {
    const each = await scene();
    change(each);
    const before = conditions(each);
    await refused(each, message(each.name));
    expect(conditions(each)).toEqual(before);
    expect(each.cluster.calls.map(({ verb }) => verb)).toEqual(['get']);
  });

  it('leaves a request unapproved that was put there between the look and the decision', async () => {
    const each = await scene();
    each.cluster.before = ({ verb }) => {
      if (verb === 'update') replant(each, { request: otherRequest() });
    };
    await refused(
      each,
      `error REQUEST_CHANGED: ${each.name}: was changed, or deleted and made anew, between the look at it and the decision; nothing was decided
  run it again: it compares again first
`,
    );
    expect(conditions(each)).toEqual([]);
  });

  it('takes no certificate from a request that was put there while it waited', async () => {
    const each = await scene({ signer: () => undefined });
    each.cluster.before = () => {
      if (each.cluster.calls.length !== 4) return;
      replant(each, { request: otherRequest() });
      each.cluster.condition(each.name, 'Approved', 'KubectlApprove', 'by mallory');
      each.cluster.signer = signsWith(ca);
    };
    await refused(
      each,
      `error REQUEST_DIFFERS: ${each.name}: the live request is not the committed certificates/web/1:
  request: another one, for CN=web.example.com, public key HEX; committed: empty subject, public key HEX
  ${FOREIGN(each.name)}
`,
    );
  });

  it('takes the certificate of the same request, deleted and made anew while it waited', async () => {
    const each = await scene({ signer: () => undefined });
    each.cluster.before = () => {
      if (each.cluster.calls.length !== 4) return;
      replant(each, {});
      each.cluster.condition(each.name, 'Approved', 'KubectlApprove', 'again');
      each.cluster.signer = signsWith(ca);
    };
    expect(await each.run()).toMatchObject({ status: 0 });
    expect(filesIn(each.root)).toHaveProperty(['certificates/web/1/certificate.pem']);
  });

  it('says so when the request is deleted while it waits', async () => {
    const each = await scene({ signer: () => undefined });
    each.cluster.before = () => {
      if (each.cluster.calls.length === 4) each.cluster.removeRequest(each.name);
    };
    const { status, stderr } = await each.run();
    expect(stderr).toMatch(/^error REQUEST_MISSING: web-1-\w+: is not in the cluster/);
    expect(status).toBe(1);
  });

  it.each([
    [
      'example.com/internal',
      WEB_CONFIG,
      'a controller of its own signs for example.com/internal: look whether it runs in this cluster, and into its log',
    ],
    [
      'beta.eks.amazonaws.com/app-serving',
      WEB_CONFIG.replace('example.com/internal', 'beta.eks.amazonaws.com/app-serving'),
      'only EKS has this signer',
    ],
    [
      'kubernetes.io/kubelet-serving',
      WEB_CONFIG.replace(
        'signer: example.com/internal',
        'signer: kubernetes.io/kubelet-serving\n    commonName: system:node:web\n    subject: { organizations: [system:nodes] }',
      ),
      'kube-controller-manager signs it, when it runs with --cluster-signing-cert-file and --cluster-signing-key-file or those of this signer; EKS and GKE sign it for their own nodes only (EKS has beta.eks.amazonaws.com/app-serving)',
    ],
  ])('says what usually is wrong when %s does not sign', async (signer, config, cause) => {
    const each = await scene({ signer: () => undefined }, { ...WEB_FILES, 'releaf.yaml': config });
    await refused(
      each,
      `waiting for ${each.name} (signer ${signer}), at most 30s
error REQUEST_UNSIGNED: ${each.name}: approved since 2027-03-01T12:00:00Z (ReleafApproved: request, signerName, usages and expirationSeconds equal certificates/web/1), but ${signer} has not issued the certificate after 30s
  ${cause}; once it has: releaf fetch web
`,
      '--wait',
      '30s',
    );
    expect(each.cluster.calls.length).toBeLessThan(30);
  });

  it.each<[string, string]>([
    ['approve', 'update'],
    ['approve', 'get'],
    ['fetch', 'get'],
  ])('%s stops at an answer to %s that is no request', async (command, verb) => {
    const each = await pendingScene(command, ca);
    each.cluster.before = (call) => {
      if (call.verb === verb) each.cluster.put(requestPath(each.name), {});
    };
    if (verb === 'update') each.cluster.replace = () => Promise.resolve({} as never);
    const { status, stderr } = await each.run('web');
    expect(stderr)
      .toBe(`error CLUSTER_REFUSED: https://stand-in.invalid:6443 (context stand-in): answers with no CertificateSigningRequest ${each.name}: its metadata is missing or wrong
  is this a Kubernetes API server, or what is in front of one? look at the server of the cluster in the kubeconfig
`);
    expect(status).toBe(1);
  });

  it('goes on where somebody else has approved, and says who', async () => {
    const each = await scene({ signer: signsWith(ca, { after: 2000 }) });
    each.cluster.condition(each.name, 'Approved', 'KubectlApprove', 'by bob');
    const { status, stdout } = await each.run();
    expect(stdout).toContain(
      `web: ${each.name} was approved already (KubectlApprove: by bob)\nweb: revision 1 is issued\n`,
    );
    expect(status).toBe(0);
    expect(each.cluster.calls.map(({ verb }) => verb)).not.toContain('update');
  });

  it('approves only, with --no-fetch', async () => {
    const each = await scene();
    const before = traceOf(each.root);
    const { status, stdout, stderr } = await each.run('--no-fetch');
    expect(stdout).toContain(`web: ${each.name}: is approved, waits for example.com/internal\n`);
    expect(stderr).toBe(`next: releaf fetch web -C ${each.root}\n`);
    expect(status).toBe(0);
    expect(conditions(each)).toEqual([['Approved', 'ReleafApproved']]);
    expect(traceOf(each.root)).toEqual(before);
  });

  it('compares only, with --dry-run', async () => {
    const each = await scene();
    const before = traceOf(each.root);
    const { status, stdout } = await each.run('--dry-run');
    expect(stdout).toContain(
      `web: ${each.name}: request, signerName, usages and expirationSeconds equal certificates/web/1\n` +
        `web: ${each.name}: waits for approval\n`,
    );
    expect(status).toBe(0);
    expect(conditions(each)).toEqual([]);
    expect(traceOf(each.root)).toEqual(before);
    replant(each, { expirationSeconds: 600 });
    expect(await each.run('--dry-run')).toMatchObject({ status: 1 });
  });

  it('warns of what nobody can have reviewed, until it is committed', async () => {
    const each = await scene();
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', each.root, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
    git('init', '-q');
    const warning =
      'warning: certificates/web/1 is not committed as it stands: nobody has reviewed it\n';
    expect((await each.run('--dry-run')).stderr).toContain(warning);
    expect((await each.run('--no-fetch')).stderr).toContain(warning);
    git('add', '.');
    git('commit', '-qm', 'reviewed');
    expect((await each.run('--no-fetch')).stderr).not.toContain(warning);
  });

  it('opens no connection when nothing is pending', async () => {
    const root = folderOf(WEB_FILES);
    expect(await releaf(['approve', '-C', root])).toMatchObject({
      status: 0,
      stdout: 'nothing to do\n',
    });
    expect(await releaf(['approve', '-C', root, 'web'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'error NOTHING_PENDING: web: no request waits for a certificate\n  make one: releaf renew web\n',
    });
  });

  it('leaves what a CA on disk signs to releaf sign', async () => {
    const { root } = await pendingFolder({
      ...WEB_FILES,
      'releaf.yaml': WEB_CONFIG.replace('example.com/internal', 'local'),
    });
    expect(await releaf(['approve', '-C', root])).toMatchObject({
      status: 0,
      stderr: `left out: web: its signer is local; releaf sign web --ca DIR -C ${root}\n`,
    });
    expect(await releaf(['approve', '-C', root, 'web'])).toMatchObject({
      status: 1,
      stderr: `error REQUEST_MISSING: web: its signer is local, a CA on disk, so there is no request in the cluster\n  sign it: releaf sign web --ca DIR -C ${root}\n`,
    });
  });

  it('refuses a committed request that was changed since it was recorded, and asks nobody', async () => {
    const { root } = await pendingFolder();
    const record = read(root, 'certificates/web/1/request.yaml');
    const changed = folderOf({
      ...filesIn(root),
      'certificates/web/1/request.yaml': record.replace('web.example.com', 'evil.example.com'),
    });
    const { status, stderr } = await releaf(['approve', '-C', changed]);
    expect(stderr).toMatch(/^error REVISION_INVALID: certificates\/web\/1\/request\.pem: asks for/);
    expect(status).toBe(1);
  });
});

describe('releaf approve --deny', () => {
  it('denies the request', async () => {
    const each = await scene();
    const before = traceOf(each.root);
    const { status, stdout, stderr } = await each.run('web', '--deny');
    expect(stdout).toContain(`web: ${each.name} is denied\n`);
    expect(stderr).toBe(`next: releaf renew web --force -C ${each.root}\n`);
    expect(status).toBe(0);
    expect(each.cluster.request(each.name)?.status?.conditions).toMatchObject([
      {
        type: 'Denied',
        reason: 'ReleafDenied',
        message:
          'denied by hand; request, signerName, usages and expirationSeconds equal certificates/web/1',
      },
    ]);
    expect(traceOf(each.root)).toEqual(before);
    const again = await each.run('web', '--deny');
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain(`${each.name} was denied before (ReleafDenied: denied by hand`);
  });

  it('denies a planted one, and tells how it differs', async () => {
    const each = await scene();
    replant(each, { usages: ['client auth'] });
    const { status, stdout } = await each.run('web', '--deny');
    expect(stdout).toBe(`web: request ${each.name} is not certificates/web/1
  usages: not committed: client auth; missing: digital signature, server auth
  created by mallory
web: ${each.name} is denied
`);
    expect(status).toBe(0);
    expect(each.cluster.request(each.name)?.status?.conditions).toMatchObject([
      { type: 'Denied', message: 'usages not as in certificates/web/1' },
    ]);
  });

  it('does not try what the API server refuses', async () => {
    const each = await scene({ signer: () => undefined });
    each.cluster.condition(each.name, 'Approved', 'KubectlApprove', 'by bob');
    await refused(
      each,
      `error CLUSTER_REFUSED: ${each.name}: is approved already, and the API server takes no denial after that
  to stop a signer that has not issued yet: kubectl delete csr ${each.name}; a certificate that was issued stays good until it expires
`,
      'web',
      '--deny',
    );
    expect(conditions(each)).toEqual([['Approved', 'KubectlApprove']]);
  });

  it.each([
    [[], /^error: nothing undoes --deny, so say which: releaf approve NAME --deny/],
    [['web', '--dry-run'], /^error: option '--deny' cannot be used with option '--dry-run'/],
  ])('does not take %j, and asks nobody', async (args, message) => {
    const root = folderOf(WEB_FILES);
    const { status, stderr } = await releaf(['approve', '--deny', '-C', root, ...args]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it('tells what to do in the cluster that was named', async () => {
    const each = await scene({ signer: () => undefined });
    each.cluster.condition(each.name, 'Approved', 'KubectlApprove', 'by bob');
    const cluster = ['--kubeconfig', 'my config', '--context', 'prod'];
    expect((await each.run('web', '--deny', ...cluster)).stderr).toContain(
      `kubectl --kubeconfig 'my config' --context prod delete csr ${each.name};`,
    );
    replant(each, { usages: ['client auth'] });
    expect((await each.run('web', ...cluster)).stderr).toContain(
      `kubectl --kubeconfig 'my config' --context prod delete csr ${each.name};`,
    );
    const renewed = await releaf(['renew', '-C', each.root, '--force', ...cluster]);
    expect(renewed.stderr).toContain(
      "kubectl --kubeconfig 'my config' --context prod get csr web-2-",
    );
  });
});

describe('releaf approve for several', () => {
  const three = async (...args: string[]) => {
    const each = await scene({ signer: signsWith(ca, { after: 3500 }) }, THREE_FILES);
    const [a, b, c] = [...pendingObjects(each.root).values()].map(({ metadata }) => metadata.name);
    each.cluster.removeRequest(b!);
    return { ...each, names: [a, b, c] as string[], ran: await each.run(...args) };
  };

  it('installs those that went well, and tells of each', async () => {
    const { root, names, ran } = await three();
    const [a, b, c] = names;
    expect(ran.stdout.split('\n').slice(-5).join('\n')).toBe(`NAME  REQUEST       OUTCOME
a     ${a}  issued, until 2027-05-30
b     ${b}  REQUEST_MISSING
c     ${c}  issued, until 2027-05-30
`);
    expect(ran.stderr)
      .toBe(`waiting for ${a} (signer example.com/internal), ${c} (signer example.com/internal), at most 5m
wrote    certificates/a/1/certificate.pem
wrote    certificates/c/1/certificate.pem
wrote    dist/a.k8s.yaml
wrote    dist/c.k8s.yaml
error REQUEST_MISSING: ${b}: is not in the cluster (context stand-in)
  apply dist/; kube-controller-manager deletes a request 24 hours after it was made if nobody decides, and an hour after it was issued: then apply dist/ again
next: commit, open a pull request
`);
    expect(ran.status).toBe(1);
    expect(Object.keys(filesIn(root)).filter((file) => file.endsWith('certificate.pem'))).toEqual([
      'certificates/a/1/certificate.pem',
      'certificates/c/1/certificate.pem',
    ]);
  });

  it('gives machines one document', async () => {
    const { names, ran } = await three('--json');
    const [a, b, c] = names;
    const entry = (name: string, request: string | undefined) => ({
      name,
      revision: 1,
      request,
      signer: 'example.com/internal',
      state: 'approved',
    });
    expect(JSON.parse(ran.stdout)).toEqual({
      context: 'stand-in',
      server: 'https://stand-in.invalid:6443',
      approved: [entry('a', a), entry('c', c)],
      issued: [
        expect.objectContaining({ name: 'a', revision: 1, notAfter: '2027-05-30T11:55:00.000Z' }),
        expect.objectContaining({ name: 'c', revision: 1, differences: [] }),
      ],
      waiting: [],
      failed: [
        {
          name: 'b',
          request: b,
          code: 'REQUEST_MISSING',
          message: `${b}: is not in the cluster (context stand-in)`,
          hint: expect.stringContaining('apply dist/; '),
        },
      ],
      written: [
        'certificates/a/1/certificate.pem',
        'certificates/c/1/certificate.pem',
        'dist/a.k8s.yaml',
        'dist/c.k8s.yaml',
      ],
      removed: [],
    });
    expect(ran.status).toBe(1);
  });

  it('tells only once what is wrong with all', async () => {
    const each = await scene({}, THREE_FILES);
    each.cluster.before = () => {
      throw unreachable;
    };
    const { status, stderr } = await each.run();
    expect(stderr).toBe('error CLUSTER_UNREACHABLE: the API server does not answer\n');
    expect(status).toBe(1);
  });
});

describe('releaf approve when the certificate cannot be written', () => {
  /** Something else lies where the certificate would, once it is signed. */
  const blocked = async (...args: string[]) => {
    const each = await scene({}, THREE_FILES);
    const [a] = pendingObjects(each.root).values();
    each.cluster.removeRequest(a!.metadata.name);
    each.cluster.signer = (request, since) => {
      mkdirSync(join(each.root, 'certificates/b/1/certificate.pem/x'), { recursive: true });
      return signsWith(ca)(request, since);
    };
    return { ...each, ran: await each.run(...args) };
  };

  it('tells what was approved, what else failed, and what to do', async () => {
    const { root, ran } = await blocked();
    expect(ran.stdout).toMatch(
      /NAME {2}REQUEST {7}OUTCOME\na {5}a-1-\w{8} {2}REQUEST_MISSING\nb {5}b-1-\w{8} {2}FILE_\w+\nc {5}c-1-\w{8} {2}FILE_\w+\n$/,
    );
    expect(ran.stderr.match(/^error \w+/gm)).toEqual([
      'error REQUEST_MISSING',
      expect.stringMatching(/^error FILE_/),
    ]);
    expect(ran.stderr).toContain(
      `the cluster keeps a certificate for an hour; once that is settled: releaf fetch b c -C ${root}\n`,
    );
    expect(ran.status).toBe(1);
  });

  it('tells machines as well', async () => {
    const { ran } = await blocked('--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      approved: [{ name: 'b' }, { name: 'c' }],
      issued: [],
      failed: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    });
    expect(ran.status).toBe(1);
  });
});

describe('releaf approve without a right', () => {
  const rule = (resource: string, verb: string, name?: string) => `missing in a ClusterRole:
  - apiGroups:
      - certificates.k8s.io
    resources:
      - ${resource}${name === undefined ? '' : `\n    resourceNames:\n      - ${name}`}
    verbs:
      - ${verb}
`;
  it.each<[string, (name: string) => Right, (name: string) => string]>([
    [
      'get',
      () => signingRequestRights.get(),
      (name) =>
        `error CLUSTER_FORBIDDEN: you may not get certificatesigningrequests.certificates.k8s.io ${name}\n  ${rule('certificatesigningrequests', 'get')}`,
    ],
    [
      'update approval',
      (name) => signingRequestRights.updateApproval(name),
      (name) =>
        `error CLUSTER_FORBIDDEN: you may not update certificatesigningrequests.certificates.k8s.io/approval ${name}\n  ${rule('certificatesigningrequests/approval', 'update')}`,
    ],
    [
      'approve',
      () => signingRequestRights.approve('example.com/internal'),
      () =>
        `error CLUSTER_FORBIDDEN: you may not approve signers.certificates.k8s.io example.com/internal\n  ${rule('signers', 'approve', 'example.com/internal')}`,
    ],
  ])('names the one rule that is missing: %s', async (_, right, message) => {
    const each = await scene();
    each.cluster.missing = [right(each.name)];
    await refused(each, message(each.name));
    expect(conditions(each)).toEqual([]);
    each.cluster.missing = [];
    expect(await each.run()).toMatchObject({ status: 0 });
  });
});

describe('releaf approve, cut off', () => {
  it('goes on when the API server went away at any call', async () => {
    for (let failing = 1; ; failing++) {
      const each = await scene({ signer: signsWith(ca, { after: 300 }) });
      const before = traceOf(each.root);
      const api = { failed: false };
      each.cluster.before = () => {
        if (each.cluster.calls.length < failing) return;
        api.failed = true;
        throw unreachable;
      };
      const { status, stderr } = await each.run('web', '--wait', '1s');
      if (!api.failed) {
        expect(status).toBe(0);
        expect(failing).toBeGreaterThan(3);
        break;
      }
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: 'error CLUSTER_UNREACHABLE: the API server does not answer\n',
      });
      expect(traceOf(each.root)).toEqual(before);
      each.cluster.before = () => undefined;
      expect(await each.run('web')).toMatchObject({ status: 0 });
    }
  });

  it.each<[string, number, (each: Scene) => void]>([
    [
      'waits for an API server that does not answer',
      0,
      () => {
        throw unreachable;
      },
    ],
    [
      'waits for an API server that answers with something else',
      0,
      ({ cluster, name }) => {
        const live = cluster.request(name)!;
        cluster.put(requestPath(name), {});
        cluster.before = () => {
          cluster.put(requestPath(name), live);
        };
      },
    ],
    [
      'does not wait for a right that was taken away',
      1,
      () => {
        throw forbidden(signingRequestRights.get());
      },
    ],
  ])('%s while it waits for the signer: exit %i', async (_, expected, once) => {
    const each = await scene({ signer: signsWith(ca, { after: 1000 }) });
    each.cluster.before = () => {
      if (each.cluster.calls.length === 3) once(each);
    };
    const { status } = await each.run('web');
    expect(status).toBe(expected);
    expect(each.cluster.calls.length > 4).toBe(expected === 0);
  });

  it.each([[['approve']], [['approve', 'web']], [['fetch']], [['fetch', 'web']]])(
    'completes the output with %j when the certificate was written and no more',
    async (argv) => {
      const each = await scene();
      const before = filesIn(each.root);
      expect(await each.run()).toMatchObject({ status: 0 });
      const after = filesIn(each.root);
      const file = 'certificates/web/1/certificate.pem';
      const root = folderOf({ ...before, [file]: after[file]! });
      const again = await releaf([...argv, '-C', root]);
      const named = argv.includes('web') ? 'web: revision 1 is issued already\n' : '';
      expect(again).toMatchObject({ status: 0, stderr: `${named}wrote    dist/web.k8s.yaml\n` });
      expect(filesIn(root)).toEqual(after);
    },
  );

  it('completes the output also while another one still waits', async () => {
    const each = await scene({ signer: () => undefined }, THREE_FILES);
    const before = filesIn(each.root);
    each.cluster.signer = signsWith(ca);
    expect(await each.run('a')).toMatchObject({ status: 0 });
    const file = 'certificates/a/1/certificate.pem';
    const root = folderOf({ ...before, [file]: filesIn(each.root)[file]! });
    const again = await releaf(['fetch', '-C', root], { openCluster: each.cluster.open });
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toMatch(/^wrote {4}dist\/a\.k8s\.yaml\n/);
    expect(filesIn(root)).toEqual(filesIn(each.root));
  });
});
