import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { folderOf, releaf, removeFolders, WEB_CONFIG, WEB_FILES } from '../harness';

afterAll(removeFolders);

const API = WEB_CONFIG.replaceAll('web', 'api');

/** Two clusters in one repository. */
function clusters(): { readonly prod: string; readonly test: string } {
  const root = folderOf({
    ...Object.fromEntries(Object.entries(WEB_FILES).map(([path, text]) => [`prod/${path}`, text])),
    ...Object.fromEntries(Object.entries(WEB_FILES).map(([path, text]) => [`test/${path}`, text])),
    'test/releaf.yaml': API,
  });
  return { prod: join(root, 'prod'), test: join(root, 'test') };
}

it('shows several folders in one table, with what to type for each', async () => {
  const { prod, test } = clusters();
  const { status, stdout, stderr } = await releaf(['status', '-C', prod, `${test}/`]);
  expect({ status, stdout: stdout.replaceAll(/ +/g, ' '), stderr }).toEqual({
    status: 0,
    stdout: `FOLDER NAME STATE SERVES DAYS LEFT EXPIRES (UTC) RENEWS (UTC) NEXT
${test} api missing - - - - releaf renew api -C ${test}
${prod} web missing - - - - releaf renew web -C ${prod}
`,
    stderr: '',
  });
});

it('tells machines what to type for each folder too', async () => {
  const { prod, test } = clusters();
  const { stdout } = await releaf(['status', '--json', '-C', prod, test]);
  expect(JSON.parse(stdout)).toEqual({
    folders: [
      { folder: prod, ...standing('web', prod) },
      { folder: test, ...standing('api', test) },
    ],
  });
});

const standing = (name: string, folder: string) => ({
  certificates: [{ name, state: 'missing', next: `releaf renew ${name} -C ${folder}` }],
});

it('shows the others when a folder cannot be read, and fails', async () => {
  const { prod, test } = clusters();
  writeFileSync(join(prod, 'releaf.yaml'), 'version: 2\n');
  for (const [format, unread] of [
    ['table', 'FOLDER  '],
    ['markdown', `🔴 **\`${prod}\` cannot be read:** \`CONFIG_INVALID\` `],
    ['html', `<h2>${prod} cannot be read</h2><p><code>CONFIG_INVALID</code> `],
  ] as const) {
    const { status, stdout, stderr } = await releaf([
      'status',
      '--format',
      format,
      '-C',
      prod,
      test,
    ]);
    expect(status).toBe(1);
    expect(stdout).toContain(unread);
    expect(stdout).toMatch(/\bapi\b.*\bmissing\b/);
    expect(stderr).toContain(`${prod}:\nerror CONFIG_INVALID: `);
    expect(stderr).toContain(`\nfailed: ${prod}\n`);
  }
});

it.each(['table', 'markdown', 'html'])(
  'prints no %s of a single folder that cannot be read',
  async (format) => {
    const { prod } = clusters();
    writeFileSync(join(prod, 'releaf.yaml'), 'version: 2\n');
    expect(await releaf(['status', '--format', format, '-C', prod])).toMatchObject({
      status: 1,
      stdout: '',
    });
  },
);

it('says that a config has no certificates', async () => {
  const folder = folderOf({ 'releaf.yaml': 'version: 1\ncertificates: {}\n' });
  const { status, stdout, stderr } = await releaf(['status', '-C', folder]);
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: '',
    stderr: 'releaf.yaml has no certificates\n',
  });
});

it('makes the page and the dashboard of real revisions', async () => {
  const { prod } = clusters();
  await releaf(['renew', '-C', prod]);
  const { stdout: html } = await releaf(['status', '--format', 'html', '-C', prod]);
  expect(html).toMatch(/^<!doctype html>\n/);
  expect(html).toMatch(/<tr role="row" class="pending"><th [^>]*>web<\/th>/);
  expect(html).toContain('<dt>Request</dt><dd>web-1-');
  expect(html).toContain('<rect class="pending"');
  const { stdout: markdown } = await releaf(['status', '--format', 'markdown', '-C', prod]);
  expect(markdown).toMatch(/^🔵 \*\*1\*\* pending\n/);
  expect(await releaf(['status', '--format', 'markdown', '-C', prod])).toMatchObject({
    stdout: markdown,
  });
});
