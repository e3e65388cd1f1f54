import { folderOf, releaf, removeFolders, WEB_FILES } from '../harness';
import { THREE_FILES } from '../cluster/pending';

afterAll(removeFolders);

/** What a shell is offered for the last of these words. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await releaf(['complete', '--', ...words]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

const wordsOf = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/\t.*/, ''));

describe('the shell completes', () => {
  it('commands, each with a few words on it', async () => {
    expect(await offered('ro')).toEqual([
      'rollback\tback to the revision before, and stay there; then synth',
    ]);
    expect(wordsOf(await offered(''))).toEqual(
      expect.arrayContaining(['init', 'plan', 'renew', 'demo', 'help']),
    );
    expect(wordsOf(await offered(''))).not.toContain('complete');
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['options of the program', ['--'], ['--version', '--quiet', '--help']],
    ['options of a command', ['rollback', '--'], ['--folder', '--json', '--quiet', '--help']],
    ['an option but once', ['rollback', '--json', '--j'], []],
    ['-C again and again', ['rollback', '-C', 'a', '--f'], ['--folder']],
    ['choices of an option', ['plan', '--step', ''], ['renew', 'await']],
    ['a choice behind =', ['status', '--format=h'], ['--format=html']],
    ['a choice behind =, as bash cuts it', ['status', '--format', '=', 'h'], ['html']],
    ['a choice behind = alone, as bash cuts it', ['plan', '--step', '='], ['renew', 'await']],
    ['nothing where a number stands', ['plan', '--max', ''], []],
    ['nothing behind all that a command takes', ['rollback', 'kes', ''], []],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['commands behind help', ['help', 'ver'], ['verify']],
  ])('%s', async (_, words, expected) => {
    expect(wordsOf(await offered(...words))).toEqual(expected);
  });

  it.each<[string, readonly string[], string]>([
    ['folders behind -C', ['plan', '-C', ''], ':folders'],
    ['folders behind --folder=', ['plan', '--folder=clu'], ':folders'],
    ['folders of a CA', ['sign', '--ca', ''], ':folders'],
    ['files behind --from', ['fetch', '--from', 'k'], ':files'],
    ['files with a Secret', ['adopt', ''], ':files'],
  ])('%s by itself', async (_, words, expected) => {
    expect(await offered(...words)).toEqual([expected]);
  });

  it('names of the certificates of the folder, each once', async () => {
    const folder = folderOf(THREE_FILES);
    expect(await offered('renew', '-C', folder, '')).toEqual(['a', 'b', 'c']);
    expect(await offered('-C', folder, 'renew', 'b', '')).toEqual(['a', 'c']);
    expect(await offered('explain', `--folder=${folder}`, 'b')).toEqual(['b']);
    expect(await offered('plan', '-C', folder, folderOf(WEB_FILES), '')).toEqual([
      'a',
      'b',
      'c',
      'web',
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['of a config that is not right yet', { 'releaf.yaml': 'certificates: { web: }' }, ['web']],
    ['of no config', {}, []],
    ['of a config that is no YAML', { 'releaf.yaml': '[' }, []],
    ['of a config that is a list', { 'releaf.yaml': 'certificates: [a]' }, []],
    [
      'that a shell takes as they stand',
      { 'releaf.yaml': 'certificates: { "$(touch x)": {}, "a\\nb": {}, "-C": {}, ok: {} }' },
      ['ok'],
    ],
    [
      'of certificates/ where the config is code, which does not run',
      {
        'releaf.config.js': 'throw new Error("ran")',
        'certificates/api/1/request.pem': '',
        'certificates/no/notes': '',
      },
      ['api'],
    ],
  ])('names %s', async (_, files, expected) => {
    expect(await offered('plan', '-C', folderOf(files), '')).toEqual(expected);
  });
});

it('a shell that is not known is wrong usage', async () => {
  const { status, stderr } = await releaf(['completion', 'tcsh']);
  expect(status).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
