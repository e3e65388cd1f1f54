import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolders, SEALING_CERTIFICATE } from '../harness';
import {
  config,
  entry,
  keyOf,
  Repository,
  SHOP_AND_DATA,
  TOKEN,
  type Request,
} from './forge/repository';

afterAll(removeFolders);

const WEB = config(entry('web', 'shop'));
const WEB_AND_DB = config(entry('web', 'shop'), entry('db', 'data'));

const withConfig = (text: string): Repository =>
  new Repository({ 'releaf.yaml': text, 'sealing.pem': SEALING_CERTIFICATE });

const parentOf = (repository: Repository, branch: string): string =>
  repository.run('git', ['-C', repository.remote, 'rev-parse', `${branch}^`]);

describe.each(['github', 'gitlab'])('on %s, the script', (forge) => {
  it.each([[['dash']], [['busybox', 'ash']]])(
    'opens a pull request, keeps it up to date with its key, and then lets it be (%j)',
    async (shell) => {
      const repository = new Repository();

      await repository.good('renew', forge, { shell });
      expect(repository.branches()).toEqual(['releaf/renew/all']);
      expect(repository.requests()).toMatchObject([{ number: 1, state: 'open' }]);
      expect(repository.calls()).toEqual(['pr-create']);
      expect(repository.changed('releaf/renew/all')).toEqual(
        expect.arrayContaining(['certificates/web/1/request.pem', 'dist/web.k8s.yaml']),
      );
      const first = repository.tip('releaf/renew/all');
      const keys = ['web/1', 'api/1', 'db/1'].map((revision) =>
        keyOf(repository, 'releaf/renew/all', revision),
      );

      repository.onMain({ 'README.md': 'moved on\n' });
      await repository.good('renew', forge, { shell });
      expect(repository.tip('releaf/renew/all')).not.toBe(first);
      expect(parentOf(repository, 'releaf/renew/all')).toBe(repository.tip('main'));
      expect(
        ['web/1', 'api/1', 'db/1'].map((revision) =>
          keyOf(repository, 'releaf/renew/all', revision),
        ),
      ).toEqual(keys);
      expect(repository.requests()).toHaveLength(1);
      expect(repository.calls()).toEqual([]);

      const refs = repository.refs();
      const said = await repository.good('renew', forge, { shell });
      expect(said).toContain('releaf/renew/all: is up to date\n');
      expect(repository.refs()).toEqual(refs);
      expect(repository.calls()).toEqual([]);
      expect(repository.arguments()).not.toContain(TOKEN);
    },
  );

  it('opens pull request 2 with what is signed, once pull request 1 is merged', async () => {
    const repository = new Repository();
    await repository.good('renew', forge);
    const key = keyOf(repository, 'releaf/renew/all', 'web/1');
    repository.merge(1);
    writeFileSync(repository.state('unsigned'), 'db\n');
    await repository.good('fetch', forge);
    expect(repository.branches()).toEqual(['releaf/fetch/all']);
    expect(repository.requests().at(-1)).toMatchObject({ number: 2, state: 'open' });
    expect(repository.changed('releaf/fetch/all')).toEqual([
      'certificates/api/1/certificate.pem',
      'certificates/web/1/certificate.pem',
      'dist/api.k8s.yaml',
      'dist/web.k8s.yaml',
    ]);
    expect(keyOf(repository, 'releaf/fetch/all', 'web/1')).toEqual(key);

    // What one run took, the next one needs no cluster for: the request is gone from there within hours.
    const taken = repository.file('releaf/fetch/all', 'certificates/web/1/certificate.pem');
    repository.onMain({ 'README.md': 'moved on\n' });
    writeFileSync(repository.state('unsigned'), 'web\napi\n');
    await repository.good('fetch', forge);
    expect(repository.file('releaf/fetch/all', 'certificates/web/1/certificate.pem')).toBe(taken);
    expect(repository.changed('releaf/fetch/all')).toContain('certificates/db/1/certificate.pem');
    expect(parentOf(repository, 'releaf/fetch/all')).toBe(repository.tip('main'));

    repository.merge(2);
    expect(await repository.good('fetch', forge)).toContain('.: nothing to fetch\n');
    expect(await repository.good('renew', forge)).toContain('.: nothing to renew\n');
    const checkout = repository.clone();
    repository.run(join(repository.root, 'bin/releaf'), ['verify'], checkout);
  });

  it('keeps one issue that shows how every certificate stands', async () => {
    const repository = new Repository();
    expect(await repository.good('dashboard', forge)).toContain(
      "opened the issue 'releaf: certificates'",
    );
    expect(repository.issues()).toHaveLength(1);
    expect(repository.issues()[0]?.body).toContain('web');
    expect(repository.calls()).toEqual(['issue-create']);
    await repository.good('renew', forge);
    repository.merge(1);
    repository.calls();
    expect(await repository.good('dashboard', forge)).toContain('updated issue 1\n');
    expect(repository.issues()).toHaveLength(1);
    expect(repository.calls()).toEqual(['issue-edit']);
    expect(await repository.good('dashboard', forge)).toContain('issue 1 is up to date\n');
    expect(repository.calls()).toEqual([]);
  });
});

