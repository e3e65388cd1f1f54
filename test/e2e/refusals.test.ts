import type { SigningRequestObject } from '../../lib/delivery/signing-request-object';
import { removeFolders } from '../harness';
import { traceOf } from '../untouched';
import {
  getRequest,
  issuedCertificate,
  kubectl,
  releafDone,
  releafOn,
  userKubeconfig,
  type LiveRequest,
} from './cluster';
import { meddle, type Meddler } from './meddle';
import { committedRequest, newNames, servingFolder, withAnotherKey } from './serving';

type Spec = SigningRequestObject['spec'];

const NAMES = newNames('key', 'signer', 'usages', 'lifetime', 'signed', 'swapped', 'kubectl');
const [MALLORY = ''] = newNames('mallory');
const root = servingFolder(NAMES);

/** Name of the certificate that a test is about. */
const nameOf = (about: string): string => NAMES.find((one) => one.startsWith(`${about}-`)) ?? '';

/** Its request as it was committed, and the name of that. */
function certificate(about: string): { name: string; ours: SigningRequestObject; object: string } {
  const name = nameOf(about);
  const ours = committedRequest(root, name);
  return { name, ours, object: ours.metadata.name };
}

const create = (object: SigningRequestObject, kubeconfig?: string): Promise<string> =>
  kubectl(['create', '-f', '-'], {
    input: JSON.stringify(object),
    ...(kubeconfig !== undefined && { kubeconfig }),
  });

const applyFile = (name: string): Promise<string> =>
  kubectl(['apply', '-f', `${root}/dist/${name}.k8s.yaml`]);

type Live = LiveRequest & { readonly spec: Spec };

async function live(object: string): Promise<Live> {
  const found = await getRequest(object);
  if (!found) throw new Error(`${object} is not there`);
  return found as Live;
}

/** Somebody who may create requests, and nothing more. */
async function malloryKubeconfig(): Promise<string> {
  const requests = '--resource=certificatesigningrequests.certificates.k8s.io';
  await kubectl(['create', 'clusterrole', MALLORY, '--verb=create', requests]);
  const binding = [MALLORY, `--clusterrole=${MALLORY}`, `--user=${MALLORY}`];
  await kubectl(['create', 'clusterrolebinding', ...binding]);
  return userKubeconfig(MALLORY);
}

let mallory = '';
beforeAll(async () => {
  await releafDone(['renew', '-C', root]);
  mallory = await malloryKubeconfig();
});
afterAll(removeFolders);

