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
import {
  clockFrom,
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  releaf,
  removeFolders,
  testCa,
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