describe('what other people do to a pull request', () => {
  it('stays: commits of theirs on the branch, also when they amend', async () => {
    const repository = withConfig(WEB);
    await repository.good('renew');
    const theirs = repository.commit('releaf/renew/all', { 'note.md': 'please look\n' });
    repository.onMain({ 'README.md': 'moved on\n' });
    repository.calls();
    expect(await repository.good('renew')).toBe(
      'releaf/renew/all: has commits of a person; left alone\n',
    );
    expect(repository.tip('releaf/renew/all')).toBe(theirs);
    const checkout = repository.clone();
    const git = (...args: string[]): string => repository.run('git', args, checkout);
    git('checkout', '--quiet', 'releaf/renew/all');
    git('reset', '--quiet', '--hard', 'HEAD^');
    git('commit', '--quiet', '--amend', '--message', 'in my words');
    git('push', '--quiet', '--force', 'origin', 'releaf/renew/all');
    expect(await repository.good('renew')).toContain('has commits of a person; left alone\n');
    expect(repository.calls()).toEqual([]);
  });

  it('counts: one that was closed is not opened again until its branch is gone', async () => {
    const repository = withConfig(WEB);
    await repository.good('renew');
    repository.set(1, { state: 'closed' });
    repository.onMain({ 'README.md': 'moved on\n' });
    const refs = repository.refs();
    repository.calls();
    expect(await repository.good('renew')).toBe(
      'releaf/renew/all: pull request 1 was closed; left alone until its branch is deleted\n',
    );
    expect(repository.refs()).toEqual(refs);
    repository.run('git', ['-C', repository.remote, 'branch', '-D', 'releaf/renew/all']);
    await repository.good('renew');
    expect(repository.requests().map(({ number, state }) => [number, state])).toEqual([
      [1, 'closed'],
      [2, 'open'],
    ]);
  });

  it('is not mixed up with that of a fork whose branch has the same name', async () => {
    const repository = withConfig(WEB);
    const theirs = {
      number: 1,
      state: 'open',
      head: 'releaf/renew/all',
      base: 'main',
      title: 'mine',
      body: 'mine',
      commit: '0'.repeat(40),
      fork: true,
    } as const;
    repository.add(theirs);
    await repository.good('renew');
    expect(repository.requests()).toMatchObject([theirs, { number: 2, state: 'open' }]);
    expect(repository.calls()).toEqual(['pr-create']);
  });

  it('may leave the branch behind: the next renewal has a pull request of its own', async () => {
    const repository = withConfig(WEB);
    for (const phase of ['renew', 'fetch']) {
      await repository.good(phase);
      repository.merge(repository.requests().length, { keepBranch: true });
    }
    expect(await repository.good('renew')).toBe('.: nothing to renew\n');
    repository.onMain({
      'releaf.yaml': WEB.replace('[web.example.com]', '[web.example.com, www.example.com]'),
    });
    await repository.good('renew');
    expect(repository.requests().map(({ head, state }) => [head, state])).toEqual([
      ['releaf/renew/all', 'merged'],
      ['releaf/fetch/all', 'merged'],
      ['releaf/renew/all', 'open'],
    ]);
    expect(repository.record('releaf/renew/all', 'web/2').dnsNames).toContain('www.example.com');
    expect(repository.changed('releaf/renew/all')).not.toContain('certificates/web/1/request.pem');
  });

  it('re-keys only what the config asks to be different', async () => {
    const repository = withConfig(WEB_AND_DB);
    await repository.good('renew');
    const [web, db] = ['web/1', 'db/1'].map((one) => keyOf(repository, 'releaf/renew/all', one));
    repository.onMain({
      'releaf.yaml': WEB_AND_DB.replace('[web.example.com]', '[web.example.com, www.example.com]'),
    });
    await repository.good('renew');
    expect(keyOf(repository, 'releaf/renew/all', 'db/1')).toEqual(db);
    expect(keyOf(repository, 'releaf/renew/all', 'web/2')).not.toEqual(web);
    expect(repository.file('releaf/renew/all', 'certificates/web/1/request.pem')).toBeUndefined();
    expect(repository.requests()).toHaveLength(1);
  });
});

