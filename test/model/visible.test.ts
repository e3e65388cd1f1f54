import { visible, visibleLines } from '../../lib/model/visible';

describe('text that nobody vouches for', () => {
  it.each([
    ['a control character', '\u001b[31m', '\\u{1b}[31m'],
    ['a mark that reorders', 'a\u202eb', 'a\\u{202e}b'],
    ['a filler that is drawn as nothing', 'a\u3164b', 'a\\u{3164}b'],
    ['a variation selector', 'a\ufe0fb', 'a\\u{fe0f}b'],
    ['the blank of Braille', 'a\u2800b', 'a\\u{2800}b'],
    ['letters of any language', 'Žluťoučký 証明書', 'Žluťoučký 証明書'],
  ])('is shown with %s spelt out', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visibleLines(`${text}\n`)).toBe(`${shown}\n`);
  });
});
