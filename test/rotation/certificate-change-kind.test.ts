import { currentRevision, type Revision } from '../../lib/model/revision';
import { cameBeside, kindOf, newlyPending } from '../../lib/rotation/certificate-change-kind';

/**
 * States in a line: `1` is issued, `1?` waits, `1w` is withdrawn, `1?w` a withdrawn request; `1'` is another
 * revision under the number.
 */
function state(line: string): readonly Revision[] {
  return line
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const number = Number(word[0]);
      const made = word.includes("'") ? 'another' : 'first';
      return {
        number,
        request: made,
        record: { objectName: `web-${number}-${made}` },
        sealedKey: { sealing: 'plaintext', value: `${made} ${number}` },
        ...(!word.includes('?') && { certificate: `of ${made} ${number}` }),
        withdrawn: word.includes('w'),
      } as Revision;
    });
}

const kind = (before: string, after: string) => kindOf(state(before), state(after));

describe('the kind of a change', () => {
  describe.each([
    ['nothing served, nothing serves', '', '', undefined],
    ['nothing served', '', '1', 'issued'],
    ['what served stays', '1', '1', undefined],
    ['a new revision serves', '1 2', '2 3', 'issued'],
    ['a request that waited serves', '1 2?', '1 2', 'issued'],
    ['a new revision serves, and an old one lost its certificate', '1 2', '1? 2 3', 'issued'],
    ['a new revision of a lower number serves', '2', '1 2w', 'issued'],
    ['what waited was made anew and serves', '1 2?', "1 2'", 'issued'],
    ['what served is withdrawn', '1 2', '1 2w', 'withdrawn'],
    ['what served lost its certificate', '1 2', '1 2?w', 'withdrawn'],
    ['what served is gone', '1 2', '1', 'reverted'],
    ['what served is withdrawn, and nothing serves', '1', '1w', 'reverted'],
    ['what was withdrawn serves again', '1 2w', '1 2', 'reinstated'],
    ['what serves is another under its number', '1 2', "1 2'", 'rewritten'],
    ['what serves after a rollback is another', '1 2', "1' 2w", 'rewritten'],
  ] as const)('where %s', (_, before, after, serving) => {
    it.each([
      ['nothing waits', '', '', undefined],
      ['a request waits anew', '', '7?', 'requested'],
      ['a request waits that was withdrawn', '7?w', '7?', 'requested'],
      ['a request was made anew', '7?', "7'?", 'requested'],
      ['a request of another number takes its place', '7?', '8?', 'requested'],
      ['a request waits on', '7?', '7?', undefined],
      ['a request is withdrawn', '7?', '7?w', 'request-withdrawn'],
      ['a request came and was withdrawn', '', '7?w', 'request-withdrawn'],
      ['a certificate came and was withdrawn', '7?', '7w', 'request-withdrawn'],
      ['a request is gone', '7?', '', 'dropped'],
      ['a withdrawn revision is gone', '7w', '', 'dropped'],
    ] as const)('and %s', (__, waited, waits, waiting) => {
      const [old, now] = [`${before} ${waited}`, `${after} ${waits}`];
      const isGivenUp = now.trim() === '' && old.trim() !== '';
      expect(kind(old, now)).toBe(isGivenUp ? 'given-up' : (serving ?? waiting));
    });
  });

  it.each([
    ['tidied', '1 2 3', '3'],
    ['tidied', '1 2w 3', '3'],
    ['rewritten', '2 3', '1 3'],
    ['rewritten', '1 2w 3', '1 2 3'],
    ['rewritten', '1 2', '1? 2'],
    ['rewritten', '1 3', '1 2? 3'],
    ['rewritten', '1 2', "1' 2"],
    ['reverted', '1 2', '1 2?'],
    ['withdrawn', '1 2', '1 2w 3?'],
  ] as const)('is %s from %s to %s', (expected, before, after) => {
    expect(kind(before, after)).toBe(expected);
  });

  it('never says that what serves stays where it does not, nor the other way round', () => {
    const words = [1, 2, 3].map((number) => [
      '',
      ...['', '?', 'w', '?w', "'"].map((sign) => `${number}${sign}`),
    ]);
    const [ones = [], twos = [], threes = []] = words;
    const lines = ones.flatMap((one) =>
      twos.flatMap((two) => threes.map((three) => `${one} ${two} ${three}`)),
    );
    const states = lines.map(state);
    const stays = ['requested', 'request-withdrawn', 'dropped', 'tidied', undefined];
    const wrong: unknown[] = [];
    for (const before of states) {
      for (const after of states) {
        const found = kindOf(before, after);
        const [served, serves] = [currentRevision(before), currentRevision(after)];
        const isSame = JSON.stringify(served) === JSON.stringify(serves);
        const isOther = found !== 'rewritten' && found !== 'given-up';
        if (isOther && stays.includes(found) !== isSame) wrong.push([before, after, found]);
        const isNew = serves && !before.some((old) => old.certificate === serves.certificate);
        if (isNew && !['issued', 'rewritten'].includes(found!)) wrong.push([before, after, found]);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('what came beside', () => {
  it.each([
    ['1 2', '2 3 4', [3]],
    ['2 3', '1 3', [1]],
    ['1 2?', '1 2 3', [2]],
    ['1 2w 3', '1 2 3', [2]],
    ['1 2', '1 2 3 4w', [4]],
    ['1 3', '1 2? 3', [2]],
    ['1 2', '2 3', []],
    ['1 2', '1 2 3?', []],
    ['1 2', '1 2w', []],
    ['1', '1 2?w', [2]],
    ['1 2?', '1 2?w', []],
    ['1 2', '1 2?', []],
  ] as const)('from %s to %s is %j', (before, after, numbers) => {
    expect(cameBeside(state(before), state(after)).map(({ number }) => number)).toEqual(numbers);
  });

  it('is not the request that waits', () => {
    expect(newlyPending(state('1 2w'), state('1 2w 3?'))?.number).toBe(3);
    expect(newlyPending(state('1 2'), state('1 2?'))).toBeUndefined();
  });
});
