import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { pullRequestBody } from '../../lib/report/pull-request';
import { statusMarkdown } from '../../lib/report/status-markdown';
import { daysAfter } from '../harness';
import { HOSTILE, hostileFolder } from '../pull-requests/hostile';
import { EACH_STATE, entry, type Sketch } from '../report/status-entries';

/** Words that begin a line of Mermaid. */
const KEYWORDS = ['title', 'section', 'gantt', 'click', 'excludes', 'todayMarker', 'accTitle'];

const GOLDEN = join(__dirname, '../pull-requests');

/** What the page below can do, with Mermaid and a renderer of GitHub's Markdown. */
interface Renderers {
  /** The texts that Mermaid draws. */
  drawn(diagram: string): Promise<readonly string[]>;
  /** What becomes of Markdown: its elements, and its text outside of code, where forges look for references. */
  rendered(body: string): { readonly elements: readonly string[]; readonly prose: string };
}

const RENDERERS = `
  // As GitHub and GitLab have it.
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
  const parsed = (html) => new DOMParser().parseFromString(html, 'text/html').body;
  globalThis.drawn = async (diagram) => {
    const { svg } = await mermaid.render('drawing', diagram);
    return Array.from(parsed(svg).querySelectorAll('text'), (text) => text.textContent.trim());
  };
  globalThis.rendered = (body) => {
    const page = parsed(marked.parse(body, { gfm: true }));
    const elements = Array.from(page.querySelectorAll('*'), ({ localName }) => localName);
    for (const code of page.querySelectorAll('code, pre')) code.remove();
    return { elements, prose: page.textContent };
  };
`;

let browser: Browser;
let page: Page;
const requests: string[] = [];

beforeAll(async () => {
  const folder = execFileSync(join(__dirname, 'tools/renderers'), { encoding: 'utf8' }).trim();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  page = await browser.newPage();
  page.on('request', (request) => requests.push(request.url()));
  await page.setContent('<!doctype html><main></main>');
  await page.addScriptTag({ path: join(folder, 'mermaid.min.js') });
  await page.addScriptTag({ path: join(folder, 'marked.umd.js') });
  await page.addScriptTag({ content: RENDERERS });
}, 120_000);

afterAll(() => browser.close());

const diagramsIn = (body: string): readonly string[] =>
  Array.from(body.matchAll(/^```mermaid\n([^]*?)^```$/gm), ([, text = '']) => text);

const drawn = (diagram: string): Promise<readonly string[]> =>
  page.evaluate((text) => (globalThis as unknown as Renderers).drawn(text), diagram);

const rendered = (body: string): Promise<ReturnType<Renderers['rendered']>> =>
  page.evaluate((text) => (globalThis as unknown as Renderers).rendered(text), body);

const situations = readdirSync(GOLDEN).filter((name) => existsSync(join(GOLDEN, name, 'body.md')));

describe('the timeline of a pull request', () => {
  it.each(situations)('is drawn by Mermaid: %s', async (situation) => {
    const diagrams = diagramsIn(readFileSync(join(GOLDEN, situation, 'body.md'), 'utf8'));
    expect(diagrams.length).toBeGreaterThan(0);
    for (const diagram of diagrams) {
      const bars = Array.from(diagram.matchAll(/^ {4}(revision .*?) :/gm), ([, bar]) => bar);
      const sections = Array.from(diagram.matchAll(/^ {4}section (.*)$/gm), ([, name]) => name);
      expect(await drawn(diagram)).toEqual(expect.arrayContaining([...bars, ...sections]));
    }
  });

  it.each([
    ['of ten minutes', 0, 10 / 1440],
    ['of a century', -20_000, 16_500],
    ['without an end', 0, 2_911_000],
  ])('is drawn for a validity %s', async (_, from, to) => {
    const folder = hostileFolder('web');
    const [told] = folder.changes;
    const after = {
      ...told!.change.after!,
      notBefore: daysAfter(from),
      notAfter: daysAfter(to),
    };
    const body = pullRequestBody(
      [{ ...folder, changes: [{ ...told!, change: { ...told!.change, after } }] }],
      daysAfter(0),
    );
    const [diagram = ''] = diagramsIn(body);
    expect(await drawn(diagram)).toContain('revision 2 serves');
  });
});

describe('the chart of a dashboard', () => {
  const chartOf = (sketches: readonly Sketch[], folders: readonly string[]): string => {
    const rows = sketches.map((one) => entry(one).row);
    const [diagram = ''] = diagramsIn(statusMarkdown({ rows, folders, unread: [] }));
    return diagram;
  };

  it('is drawn by Mermaid, with certificates in every state', async () => {
    const texts = await drawn(chartOf(EACH_STATE, ['clusters/prod', 'clusters/test']));
    expect(texts).toEqual(
      expect.arrayContaining([
        ...['Expired', 'To do', 'Waits for a signature', 'Renews next'],
        ...['· kes in clusters/prod', '· grafana in clusters/prod'],
      ]),
    );
  });

  it.each([...HOSTILE, ...KEYWORDS])('is drawn about %j', async (text) => {
    const sketches = [
      { name: text, folder: text, left: 60 },
      { name: 'web', folder: 'a', left: 61 },
    ];
    expect(await drawn(chartOf(sketches, [text, 'a']))).toContain('· web in a');
    const one = await drawn(chartOf([{ name: text, folder: '.', left: 60 }], ['.']));
    expect(one.filter((label) => label.startsWith('·'))).toHaveLength(1);
  });
});

/** With one certificate in full; and in several folders with several in a table, which is cut where it is long. */
function bodiesAbout(text: string): readonly [string, string] {
  const [one, web] = [hostileFolder(text), hostileFolder('web')];
  const four = Array.from({ length: 4 }, () => one.changes).flat();
  return [
    pullRequestBody([one], daysAfter(0)),
    pullRequestBody([one, { ...one, changes: four }, web], daysAfter(0)),
  ];
}

describe('a pull request about hostile names', () => {
  it.each(HOSTILE)('shows them, and does nothing of what they say: %j', async (text) => {
    const [whole, several] = bodiesAbout(text);
    for (const diagram of diagramsIn(whole + several)) {
      expect(await drawn(diagram)).toContain('revision 2 serves');
    }
    const [wholeOfWeb, severalOfWeb] = bodiesAbout('web');
    const besidesCode = (names: readonly string[]) => names.filter((name) => name !== 'code');
    const [seen, plain] = [await rendered(whole), await rendered(wholeOfWeb)];
    expect(besidesCode(seen.elements)).toEqual(besidesCode(plain.elements));
    expect(seen.elements).toHaveLength(plain.elements.length);
    const [cut, usual] = [await rendered(several), await rendered(severalOfWeb)];
    expect(usual.elements).toEqual(expect.arrayContaining([...new Set(cut.elements)]));
    for (const { prose } of [seen, cut]) {
      expect(prose).not.toMatch(
        /(^|\W)@\w|#\d|\b(gh)-\d|!\d|:\/\/|\bwww\.\w|:\w+:|[~%$&^]\w|\b[0-9a-f]{40}\b/i,
      );
    }
    expect(requests.filter((url) => !url.startsWith('about:'))).toEqual([]);
  });
});
