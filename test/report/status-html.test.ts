import { createHash } from 'node:crypto';
import { statusHtml, type Page } from '../../lib/report/status-html';
import { daysAfter, NOW } from '../harness';
import { EACH_STATE, entry, fleet } from './status-entries';

const page = (given: Partial<Page> = {}): string =>
  statusHtml({
    entries: EACH_STATE.map(entry),
    folders: ['clusters/prod', 'clusters/test'],
    unread: [],
    now: NOW,
    ...given,
  });

const between = (text: string, start: string, end: string): string =>
  text.split(start)[1]!.split(end)[0]!;

const cellsOf = (html: string): readonly (readonly string[])[] =>
  between(html, '</thead>\n', '</table>')
    .replaceAll(/<\/?tbody[^>]*>/g, '')
    .split('\n')
    .filter((line) => line !== '')
    .map((row) =>
      row
        .split('<details>')[0]!
        .split(/<t[hd] /)
        .slice(1)
        .map((cell) => cell.replace(/^[^>]*>/, '').replaceAll(/<[^>]*>/g, '')),
    );

it('has a row for each certificate, most urgent first', () => {
  expect(cellsOf(page()).map((cells) => cells.filter((cell) => cell !== '').join(' | '))).toEqual([
    'api | clusters/prod | missing | – | – | default/api-tls | kubernetes.io/kubelet-serving | releaf renew api',
    'kes | clusters/prod | expired | -1 | 2027-02-28 12:00 | default/kes-tls | kubernetes.io/kubelet-serving | releaf renew kes',
    'vault | clusters/prod | blocked | 3 | 2027-03-04 12:00 | default/vault-tls | kubernetes.io/kubelet-serving | releaf plan vault tells what to change',
    'registry | clusters/test | pending | 12 | 2027-03-13 12:00 | default/registry-tls | kubernetes.io/kubelet-serving | releaf approve registry',
    'web | clusters/test | due | 20 | 2027-03-21 12:00 | shop/web-tls | kubernetes.io/kubelet-serving | releaf renew web',
    'mail | clusters/prod | rolled-back | 40 | 2027-04-10 12:00 | default/mail-tls | example.com/internal | releaf renew mail --force',
    'grafana | clusters/prod | ok | 80 | 2027-05-20 12:00 | monitoring/grafana-tls | kubernetes.io/kubelet-serving | –',
  ]);
});

it('has no word of folders where there is one', () => {
  const html = page({
    entries: [entry({ name: 'kes', left: 3, folder: '.' })],
    folders: ['.'],
  });
  expect(html).toContain('<h1>Certificates</h1>\n<p>1 certificate, as of');
  expect(html).not.toContain('>Folder<');
  expect(cellsOf(html)[0]).toContain('ok');
});

it('says which folder cannot be read, and that there is nothing else', () => {
  const error = { code: 'CONFIG_INVALID', message: 'version: <2>', hint: 'write 1' } as const;
  const html = page({ entries: [], folders: [], unread: [{ folder: 'clusters/a', error }] });
  expect(html).toContain(
    '<h2>clusters/a cannot be read</h2><p><code>CONFIG_INVALID</code> version: &lt;2&gt;</p><p>write 1</p>',
  );
  expect(html).toContain('<p>There are no certificates here.</p>');
});

