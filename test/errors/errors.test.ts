import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, type ErrorCode } from '../../lib/model/errors';
import { folderOf, releaf, removeFolders } from '../harness';
import { CASES, closeServers, type Case } from './cases';
import { makeSituations, type Situations } from './situations';

const FILE = join(__dirname, '../../docs/errors.md');
const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

/** An app of cdk8s, compiled when it runs, takes its time. */
const MINUTES = 2;

let at: Situations;
const home = process.cwd();

beforeAll(async () => {
  at = await makeSituations();
}, MINUTES * 60_000);
afterEach(() => {
  process.chdir(home);
});
afterAll(() => {
  closeServers();
  removeFolders();
});

/** What a person sees of a failure, with all that differs from run to run made alike. */
async function told(code: ErrorCode, { command, folder, options, told }: Case): Promise<string> {
  const made = await folder(at);
  const root = typeof made === 'string' ? made : folderOf(made);
  process.chdir(root);
  const argv = command.replace(/^.*\breleaf /, '').split(' ');
  const { status, stdout, stderr } = await releaf(argv, options?.(at, root));
  expect(status).toBe(code === 'INTERRUPTED' ? 130 : 1);
  const lines = `${stdout}${stderr}`.split('\n');
  if (told) return alike(lines.filter((line) => told.test(line)).join('\n'), root);
  const first = lines.findIndex((line) => new RegExp(`^(?:error ${code}:|${code}  )`).test(line));
  expect({ code, first, lines }).not.toMatchObject({ first: -1 });
  const rest = lines.slice(first + 1);
  const next = rest.findIndex((line) => !line.startsWith('  '));
  return alike([lines[first], ...rest.slice(0, next)].join('\n'), root);
}

const alike = (text: string, root: string): string =>
  text
    .replaceAll(root, '/home/me/infra')
    .replaceAll(home, '/home/me/releaf')
    .replace(/\b[0-9a-f]{64}\b/g, '3f9ab2c1…')
    .replace(/\bweb-(\d)-[0-9a-f]{8}\b/g, 'web-$1-3f9ab2c1')
    .replace(/serial [0-9a-f]+/g, 'serial 6b1f…')
    .replace(/-[0-9a-f]{8}(?=[,;])/g, '-c898a0f3');

/** The section of each code: its heading is the code, its first block of code the example. */
const sections = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split(/^### /m)
      .slice(1)
      .map((section) => {
        const [heading = '', ...rest] = section.split('\n');
        return [heading, rest.join('\n').replace(/^## [^]*/m, '')];
      }),
  );

const EXAMPLE = /```console\n([^]*?)```/;

describe('docs/errors.md', () => {
  it('has a section for every code, and for nothing else', () => {
    expect([...sections(readFileSync(FILE, 'utf8')).keys()].sort()).toEqual([...CODES].sort());
  });

  it.each(CODES)('says of %s what it means, shows it, and says what to do', (code) => {
    const section = sections(readFileSync(FILE, 'utf8')).get(code) ?? '';
    const [before = '', example, after = ''] = section.split(EXAMPLE);
    expect(before.trim()).toMatch(/\.$/);
    expect(example).toContain(code);
    expect(after.trim()).toMatch(/\.$/);
  });
});

describe('a command line reaches', () => {
  it.each(CODES)(
    '%s, and docs/errors.md shows what it prints',
    async (code) => {
      const example = `$ ${CASES[code].command}\n${await told(code, CASES[code])}\n`;
      expect(example).toContain(code);
      const text = readFileSync(FILE, 'utf8');
      const section = sections(text).get(code) ?? '';
      const shown = EXAMPLE.exec(section)?.[1];
      if (process.env['UPDATE_DOCS'] && shown !== undefined && shown !== example) {
        const updated = section.replace(EXAMPLE, () => `\`\`\`console\n${example}\`\`\``);
        writeFileSync(
          FILE,
          text.replace(section, () => updated),
        );
        return;
      }
      expect(shown).toBe(example);
    },
    MINUTES * 60_000,
  );
});
