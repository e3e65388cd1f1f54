import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { folderOf, read, removeFolders } from '../harness';
import { RELEAF } from './process';

afterAll(removeFolders);

/** Without what only a terminal obeys. */
// eslint-disable-next-line no-control-regex
const plain = (text: string): string => text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '');

/**
 * Runs a line for the shell at a terminal, and types a key each time that the next of the words is seen.
 *
 * @returns what the terminal showed
 */
function atTerminal(
  line: string,
  cwd: string,
  keys: readonly (readonly [seen: string, typed: string])[],
): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn('script', ['-qec', `stty cols 100 rows 40; ${line}`, '/dev/null'], { cwd });
    let shown = '';
    let from = 0;
    let next = 0;
    child.stdout.on('data', (piece: Buffer) => {
      shown += piece.toString();
      const [seen, typed] = keys[next] ?? ['\0', ''];
      if (!plain(shown.slice(from)).includes(seen)) return;
      from = shown.length;
      next += 1;
      child.stdin.write(typed);
    });
    child.on('error', failed);
    child.on('close', () => {
      done(plain(shown).replaceAll('\r', ''));
    });
  });
}

const ENTER = '\r';
const DOWN = '\x1b[B';
const CTRL_C = '\x03';
const INIT = `'${process.execPath}' '${RELEAF}' init`;

describe('init at a terminal', () => {
  it('asks on standard error, so that standard output has the answers alone', async () => {
    const root = folderOf({});
    const shown = await atTerminal(`${INIT} > answers.txt; echo "status $?"`, root, [
      ['What serves TLS?', ENTER],
      ['Who applies the manifests?', `${DOWN}${ENTER}`],
      ['How are private keys sealed?', ENTER],
      ['Who signs?', ENTER],
      ['Where shall CI open pull requests?', ENTER],
    ]);
    expect(shown).toContain('wrote    releaf.yaml\n');
    expect(shown).toMatch(/status 0\n$/);
    expect(read(root, 'answers.txt')).toMatch(
      /^QUESTION +ANSWER +WHY\nserves TLS +Service default\/web /,
    );
    expect(read(root, 'answers.txt')).toMatch(/^delivery +kustomize +your answer$/m);
    expect(read(root, 'releaf.yaml')).toContain('\ndelivery: kustomize\n');
  });

  it('ends with 130 at Ctrl-C, and has written nothing', async () => {
    const root = folderOf({});
    const shown = await atTerminal(`${INIT}; echo "status $?"`, root, [
      ['What serves TLS?', ENTER],
      ['Who applies the manifests?', CTRL_C],
    ]);
    expect(shown).toMatch(/error INTERRUPTED: stopped; nothing was written\nstatus 130\n$/);
    expect(readdirSync(root)).toEqual([]);
  });
});
