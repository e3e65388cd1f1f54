import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { folderOf } from '../harness';
import { RELEAF, ROOT, start } from '../system/process';
import { adminKubeconfig } from './cluster';
import { tool } from './processes';

/** A folder to put on the path: kubectl, and releaf as installed. */
function programs(): string {
  const folder = folderOf({ releaf: `#!/bin/sh\nexec ${process.execPath} ${RELEAF} "$@"\n` });
  chmodSync(join(folder, 'releaf'), 0o755);
  symlinkSync(tool('kubectl'), join(folder, 'kubectl'));
  return folder;
}

/** Whatever differs from run to run: numbers, and how many signs a bar of `git diff --stat` has. */
const unnumbered = (line: string): string =>
  line
    .replace(/ \d+ [+-]+$/, ' # #')
    .replace(/[0-9a-f]{8,}|\d+/g, '#')
    .replace(/ +/g, ' ')
    .trim();

/** A command of a page, and the lines that it shows below. */
interface Shown {
  readonly command: string;
  readonly lines: readonly string[];
  /** Whether some of them are left out. */
  readonly isCut: boolean;
}

function shownIn(block: string): readonly Shown[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command, ...lines] = text.trimEnd().split('\n');
      const isCut = lines.some((line) => line.trim() === '…');
      return { command: command!, lines: lines.filter((line) => !/^\s*…?$/.test(line)), isCut };
    });
}

/** `# PATH` in front of a file, `# PATH, below KEY` in front of what is added at its end, deeper by one level. */
function writeAs(root: string, block: string): void {
  const named = /^# ([\w./-]+)(, below \w+)?\n/.exec(block);
  if (!named) return;
  const path = join(root, named[1]!);
  const text = block.slice(named[0].length);
  mkdirSync(dirname(path), { recursive: true });
  if (named[2] === undefined) writeFileSync(path, text);
  else writeFileSync(path, text.replace(/^(?=.)/gm, '  '), { flag: 'a' });
}

/** Does what a page says, from its beginning to its end, and compares what it shows. */
export async function replay(page: string, root: string): Promise<void> {
  const env = {
    KUBECONFIG: adminKubeconfig(),
    PATH: `${programs()}:${process.env['PATH'] ?? ''}`,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'e2e',
    GIT_AUTHOR_EMAIL: 'e2e@example.com',
    GIT_COMMITTER_NAME: 'e2e',
    GIT_COMMITTER_EMAIL: 'e2e@example.com',
  };
  const type = (command: string) =>
    start('bash', ['-c', `set -o pipefail\nexec 2>&1\n${command}`], { cwd: root, env });
  await type('git init --quiet && git add --all && git commit --quiet --message start');
  const text = readFileSync(resolve(ROOT, page), 'utf8');
  for (const [, language, block] of text.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    if (language === 'yaml') writeAs(root, block!);
    if (language !== 'console') continue;
    for (const { command, lines, isCut } of shownIn(block!)) {
      const { status, stdout } = await type(command);
      const fails = lines.some((line) => /^\d+ problems?$/.test(line));
      expect({ command, stdout, status }).toMatchObject({ status: fails ? 1 : 0 });
      const printed = stdout
        .split('\n')
        .map(unnumbered)
        .filter((line) => line !== '');
      const shown = lines.map(unnumbered);
      expect({
        command,
        printed: printed.filter((line) => !isCut || shown.includes(line)),
      }).toEqual({ command, printed: shown });
    }
  }
}
