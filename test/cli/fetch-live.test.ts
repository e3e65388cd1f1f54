import type { SigningRequestObject } from '../../lib/delivery/signing-request-object';
import type { LocalCa } from '../../lib/x509/local-ca';
import {
  otherRequest,
  pendingObjects,
  pendingScene,
  planted,
  refused,
  THREE_FILES,
  type Scene,
} from '../cluster/pending';
import { signsWith, type StandInOptions } from '../cluster/stand-in';
import { readRequest } from '../../lib/x509/certificate-request';
import {
  clockFrom,
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  signed,
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

const scene = (files: Files = WEB_FILES, options: StandInOptions = {}) =>
  pendingScene('fetch', ca, options, files);

const approve = ({ cluster, name }: Scene, at = name) => {
  cluster.condition(at, 'Approved', 'KubectlApprove', 'by bob');
};

const remove = ({ cluster, name }: Scene) => {
  cluster.removeRequest(name);
};

const SIGNER = 'example.com/internal';

describe('releaf fetch', () => {
  it('takes what the cluster has signed, and changes nothing there', async () => {
    const each = await scene();
    approve(each);
    const { status, stdout, stderr } = await each.run();
    expect(stdout).toMatch(/^web: revision 1 is issued\n/);
    expect(stderr).toBe(`wrote    certificates/web/1/certificate.pem
wrote    dist/web.k8s.yaml
next: commit, open a pull request
`);
    expect(status).toBe(0);
    expect(each.cluster.calls.map(({ verb }) => verb)).toEqual(['get']);
  });

  it.each<[string, (each: Scene) => void, string, string, string]>([
    ['waits for approval', () => undefined, 'waits for approval', 'approve', 'waiting'],
    ['waits for a signature', approve, `is approved, waits for ${SIGNER}`, 'fetch', 'approved'],
    ['is not in the cluster', remove, 'is not in the cluster', 'approve', 'missing'],
  ])('is content in a scheduled run with what %s', async (_, go, what, next, state) => {
    const each = await scene();
    each.cluster.signer = () => undefined;
    go(each);
    const before = traceOf(each.root);
    expect(await each.run()).toEqual({
      status: 0,
      stdout: `web: ${each.name}: ${what}\n`,
      stderr: `next: ${state === 'missing' ? 'apply dist/; ' : ''}releaf ${next} web -C ${each.root}\n`,
    });
    const { stdout } = await each.run('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      issued: [],
      waiting: [{ name: 'web', request: each.name, state }],
      failed: [],
      written: [],
    });
    expect(traceOf(each.root)).toEqual(before);
  });

  it.each([['web'], ['--wait=10s']])('is not content with %s when it is not there', async (arg) => {
    const each = await scene();
    remove(each);
    expect((await each.run(arg)).stderr).toContain(`error REQUEST_MISSING: ${each.name}: `);
    expect(await each.run(arg)).toMatchObject({ status: 1 });
  });

  it('is not content when asked for a name', async () => {
    const each = await scene();
    each.cluster.signer = () => undefined;
    await refused(
      each,
      `error REQUEST_UNSIGNED: ${each.name}: is not approved yet\n  next: releaf approve web\n`,
      'web',
    );
    approve(each);
    await refused(
      each,
      `error REQUEST_UNSIGNED: ${each.name}: approved since 2027-03-01T12:00:00Z (KubectlApprove: by bob), but example.com/internal has not issued the certificate
  a controller of its own signs for example.com/internal: look whether it runs in this cluster, and into its log; once it has: releaf fetch web
`,
      'web',
    );
  });

  it('waits for approval and signature with --wait, and says so', async () => {
    const each = await scene();
    each.cluster.signer = signsWith(ca, { after: 5000 });
    each.cluster.before = () => {
      if (each.cluster.calls.length === 6) approve(each);
    };
    const { status, stderr } = await each.run('--wait', '5m');
    expect(stderr).toMatch(
      /^waiting for web-1-\w+ \(signer example\.com\/internal\), at most 5m\nwrote/,
    );
    expect(status).toBe(0);
  });

  it('gives up in the end', async () => {
    const each = await scene();
    await refused(
      each,
      `waiting for ${each.name} (signer example.com/internal), at most 10s
error REQUEST_UNSIGNED: ${each.name}: is not approved yet after 10s
  next: releaf approve web
`,
      '--wait',
      '10s',
    );
  });

  it('waits no longer when somebody sets the clock back', async () => {
    const clock = clockFrom(NOW);
    const start = clock.elapsed();
    const each = await scene(WEB_FILES, { clock: { ...clock, now: () => NOW } });
    expect((await each.run('--wait', '10s')).stderr).toContain('is not approved yet after 10s\n');
    expect(clock.elapsed() - start).toBe(10_000);
  });

  it('judges a certificate by the time that it is once it is there', async () => {
    const each = await scene();
    approve(each);
    const after = 30 * 60_000;
    each.cluster.signer = signsWith(ca, { after, now: new Date(NOW.getTime() + after) });
    expect(await each.run('--wait', '1h')).toMatchObject({ status: 0 });
  });

  it.each<[string, Partial<SigningRequestObject['spec']>]>([
    ['request', { request: otherRequest() }],
    ['signerName', { signerName: 'example.com/other' }],
    ['usages', { usages: ['server auth'] }],
    ['expirationSeconds', { expirationSeconds: 600 }],
  ])('takes no certificate from a request with another %s', async (field, spec) => {
    const each = await scene();
    each.cluster.removeRequest(each.name);
    each.cluster.apply(planted(each.object, spec));
    approve(each);
    const before = traceOf(each.root);
    const { status, stderr } = await each.run();
    expect(stderr).toContain(`error REQUEST_DIFFERS: ${each.name}: `);
    expect(stderr).toContain(`\n  ${field}: `);
    expect(status).toBe(1);
    expect(traceOf(each.root)).toEqual(before);
  });

  it('refuses a certificate for another key in the very request', async () => {
    const each = await scene();
    approve(each);
    each.cluster.signer = (request, since) =>
      signsWith(ca)({ ...request, spec: { ...request.spec, request: otherRequest() } }, since);
    const before = traceOf(each.root);
    const { status, stderr } = await each.run();
    expect(stderr).toContain(`error CERTIFICATE_KEY_MISMATCH: the certificate of ${each.name}: `);
    expect(status).toBe(1);
    expect(traceOf(each.root)).toEqual(before);
  });

  it('takes an older certificate only with --allow-older', async () => {
    const each = await scene();
    approve(each);
    expect(await each.run()).toMatchObject({ status: 0 });
    expect(await releaf(['renew', '-C', each.root, '--force'])).toMatchObject({ status: 0 });
    const next = pendingObjects(each.root).get('web')!;
    each.cluster.apply(next);
    approve(each, next.metadata.name);
    each.cluster.signer = signsWith(ca, { now: daysAfter(-30) });
    expect((await each.run()).stderr).toMatch(
      /^error CERTIFICATE_OLDER: .*\n {2}if that is what you want, say --allow-older to releaf fetch\n$/,
    );
    expect(await each.run('--allow-older')).toMatchObject({ status: 0 });
  });

  it('opens no connection when nothing is pending', async () => {
    const root = folderOf(WEB_FILES);
    expect(await releaf(['fetch', '-C', root])).toEqual({
      status: 0,
      stdout: 'nothing to do\n',
      stderr: '',
    });
    expect(JSON.parse((await releaf(['fetch', '-C', root, '--json'])).stdout)).toEqual({
      approved: [],
      issued: [],
      waiting: [],
      failed: [],
      written: [],
      removed: [],
    });
  });

  it('has nothing to do for a name whose newest revision is issued, and does not ask', async () => {
    const each = await scene();
    approve(each);
    await each.run();
    const { length } = each.cluster.calls;
    expect(await each.run('web')).toEqual({
      status: 0,
      stdout: 'nothing to do\n',
      stderr: 'web: revision 1 is issued already\n',
    });
    expect(each.cluster.calls).toHaveLength(length);
  });

  it('installs what is signed of several, and tells of each', async () => {
    const each = await scene(THREE_FILES);
    const [a, b, c] = [...pendingObjects(each.root).values()].map(({ metadata }) => metadata.name);
    approve(each, a);
    each.cluster.condition(b!, 'Denied', 'KubectlDeny', 'no');
    const { status, stdout } = await each.run();
    expect(stdout.split('\n').slice(-6).join('\n')).toBe(`c: ${c}: waits for approval
NAME  REQUEST       OUTCOME
a     ${a}  issued, until 2027-05-30
b     ${b}  REQUEST_DENIED
c     ${c}  waits for approval
`);
    expect(status).toBe(1);
    expect(Object.keys(filesIn(each.root)).filter((file) => file.endsWith('ate.pem'))).toEqual([
      'certificates/a/1/certificate.pem',
    ]);
  });
});

