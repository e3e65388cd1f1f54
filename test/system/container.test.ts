import { chmodSync } from 'node:fs';
import { folderOf, removeFolders, WEB_FILES } from '../harness';
import { buildImage, runImage, type Image } from './container-image';
import { output, start } from './process';

const MINUTES = 60_000;

/** A user of whom nothing in the image knows. */
const STRANGER = '12345:54321';

let image: Image;

beforeAll(async () => {
  image = await buildImage();
}, 10 * MINUTES);

afterAll(removeFolders);

it('the image runs releaf, not as root, where the repository is mounted', () => {
  expect(image).toMatchObject({
    entrypoint: ['releaf'],
    user: '1000:1000',
    workdir: '/repository',
  });
});

it.each(['the user of the image', STRANGER])(
  'the image tells the demo as %s, without network, with nothing to write but /tmp',
  async (user) => {
    const options = user === STRANGER ? { user } : {};
    expect(await runImage(image, ['demo'], options)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('all right: 1 certificate, 1 issued') as string,
    });
    const touched = await runImage(image, ['/opt/releaf/mine'], {
      ...options,
      entrypoint: ['touch'],
    });
    expect(touched.stderr).toContain('Read-only file system');
  },
);

it('the image works on a mounted repository of somebody else', async () => {
  const repository = folderOf(WEB_FILES);
  const git = (...args: readonly string[]) => output('git', args, { cwd: repository });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git(
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@localhost',
    'commit',
    '--quiet',
    '-m',
    'First',
  );
  await start('chown', ['-R', '1:1', repository]);
  chmodSync(repository, 0o755);
  const run = (args: readonly string[], entrypoint?: readonly string[]) =>
    runImage(image, args, { user: STRANGER, repository, ...(entrypoint && { entrypoint }) });
  expect(await run(['log', '--format=%s'], ['git'])).toMatchObject({
    status: 0,
    stdout: 'First\n',
  });
  expect(await run(['plan', '--check'])).toMatchObject({
    status: 3,
    stdout: expect.stringContaining('there is no certificate yet') as string,
  });
  const refused = await run(['renew']);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^error FILE_UNWRITABLE: .*(EACCES|permission denied)/);
  await start('chown', ['-R', STRANGER, repository]);
  expect(await run(['renew'])).toMatchObject({ status: 0 });
  expect(await run(['verify'])).toMatchObject({ status: 0, stdout: '' });
});

it.each(['git', 'gh', 'glab', 'sh', 'node'])('the image has %s', async (program) => {
  const version = program === 'sh' ? ['-c', 'echo sh'] : ['--version'];
  expect(await runImage(image, version, { entrypoint: [program] })).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(program === 'node' ? 'v24.' : program) as string,
  });
});
