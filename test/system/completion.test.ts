import { folderOf, removeFolders } from '../harness';
import { THREE_FILES } from '../cluster/pending';
import { output } from './process';
import { pathWithReleaf } from './releaf-on-path';

afterAll(removeFolders);

const FILES = { ...THREE_FILES, 'clusters/prod/releaf.yaml': '' };

/** Line that a person has typed when pressing Tab, and what the shell has to offer then. */
const CASES: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ['rollb', ['rollback']],
  ['plan --gr', ['--group']],
  ['plan --step ', ['await', 'renew']],
  ['renew ', ['a', 'b', 'c']],
  ['renew b ', ['a', 'c']],
  ['-C . explain ', ['a', 'b', 'c']],
  ['completion ', ['bash', 'fish', 'zsh']],
];

const run = (shell: string, args: readonly string[]): Promise<string> =>
  output(shell, args, { cwd: folderOf(FILES), env: { PATH: pathWithReleaf(), TERM: 'xterm' } });

describe('bash', () => {
  /** `--format=h` is three words to bash. */
  const bash = async (words: readonly string[]): Promise<readonly string[]> => {
    const script = `source <(releaf completion bash)
COMP_WORDS=(releaf "$@"); COMP_CWORD=$#
_releaf
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const said = await run('bash', ['--norc', '-c', script, 'bash', ...words]);
    return said.split('\n').slice(0, -1).sort();
  };

  it.each(CASES)('completes releaf %s', async (line, offered) => {
    expect(await bash(line.split(' '))).toEqual(offered);
  });

  it.each([
    [['status', '--format', '=', 'h'], ['html']],
    [['plan', '-C', 'clu'], ['clusters']],
    [['plan', '--folder', '='], ['clusters']],
    [
      ['fetch', '--from', ''],
      ['clusters', 'releaf.yaml', 'sealing.pem'],
    ],
  ])('completes %j', async (words, offered) => {
    expect(await bash(words)).toEqual(offered);
  });
});

describe('fish', () => {
  it.each([
    ...CASES,
    ['status --format=h', ['--format=html']],
    ['plan -C clu', ['clusters/']],
    ['fetch --from rel', ['releaf.yaml']],
  ] as const)('completes releaf %s', async (line, offered) => {
    const script = 'releaf completion fish | source; complete -C "releaf $argv[1]"';
    const said = await run('fish', ['--no-config', '-c', script, '--', line]);
    const words = said.split('\n').slice(0, -1);
    expect(words.map((each) => each.replace(/\t.*/, '')).sort()).toEqual(offered);
  });
});

describe('zsh', () => {
  // A person at a terminal: the second Tab lists, Ctrl-C gives up.
  const SCRIPT = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1='> '; autoload -Uz compinit; compinit -u -D; stty rows 50 columns 150"
zpty -w shell 'source <(releaf completion zsh); echo read""y'
zpty -r shell said '*ready*'
zpty -w -n shell "releaf $1"$'\\t\\t'
zpty -r shell said "*$2*"
print -r -- "$said"
zpty -d shell`;

  it.each([
    ...CASES.map(([line, offered]) => [line, offered.join('*')] as const),
    ['status --format=h', 'releaf status --format=html'],
    ['plan -C clu', 'sters'],
    ['fetch --from rel', 'releaf fetch --from releaf.yaml'],
  ] as const)(
    'completes releaf %s',
    async (line, offered) => {
      // It waits for just that, and would wait for ever.
      expect(await run('timeout', ['30', 'zsh', '-f', '-c', SCRIPT, 'zsh', line, offered])).toMatch(
        /./,
      );
    },
    60_000,
  );
});
