import type { Right } from '../../lib/cluster/kubernetes-api';
import { signingRequestRights } from '../../lib/cluster/signing-requests';
import { ReleafError } from '../../lib/model/errors';
import type { LocalCa } from '../../lib/x509/local-ca';
import { otherRequest, pendingObjects, planted, THREE_FILES } from '../cluster/pending';
import { signsWith, StandIn, type StandInOptions } from '../cluster/stand-in';
import {
  clockFrom,
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  testCa,
  testRandomness,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
  type Ran,
} from '../harness';
import { traceOf } from '../untouched';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

interface Scene {
  readonly root: string;
  readonly cluster: StandIn;
  /** Keys made so far. */
  readonly keys: () => number;
  readonly renew: (...args: string[]) => Promise<Ran>;
}

function scene(options: StandInOptions = {}, files: Files = WEB_FILES, now = NOW): Scene {
  const root = folderOf(files);
  const clock = clockFrom(now);
  const cluster = new StandIn({ clock, signer: signsWith(ca, { now }), ...options });
  let keys = 0;
  const randomness: typeof testRandomness = {
    ...testRandomness,
    generateKey: (algorithm) => {
      keys++;
      return testRandomness.generateKey(algorithm);
    },
  };
  const renew = (...args: string[]) =>
    releaf(['renew', '-C', root, '--now', ...args], {
      openCluster: cluster.open,
      clock,
      now,
      randomness,
    });
  return { root, cluster, keys: () => keys, renew };
}

const unreachable = new ReleafError('CLUSTER_UNREACHABLE', 'the API server does not answer');

const certificates = (root: string) =>
  Object.keys(filesIn(root)).filter((file) => file.endsWith('/certificate.pem'));

