import { goRegExp } from '../../lib/store/go-reg-exp';

it.each([
  ['', 'dist/web.sops.yaml', true],
  ['\\.sops\\.ya?ml$', 'dist/web.sops.yaml', true],
  ['^dist/.*\\.yaml$', 'dist/web.sops.yaml', true],
  ['.*/dist/.*', 'dist/web.sops.yaml', false],
  ['(?i)^DIST/', 'dist/web.sops.yaml', true],
  ['^(prod|dist)/(?:web|api)', 'dist/web.sops.yaml', true],
  ['^(?P<env>dist)\\/[^/]+$', 'dist/web.sops.yaml', true],
  ['[a-z0-9_\\-]{3}\\.sops', 'dist/web.sops.yaml', true],
  ['w.b', 'dist/w\nb', false],
  ['^.$', '𝒳', true],
  ['\\bweb\\b', 'dist/web.sops.yaml', true],
])('reads %j as Go does', (pattern, text, matches) => {
  expect(goRegExp(pattern)?.test(text)).toBe(matches);
});

it.each([
  ['lookahead', '(?=a)'],
  ['lookbehind', '(?<=a)'],
  ['a back reference', '(a)\\1'],
  ['\\Q…\\E', '\\Qa.b\\E'],
  ['\\A and \\z', '\\Aa\\z'],
  ['a POSIX class', '[[:alpha:]]'],
  ['a Unicode class', '\\pL'],
  ['flags within', 'a(?i)b'],
  ['] first in a class', '[]a]'],
  ['a brace that is none of a repetition', 'a{,2}'],
  ['an open group', '(a'],
  ['an open class', '[a'],
  ['a repetition of nothing', '*a'],
  ['a repetition of a repetition', 'a**'],
  ['a final backslash', 'a\\'],
])('refuses %s', (_, pattern) => {
  expect(goRegExp(pattern)).toBeUndefined();
});
