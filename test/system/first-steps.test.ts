import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { folderOf, read, removeFolders, SEALING_CERTIFICATE } from '../harness';
import { SITUATIONS, type Situation } from './first-steps/situations';
import { lasting, Terminal, type Typed } from './first-steps/transcript';
import { output, RELEAF, ROOT, start } from './process';

const MINUTES = 60_000;
const PAGES = join(ROOT, 'docs/first-steps');
const MOST_COMMANDS = 9;

/** It says nothing of the settings of this machine, and asks the registry for no more than it must. */
const NPM = {
  NPM_CONFIG_LOGLEVEL: 'error',
  NPM_CONFIG_PREFER_OFFLINE: 'true',
  NPM_CONFIG_AUDIT: 'false',
};

/** The packed program, for an app to install. */
let tarball: string;

beforeAll(async () => {
  const folder = folderOf({});
  await output('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  tarball = join(folder, readdirSync(folder)[0]!);
});

afterAll(removeFolders);

/** A repository, and beside it what stands in for a cluster: its CA, and the certificate that it seals for. */
async function repositoryOf({ files, made, remote }: Situation): Promise<string> {
  const place = folderOf({
    'cluster/sealing-certificate.pem': SEALING_CERTIFICATE,
    'bin/releaf': `#!/bin/sh\nexec ${process.execPath} ${RELEAF} "$@"\n`,
    gitconfig: '[user]\nname = You\nemail = you@example.com\n',
  });
  await output('chmod', ['+x', 'bin/releaf'], { cwd: place });
  const subject = ['-subj', '/CN=CA of the cluster', '-keyout', 'ca.key', '-out', 'ca.crt'];
  await output(
    'openssl',
    ['req', '-x509', '-days', '3650', '-newkey', 'rsa:2048', '-nodes', ...subject],
    {
      cwd: join(place, 'cluster'),
    },
  );
  const repository = join(place, 'repository');
  mkdirSync(repository);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  if (made) await makeApp(repository);
  copyFileSync(tarball, join(place, 'releaf.tgz'));
  const git = (...args: readonly string[]): Promise<string> =>
    output('git', args, { cwd: repository, env: { GIT_CONFIG_GLOBAL: join(place, 'gitconfig') } });
  await git('init', '--quiet', '--initial-branch=main');
  if (remote !== undefined) await git('remote', 'add', 'origin', remote);
  await git('add', '--all');
  await git('commit', '--quiet', '--allow-empty', '-m', 'The repository');
  return place;
}

/** Its last step, cdk8s import, wants the schema of Kubernetes from the network; the app has no need of it. */
async function makeApp(folder: string): Promise<void> {
  await start(join(ROOT, 'node_modules/.bin/cdk8s'), ['init', 'typescript-app'], {
    cwd: folder,
    env: NPM,
  });
  expect(existsSync(join(folder, 'node_modules/cdk8s-plus-33'))).toBe(true);
}

/** What a new user types, from nothing to a certificate. */
async function tell(situation: Situation, place: string): Promise<Terminal> {
  const { page, title, about, files, shown, within = '', releaf, init, asked, names } = situation;
  const folder = join(place, 'repository', within);
  const terminal = new Terminal(folder, {
    PATH: `${join(place, 'bin')}:${process.env['PATH'] ?? ''}`,
    GIT_CONFIG_GLOBAL: join(place, 'gitconfig'),
    NO_COLOR: '1',
    ...NPM,
  });
  terminal.say(`# ${title}`);
  terminal.say(about);
  terminal.say(
    `\`../cluster\` stands in for a cluster: its sealing certificate, which \`releaf doctor --sealing-certificate\` would print, and the CA that signs. [A test](../../test/system/first-steps.test.ts) typed all of this and writes this page: \`UPDATE_DOCS=1 npm run test:system -- first-steps -t ${page}\`.`,
  );
  if (within) terminal.say(`The commands are typed in \`${within}/\`.`);
  for (const file of shown) {
    terminal.file(file, files[file] ?? read(join(place, 'repository'), file));
  }
  terminal.say('## Set up');
  await terminal.show(...(situation.install ?? []), `${releaf} init ${init}`);
  const written = read(folder, 'releaf.yaml');
  await terminal.show(
    ...asked,
    ...names.map(([from, to]) => `sed -i 's/${from}$/${to}/' releaf.yaml`),
  );
  const edited = read(folder, 'releaf.yaml');
  expect(edited).toBe(names.reduce((text, [from, to]) => text.replace(from, to), written));
  terminal.file('releaf.yaml', edited);
  await terminal.show("git add --all && git commit --quiet -m 'Set up releaf'");
  terminal.say('## Pull request 1: ask');
  await terminal.show(`${releaf} plan`, `${releaf} renew`);
  await terminal.show(`${releaf} pr`);
  await terminal.show("git add --all && git commit --quiet -m 'Ask for a certificate'");
  terminal.say('## In the cluster: sign');
  terminal.say('In place of `releaf approve`, or of whoever else approves, and the signer:');
  const signed = `${within ? within.replace(/[^/]+/g, '..') + '/' : ''}../signed.pem`;
  const cluster = signed.replace('signed.pem', 'cluster');
  await terminal.show(`${releaf} sign --ca ${cluster} --print > ${signed}`);
  terminal.say('## Pull request 2: install');
  await terminal.show(`${releaf} fetch --from ${signed}`, `${releaf} synth`, `${releaf} verify`);
  await terminal.show(`${releaf} pr`);
  await terminal.show(
    "git add --all && git commit --quiet -m 'The certificate'",
    'git show --stat --format=',
  );
  return terminal;
}

const releafIn = ({ typed }: Terminal, { releaf }: Situation): readonly Typed[] =>
  typed.filter(({ line }) => line.startsWith(`${releaf} `));

it.each(SITUATIONS)(
  '$page: a new user gets from nothing to a certificate in Git with less than ten commands',
  async (situation) => {
    const place = await repositoryOf(situation);
    const terminal = await tell(situation, place);
    const failed = terminal.typed.filter(({ status }) => status !== 0);
    expect(failed).toEqual([]);
    const commands = releafIn(terminal, situation);
    expect(commands.length).toBeLessThanOrEqual(MOST_COMMANDS);
    const outputOf = (command: string, nth = 0): string =>
      commands.filter(({ line }) => line.startsWith(`${situation.releaf} ${command}`))[nth]!.output;
    expect(situation.told.filter((line) => !outputOf('init').includes(line))).toEqual([]);
    // Pull request 1 asks, pull request 2 installs, and both say that everything holds together.
    for (const [nth, title] of [
      /^Request a new certificate for /,
      /^Install the new certificate of /,
    ].entries()) {
      expect(outputOf('pr', nth)).toMatch(title);
      expect(outputOf('pr', nth)).toContain('`releaf verify` passes (1 certificate)');
      expect(outputOf('pr', nth)).not.toContain('[!WARNING]');
    }
    expect(outputOf('synth')).toBe('nothing to do\n');
    expect(outputOf('verify')).toMatch(/^all right: 1 certificate, 1 issued/);
    const page = await terminal.page();
    const file = join(PAGES, `${situation.page}.md`);
    const committed = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (process.env['UPDATE_DOCS'] && lasting(page) !== lasting(committed)) {
      mkdirSync(PAGES, { recursive: true });
      writeFileSync(file, page);
    }
    expect(lasting(existsSync(file) ? readFileSync(file, 'utf8') : '')).toBe(lasting(page));
    rmSync(place, { recursive: true, force: true });
  },
  10 * MINUTES,
);
