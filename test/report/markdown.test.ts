import fc from 'fast-check';
import { visible } from '../../lib/model/visible';
import {
  codeSpan,
  folded,
  markdownTable,
  markdownText,
  wordList,
  words,
} from '../../lib/report/markdown';
import { HOSTILE } from '../pull-requests/hostile';

/** What stands there once a browser has read the entities. */
const shown = (markdown: string): string =>
  markdown.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));

const withoutBreaks = (text: string): string => text.replaceAll('\u200b', '');

const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...Array.from('`|\\<>&@#!:/-_*[]().$%^~ aA1\n\u200b')) }),
);

describe('text that nobody vouches for', () => {
  it('shows just that text, on one line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = markdownText(text);
        expect(withoutBreaks(shown(markdown))).toBe(visible(text));
        expect(markdown).not.toMatch(/[\n\r]/);
      }),
    );
  });

  it('has no syntax, and nothing that forges make references of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = markdownText(text);
        expect(markdown.replace(/&#\d+;/g, '')).not.toMatch(/[\\`*_{}[\]<>#|~&@$^%]/);
        expect(markdown).not.toMatch(/^(?:[-+=:/]|\d+[.)])/);
        expect(shown(markdown)).not.toMatch(/@\w|#\d|!\d|:\/\/|www\.\w|[~%$&^]\w|\b[gG][hH]-\d/);
      }),
    );
  });

  it.each([
    ['renews on 2027-05-01 11:55 UTC', 'renews on 2027-05-01 11:55 UTC'],
    ['web-1 (kes, 1.5); 90d', 'web-1 (kes, 1.5); 90d'],
    ['commit deadbeefcafe', 'commit deadbe&#8203;efcafe'],
    ['@octocat fixes #1', '&#64;&#8203;octocat fixes &#35;&#8203;1'],
    ['GH-1 http://x', 'GH-&#8203;1 http:&#8203;//x'],
    ['/close', '&#47;close'],
    ['1. first', '&#49;. first'],
    ['a|b', 'a&#124;b'],
  ])('%s becomes %s', (text, markdown) => {
    expect(markdownText(text)).toBe(markdown);
  });
});

describe('code', () => {
  it('holds just that text, and ends where it ends', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = codeSpan(text);
        const code = /^`([^`|\\]+)`$/.exec(markdown)?.[1];
        const html = /^<code>([^<>`|\\]*)<\/code>$/.exec(markdown)?.[1];
        expect(code ?? shown(html!)).toBe(visible(text));
      }),
    );
  });

  it('closes no issue of GitLab, which looks for that before the text is rendered', () => {
    const closing =
      /\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):? +(?:issues? +)?(?:[\w./-]*#\d|https?:\/\/|[A-Z][A-Z0-9_]+-\d)/i;
    const reference = fc.constantFrom('#1', 'a/b#1', 'https://x/-/issues/1', 'ABC-1', 'issue #2');
    fc.assert(
      fc.property(
        fc.constantFrom('Closes ', 'fixes: ', 'x`Resolve  '),
        reference,
        anyText,
        (word, to, text) => {
          expect(`${word}${to}`).toMatch(closing);
          for (const all of [`${word}${to}${text}`, `${text} ${word}${to}`]) {
            expect(codeSpan(all)).not.toMatch(closing);
          }
        },
      ),
    );
  });

  it.each([
    ['kes', '`kes`'],
    ['a`b', '<code>a&#96;b</code>'],
    ['a|b', '<code>a&#124;b</code>'],
    ['', '<code></code>'],
    ['CN=Closes #1', '<code>CN&#61;Closes &#35;1</code>'],
    [
      'fixes https://x/y/issues/7',
      '<code>fixes https&#58;&#47;&#47;x&#47;y&#47;issues&#47;7</code>',
    ],
    ['Closes ABC-12', '<code>Closes ABC&#45;12</code>'],
    [
      'CN=web CA-1a, O=x: 2027-05-01',
      '<code>CN&#61;web CA&#45;1a&#44; O&#61;x&#58; 2027&#45;05&#45;01</code>',
    ],
    ['web-2-40ae0490', '`web-2-40ae0490`'],
    ['releaf renew web --force', '`releaf renew web --force`'],
  ])('of %j is %s', (text, markdown) => {
    expect(codeSpan(text)).toBe(markdown);
  });
});

describe('a table', () => {
  it('has a line for each row and as many cells as it was given, whatever stands in them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText)), (rows) => {
        const cells = rows.map(([a, b]) => [markdownText(a), codeSpan(b)]);
        const lines = markdownTable(['a', 'b'], cells).split('\n');
        expect(lines).toHaveLength(rows.length + 2);
        for (const line of lines) expect(line.split('|')).toHaveLength(4);
      }),
    );
  });

  it('keeps a cell together that was not escaped', () => {
    expect(markdownTable(['a'], [['x | y\nz']])).toBe('| a |\n| --- |\n| x &#124; y z |');
  });
});

it('a sentence has its values as code in Markdown, and as they are elsewhere', () => {
  const inner = words`by ${'CN=a|b'}`;
  expect(words`${2} of ${'@x'}, ${inner}${''}`).toEqual({
    plain: '2 of @x, by CN=a|b',
    markdown: '2 of `@x`, by <code>CN&#61;a&#124;b</code>',
  });
});

it('a long list is cut, and says so', () => {
  expect(wordList(['a', 'b', 'c'], 2).markdown).toBe('`a`, `b` and 1 more');
});

it('a fold is HTML around Markdown', () => {
  expect(folded('one', '*two*')).toBe('<details>\n<summary>one</summary>\n\n*two*\n\n</details>');
});