describe('what anybody who may push can write', () => {
  /** A commit with the author of the script. */
  const forge = (repository: Repository, branch: string, script: string, from = 'main'): void => {
    const commit = `git add --all; git -c user.name=releaf -c user.email=releaf@localhost commit -qm x`;
    const text = `cd '${repository.clone()}'; git checkout -q ${from}; PATH='${repository.root}/bin':$PATH
export FORGE_STATE='${repository.root}/state'; ${script}
${commit}; git push -qf origin HEAD:refs/heads/${branch}`;
    repository.run('sh', ['-ec', text]);
  };
  const opened = (repository: Repository, head: string): void => {
    const number = repository.requests().length + 1;
    const [title, body, commit] = ['x', 'x', repository.tip(head)!];
    repository.add({ number, state: 'open', head, base: 'main', title, body, commit } as Request);
  };

  it('is no key of the next pull request: a branch without a pull request', async () => {
    const repository = withConfig(WEB);
    forge(repository, 'releaf/renew/zzz', 'releaf renew web');
    await repository.good('renew');
    expect(keyOf(repository, 'releaf/renew/all', 'web/1')).not.toEqual(
      keyOf(repository, 'releaf/renew/zzz', 'web/1'),
    );
  });

  it.each([
    ['a link', 'releaf renew web; ln -sf /proc/self/environ certificates/web/1/request.yaml'],
    ['another file', 'releaf renew web; touch certificates/web/1/x.sh'],
    ['a program', 'releaf renew web; chmod +x certificates/web/1/request.pem'],
    ['two revisions', 'releaf renew web; cp -r certificates/web/1 certificates/web/2'],
    ['a link to a folder', 'mkdir certificates; ln -s /tmp certificates/web'],
  ])('is not taken from a pull request: %s', async (_, script) => {
    const repository = withConfig(WEB);
    forge(repository, 'releaf/renew/zzz', script);
    opened(repository, 'releaf/renew/zzz');
    await repository.good('renew');
    expect(
      repository.changed('releaf/renew/all').filter((file) => file.startsWith('certificates/')),
    ).toEqual(
      ['private-key.yaml', 'request.pem', 'request.yaml'].map(
        (file) => `certificates/web/1/${file}`,
      ),
    );
    expect(repository.file('releaf/renew/all', 'certificates/web/1/request.pem')).not.toBe(
      repository.file('releaf/renew/zzz', 'certificates/web/1/request.pem') ?? '',
    );
  });

  it('is but the certificate of a request in the base, once that is merged', async () => {
    const repository = withConfig(WEB);
    await repository.good('renew');
    repository.merge(1);
    const key = keyOf(repository, 'main', 'web/1');
    const other =
      'rm -r certificates; releaf renew web; releaf fetch -C .; touch certificates/web/x.sh';
    forge(repository, 'releaf/fetch/zzz', other);
    opened(repository, 'releaf/fetch/zzz');
    await repository.good('fetch');
    expect(keyOf(repository, 'releaf/fetch/all', 'web/1')).toEqual(key);
    expect(repository.changed('releaf/fetch/all')).toEqual([
      'certificates/web/1/certificate.pem',
      'dist/web.k8s.yaml',
    ]);
  });

  it.each(['github', 'gitlab'])('is not edited: an issue of a stranger on %s', async (where) => {
    const repository = withConfig(WEB);
    const body = '<!-- releaf dashboard -->\nof a stranger';
    const theirs = { number: 1, state: 'open', title: 'releaf: certificates', body, ours: false };
    writeFileSync(repository.state('issues.json'), JSON.stringify([theirs]));
    await repository.good('dashboard', where);
    expect(repository.issues()).toMatchObject([theirs, { number: 2 }]);
    await repository.good('dashboard', where);
    expect(repository.issues()).toHaveLength(2);
  });
});

