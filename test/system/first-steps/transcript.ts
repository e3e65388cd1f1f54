import { join } from 'node:path';
import { ROOT, start } from '../process';

/** A command line that was typed, and what came of it. */
export interface Typed {
  readonly line: string;
  readonly status: number | null;
  /** Standard output and standard error, as a terminal shows them. */
  readonly output: string;
}

/** Types lines at a shell, one after the other, and writes down what a person would see. */
export class Terminal {
  readonly typed: Typed[] = [];
  readonly #page: string[] = [];

  constructor(
    private readonly cwd: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Types one line. */
  async type(line: string): Promise<Typed> {
    const script = 'exec 2>&1; eval "$1"';
    const { status, stdout } = await start('bash', ['-c', script, 'bash', line], {
      cwd: this.cwd,
      env: this.env,
    });
    const typed = { line, status, output: stdout };
    this.typed.push(typed);
    return typed;
  }

  /** Types lines that stand together on the page. */
  async show(...lines: readonly string[]): Promise<readonly Typed[]> {
    const all: Typed[] = [];
    for (const line of lines) all.push(await this.type(line));
    this.#page.push(
      fenced('console', all.map(({ line, output }) => `$ ${line}\n${output}`).join('')),
    );
    return all;
  }

  say(text: string): void {
    this.#page.push(text);
  }

  file(path: string, text: string): void {
    this.#page.push(`\`${path}\`:`, fenced(path.endsWith('.ts') ? 'ts' : 'yaml', text));
  }

  /** All of it as Markdown, as prettier leaves it. */
  async page(): Promise<string> {
    const text = `${this.#page.join('\n\n')}\n`;
    const { stdout, stderr } = await start(
      join(ROOT, 'node_modules/.bin/prettier'),
      ['--stdin-filepath', 'docs/page.md'],
      { cwd: ROOT, input: text },
    );
    if (stdout === '') throw new Error(stderr);
    return stdout;
  }
}

function fenced(language: string, text: string): string {
  // A pull request's body has fences of its own.
  const fence = text.includes('```') ? '````' : '```';
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** Without what is another at each run: keys, serials, dates, places. */
export const lasting = (page: string): string =>
  page
    .replace(/\b[A-Za-z0-9+/]{40,}={0,2}/g, 'base64')
    .replace(/\b([0-9a-f]{32,}\b|[0-9a-f]{12}…)/g, 'hex')
    .replace(/\b[0-9a-f]{8}\b/g, 'hash')
    .replace(/\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{3})?Z?)?)?/g, 'date')
    // A certificate may be a line longer than another.
    .replace(/\| +\d+ [+-]+$/gm, '| lines')
    .replace(/\d+ insertions?\(\+\), \d+ deletions?\(-\)/g, 'lines')
    .replace(/\/tmp\/\S+?\//g, '/tmp/');
