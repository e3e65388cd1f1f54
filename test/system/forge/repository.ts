import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { RequestRecord } from '../../../lib/model/revision';
import { folderOf, SEALING_CERTIFICATE, type Files } from '../../harness';
import { RELEAF, ROOT, start, type Ended } from '../process';

export const SCRIPT = resolve(ROOT, 'templates/ci/pull-requests.sh');

/** What the forge knows of a pull request. */
export interface Request {
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  readonly head: string;
  readonly title: string;
  readonly body: string;
  readonly commit: string;
  readonly fork?: boolean;
}

export interface Issue {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly body: string;
}

/** How the script is started. */
export interface ScriptOptions {
  /** @default sh */
  readonly shell?: readonly string[];
  /** The checkout to run in. @default - a new one, as CI has it */
  readonly checkout?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** An entry of the config. */
export const entry = (name: string, namespace: string, more = ''): string => `  ${name}:
    dnsNames: [${name}.example.com]
    signer: example.com/internal
    secret: { name: ${name}-tls, namespace: ${namespace} }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
${more}`;

export const config = (...entries: readonly string[]): string =>
  `version: 1\ncertificates:\n${entries.join('')}`;

export const SHOP_AND_DATA = config(
  entry('web', 'shop'),
  entry('api', 'shop'),
  entry('db', 'data'),
);

/** A secret that must show up nowhere. */
export const TOKEN = 'gh0st-token-never-printed';

/** Runs releaf, but for the cluster: what is asked of it, a CA on disk signs. */
const WRAPPER = `#!/bin/sh
releaf() { '${process.execPath}' '${RELEAF}' "$@"; }
printf '%s\\n' "$*" >>"$FORGE_STATE/releaf"
if [ "$1" != fetch ]; then
  releaf "$@"
  exit
fi
names=$(releaf plan -C "$3" --group none --step await | cut -d ' ' -f 2 | grep -vxF -f "$FORGE_STATE/unsigned")
[ -n "$names" ] || exit 0
exec '${process.execPath}' '${RELEAF}' sign $names -C "$3" --ca "$FORGE_STATE/../pki"
`;

/** What makes a request this one and no other. */
export const keyOf = (
  repository: Repository,
  branch: string,
  revision: string,
  folder = '',
): object => {
  const file = (name: string): string | undefined =>
    repository.file(branch, `${folder}certificates/${revision}/${name}`);
  const request = file('request.pem');
  expect(request).toContain('BEGIN CERTIFICATE REQUEST');
  return { request, record: file('request.yaml'), sealed: file('private-key.yaml') };
};

/** A repository on a forge, and all who work with it. */
export class Repository {
  readonly root: string;
  private readonly dev: string;
  private checkouts = 0;
  private seen = 0;

  constructor(files: Files = { 'releaf.yaml': SHOP_AND_DATA, 'sealing.pem': SEALING_CERTIFICATE }) {
    this.root = folderOf({
      'state/requests.json': '[]',
      'state/issues.json': '[]',
      'state/comments.json': '[]',
      'state/log': '',
      'state/releaf': '',
      'state/unsigned': '',
      'bin/gh': this.standIn('gh'),
      'bin/glab': this.standIn('glab'),
      'bin/releaf': WRAPPER,
      'home/.gitconfig': '[user]\n\tname = Kim\n\temail = kim@example.com\n',
      kubeconfig: '',
    });
    for (const program of ['gh', 'glab', 'releaf'])
      chmodSync(join(this.root, 'bin', program), 0o755);
    mkdirSync(join(this.root, 'pki'));
    this.openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=team-ca -days 400 -keyout ca.key -out ca.crt',
    );
    this.run('git', ['init', '--quiet', '--bare', '--initial-branch=main', this.remote]);
    this.dev = this.clone();
    this.onMain({ '.gitignore': '.releaf-tmp/\nnode_modules/\n', ...files });
  }

  get remote(): string {
    return join(this.root, 'remote.git');
  }

  state(name: string): string {
    return join(this.root, 'state', name);
  }

  /** A checkout as CI makes it: of the default branch, without history. */
  clone(depth?: number): string {
    const place = join(this.root, `checkout-${++this.checkouts}`);
    const shallow = depth === undefined ? [] : [`--depth=${depth}`];
    this.run('git', ['clone', '--quiet', ...shallow, `file://${this.remote}`, place]);
    return place;
  }

  /** Commits files to the default branch; null removes one. */
  onMain(files: Readonly<Record<string, string | null>>): string {
    return this.commit('main', files);
  }

  /** What a person commits to a branch. */
  commit(branch: string, files: Readonly<Record<string, string | null>>): string {
    const git = (...args: string[]): string => this.run('git', ['-C', this.dev, ...args]);
    git('fetch', '--quiet', 'origin');
    if (this.tip(branch)) git('checkout', '--quiet', '-B', branch, `origin/${branch}`);
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.dev, path);
      mkdirSync(dirname(file), { recursive: true });
      if (text === null) rmSync(file);
      else writeFileSync(file, text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', 'by hand');
    git('push', '--quiet', 'origin', `HEAD:${branch}`);
    return this.tip(branch)!;
  }

  /** Merges a pull request, as the button does. */
  merge(number: number, { keepBranch = false } = {}): void {
    const { head } = this.requests().find((one) => one.number === number)!;
    const git = (...args: string[]): string => this.run('git', ['-C', this.dev, ...args]);
    git('fetch', '--quiet', 'origin');
    git('checkout', '--quiet', '-B', 'main', 'origin/main');
    git('merge', '--quiet', '--no-ff', '--message', `Merge ${head}`, `origin/${head}`);
    git('push', '--quiet', 'origin', 'main');
    this.set(number, { state: 'merged' });
    if (!keepBranch) git('push', '--quiet', 'origin', '--delete', head);
  }

