import fc from 'fast-check';
import type { Revision } from '../../lib/model/revision';
import { compareRevisions } from '../../lib/rotation/certificate-change';
import { openFolder } from '../../lib/store/folder';
import { revisionsIn, stateOnDisk } from '../../lib/store/recorded-state';
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
    ['dropped', [first, second], [first]],
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