describe('a request that somebody else made under our name', () => {
  const PLANTED: readonly (readonly [
    about: string,
    change: (ours: SigningRequestObject) => Partial<Spec>,
    words: RegExp,
  ])[] = [
    [
      'key',
      (ours) => withAnotherKey(ours).spec,
      /request: another one, for O=system:nodes, CN=system:node:(key-\w+), public key (\w{64}); committed: O=system:nodes, CN=system:node:\1, public key (?!\2)\w{64}/,
    ],
    [
      'signer',
      () => ({ signerName: 'example.com/internal' }),
      /signerName: example.com\/internal, committed: kubernetes.io\/kubelet-serving/,
    ],
    [
      'usages',
      () => ({ usages: ['digital signature', 'client auth'] }),
      /usages: not committed: client auth; missing: .*server auth/,
    ],
    [
      'lifetime',
      () => ({ expirationSeconds: 29 * 86_400 }),
      /expirationSeconds: 2505600 \(29d\), committed: 604800 \(7d\)/,
    ],
  ];
  const planted = PLANTED.map(([about]) => nameOf(about));

  beforeAll(async () => {
    for (const [about, change] of PLANTED) {
      const { ours } = certificate(about);
      await create({ ...ours, spec: { ...ours.spec, ...change(ours) } }, mallory);
    }
  });

  /** Whatever was tried: nobody decided, and nothing was written. */
  async function expectUntouched(before: ReturnType<typeof traceOf>): Promise<void> {
    for (const [about] of PLANTED) {
      expect((await live(certificate(about).object)).status).toEqual({});
    }
    expect(traceOf(root)).toEqual(before);
  }

  it.each(PLANTED)('keeps its %s when ours is applied', async (about) => {
    const { name, object } = certificate(about);
    const { spec } = await live(object);
    await applyFile(name);
    expect((await live(object)).spec).toEqual(spec);
    expect(spec).toMatchObject({ username: MALLORY });
  });

  it.each(['approve', 'renew --now'])('is not approved by releaf %s', async (command) => {
    const before = traceOf(root);
    const { status, stderr } = await releafOn([...command.split(' '), ...planted, '-C', root]);
    expect(status).toBe(1);
    for (const [about, , words] of PLANTED) {
      const { name, object } = certificate(about);
      expect(stderr).toContain(
        `error REQUEST_DIFFERS: ${object}: the live request is not the committed certificates/${name}/1:`,
      );
      expect(stderr).toMatch(words);
      expect(stderr).toContain(`then: kubectl delete csr ${object}; apply dist/`);
    }
    expect(stderr).toContain(`created by ${MALLORY}`);
    await expectUntouched(before);
  });

  it('is told by releaf doctor', async () => {
    const before = traceOf(root);
    const { status, stdout } = await releafOn(['doctor', ...planted, '--json', '-C', root]);
    expect(status).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: readonly Record<string, string>[] };
    for (const [about, , words] of PLANTED) {
      const { name, object } = certificate(about);
      const found = findings.find(
        (one) => one['check'] === 'request' && one['certificate'] === name,
      );
      expect(found).toMatchObject({
        level: 'failure',
        message: expect.stringMatching(words) as string,
        next: expect.stringContaining(`kubectl delete csr ${object}`) as string,
      });
      expect(found?.['message']).toContain(`made by ${MALLORY}`);
    }
    await expectUntouched(before);
  });

  it('gives way to ours once it is deleted as told', async () => {
    const { name, object } = certificate('key');
    await kubectl(['delete', 'csr', object]);
    await applyFile(name);
    await releafDone(['approve', name, '-C', root]);
    expect((await live(object)).status.conditions).toEqual([
      expect.objectContaining({ type: 'Approved', reason: 'ReleafApproved' }),
    ]);
  });

  it('is not fetched, although somebody got it approved and signed', async () => {
    const { name, ours, object } = certificate('signed');
    await create(withAnotherKey(ours), mallory);
    await kubectl(['certificate', 'approve', object]);
    await issuedCertificate(object);
    const before = traceOf(root);
    const { status, stderr } = await releafOn(['fetch', name, '-C', root]);
    expect(status).toBe(1);
    expect(stderr).toContain(`error REQUEST_DIFFERS: ${object}`);
    expect(traceOf(root)).toEqual(before);
  });
});

describe('a request that is swapped between the look at it and its approval', () => {
  let meddler: Meddler | undefined;
  afterEach(() => meddler?.close());

  /** Puts our request into the cluster; another one takes its place when somebody approves it. */
  async function swappedOnApproval(ours: SigningRequestObject): Promise<Meddler> {
    const { name } = ours.metadata;
    await kubectl(['delete', 'csr', name, '--ignore-not-found']);
    await create(ours);
    let isSwapped = false;
    meddler = await meddle({
      before: async ({ method, path }) => {
        if (isSwapped || method !== 'PUT' || !path.includes(`/${name}/approval`)) return;
        isSwapped = true;
        await kubectl(['delete', 'csr', name]);
        await create(withAnotherKey(ours), mallory);
      },
    });
    return meddler;
  }
  const approvals = ({ seen }: Meddler): number =>
    seen.filter((one) => /^PUT .*\/approval\b/.test(one)).length;

  it.each(['approve', 'renew --now'])('is not approved by releaf %s', async (command) => {
    const { name, ours, object } = certificate('swapped');
    const between = await swappedOnApproval(ours);
    const before = traceOf(root);
    const { status, stderr } = await releafOn([...command.split(' '), name, '-C', root], between);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `error REQUEST_CHANGED: ${object}: was changed, or deleted and made anew, between the look at it and the decision`,
    );
    expect(approvals(between)).toBe(1);
    expect(await live(object)).toMatchObject({ spec: { username: MALLORY }, status: {} });
    expect((await live(object)).status).toEqual({});
    expect(traceOf(root)).toEqual(before);
  });

  it('would be approved by kubectl, which looks again and does not compare', async () => {
    const { ours, object } = certificate('kubectl');
    const between = await swappedOnApproval(ours);
    await kubectl(['certificate', 'approve', object], between);
    expect(approvals(between)).toBe(2);
    expect(await live(object)).toMatchObject({
      spec: { username: MALLORY },
      status: { conditions: [{ type: 'Approved' }] },
    });
  });
});