describe('pull requests for groups', () => {
  it('are one for each namespace; when the grouping changes, the keys stay', async () => {
    const repository = new Repository();
    const env = { RELEAF_GROUP: 'namespace' };
    await repository.good('renew', 'github', { env });
    expect(repository.branches()).toEqual(['releaf/renew/data', 'releaf/renew/shop']);
    expect(repository.changed('releaf/renew/data')).toEqual([
      'certificates/db/1/private-key.yaml',
      'certificates/db/1/request.pem',
      'certificates/db/1/request.yaml',
      'dist/db.k8s.yaml',
    ]);
    const db = keyOf(repository, 'releaf/renew/data', 'db/1');
    const { number } = repository.requests().find(({ head }) => head === 'releaf/renew/shop')!;
    repository.merge(number);
    const said = await repository.good('renew');
    expect(keyOf(repository, 'releaf/renew/all', 'db/1')).toEqual(db);
    expect(said).toMatch(
      /^releaf\/renew\/data: not needed any more; close its pull request and delete the branch$/m,
    );
  });

  it('are one for each certificate, as many as may be at once, the most urgent first', async () => {
    const repository = new Repository();
    const env = { RELEAF_GROUP: 'none', RELEAF_MAX: '2' };
    await repository.good('renew', 'github', { env });
    expect(repository.branches()).toEqual(['releaf/renew/api', 'releaf/renew/db']);
    repository.merge(1);
    await repository.good('renew', 'github', { env });
    expect(repository.branches()).toEqual(['releaf/renew/db', 'releaf/renew/web']);
  });

  it('keep what is in them when others become more urgent', async () => {
    const repository = withConfig(WEB_AND_DB);
    const env = { RELEAF_MAX: '1' };
    await repository.good('renew', 'github', { env });
    const db = keyOf(repository, 'releaf/renew/all', 'db/1');
    const web = 'certificates/web/1/request.pem';
    expect(repository.file('releaf/renew/all', web)).toBeUndefined();
    // Of two that are equally urgent, the name decides.
    repository.onMain({ 'releaf.yaml': SHOP_AND_DATA });
    await repository.good('renew', 'github', { env });
    expect(keyOf(repository, 'releaf/renew/all', 'db/1')).toEqual(db);
    const api = 'certificates/api/1/request.pem';
    expect(repository.file('releaf/renew/all', api)).toBeDefined();
    expect(repository.file('releaf/renew/all', web)).toBeUndefined();
  });

  it('are apart for each folder, whatever it is called', async () => {
    const hostile = "clusters/it's $(touch pwned) `touch pwned`; touch pwned";
    const repository = new Repository(
      Object.fromEntries(
        ['clusters/prod', hostile].flatMap((folder) => [
          [`${folder}/releaf.yaml`, WEB],
          [`${folder}/sealing.pem`, SEALING_CERTIFICATE],
        ]),
      ),
    );
    const env = { RELEAF_FOLDERS: 'clusters/*' };
    const checkout = repository.clone();
    await repository.good('renew', 'github', { env, checkout });
    expect(repository.branches()).toEqual([
      'releaf/renew/clusters-it-s---touch-pwned---touch-pwned---touch-pwned/all',
      'releaf/renew/clusters-prod/all',
    ]);
    expect(repository.changed('releaf/renew/clusters-prod/all')).toEqual([
      'clusters/prod/certificates/web/1/private-key.yaml',
      'clusters/prod/certificates/web/1/request.pem',
      'clusters/prod/certificates/web/1/request.yaml',
      'clusters/prod/dist/web.k8s.yaml',
    ]);
    expect(readdirSync(checkout)).not.toContain('pwned');
    const key = keyOf(repository, 'releaf/renew/clusters-prod/all', 'web/1', 'clusters/prod/');
    repository.onMain({ 'README.md': 'moved on\n' });
    await repository.good('renew', 'github', { env });
    expect(keyOf(repository, 'releaf/renew/clusters-prod/all', 'web/1', 'clusters/prod/')).toEqual(
      key,
    );
    expect(repository.requests()).toHaveLength(2);

    const { status, stderr } = await repository.script('renew', 'github', {
      env: { RELEAF_FOLDERS: 'clusters/prod clusters-prod gone' },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(
      'error: clusters-prod: another folder has branches of the same name; rename one\n' +
        'error: gone: main has no such folder\n',
    );
  });
});

describe('a run that fails half way', () => {
  it('is made good by the next one', async () => {
    const repository = withConfig(WEB);
    const failing = async (call: string, message: string): Promise<void> => {
      writeFileSync(repository.state(`fail-${call}`), '');
      const { status, stderr } = await repository.script('renew');
      rmSync(repository.state(`fail-${call}`));
      expect(status).toBe(1);
      expect(stderr).toContain(message);
    };
    await failing('pr-list', 'error: releaf/renew/all: cannot list its pull requests\n');
    expect(repository.branches()).toEqual([]);
    await failing(
      'pr-create',
      'error: releaf/renew/all: cannot open its pull request; the next run tries again\n',
    );
    const unseen = keyOf(repository, 'releaf/renew/all', 'web/1');
    await repository.good('renew');
    // Nobody was asked to look at that key.
    expect(keyOf(repository, 'releaf/renew/all', 'web/1')).not.toEqual(unseen);
    expect(repository.requests()).toMatchObject([{ number: 1, state: 'open' }]);
    const { title, body } = repository.requests()[0]!;
    repository.set(1, { title: 'another', body: `${body}\r\n` });
    await failing(
      'pr-edit',
      'error: releaf/renew/all: cannot edit pull request 1; the next run tries again\n',
    );
    await repository.good('renew');
    expect(repository.requests()[0]).toMatchObject({ title, body });
    // A forge may end lines in its own way.
    repository.set(1, { body: body.replaceAll('\n', '\r\n') });
    repository.calls();
    await repository.good('renew');
    expect(repository.calls()).toEqual([]);
  });

  it('for one certificate brings the others', async () => {
    const repository = withConfig(
      config(
        entry('web', 'shop'),
        entry('api', 'shop').replace('sealing.pem', 'missing.pem'),
        entry('db', 'data'),
      ),
    );
    const { status, stderr } = await repository.script('renew');
    expect(status).toBe(1);
    expect(stderr).toContain('missing.pem');
    expect(stderr).toContain('error: .: releaf renew api failed; the others go on without it\n');
    expect(
      repository
        .changed('releaf/renew/all')
        .filter((file) => file.endsWith('request.pem') || file.startsWith('dist/')),
    ).toEqual([
      'certificates/db/1/request.pem',
      'certificates/web/1/request.pem',
      'dist/db.k8s.yaml',
      'dist/web.k8s.yaml',
    ]);
    const web = keyOf(repository, 'releaf/renew/all', 'web/1');
    repository.onMain({ 'README.md': 'moved on\n' });
    await repository.script('renew');
    expect(keyOf(repository, 'releaf/renew/all', 'web/1')).toEqual(web);
  });

  it('brings what releaf fetch took before it failed', async () => {
    const repository = withConfig(WEB_AND_DB);
    await repository.good('renew');
    repository.merge(1);
    writeFileSync(repository.state('unsigned'), 'db\n');
    writeFileSync(
      join(repository.root, 'bin/half'),
      '#!/bin/sh\nreleaf "$@" || exit\n[ "$1" != fetch ]\n',
      { mode: 0o755 },
    );
    const { status, stderr } = await repository.script('fetch', 'github', {
      env: { RELEAF: 'half' },
    });
    expect(status).toBe(1);
    expect(stderr).toContain('error: .: releaf fetch failed; what it could take goes on\n');
    expect(repository.changed('releaf/fetch/all')).toEqual([
      'certificates/web/1/certificate.pem',
      'dist/web.k8s.yaml',
    ]);
    expect(repository.requests().at(-1)).toMatchObject({ number: 2, state: 'open' });
  });

  it('shows on the dashboard what it can although a folder cannot be read', async () => {
    const repository = new Repository({
      'shop/releaf.yaml': SHOP_AND_DATA,
      'shop/sealing.pem': SEALING_CERTIFICATE,
      'data/releaf.yaml': 'version: 2\n',
    });
    const { status, stderr } = await repository.script('dashboard', 'github', {
      env: { RELEAF_FOLDERS: 'shop data' },
    });
    expect(status).toBe(1);
    expect(stderr).toContain('error: releaf status failed; what it shows goes on\n');
    expect(repository.issues()).toHaveLength(1);
    expect(repository.issues()[0]?.body).toContain('web');
  });

  it('says which branch is in the way of its own', async () => {
    const repository = withConfig(WEB);
    repository.run('git', ['-C', repository.remote, 'branch', 'releaf/renew', 'main']);
    const { status, stderr } = await repository.script('renew');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'error: the branch releaf/renew is in the way of releaf/renew/...: rename or delete it\n',
    );
    expect(repository.requests()).toEqual([]);
  });

  it('opens no pull request of which releaf pr says that no certificate changes', async () => {
    const repository = withConfig(WEB);
    writeFileSync(
      join(repository.root, 'bin/blind'),
      `#!/bin/sh
if [ "$1" = pr ]; then
  while [ "$1" != --out ]; do shift; done
  echo nothing >"$2"
  echo 'No certificate changes'
else
  exec releaf "$@"
fi
`,
      { mode: 0o755 },
    );
    const { status, stderr } = await repository.script('renew', 'github', {
      env: { RELEAF: 'blind' },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(
      'error: releaf/renew/all: not proposed, for it would say: No certificate changes;',
    );
    expect(repository.requests()).toEqual([]);
    expect(repository.branches()).toEqual([]);
  });

  it('leaves the checkout as it was, also when it is ended', async () => {
    const repository = withConfig(WEB);
    const checkout = repository.clone();
    repository.hook('before-pr-create', 'kill -TERM "$(cut -d " " -f 4 /proc/$PPID/stat)"');
    const { status } = await repository.script('renew', 'github', { checkout });
    expect(repository.ranHook('before-pr-create')).toBe(true);
    expect(status).toBe(143);
    expect(repository.run('git', ['status', '--porcelain', '--branch'], checkout)).toBe(
      '## main...origin/main',
    );
    await repository.good('renew', 'github', { checkout });
    expect(repository.requests()).toHaveLength(1);
  });
});

describe('the script', () => {
  it('works in a shallow checkout', async () => {
    const repository = withConfig(WEB);
    await repository.good('renew', 'github', { checkout: repository.clone(1) });
    const web = keyOf(repository, 'releaf/renew/all', 'web/1');
    repository.onMain({ 'README.md': 'moved on\n' });
    repository.onMain({ 'README.md': 'and on\n' });
    await repository.good('renew', 'github', { checkout: repository.clone(1) });
    expect(keyOf(repository, 'releaf/renew/all', 'web/1')).toEqual(web);
    expect(parentOf(repository, 'releaf/renew/all')).toBe(repository.tip('main'));
  });

  it('without a forge pushes the branch and leaves title and body in files', async () => {
    const repository = withConfig(WEB);
    const checkout = repository.clone();
    const left = '.git/releaf/releaf/renew/all';
    expect(await repository.good('renew', 'none', { checkout })).toContain(
      `releaf/renew/all: title and body are in ${left}\n`,
    );
    expect(readFileSync(join(checkout, left, 'title'), 'utf8')).toMatch(/web/);
    expect(readFileSync(join(checkout, left, 'body.md'), 'utf8')).toMatch(/web/);
    const tip = repository.tip('releaf/renew/all');
    expect(await repository.good('renew', 'none')).toContain('releaf/renew/all: is up to date\n');
    expect(repository.tip('releaf/renew/all')).toBe(tip);
    expect(await repository.good('dashboard', 'none')).toContain('web');
    expect(repository.calls()).toEqual([]);
  });

  it('gives releaf no token, and only fetch the kubeconfig', async () => {
    const repository = withConfig(WEB);
    writeFileSync(
      join(repository.root, 'bin/spy'),
      '#!/bin/sh\nenv | sed -n "s/^\\([A-Z_]*\\(TOKEN\\|KUBECONFIG\\|PASSWORD\\|_URL\\)[A-Z_]*\\)=.*/$1 \\1/p" >>"$FORGE_STATE/seen"\nexec releaf "$@"\n',
      { mode: 0o755 },
    );
    writeFileSync(repository.state('seen'), '');
    const secrets = [
      ...['GITHUB_ENTERPRISE_TOKEN', 'GITLAB_ACCESS_TOKEN', 'OAUTH_TOKEN', 'CI_JOB_TOKEN'],
      ...['CI_REPOSITORY_URL', 'CI_REGISTRY_PASSWORD', 'CI_DEPENDENCY_PROXY_PASSWORD'],
    ];
    const env = { RELEAF: 'spy', ...Object.fromEntries(secrets.map((name) => [name, 'secret'])) };
    await repository.good('renew', 'github', { env });
    repository.merge(1);
    for (const phase of ['fetch', 'dashboard']) await repository.good(phase, 'gitlab', { env });
    expect(readFileSync(repository.state('seen'), 'utf8')).toBe('fetch KUBECONFIG\n');
  });

  it('leaves fetching to others where there is no kubeconfig', async () => {
    const repository = withConfig(WEB);
    const env = { RELEAF_KUBECONFIG: '' };
    expect(await repository.good('fetch', 'github', { env })).toBe(
      'fetch: skipped, for there is no kubeconfig: set RELEAF_KUBECONFIG, or run releaf fetch --from where the cluster can be reached\n',
    );
    expect(repository.releafCalls()).toEqual([]);
  });

  it('gives releaf the kubeconfig of the secret as a file that is gone afterwards', async () => {
    const repository = withConfig(WEB);
    await repository.good('renew');
    repository.merge(1);
    const seen = join(repository.root, 'seen');
    const program = join(repository.root, 'bin/spy');
    writeFileSync(
      program,
      `#!/bin/sh\n[ "$1" != fetch ] || { ls -l "$KUBECONFIG"; cat "$KUBECONFIG"; } >'${seen}'\nexec releaf "$@"\n`,
      { mode: 0o755 },
    );
    const env = { RELEAF: 'spy', RELEAF_KUBECONFIG: 'apiVersion: v1\nkind: Config' };
    await repository.good('fetch', 'github', { env });
    const [listed = '', ...content] = readFileSync(seen, 'utf8').split('\n');
    expect(listed).toMatch(/^-rw-------/);
    expect(content).toEqual(['apiVersion: v1', 'kind: Config', '']);
    expect(existsSync(listed.split(' ').at(-1)!)).toBe(false);
  });

  it.each([
    ['a path', 'echo "all web ../x"', 'releaf plan prints what is no name'],
    ['a command', 'echo "all \\$(touch pwned)"', 'releaf plan prints what is no name'],
    ['a flag', 'echo "all --force"', 'releaf plan prints what is no name'],
    ['nothing, as it failed', 'exit 1', 'error: .: releaf plan failed'],
  ])('does not go by a plan that prints %s', async (_, plan, message) => {
    const repository = withConfig(WEB);
    writeFileSync(join(repository.root, 'bin/liar'), `#!/bin/sh\n${plan}\n`, { mode: 0o755 });
    const checkout = repository.clone();
    const { status, stderr } = await repository.script('renew', 'github', {
      checkout,
      env: { RELEAF: 'liar' },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(repository.branches()).toEqual([]);
    expect(readdirSync(checkout)).not.toContain('pwned');
  });

  it.each([
    ['an unknown phase', 'revoke', {}, 'usage: pull-requests.sh renew|fetch|dashboard'],
    ['an unknown forge', 'renew', { RELEAF_FORGE: 'sourcehut' }, 'RELEAF_FORGE: sourcehut; it is'],
    ['a program that is missing', 'renew', { RELEAF: 'leaf' }, 'leaf: not found'],
    [
      'a base that is missing',
      'renew',
      { RELEAF_BASE: 'next' },
      'cannot fetch next from the remote',
    ],
    [
      'a remote that is missing',
      'renew',
      { RELEAF_REMOTE: 'upstream' },
      'cannot read from the remote',
    ],
  ])('refuses %s', async (_, phase, env, message) => {
    const repository = withConfig(WEB);
    const { status, stderr } = await repository.script(phase, 'github', { env });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(message) });
  });

  it('refuses a checkout with changes that nobody committed', async () => {
    const repository = withConfig(WEB);
    const checkout = repository.clone();
    writeFileSync(join(checkout, 'draft.md'), 'mine\n');
    const { status, stderr } = await repository.script('renew', 'github', { checkout });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'error: the checkout has changes; commit them, or have git ignore them: ?? draft.md\n',
    });
    expect(readFileSync(join(checkout, 'draft.md'), 'utf8')).toBe('mine\n');
  });
});
