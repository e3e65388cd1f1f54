import fc from 'fast-check';
import type { Revision } from '../../lib/model/revision';
import { compareRevisions } from '../../lib/rotation/certificate-change';
import { openFolder } from '../../lib/store/folder';
import { revisionsIn, stateOnDisk } from '../../lib/store/recorded-state';
import { readCertificates } from '../../lib/x509/certificate';
import { otherCa } from '../pull-requests/situations';
import { join } from 'node:path';

const RECORDED = join(__dirname, '../pull-requests');

const revisionsOf = (path: string): readonly Revision[] =>
  revisionsIn(stateOnDisk(join(RECORDED, path)), 'web');

const [spec] = openFolder(join(RECORDED, 'renewal-issued/after')).config.certificates;
const [first, second] = revisionsOf('renewal-issued/after') as [Revision, Revision];
const [, pending] = revisionsOf('renewal-issued/before') as [Revision, Revision];
const [, other] = revisionsOf('renewal-requested/after') as [Revision, Revision];

const compare = (before: readonly Revision[], after: readonly Revision[]) =>
  compareRevisions('web', before, after, spec);

const withdrawn = (revision: Revision): Revision => ({ ...revision, withdrawn: true });
const third: Revision = { ...other, number: 3 };

describe('two states of a certificate', () => {
  it.each([
    ['requested', [], [{ ...first, certificate: undefined } as never]],
    ['requested', [first], [first, pending]],
    ['requested', [first, second], [second, third]],
    ['requested', [first, pending], [first, other]],
    ['issued', [first, pending], [first, second]],
    ['issued', [], [first]],
    ['issued', [first], [first, second, third]],
    ['withdrawn', [first, second], [first, withdrawn(second)]],
    ['request-withdrawn', [first, pending], [first, withdrawn(pending)]],
    ['reinstated', [first, withdrawn(second)], [first, second]],
    ['reverted', [first, second], [first, pending]],
    ['dropped', [first, pending], [first]],
    ['reverted', [first, second], [first]],
    ['dropped', [first, withdrawn(second)], [first]],
    ['rewritten', [first, second], [first, { ...second, request: 'x' }]],
    ['rewritten', [first, second], [first, { ...second, certificate: first.certificate! }]],
    ['given-up', [first, second], []],
    ['tidied', [first, second], [second]],
    [undefined, [first, second], [first, second]],
    [undefined, [], []],
  ] as const)('are %s (%#)', (kind, before, after) => {
    const clean = (after as readonly Revision[]).map((revision) => {
      const { certificate, ...rest } = revision;
      return certificate === undefined ? rest : revision;
    });
    expect(compare(before, clean)?.kind).toBe(kind);
  });

  it('differ in serial, dates and key when a certificate is renewed', () => {
    const change = compare([first, pending], [first, second])!;
    expect(change).toMatchObject({
      before: { revision: 1 },
      after: { revision: 2 },
      atOnce: false,
      differences: { gainedSeconds: 62 * 86_400, newKey: true, namesAdded: [], namesRemoved: [] },
      leaving: [],
      rewritten: [],
      restarts: [{ file: 'deployment.yaml', by: 'certificate', restarts: true }],
    });
    expect(change.before?.serialNumber).not.toBe(change.after?.serialNumber);
    expect(change).not.toHaveProperty('request');
  });

  it('say that a request which waited is another one under its number', () => {
    expect(compare([first, pending], [first, other])).toMatchObject({ remade: [2], rewritten: [] });
    const signed = { ...other, certificate: second.certificate! };
    expect(compare([first, pending], [first, signed])?.remade).toEqual([2]);
    expect(compare([first, pending], [first, second])?.remade).toEqual([]);
    expect(compare([first, pending], [first, third])?.remade).toEqual([]);
  });

  it('name the request that must not be signed any more', () => {
    expect(compare([first, pending], [first, other])?.replaced).toBe(pending.record.objectName);
    expect(compare([first, pending], [first])?.replaced).toBe(pending.record.objectName);
    expect(compare([first, pending], [first, second])).not.toHaveProperty('replaced');
  });

  it('say that both steps are in one, and what leaves the cluster', () => {
    expect(compare([], [first])?.atOnce).toBe(true);
    expect(compare([first], [])?.leaving).toEqual(['shop/web-tls']);
    const renamed = { ...second, sealedKey: { ...second.sealedKey, name: 'web-2' } };
    expect(compare([first], [first, renamed])?.leaving).toEqual(['shop/web-tls']);
  });

  it('name what came in beside what serves, also where that is honest', () => {
    const [planted, newest] = [3, 4].map((number) => ({
      ...third,
      number,
      certificate: second.certificate!,
    })) as [Revision, Revision];
    expect(compare([first], [second, newest])).toMatchObject({
      kind: 'issued',
      beside: [{ revision: 2, issuer: 'CN=releaf golden CA', secret: 'shop/web-tls' }],
      rewritten: [],
      rollback: { revision: 2 },
    });
    expect(compare([second, planted], [first, planted])).toMatchObject({
      kind: 'rewritten',
      beside: [{ revision: 1 }],
      rewritten: [],
    });
  });

  it('tell where a rollback goes, and nothing where a newer revision stands above', () => {
    expect(compare([first, pending], [first, second])?.rollback).toEqual({
      revision: 1,
      notAfter: expect.any(Date) as Date,
    });
    const above = compare([first, pending], [first, second, withdrawn(third)])!;
    expect(above).toMatchObject({ kind: 'issued', servesAnew: true, held: true });
    expect(above).not.toHaveProperty('rollback');
    expect(above).not.toHaveProperty('rollbackRefused');
    expect(compare([], [first])?.rollbackRefused).toBe(
      'web: revision 1 has no issued revision before it',
    );
    const cas = [otherCa('the next CA').certificate];
    const ofOtherCa = { ...spec!, ca: 'ca.pem' };
    const refused = compareRevisions('web', [first, pending], [first, second], ofOtherCa, cas);
    expect(refused).not.toHaveProperty('rollback');
    expect(refused?.rollbackRefused).toMatch(
      /^web: revision 1 cannot serve again: .*not signed by a CA of ca\.pem/,
    );
  });

  it('tell which keys came in clear, whatever serves', () => {
    const clear = (revision: Revision): Revision => ({
      ...revision,
      sealedKey: { ...second.sealedKey, sealing: 'plaintext', value: 'eA==' } as never,
    });
    expect(compare([first], [first, clear(second), third])?.inClear).toEqual([2]);
    expect(compare([first, second], [first, clear(second)])?.inClear).toEqual([2]);
    expect(compare([first, clear(second)], [first, clear(second), third])?.inClear).toEqual([]);
  });

  it('tell where a request is not as configured, and what has another Secret', () => {
    const asked = {
      ...pending,
      record: {
        ...pending.record,
        dnsNames: ['web.example.com', '*.bank.example.com'],
        signer: 'example.com/other',
        expirationSeconds: 365 * 86_400,
      },
    };
    expect(compare([first], [first, asked])?.notAsConfigured).toEqual([
      'DNS names: -*.bank.example.com',
      'signer: example.com/other → example.com/internal',
      'duration: 31536000 s → 7776000 s',
    ]);
    expect(compare([first], [first, { ...asked, certificate: second.certificate! }])).toMatchObject(
      {
        kind: 'issued',
        notAsConfigured: [
          'DNS names: -*.bank.example.com',
          'signer: example.com/other → example.com/internal',
        ],
      },
    );
    const moved = {
      ...second,
      sealedKey: { ...second.sealedKey, namespace: 'kube-system', name: 'admission-webhook-tls' },
    };
    expect(compare([first, pending], [first, moved, third])?.otherSecrets).toEqual([
      'kube-system/admission-webhook-tls',
    ]);
    expect(compare([first, pending], [first, second])).toMatchObject({
      notAsConfigured: [],
      otherSecrets: [],
    });
  });

  it('name each CA that stands behind the certificate and did not before', () => {
    const root = otherCa('evil root').certificate;
    const [one] = readCertificates(first.certificate!, 'it');
    const bare = { ...second, certificate: readCertificates(second.certificate!, 'it')[0]!.pem };
    const more = { ...bare, certificate: bare.certificate + root.pem };
    const evil = [{ subject: 'CN=evil root', sha256: root.sha256 }];
    expect(compare([first, pending], [first, more])?.issuersAdded).toEqual(evil);
    expect(compare([first, pending], [first, bare])?.issuersAdded).toEqual([]);
    const alone = { ...first, certificate: one!.pem + root.pem };
    expect(compare([], [alone])?.issuersAdded).toEqual(evil);
    expect(compareRevisions('web', [], [alone], spec, [root])?.issuersAdded).toEqual([]);
    expect(compare([first, more], [first, more, third])?.issuersAdded).toEqual([]);
  });

  it('are the same when they are equal, and mirror each other when they are exchanged', () => {
    const states = fc.subarray([first, second, withdrawn(second), pending, third]).map((some) => {
      const byNumber = new Map(some.map((revision) => [revision.number, revision]));
      return [...byNumber.values()].sort((a, b) => a.number - b.number);
    });
    fc.assert(
      fc.property(states, states, (before, after) => {
        expect(compare(before, before)).toBeUndefined();
        const [there, back] = [compare(before, after), compare(after, before)];
        expect(there === undefined).toBe(back === undefined);
        expect(there?.before).toEqual(back?.after);
        expect(there?.after).toEqual(back?.before);
      }),
    );
  });
});