it('may use its own style and script, and nothing else', () => {
  const html = page();
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const style = hash(between(html, '<style>', '</style>'));
  const script = hash(between(html, '<script>', '</script>'));
  expect(between(html, 'Content-Security-Policy" content="', '"')).toBe(
    `default-src 'none'; style-src ${style}; script-src ${script}; base-uri 'none'; form-action 'none'`,
  );
  expect(html).not.toMatch(/\s(?:src|href|style|on\w+)="(?!#)/);
  expect(html.match(/<(?:style|script|link|img|iframe)\b/g)).toEqual(['<style', '<script']);
});

it('is the same for the same certificates at the same time, in whatever order they come', () => {
  const entries = EACH_STATE.map(entry);
  expect(page({ entries: entries.toReversed() })).toBe(page({ entries }));
});

it('changes with the time only where time is told', () => {
  const html = (now: Date): string =>
    page({ entries: [entry({ name: 'api', action: 'renew' })], now });
  const timeless = (text: string): string =>
    text
      .replace(/<time id="as-of".*?<\/time>/, '')
      .replace(/tbody \.timeline \{.*\n\.timeline::after .*\n/, '')
      .replace(/<svg class="axis".*?<\/svg>/, '')
      .replace(/style-src '[^']*'/, '');
  expect(timeless(html(daysAfter(40)))).toBe(timeless(html(NOW)));
});

describe('what nobody vouches for', () => {
  const hostile = [
    '</script><script>alert(1)</script>',
    '</style><img src=x onerror=alert(1)>',
    '</noscript><img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '<!--',
    ']]>&lt;b&gt;&amp;',
    '\u202Egnp.exe\u0000\u001b[2J',
  ];

  it.each(hostile)('%j stays text everywhere', (text) => {
    const one = entry({
      name: 'kes',
      action: 'renew',
      left: 3,
      folder: text,
      namespace: text,
      signer: text,
      reason: text,
      issuer: text,
      dnsNames: [text],
      warnings: [text],
    });
    const html = page({
      entries: [{ ...one, row: { ...one.row, name: text, next: text } }],
      folders: [text, 'other'],
      unread: [{ folder: text, error: { code: 'CONFIG_INVALID', message: text, hint: text } }],
    });
    expect(html.match(/<script|<\/script|<style|<\/style|<!--|<img|onload=alert\(1\)>/g)).toEqual([
      '<style',
      '</style',
      '<script',
      '</script',
    ]);
    expect(html.match(/<noscript/g)).toHaveLength(1);
    expect(html.match(/<\/noscript/g)).toHaveLength(1);
    expect(html).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
    // No tag has an attribute that is not ours.
    const tags = new Set(
      html.match(/<[a-z]+[^>]*>/g)?.flatMap((tag) => tag.match(/ [a-z-]+(?==)/g) ?? []),
    );
    expect([...tags].filter((name) => name.startsWith(' on'))).toEqual([]);
  });
});

it('tells the details of each certificate: names, serial, issuer, key, restarts, revisions', () => {
  const html = page({ entries: [entry({ name: 'kes', action: 'await', left: 12 })] });
  const terms = [
    ...between(html, '<noscript>', '</noscript>').matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g),
  ];
  expect(Object.fromEntries(terms.map(([, term, value]) => [term, value]))).toMatchObject({
    Subject: 'O=example, CN=kes.default.svc',
    DNS: 'kes.default.svc',
    Issuer: 'CN=CA of the signer',
    Serial: expect.stringMatching(/^[0-9a-f]{32}$/),
    Valid: '2026-12-13 12:00 to 2027-03-13 12:00 UTC',
    Request: expect.stringMatching(/^kes-2-[0-9a-f]{8}$/),
    Key: 'ecdsa-p256, new at each renewal',
    'apps/kes.yaml': 'spec.template.metadata.annotations',
    1: 'issued, serves',
    2: 'pending',
  });
});

describe('the timeline', () => {
  const bars = (html: string): readonly string[] =>
    [...html.matchAll(/<rect class="(\w+)" x="([\d.]+)%" width="([\d.]+)%"/g)].map(
      ([, kind, x, width]) => `${kind} ${x}+${width}`,
    );

  it('shows validity, renewal, what is asked for, and how long it has been expired', () => {
    const entries = [
      entry({ name: 'kes', action: 'renew', left: -10, lifetime: 30 }),
      entry({ name: 'web', action: 'await', left: 60 }),
    ];
    expect(bars(page({ entries })).map((bar) => bar.split(' ')[0])).toEqual([
      'valid',
      'window',
      'gap',
      'valid',
      'window',
      'pending',
    ]);
  });

  it.each([
    ['hours', [0.2, 0.5, 0.9], ['Mar 2']],
    ['a week', [2, 4, 7], ['Feb 27', 'Mar 1', 'Mar 3', 'Mar 5', 'Mar 7']],
    ['ninety days', [10, 50, 89], ['Feb', 'Mar', 'Apr', 'May']],
    ['years', [300, 700, 1000], ['2027', '2028', '2029']],
    ['ninety days, and ten years once', [10, 50, 89, 3650], ['2027', 'Apr', 'Jul', 'Oct', '2028']],
  ])('has labels that fit certificates of %s', (_, lefts, labels) => {
    const entries = lefts.map((left, index) =>
      entry({ name: `c${index}`, left, lifetime: left * 1.5 }),
    );
    const found = [...page({ entries }).matchAll(/class="tick-label"[^>]*>([^<]*)</g)].map(
      ([, label]) => label,
    );
    expect(found).toEqual(labels);
  });

  it('stays within its cell', () => {
    for (const [, x, width] of page({ entries: fleet(500) }).matchAll(
      /<rect class="\w+" x="([\d.]+)%" width="([\d.]+)%"/g,
    )) {
      expect(Number(x) + Number(width)).toBeLessThanOrEqual(100.01);
    }
  });
});
