import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { statusHtml, type PageEntry } from '../../lib/report/status-html';
import { daysAfter, NOW } from '../harness';
import { EACH_STATE, entry, fleet } from '../report/status-entries';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const IN_BROWSER = readFileSync(join(__dirname, 'status-page-in-browser.js'), 'utf8');
const MANY = 2000;
const MOST_MS = 100;

const directory = mkdtempSync(join(tmpdir(), 'releaf-page-'));
let browser: Browser;
let complaints: string[];

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});

afterAll(async () => {
  await browser.close();
  rmSync(directory, { recursive: true });
});

beforeEach(() => {
  complaints = [];
});

/** Opens a page of these certificates; complaints and requests are kept. */
async function open(
  entries: readonly PageEntry[],
  options: Parameters<Browser['newContext']>[0] & { readonly at?: Date } = {},
): Promise<Page> {
  const { at = NOW, ...rest } = options;
  const file = join(directory, 'status.html');
  const folders = [...new Set(entries.map(({ row }) => row.folder))];
  writeFileSync(file, statusHtml({ entries, folders, unread: [], now: NOW }));
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...rest });
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url) complaints.push(`asked for ${request.url()}`);
  });
  if (rest.javaScriptEnabled !== false) await page.clock.setFixedTime(at);
  await page.goto(url);
  return page;
}

const names = (page: Page): Promise<string[]> =>
  page.locator('tbody > tr:visible > .name').allTextContents();

const few = EACH_STATE.map(entry);

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each([
    ['', 1280],
    [' on a telephone', 390],
  ])('axe finds nothing, with details open%s', async (_, width) => {
    const page = await open(few, { colorScheme, viewport: { width, height: 800 } });
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.locator('#states button').first().click();
    await page.locator('#states button').first().click();
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
    expect(
      violations.map(({ id, impact, nodes }) => [id, impact, nodes[0]?.failureSummary]),
    ).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(
      true,
    );
  });
});

it('asks for nothing, and has nothing to complain of', async () => {
  const page = await open(few);
  await page.locator('summary').first().click();
  await page.fill('#filter', 'kes');
  await page.locator('thead button').first().click();
  expect(complaints).toEqual([]);
});

it('shows hostile text as text, and runs none of it', async () => {
  const text =
    '</noscript></script><img src=x onerror=document.title=1><script>document.title=2</script>';
  const one = entry({
    name: 'kes',
    left: 3,
    reason: text,
    issuer: text,
    dnsNames: [text],
    warnings: [text],
  });
  const page = await open([{ ...one, row: { ...one.row, folder: text } }]);
  await page.locator('summary').first().click();
  expect(await page.locator('.details .warning').textContent()).toBe(text);
  expect(await page.locator('.details img, .details script').count()).toBe(0);
  expect(await page.title()).toBe('Certificates in <folder> · 1 ok'.replace('<folder>', text));
  await page.fill('#filter', 'onerror=document.title');
  await page.locator('#shown', { hasText: '1 of 1 shown' }).waitFor();
  expect(complaints).toEqual([]);
});

describe('by keyboard alone', () => {
  const focused = (page: Page): Promise<string> =>
    page.evaluate<string>('document.activeElement.id || document.activeElement.textContent');

  /** Tab until what has the focus is meant; every stop on the way shows where it is. */
  async function tabTo(page: Page, meant: string): Promise<void> {
    for (let stop = 0; stop < 40; stop += 1) {
      await page.keyboard.press('Tab');
      const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      expect(ring).not.toBe('none');
      if ((await focused(page)) === meant) return;
    }
    throw new Error(`no way to ${meant}`);
  }

  it('the skip link leads to the certificates', async () => {
    const page = await open(few);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the certificates');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('certificates');
  });

  it('states filter, and the count is told', async () => {
    const page = await open(few);
    await tabTo(page, '1 pending');
    await page.keyboard.press('Space');
    expect(await names(page)).toEqual(['registry']);
    expect(await page.locator('#shown').textContent()).toBe('1 of 7 shown');
    expect(await page.locator('#shown').getAttribute('role')).toBe('status');
    await tabTo(page, 'clear');
    await page.keyboard.press('Enter');
    expect(await names(page)).toHaveLength(7);
    expect(await focused(page)).toBe('filter');
  });

  it.each([
    ['graf', ['grafana']],
    ['kubelet shop', ['web']],
    ['registry.default.svc.cluster', ['registry']],
    ['NOTHING', []],
    ['releaf approve', ['registry']],
  ])('the filter %j finds %j', async (text, found) => {
    const page = await open(few);
    await tabTo(page, 'filter');
    await page.keyboard.type(text);
    expect(await names(page)).toEqual(found);
  });

  it('a folder is chosen', async () => {
    const page = await open(few);
    await tabTo(page, 'folder');
    await page.keyboard.type('clusters/t');
    expect(await names(page)).toEqual(['registry', 'web']);
  });

  it('a column sorts, and back', async () => {
    const page = await open(few);
    const sorted = (): Promise<string | null> =>
      page.locator('thead .name').getAttribute('aria-sort');
    await tabTo(page, 'Name');
    await page.keyboard.press('Enter');
    expect([await names(page), await sorted()]).toEqual([
      ['api', 'grafana', 'kes', 'mail', 'registry', 'vault', 'web'],
      'ascending',
    ]);
    await page.keyboard.press('Enter');
    expect([(await names(page))[0], await sorted()]).toEqual(['web', 'descending']);
    expect(await page.locator('[aria-sort]').count()).toBe(1);
  });

  it('details open and close', async () => {
    const page = await open(few);
    await tabTo(page, 'Details of kes');
    await page.keyboard.press('Enter');
    await page.getByText('kes.default.svc.cluster.local').waitFor();
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open]').count()).toBe(0);
  });
});