  requests(): readonly Request[] {
    return JSON.parse(readFileSync(this.state('requests.json'), 'utf8')) as Request[];
  }

  issues(): readonly Issue[] {
    return JSON.parse(readFileSync(this.state('issues.json'), 'utf8')) as Issue[];
  }

  set(number: number, changes: Partial<Request>): void {
    const all = this.requests().map((one) =>
      one.number === number ? { ...one, ...changes } : one,
    );
    writeFileSync(this.state('requests.json'), JSON.stringify(all));
  }

  add(request: Request): void {
    writeFileSync(this.state('requests.json'), JSON.stringify([...this.requests(), request]));
  }

  /** Names of the calls of gh or glab since the last time; all but those that only look. */
  calls(): readonly string[] {
    const lines = readFileSync(this.state('log'), 'utf8').split('\n').filter(Boolean);
    const fresh = lines.slice(this.seen);
    this.seen = lines.length;
    return fresh
      .map((line) => (JSON.parse(line) as readonly string[])[0]!)
      .filter((name) => !/-(list|view)$/.test(name));
  }

  /** Everything that any program was given as an argument so far, and what git keeps in its files. */
  arguments(): string {
    return ['state/releaf', 'state/log', ...this.gitConfigs()]
      .map((file) => readFileSync(join(this.root, file), 'utf8'))
      .join('');
  }

  /** Command lines of releaf so far. */
  releafCalls(): readonly string[] {
    return readFileSync(this.state('releaf'), 'utf8').split('\n').filter(Boolean);
  }

  /** The commit of a branch; undefined where there is none. */
  tip(branch: string): string | undefined {
    return this.refs()[`refs/heads/${branch}`];
  }

  /** All branches with their commits. */
  refs(): Readonly<Record<string, string>> {
    const lines = this.run('git', [
      '-C',
      this.remote,
      'for-each-ref',
      '--format=%(refname) %(objectname)',
    ]);
    return Object.fromEntries(lines.split('\n').map((line) => line.split(' ') as [string, string]));
  }

  branches(): readonly string[] {
    return Object.keys(this.refs())
      .map((ref) => ref.replace('refs/heads/', ''))
      .filter((branch) => branch.startsWith('releaf/'));
  }

  /** A file as a branch has it; undefined where it has none. */
  file(branch: string, path: string): string | undefined {
    try {
      return this.run('git', ['-C', this.remote, 'show', `${branch}:${path}`]);
    } catch {
      return undefined;
    }
  }

  /** What a branch changes, as paths. */
  changed(branch: string): readonly string[] {
    return this.run('git', ['-C', this.remote, 'diff', '--name-only', `main...${branch}`]).split(
      '\n',
    );
  }

  record(branch: string, revision: string): RequestRecord {
    return parse(this.file(branch, `certificates/${revision}/request.yaml`)!) as RequestRecord;
  }

  /** Has a shell script run when the forge is next asked for something. */
  hook(moment: string, script: string): void {
    writeFileSync(this.state(moment), script);
  }

  ranHook(moment: string): boolean {
    return existsSync(this.state(`${moment}-done`));
  }

  /** The environment of the script. */
  env(forge: string, more: ScriptOptions['env'] = {}): Record<string, string | undefined> {
    return {
      PATH: `${join(this.root, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: join(this.root, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      FORGE_STATE: join(this.root, 'state'),
      FORGE_REMOTE: this.remote,
      RELEAF_FORGE: forge,
      RELEAF_KUBECONFIG: join(this.root, 'kubeconfig'),
      KUBECONFIG: undefined,
      ...(forge === 'github' && { GH_TOKEN: TOKEN, RELEAF_TOKEN: TOKEN }),
      ...(forge === 'gitlab' && { GITLAB_TOKEN: TOKEN, RELEAF_TOKEN: TOKEN, CI_PROJECT_ID: '7' }),
      ...more,
    };
  }

  /** Runs the script, which must show no token. */
  async script(
    phase: string,
    forge = 'github',
    { shell = ['sh'], checkout = this.clone(), env = {} }: ScriptOptions = {},
  ): Promise<Ended> {
    const [program = 'sh', ...args] = shell;
    const ended = await start(program, [...args, SCRIPT, phase], {
      cwd: checkout,
      env: this.env(forge, env),
    });
    expect(ended.stdout + ended.stderr).not.toContain(TOKEN);
    expect(this.run('git', ['symbolic-ref', 'HEAD'], checkout)).toBe('refs/heads/main');
    return ended;
  }

  /** Runs the script, which must succeed: what it says. */
  async good(phase: string, forge?: string, options?: ScriptOptions): Promise<string> {
    const { status, stdout, stderr } = await this.script(phase, forge, options);
    expect({ status, stderr: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({
      status: 0,
      stderr: '',
    });
    return stdout;
  }

  run(program: string, args: readonly string[], cwd = this.root): string {
    return execFileSync(program, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: join(this.root, 'home'), GIT_CONFIG_NOSYSTEM: '1' },
    }).trimEnd();
  }

  private gitConfigs(): readonly string[] {
    const checkouts = Array.from({ length: this.checkouts }, (_, index) => `checkout-${index + 1}`);
    return ['home/.gitconfig', ...checkouts.map((checkout) => `${checkout}/.git/config`)];
  }

  private openssl(line: string): void {
    this.run('openssl', line.split(' '), join(this.root, 'pki'));
  }

  private standIn(program: string): string {
    return `#!/bin/sh\nexec '${process.execPath}' '${join(__dirname, 'forge.js')}' ${program} "$@"\n`;
  }
}
