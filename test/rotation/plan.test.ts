import type { CertificateSpec } from '../../lib/model/certificate-spec';
import { currentRevision, pendingRevision, type Revision } from '../../lib/model/revision';
import { plan, type Step } from '../../lib/rotation/plan';
import { makeRevision } from '../../lib/rotation/renew';
import { superfluousRevisions } from '../../lib/rotation/retention';
import { rollback } from '../../lib/rotation/rollback';
import { renewalTime } from '../../lib/rotation/validity';
import { parseConfig } from '../../lib/config/parse-config';
import { plaintextSealer } from '../../lib/sealing/plaintext';
import { readRequest } from '../../lib/x509/certificate-request';
import { daysAfter, NOW, signed, testCa, testRandomness } from '../harness';

const specOf = (changed: object = {}): CertificateSpec => {
  const { certificates } = parseConfig(
    {
      version: 1,
      certificates: {
        web: {
          dnsNames: ['web.example.com'],
          signer: 'example.com/internal',
          secret: { name: 'web-tls', namespace: 'shop' },
          sealing: { type: 'plaintext', iUnderstandKeysAreInGit: true },
          ...changed,
        },
      },
    },
    'releaf.yaml',
  );
  return certificates[0]!;
};

/** Revision n: `i` issued at NOW for 90 days, `p` pending, `w` withdrawn. */
type Letter = 'i' | 'p' | 'w';
const states = new Map<Letter, Revision>();

beforeAll(async () => {
  const ca = await testCa();
  for (const letter of ['i', 'p', 'w'] as const) {
    const revision = await makeRevision(specOf(), 1, 'a reason', {
      generateKey: testRandomness.generateKey,
      sealer: plaintextSealer,
      now: NOW,
    });
    const certificate = signed(ca, readRequest(revision.request, 'request'), { days: 90 });
    states.set(letter, {
      ...revision,
      ...(letter !== 'p' && { certificate }),
      withdrawn: letter === 'w',
    });
  }
});

const revisions = (letters: string): readonly Revision[] =>
  Array.from(letters, (letter, index) => ({ ...states.get(letter as Letter)!, number: index + 1 }));

const stepOf = (letters: string, day: number, changed: object = {}, force = false): Step =>
  plan(
    [{ spec: specOf(changed), revisions: revisions(letters) }],
    daysAfter(day),
    force ? { force: 'all' } : {},
  )[0]!;

const more = { dnsNames: ['web.example.com', 'www.example.com'] };

describe('the plan', () => {
  it.each([
    // revisions, day, config changed, action, revision, reason
    ['', 0, {}, 'renew', 1, 'there is no certificate yet'],
    ['p', 0, {}, 'await', 1, 'is not signed yet'],
    ['p', 400, {}, 'await', 1, 'is not signed yet'],
    [
      'p',
      0,
      more,
      'renew',
      2,
      'the pending request asks for something else than the config (DNS names: +www.example.com)',
    ],
    [
      'p',
      0,
      { duration: '30d' },
      'renew',
      2,
      'the pending request asks for something else than the config (duration: 7776000 s → 2592000 s)',
    ],
    ['i', 0, {}, 'keep', 1, 'renews on 2027-04-30 11:55 UTC'],
    ['i', 59, {}, 'keep', 1, 'renews on 2027-04-30 11:55 UTC'],
    ['i', 60, {}, 'renew', 2, 'due since 2027-04-30 11:55 UTC, expires on 2027-05-30 11:55 UTC'],
    ['i', 90, {}, 'renew', 2, 'expired on 2027-05-30 11:55 UTC'],
    ['i', 0, { duration: '30d' }, 'keep', 1, 'renews on'],
    ['i', 0, more, 'renew', 2, 'the config changed (DNS names: +www.example.com)'],
    [
      'i',
      0,
      { key: 'rsa-2048' },
      'renew',
      2,
      'the config changed (key: ecdsa-p256 → rsa-2048; usages: digital signature, server auth → digital signature, key encipherment, server auth)',
    ],
    [
      'i',
      0,
      { signer: 'local' },
      'renew',
      2,
      'the config changed (signer: example.com/internal → local)',
    ],
    [
      'i',
      0,
      { secret: { name: 'x', namespace: 'shop' } },
      'renew',
      2,
      'the config changed (Secret: shop/web-tls → shop/x)',
    ],
    [
      'i',
      0,
      { secret: { name: 'web-tls', namespace: 'shop', labels: { a: 'b' } } },
      'keep',
      1,
      'renews on',
    ],
    ['i', 0, { renewAt: '89d before expiry' }, 'keep', 1, 'renews on 2027-03-02 11:55 UTC'],
    ['i', 2, { renewAt: '89d before expiry' }, 'renew', 2, 'due since 2027-03-02 11:55 UTC'],
    ['ip', 95, {}, 'await', 2, 'is not signed yet'],
    [
      'iw',
      0,
      {},
      'hold',
      2,
      'revision 2 was withdrawn; stays at revision 1 until releaf renew web --force',
    ],
    [
      'iw',
      80,
      {},
      'hold',
      2,
      'revision 2 was withdrawn; stays at revision 1 until releaf renew web --force',
    ],
    [
      'iw',
      80,
      more,
      'hold',
      2,
      'revision 2 was withdrawn; stays at revision 1 until releaf renew web --force',
    ],
  ] as const)('of %j on day %i with %j', (letters, day, changed, action, revision, reason) => {
    const step = stepOf(letters, day, changed);
    expect(step).toMatchObject({ action, revision });
    expect(step.reason).toContain(reason);
  });

  it.each(['', 'p', 'i', 'ip', 'iw'])('renews %j when forced, as the next revision', (letters) => {
    expect(stepOf(letters, 0, {}, true)).toMatchObject({
      action: 'renew',
      revision: letters.length + 1,
      reason: 'asked for with --force',
    });
  });

  it('tells what serves meanwhile', () => {
    expect(stepOf('ip', 70).serving).toEqual({
      revision: 1,
      notBefore: new Date('2027-03-01T11:55:00Z'),
      notAfter: new Date('2027-05-30T11:55:00Z'),
      renewAt: new Date('2027-04-30T11:55:00Z'),
    });
    expect(stepOf('p', 70).serving).toBeUndefined();
  });
});

