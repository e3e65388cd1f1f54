import fc from 'fast-check';
import { withoutCarriageReturns } from '../../lib/store/line-ends';

describe('a text of releaf’s', () => {
  it('is read from a checkout with CRLF as it was written', () => {
    const line = fc.string().filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(withoutCarriageReturns(lines.join('\r\n'))).toBe(lines.join('\n'));
      }),
    );
  });

  it.each(['a\nb\n', 'a\r\nb\n', '\na\r\n', 'a\rb\r\n', 'a\r\r\n', '\r', ''])(
    'is as it is with other line ends: %j',
    (text) => {
      expect(withoutCarriageReturns(text)).toBe(text);
    },
  );
});
