import { createProgram } from '../../lib/cli/program';
import { pendingFolder } from '../cluster/pending';
import { folderOf, releaf, removeFolders, WEB_FILES } from '../harness';
import { ec, forge } from '../rotation/chains';

afterAll(removeFolders);

describe('--quiet', () => {
  it.each([
    ['behind the command', ['renew', '--quiet']],
    ['before the command', ['--quiet', 'renew']],
  ])('%s leaves what is printed, and notes nothing', async (_, argv) => {
    const { status, stdout, stderr } = await releaf([...argv, '-C', folderOf(WEB_FILES)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^web: revision 1, because: there is no certificate yet\n/);
  });

  it('leaves errors with their hints', async () => {
    const ran = await releaf(['plan', 'wep', '--quiet', '-C', folderOf(WEB_FILES)]);
    expect(ran).toMatchObject({
      status: 1,
      stderr:
        'error CERTIFICATE_UNKNOWN: wep: no certificate of this name in releaf.yaml; did you mean web?\n  there are: web\n',
    });
  });

  it('leaves warnings', async () => {
    const { root } = await pendingFolder();
    const keys = ec();
    const pki = folderOf({
      'ca.crt': forge('CA on disk', { keys }).pem,
      'ca.key': keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    const ran = await releaf(['sign', '--quiet', '--ca', pki, '-C', root]);
    expect(ran).toMatchObject({
      status: 0,
      stderr: 'warning: web: signed by CN=CA on disk, not by example.com/internal in the cluster\n',
    });
  });

  it('leaves the heading of a folder to what is printed of it', async () => {
    const [one, other] = [folderOf(WEB_FILES), folderOf(WEB_FILES)];
    const ran = await releaf(['synth', '--quiet', '-C', one, '-C', other]);
    expect(ran).toEqual({ status: 0, stdout: '', stderr: '' });
    const failed = await releaf(['synth', '--quiet', '-C', one, '-C', folderOf({})]);
    expect(failed.stderr).toMatch(/^\n?\/.*:\nerror CONFIG_MISSING: .*\n {2}.*\n\nfailed: .*\n$/);
  });

  it('is taken by every command', () => {
    const { commands } = createProgram(
      '0',
      () => {
        throw new Error('no command runs');
      },
      () => undefined,
    );
    const without = commands.filter(
      ({ options }) => !options.some((one) => one.long === '--quiet'),
    );
    expect(without.map((command) => command.name())).toEqual([]);
  });
});