describe('who approves', () => {
  it.each([
    ['example.com/internal', 'automatic', 'job'],
    ['example.com/internal', 'manual', 'person'],
    ['kubernetes.io/kube-apiserver-client', 'automatic', 'person'],
    ['kubernetes.io/kube-apiserver-client-kubelet', 'automatic', 'person'],
  ] as const)('of what a Job has %s sign, approve: %s: a %s', (signer, approve, approver) => {
    const web = specOf();
    const spec = {
      ...web,
      signer,
      delivery: { ...web.delivery, request: 'job', approve },
    } as const;
    expect(plan([{ spec, revisions: [] }], NOW)).toMatchObject([{ approver }]);
  });
});

describe('which revision', () => {
  it.each([
    // revisions, current, pending, superfluous
    ['', undefined, undefined, []],
    ['p', undefined, 1, []],
    ['i', 1, undefined, []],
    ['ip', 1, 2, []],
    ['ii', 2, undefined, []],
    ['iip', 2, 3, [1]],
    ['iii', 3, undefined, [1]],
    ['iw', 1, undefined, []],
    ['iiw', 2, undefined, [1]],
    ['iwp', 1, 3, [2]],
    ['iwi', 3, undefined, [2]],
    ['pp', undefined, 2, [1]],
    ['ipp', 1, 3, [2]],
    ['iwwi', 4, undefined, [2, 3]],
  ] as const)('of %j serves, waits, goes', (letters, current, pending, superfluous) => {
    const all = revisions(letters);
    expect({
      current: currentRevision(all)?.number,
      pending: pendingRevision(all)?.number,
      superfluous: superfluousRevisions(all),
    }).toEqual({ current, pending, superfluous });
  });
});

describe('a rollback', () => {
  it.each([
    ['ii', 10, { withdraw: 2, serves: 1 }],
    ['ip', 10, { withdraw: 2, serves: 1 }],
    ['iw', 10, { serves: 1 }],
    ['iw', 100, { serves: 1 }],
  ] as const)('of %j on day %i', (letters, day, expected) => {
    expect(rollback(specOf(), revisions(letters), daysAfter(day), undefined)).toEqual(expected);
  });

  it.each([
    ['', 10, 'web: there is no revision to go back from'],
    ['i', 10, 'web: revision 1 has no issued revision before it'],
    ['p', 10, 'web: revision 1 has no issued revision before it'],
    ['ii', 100, 'web: revision 1 expired on 2027-05-30T11:55:00.000Z'],
  ] as const)('of %j on day %i is refused', (letters, day, message) => {
    expect(() => rollback(specOf(), revisions(letters), daysAfter(day), undefined)).toThrow(
      expect.objectContaining({
        code: 'NO_ROLLBACK',
        message,
        hint: 'make a new one: releaf renew web --force',
      }) as Error,
    );
  });
});

describe('a certificate of 30 days is due', () => {
  const issued = { notBefore: NOW, notAfter: daysAfter(30) };
  it.each([
    ['after two thirds', { share: 2 / 3 }, daysAfter(20)],
    ['after half', { share: 0.5 }, daysAfter(15)],
    ['a week before its end', { secondsBeforeExpiry: 7 * 86_400 }, daysAfter(23)],
    [
      'after two thirds when it was to be renewed 30 days before its end',
      { secondsBeforeExpiry: 30 * 86_400 },
      daysAfter(20),
    ],
  ])('%s', (_, renewAt, due) => {
    expect(renewalTime(issued, renewAt)).toEqual(due);
  });
});