describe('releaf renew --now', () => {
  it('renews, creates, compares, approves, waits and installs in one run', async () => {
    const { root, cluster, renew } = scene({ signer: signsWith(ca, { after: 500 }) });
    const { status, stdout, stderr } = await renew('web');
    expect(status).toBe(0);
    const said = stdout.split('\n').filter((line) => line.startsWith('web: '));
    expect(said).toEqual([
      'web: revision 1, because: there is no certificate yet',
      expect.stringMatching(/^web: request web-1-[0-9a-f]{8}$/),
      expect.stringMatching(/^web: web-1-\w+ is approved: request, signerName, usages and /),
      'web: revision 1 is issued',
    ]);
    expect(stderr).toBe(`wrote    certificates/web/1/
wrote    dist/web.k8s.yaml
wrote    certificates/web/1/certificate.pem
wrote    dist/web.k8s.yaml
next, unless GitOps does it from a commit:
  kubectl apply -f ${root}/dist/web.k8s.yaml
whether it arrives, and what restarts: releaf doctor web -C ${root}; then commit
`);
    expect(read(root, 'dist/web.k8s.yaml')).not.toContain('CertificateSigningRequest');
    const rights = cluster.calls.filter(({ path }) => path.includes('selfsubjectaccessreviews'));
    expect(cluster.calls.slice(0, rights.length)).toEqual(rights);
    expect(cluster.calls.slice(rights.length, rights.length + 3).map(({ verb }) => verb)).toEqual([
      'create',
      'get',
      'update',
    ]);
  });

  it('has nothing applied that holds a comment only', async () => {
    const { root, renew } = scene(
      {},
      { ...WEB_FILES, 'releaf.yaml': `${WEB_CONFIG}delivery: flux\n` },
    );
    const { stderr } = await renew('web');
    expect(read(root, 'dist/requests/web.k8s.yaml')).toContain('# Nothing is to be applied');
    expect(stderr.match(/^ +kubectl .*/gm)).toEqual([
      `  kubectl apply -f ${root}/dist/secrets/web.k8s.yaml`,
    ]);
  });

  it('gives machines one document', async () => {
    const { renew } = scene();
    const { status, stdout } = await renew('web', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      revisions: [{ name: 'web', revision: 1, signer: 'example.com/internal' }],
      approved: [{ name: 'web', revision: 1, state: 'approved' }],
      issued: [{ name: 'web', revision: 1 }],
      waiting: [],
      failed: [],
      written: ['certificates/web/1/', 'dist/web.k8s.yaml', 'certificates/web/1/certificate.pem'],
      removed: [],
    });
  });

  it('does nothing when nothing is due, and asks nobody; --force renews all the same', async () => {
    const { root, cluster, renew } = scene();
    expect(await renew('web')).toMatchObject({ status: 0 });
    const before = traceOf(root);
    const { length } = cluster.calls;
    expect(await renew('web')).toEqual({
      status: 0,
      stdout: 'nothing to do\n',
      stderr: `web: renews on 2027-04-30 11:55 UTC; to renew it all the same: releaf renew web --now --force -C ${root}\n`,
    });
    expect(cluster.calls).toHaveLength(length);
    expect(traceOf(root)).toEqual(before);
    cluster.signer = signsWith(ca, { now: daysAfter(1) });
    const later = { openCluster: cluster.open, now: daysAfter(1) };
    expect(await releaf(['renew', '-C', root, '--now', 'web', '--force'], later)).toMatchObject({
      status: 0,
    });
    expect(certificates(root)).toEqual([
      'certificates/web/1/certificate.pem',
      'certificates/web/2/certificate.pem',
    ]);
  });

  it('goes on with a request that is pending, whoever has put it there', async () => {
    const { root, cluster, keys, renew } = scene();
    expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
    cluster.apply(pendingObjects(root).get('web')!);
    expect(await renew('web')).toMatchObject({ status: 0 });
    expect(keys()).toBe(0);
    expect(certificates(root)).toEqual(['certificates/web/1/certificate.pem']);
  });

  it('approves nothing that was planted under the name of its request', async () => {
    const { root, cluster, renew } = scene();
    cluster.before = ({ verb, path }) => {
      if (verb !== 'create' || !path.endsWith('/certificatesigningrequests')) return;
      cluster.apply(planted(pendingObjects(root).get('web')!, { request: otherRequest() }));
    };
    const { status, stderr } = await renew('web');
    expect(stderr).toContain('error REQUEST_DIFFERS: web-1-');
    expect(status).toBe(1);
    const [object] = pendingObjects(root).values();
    expect(cluster.request(object!.metadata.name)?.status).toEqual({});
    expect(certificates(root)).toEqual([]);
  });

  it('keeps the pending revision when the cluster goes away at any call, and completes it then', async () => {
    for (let failing = 1; ; failing++) {
      const { root, cluster, keys, renew } = scene({ signer: signsWith(ca, { after: 300 }) });
      const api = { failed: false };
      cluster.before = () => {
        if (cluster.calls.length < failing) return;
        api.failed = true;
        throw unreachable;
      };
      const before = traceOf(root);
      const { status, stderr } = await renew('web');
      if (!api.failed) {
        expect(status).toBe(0);
        expect(failing).toBeGreaterThan(7);
        break;
      }
      expect(status).toBe(1);
      expect(stderr).toContain('error CLUSTER_UNREACHABLE: the API server does not answer\n');
      if (keys() === 0) expect(traceOf(root)).toEqual(before);
      else {
        expect(stderr).toContain(
          `nothing is lost, the pending revision stays; once that is settled, run again: releaf renew web --now -C ${root}\n`,
        );
      }
      expect(await releaf(['verify', '-C', root])).toMatchObject({ status: 0 });
      cluster.before = () => undefined;
      expect(await renew('web')).toMatchObject({ status: 0 });
      expect(keys()).toBe(1);
      expect(certificates(root)).toEqual(['certificates/web/1/certificate.pem']);
    }
  });

  it.each<[string, Right]>([
    ['create certificatesigningrequests.certificates.k8s.io', signingRequestRights.create()],
    ['get certificatesigningrequests.certificates.k8s.io', signingRequestRights.get()],
    [
      'update certificatesigningrequests.certificates.k8s.io/approval',
      signingRequestRights.updateApproval(),
    ],
    [
      'approve signers.certificates.k8s.io example.com/internal',
      signingRequestRights.approve('example.com/internal'),
    ],
  ])('makes no key without the right to %s', async (words, right) => {
    const { root, cluster, keys, renew } = scene({ missing: [right] });
    const before = traceOf(root);
    const { status, stderr } = await renew('web');
    expect(stderr).toMatch(
      `error CLUSTER_FORBIDDEN: you may not ${words}\n  missing in a ClusterRole:\n`,
    );
    expect(status).toBe(1);
    expect(keys()).toBe(0);
    expect(traceOf(root)).toEqual(before);
    expect(cluster.calls.every(({ path }) => path.includes('selfsubjectaccessreviews'))).toBe(true);
  });

  it('says that a new request is needed when the signer refuses', async () => {
    const { root, renew } = scene({ signer: () => ({ reason: 'Policy', message: 'no' }) });
    const { status, stderr } = await renew('web');
    expect(stderr).toContain('refused it (Policy: no)\n');
    expect(stderr).toContain(`make a new request: releaf renew web --now --force -C ${root}\n`);
    expect(stderr).not.toContain('run again');
    expect(status).toBe(1);
  });

  it('says each warning of a certificate once', async () => {
    const config = WEB_CONFIG.replace('    dnsNames: [web.example.com]\n', '').replace(
      'signer: example.com/internal',
      'profile: { name: kubernetes-client, user: deployer, groups: [ci] }',
    );
    const { renew } = scene({}, { ...WEB_FILES, 'releaf.yaml': config });
    const { status, stderr } = await renew('web');
    expect(stderr.match(/^warning: .*$/gm)).toEqual([
      expect.stringMatching(/^warning: web: profile: the API server takes this certificate until/),
    ]);
    expect(status).toBe(0);
  });

  it('takes several at once, and only those that are named', async () => {
    const { root, renew } = scene({}, THREE_FILES);
    const { status, stdout } = await renew('c', 'a');
    expect(stdout).toMatch(
      /NAME {2}REQUEST {7}OUTCOME\na {5}a-1-\w{8} {2}issued, until 2027-05-30\nc {5}c-1-\w{8} {2}issued, until 2027-05-30\n$/,
    );
    expect(status).toBe(0);
    expect(certificates(root)).toEqual([
      'certificates/a/1/certificate.pem',
      'certificates/c/1/certificate.pem',
    ]);
  });

  it('leaves a CA on disk to releaf sign', async () => {
    const { root, keys, renew } = scene(
      {},
      { ...WEB_FILES, 'releaf.yaml': WEB_CONFIG.replace('example.com/internal', 'local') },
    );
    expect(await renew('web')).toEqual({
      status: 1,
      stdout: '',
      stderr: `error REQUEST_MISSING: web: its signer is local, a CA on disk, so there is no request in the cluster\n  sign it: releaf renew web -C ${root}; releaf sign web --ca DIR -C ${root}\n`,
    });
    expect(keys()).toBe(0);
  });

  it('wants names, as nobody reviews', async () => {
    const { status, stderr } = await scene().renew();
    expect(stderr).toMatch(
      /^error: --now approves without review, so say which: releaf renew NAME --now/,
    );
    expect(status).toBe(2);
  });
});