it('is a table for screen readers', async () => {
  const page = await open(few);
  const table = page.getByRole('table', { name: 'Certificates' });
  expect(await table.getByRole('columnheader').allTextContents()).toEqual([
    ...['Name', 'Folder', 'State', 'Days left', 'Expires (UTC)'],
    expect.stringMatching(/^Timeline/),
    ...['Secret', 'Signer', 'Next step', 'Details'],
  ]);
  const row = table.getByRole('row', { name: 'kes' });
  expect(await row.getByRole('rowheader').textContent()).toBe('kes');
  expect(await row.getByRole('cell').count()).toBe(9);
});

it('says when it is old', async () => {
  const fresh = await open(few);
  expect(await fresh.locator('#stale').textContent()).toBe('');
  const old = await open(few, { at: daysAfter(3) });
  expect(await old.locator('#stale').textContent()).toMatch(/^This page was made 3 days ago/);
});

it('can be read without JavaScript', async () => {
  const page = await open(few, { javaScriptEnabled: false });
  expect(await names(page)).toHaveLength(7);
  expect(await page.locator('form, thead button').filter({ visible: true }).count()).toBe(0);
  await page.locator('summary').nth(1).click();
  expect(await page.locator('details[open] dd').first().isVisible()).toBe(true);
});

it('prints every row, whatever the filter says, and no controls', async () => {
  const page = await open(few);
  await page.fill('#filter', 'kes');
  await page.emulateMedia({ media: 'print' });
  expect(await names(page)).toHaveLength(7);
  expect(await page.locator('form, summary, .skip').filter({ visible: true }).count()).toBe(0);
  expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
});

describe(`with ${MANY} certificates`, () => {
  /**
   * Milliseconds from what a person does to the frame that shows what came of it; where others keep the
   * processors busy, those that the page itself worked.
   */
  async function painted(page: Page, what: 'filter' | 'sort', value: string): Promise<number> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const worked = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Infinity);
    };
    await page.evaluate('settled()');
    const before = await worked();
    const passed = await page.evaluate<number>(`paintedAfter(${JSON.stringify([what, value])})`);
    const after = await worked();
    await session.detach();
    return Math.min(passed, after - before);
  }

  const medianOf = (times: readonly number[]): number =>
    [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Infinity;

  it(`filters and sorts within ${MOST_MS} ms, to the frame that shows it`, async () => {
    const page = await open(fleet(MANY));
    await page.evaluate(IN_BROWSER);
    const times: Record<'narrow' | 'wide' | 'sort', number[]> = { narrow: [], wide: [], sort: [] };
    for (let round = 0; round < 9; round += 1) {
      times.narrow.push(await painted(page, 'filter', 'grafana payments'));
      times.wide.push(await painted(page, 'filter', ''));
      times.sort.push(await painted(page, 'sort', round % 2 ? 'name' : 'secret'));
    }
    if (process.env['FIGURES']) console.log(times);
    // As it mostly is for a person: of each time what others took is gone already, a lucky round proves nothing.
    for (const each of Object.values(times)) expect(medianOf(each)).toBeLessThan(MOST_MS);
  });

  it('ends with all rows in order', async () => {
    const page = await open(fleet(MANY));
    await page.fill('#filter', 'nothing at all');
    await page.fill('#filter', '');
    await page.locator('thead .name button').click();
    await page.evaluate(IN_BROWSER);
    await page.evaluate(`inOrder(${MANY})`);
    expect(await page.locator('#shown').textContent()).toBe('2,000 shown');
  });
});