describe('releaf fetch, where a Job creates the request', () => {
  const jobFiles = (approve = 'automatic'): Files => ({
    ...WEB_FILES,
    'releaf.yaml': `${WEB_CONFIG}delivery: { type: kubectl, request: job, approve: ${approve} }\n`,
  });
  const keptAt = (name: string) => `/api/v1/namespaces/shop/configmaps/${name}-certificate`;
  const keep = ({ cluster, name }: Scene, data?: object) => {
    cluster.put(keptAt(name), { kind: 'ConfigMap', ...(data && { data }) });
  };
  const certificateFor = ({ root }: Scene): string =>
    signed(ca, readRequest(read(root, 'certificates/web/1/request.pem'), 'request.pem'));
  const unsigned = (each: Scene) => {
    each.cluster.signer = () => undefined;
  };
  const JOB = '-n shop -l releaf.dev/certificate=web,app.kubernetes.io/component=issuance';
  const DESCRIBE = `kubectl describe jobs ${JOB}`;

  it.each<[string, (each: Scene) => void]>([
    ['is gone', remove],
    ['was made anew and waits', unsigned],
    [
      'was made anew and approved',
      (each) => {
        unsigned(each);
        approve(each);
      },
    ],
  ])('takes what the Job has kept when the request %s', async (_, go) => {
    const each = await scene(jobFiles());
    go(each);
    keep(each, { 'certificate.pem': certificateFor(each) });
    expect(await each.run('web')).toMatchObject({ status: 0 });
    expect(each.cluster.calls.map(({ path }) => path)).toEqual([
      expect.stringMatching(`/certificatesigningrequests/${each.name}$`),
      keptAt(each.name),
    ]);
    expect(read(each.root, 'certificates/web/1/certificate.pem')).toContain('BEGIN CERTIFICATE');
  });

  it('says the same in JSON, wherever the certificate was', async () => {
    const each = await scene(jobFiles());
    remove(each);
    keep(each, { 'certificate.pem': certificateFor(each) });
    expect(JSON.parse((await each.run('--json')).stdout)).toMatchObject({
      issued: [{ name: 'web', revision: 1 }],
      waiting: [],
      failed: [],
      written: expect.arrayContaining(['certificates/web/1/certificate.pem']) as unknown,
    });
  });

  it('asks for no ConfigMap when the request has the certificate', async () => {
    const each = await scene(jobFiles());
    approve(each);
    expect(await each.run()).toMatchObject({ status: 0 });
    expect(each.cluster.calls).toHaveLength(1);
  });

  it('waits with --wait until the Job has kept it', async () => {
    const each = await scene(jobFiles());
    unsigned(each);
    each.cluster.before = () => {
      if (each.cluster.calls.length !== 6) return;
      remove(each);
      keep(each, { 'certificate.pem': certificateFor(each) });
    };
    expect(await each.run('--wait', '5m')).toMatchObject({ status: 0 });
  });

  it('waits with --wait for a Job that has yet to create the request', async () => {
    const each = await scene(jobFiles());
    remove(each);
    each.cluster.before = () => {
      if (each.cluster.calls.length !== 6) return;
      each.cluster.apply(each.object);
      approve(each);
    };
    expect(await each.run('--wait', '5m')).toMatchObject({ status: 0 });
  });

  it('says with --wait in the end that there still is no request', async () => {
    const each = await scene(jobFiles());
    remove(each);
    const { stderr, status } = await each.run('--wait', '10s');
    expect(stderr).toContain(`error REQUEST_MISSING: ${each.name}: is not in the cluster`);
    expect(status).toBe(1);
    expect(each.cluster.calls.length).toBeGreaterThan(6);
  });

  it.each<[string, string, string, string]>([
    [
      'waits',
      'automatic',
      'waits for its Job to approve it',
      'once its Job has got the certificate: releaf fetch web',
    ],
    ['waits', 'manual', 'waits for approval', 'releaf approve web'],
    [
      'is gone',
      'automatic',
      'is not in the cluster',
      'apply dist/, or let GitOps do it; once its Job has got the certificate: releaf fetch web',
    ],
    [
      'is gone',
      'manual',
      'is not in the cluster',
      'apply dist/, or let GitOps do it; once its Job has created it: releaf approve web',
    ],
  ])('is content in a scheduled run with what %s (approve: %s)', async (state, by, what, next) => {
    const each = await scene(jobFiles(by));
    unsigned(each);
    if (state === 'is gone') remove(each);
    keep(each);
    expect(await each.run()).toEqual({
      status: 0,
      stdout: `web: ${each.name}: ${what}\n`,
      stderr: `next: ${next} -C ${each.root}\n`,
    });
  });

  it('says where to look when asked for a name and nothing is there', async () => {
    const each = await scene(jobFiles());
    unsigned(each);
    await refused(
      each,
      `error REQUEST_UNSIGNED: ${each.name}: is not approved yet
  its Job approves it; what that says: ${DESCRIBE}; to approve it by hand: releaf approve web
`,
      'web',
    );
    remove(each);
    const notThere = `error REQUEST_MISSING: ${each.name}: is not in the cluster (context stand-in)
  the Job that creates it has not run yet, or failed: ${DESCRIBE}; if it is not there: apply dist/, or see why GitOps has not; `;
    await refused(each, `${notThere}to create it without the Job: releaf renew web --now\n`, 'web');
    const { stderr } = await releaf(['approve', '-C', each.root], {
      openCluster: each.cluster.open,
    });
    expect(stderr.replaceAll(` -C ${each.root}`, '')).toBe(
      `${notThere}if it was issued and is gone by now, the Job has kept the certificate: releaf fetch web\n`,
    );
  });

  it('does not say that a Job keeps what a person approves once it has ended', async () => {
    const each = await scene(jobFiles('manual'));
    remove(each);
    const notThere = `error REQUEST_MISSING: ${each.name}: is not in the cluster (context stand-in)
  the Job that creates it has not run yet, or failed: ${DESCRIBE}; if it is not there: apply dist/, or see why GitOps has not; kube-controller-manager deletes a request 24 hours after it was made if nobody decides, and an hour after it was issued: then kubectl delete jobs ${JOB}; apply dist/, or let GitOps do it`;
    await refused(
      each,
      `${notThere}; to create it without the Job: releaf renew web --now\n`,
      'web',
    );
    const { stderr } = await releaf(['approve', '-C', each.root], {
      openCluster: each.cluster.open,
    });
    expect(stderr.replaceAll(` -C ${each.root}`, '')).toBe(`${notThere}\n`);
  });

  it.each<[string, (each: Scene) => string, string]>([
    ['no PEM', () => 'hello', 'PEM_INVALID'],
    ['a request', ({ root }) => read(root, 'certificates/web/1/request.pem'), 'PEM_INVALID'],
    [
      'a certificate for another key',
      () =>
        signed(ca, readRequest(Buffer.from(otherRequest(), 'base64').toString(), 'request.pem')),
      'CERTIFICATE_KEY_MISMATCH',
    ],
  ])('refuses a ConfigMap that holds %s', async (_, text, code) => {
    const each = await scene(jobFiles());
    remove(each);
    keep(each, { 'certificate.pem': text(each) });
    const before = traceOf(each.root);
    const { status, stderr } = await each.run();
    expect(stderr).toContain(
      `error ${code}: certificate.pem of ConfigMap shop/${each.name}-certificate`,
    );
    expect(stderr).toContain(
      `; if somebody else has put it there: kubectl delete configmap -n shop ${each.name}-certificate; kubectl delete jobs ${JOB}; apply dist/, or let GitOps do it; releaf fetch web`,
    );
    expect(status).toBe(1);
    expect(traceOf(each.root)).toEqual(before);
  });

  it.each<[string, object | undefined]>([
    ['no data', undefined],
    ['an empty text', { 'certificate.pem': '\n' }],
    ['something else', { 'certificate.pem': 7 }],
  ])('takes a ConfigMap with %s for one without a certificate', async (_, data) => {
    const each = await scene(jobFiles());
    remove(each);
    keep(each, data);
    expect((await each.run('web')).stderr).toMatch(/^error REQUEST_MISSING: /);
  });

  it('never takes from the ConfigMap what belongs to a planted request', async () => {
    const each = await scene(jobFiles());
    remove(each);
    each.cluster.apply(planted(each.object, { request: otherRequest() }));
    keep(each, { 'certificate.pem': certificateFor(each) });
    const { status, stderr } = await each.run();
    expect(stderr).toMatch(/^error REQUEST_DIFFERS: /);
    expect(stderr).toContain(
      `kubectl delete csr ${each.name}; kubectl delete jobs ${JOB}; apply dist/, or let GitOps do it; releaf fetch web`,
    );
    expect(status).toBe(1);
  });

  it('names the rule that is missing, for every request of the namespace', async () => {
    const each = await scene(jobFiles(), {
      missing: [{ verb: 'get', on: { group: '', resource: 'configmaps' } }],
    });
    remove(each);
    await refused(
      each,
      `error CLUSTER_FORBIDDEN: you may not get configmaps ${each.name}-certificate in shop
  missing in a Role in namespace shop:
  - apiGroups:
      - ""
    resources:
      - configmaps
    verbs:
      - get
`,
    );
  });
});
