import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../lib/config/duration';

describe('a duration', () => {
  it.each([
    ['90d', 7_776_000],
    ['1h30m', 5_400],
    ['604800s', 604_800],
    ['1y', 31_536_000],
    ['2w', 1_209_600],
    ['1y2w3d4h5m6s', 33_019_506],
    ['0s', 0],
    ['007d', 604_800],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    '',
    '90',
    'd',
    '90 d',
    ' 90d',
    '90d\n',
    '1m1h',
    '1d1d',
    '1.5d',
    '-1d',
    '+1d',
    '1e3s',
    '90D',
    '3mo',
    '٣d',
    '9999999999y',
    '99999999999s',
    `${'1'.repeat(1_000_000)}d`,
  ])('%.20j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [7_776_000, '90d'],
    [5_400, '1h30m'],
    [604_800, '7d'],
    [31_536_000, '365d'],
    [90_061, '1d1h1m1s'],
    [0, '0s'],
  ])('%i seconds are shown as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('reads what it shows', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });
});
