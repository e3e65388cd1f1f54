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
  ['\\Bweb', 'dist/web.sops.yaml', false],
  ['^(?:[a-z-]+/)*web\\.', 'dist/web.sops.yaml', true],
  ['^dist/w{1,2}eb', 'dist/wwweb', false],
  ['^[^/]{3,}/[^/]{2}$', 'dist/ab', true],
  ['^a{0}b??c+?$', 'cc', true],
  ['^(a|)(?:)$', '', true],
  ['^(a*)*$', 'aab', false],
  ['^[\\s]$', '\u00a0', false],
  ['^\\s$', '\v', false],
  ['^\\S$', '\u00a0', true],
  ['^[\\\\s]$', '\\', true],
  ['(?i)^\\w$', '\u017f', true],
  ['(?i)\\b\u017f', '\u017f', false],
  ['[\\_a]', '_', true],
  ['\\Qa.b\\E', 'axb', false],
  ['\\Aa\\z', 'a', true],
  ['^[[:alpha:]]$', 'a', true],
  ['^\\pL$', 'é', true],
  ['a(?i)b', 'aB', true],
  ['^[]a]$', ']', true],
  ['a{,2}', 'aa', false],
  ['^*a', 'ba', true],
])('reads %j as Go does', (pattern, text, matches) => {
  expect(goRegExp(pattern)?.test(text)).toBe(matches);
});

it.each([
  ['lookahead', '(?=a)'],
  ['lookbehind', '(?<=a)'],
  ['a back reference', '(a)\\1'],
  ['an open group', '(a'],
  ['an open class', '[a'],
  ['a repetition of nothing', '*a'],
  ['a repetition of a repetition', 'a**'],
  ['more repetitions than Go takes', 'a{1001}'],
  ['repetitions that multiply', '((a{100}){100}){100}'],
  ['a repetition that ends before it begins', 'a{2,1}'],
  ['a range up to a class', '[a-\\s]'],
  ['a range the wrong way', '[z-a]'],
  ['a group that nobody opened', 'a)'],
  ['groups without end', '('.repeat(20_000)],
  ['an escaped letter beyond ASCII', '\\é'],
  ['a final backslash', 'a\\'],
])('refuses %s', (_, pattern) => {
  expect(goRegExp(pattern)).toBeUndefined();
});

it.each(['^dist/(([a-z-])+)+!', '(a|a)*!', '.*'.repeat(50) + '!', 'a?'.repeat(200) + 'a{200}!'])(
  'is not kept busy by %s',
  (pattern) => {
    const before = process.cpuUsage();
    expect(goRegExp(pattern)?.test(`dist/${'a'.repeat(250)}.sops.yaml`)).toBe(false);
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(2_000_000);
  },
);
