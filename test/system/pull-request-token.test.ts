import { removeFolders, SEALING_CERTIFICATE } from '../harness';
import { serveGit } from './forge/git-server';
import { config, entry, Repository, TOKEN } from './forge/repository';

afterAll(removeFolders);

const teamOf = (): Repository =>
  new Repository({
    'releaf.yaml': config(entry('web', 'shop')),
    'sealing.pem': SEALING_CERTIFICATE,
  });

describe.each([
  ['github', 'x-access-token', 'http://'],
  ['gitlab', 'oauth2', 'http://oauth2@'],
])('a server of %s that asks for a password', (forge, user, scheme) => {
  it('gets the token, which stands in no file, no argument and no output', async () => {
    const repository = teamOf();
    const server = await serveGit(repository.root, user, TOKEN);
    try {
      const env = {
        RELEAF_REMOTE: `${scheme}${server.host}/remote.git`,
        RELEAF_TOKEN_USER: forge === 'gitlab' ? user : undefined,
        // What a runner may have set up for itself.
        GIT_ASKPASS: 'false',
      };
      await repository.good('renew', forge, { env });
      expect(repository.requests()).toMatchObject([{ number: 1, state: 'open' }]);
      expect(repository.arguments()).not.toContain(TOKEN);
    } finally {
      server.close();
    }
  });

  it('that does not take it gets nothing, and the token is not shown', async () => {
    const repository = teamOf();
    const server = await serveGit(repository.root, user, 'another');
    try {
      const env = {
        RELEAF_REMOTE: `${scheme}${server.host}/remote.git`,
        RELEAF_TOKEN_USER: forge === 'gitlab' ? user : undefined,
      };
      const { status, stderr } = await repository.script('renew', forge, { env });
      expect(status).toBe(1);
      expect(stderr).toContain('Authentication failed');
      expect(stderr).toContain('error: cannot read from the remote\n');
      expect(repository.branches()).toEqual([]);
    } finally {
      server.close();
    }
  });
});
