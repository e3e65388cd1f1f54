import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { ciFiles, GITHUB_WORKFLOW, GITLAB_JOBS } from '../../lib/config/init/ci-files';
import { folderOf, removeFolders, SEALING_CERTIFICATE } from '../harness';
import { config, entry, Repository, SCRIPT, TOKEN } from './forge/repository';
import { ROOT, start } from './process';

afterAll(removeFolders);

const TEMPLATES = join(ROOT, 'templates/ci');
const template = (name: string): string => readFileSync(join(TEMPLATES, name), 'utf8');

/** A program in `RELEAF_TOOLS` or on the path. */
function program(name: string): string {
  const folders = [process.env['RELEAF_TOOLS'], ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder ?? '', name)).find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`these tests need ${name}: export RELEAF_TOOLS=$(test/e2e/tools/build)`);
}

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly if?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions: object;
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<'propose' | 'verify' | 'comment', Job>>;
}

interface GitlabJob {
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly rules?: readonly object[];
  readonly resource_group?: string;
  readonly interruptible?: boolean;
}

const workflow = parse(template('github/releaf.yaml')) as Workflow;
const gitlab = parse(template('gitlab/releaf.yml')) as Readonly<Record<string, GitlabJob>>;
const JOBS = Object.entries(workflow.jobs);
const STEPS = JOBS.flatMap(([job, { steps }]) => steps.map((step) => ({ job, step })));

/** A text and what to call it. */
type Named = readonly [string, string];

/** What init makes of a template. */
const variants = (ci: 'github' | 'gitlab', file: string): readonly Named[] =>
  ['', 'clusters/prod', 'a-folder/with_all.sorts/of:names'].map((within) => [
    within || 'the top of the repository',
    ciFiles({ ci, version: '12.3.4', within }, template).find((one) => one.file === file)!.text,
  ]);

const GITHUB = variants('github', GITHUB_WORKFLOW);
const GITLAB = variants('gitlab', GITLAB_JOBS);

describe('the workflow for GitHub', () => {
  it.each<Named>([['the template', template('github/releaf.yaml')], ...GITHUB])(
    'is without a finding of actionlint, and fits the schema (%s)',
    (_, text) => {
      const root = folderOf({ '.github/workflows/releaf.yaml': text });
      const file = join(root, '.github/workflows/releaf.yaml');
      const shellcheck = program('shellcheck');
      const lint = ['-shellcheck', shellcheck, '-no-color', file];
      expect(execFileSync(program('actionlint'), lint, { encoding: 'utf8' })).toBe('');
      const schema = ['--builtin-schema', 'vendor.github-workflows', file];
      execFileSync(program('check-jsonschema'), schema, { stdio: 'pipe' });
    },
  );

  it('says which version init has, and which folder', () => {
    const made = parse(GITHUB[1]![1]) as Workflow;
    expect(made.env).toEqual({
      RELEAF_PACKAGE: '.releaf/releaf-12.3.4.tgz',
      RELEAF_FOLDERS: 'clusters/prod',
    });
  });

  it('gives each job no right that it does not need', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.fromEntries(JOBS.map(([name, { permissions }]) => [name, permissions]))).toEqual({
      propose: { contents: 'write', 'pull-requests': 'write', issues: 'write' },
      verify: { contents: 'read' },
      comment: { 'pull-requests': 'write' },
    });
  });

  it('runs one proposal at a time, and cuts none off', () => {
    expect(workflow.jobs.propose.concurrency).toEqual({
      group: 'releaf',
      'cancel-in-progress': false,
    });
  });

  it('pins every action to a commit', () => {
    const lines = template('github/releaf.yaml')
      .split('\n')
      .filter((line) => line.includes('uses:'));
    expect(lines.length).toBeGreaterThan(0);
    expect(
      lines.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    ).toEqual([]);
  });

  it('lets no checkout keep the token, and checks nothing out where it may write comments', () => {
    const checkouts = STEPS.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts.map(({ job, step }) => [job, step.with?.['persist-credentials']])).toEqual([
      ['propose', false],
      ['verify', false],
    ]);
  });

  it('hands tokens and secrets to the steps that need them, and to no other', () => {
    const withSecrets = STEPS.filter(({ step }) =>
      /secrets\.|github\.token/.test(JSON.stringify(step)),
    );
    expect(withSecrets.map(({ job, step }) => [job, step.run])).toEqual([
      ['propose', 'sh .releaf/pull-requests.sh renew'],
      ['propose', 'sh .releaf/pull-requests.sh fetch'],
      ['propose', 'sh .releaf/pull-requests.sh dashboard'],
      ['comment', expect.stringContaining('gh pr comment')],
    ]);
  });

  it('puts no expression into a script, and no text of others into any', () => {
    expect(STEPS.filter(({ step }) => step.run?.includes('${{'))).toEqual([]);
    const expressions = template('github/releaf.yaml').match(/\$\{\{.*?\}\}/g) ?? [];
    expect([...new Set(expressions)].sort()).toEqual([
      '${{ !cancelled() }}',
      '${{ github.event.pull_request.number }}',
      '${{ github.repository }}',
      '${{ github.token }}',
      '${{ runner.temp }}',
      '${{ secrets.RELEAF_KUBECONFIG }}',
      '${{ secrets.RELEAF_TOKEN || github.token }}',
    ]);
  });

  it('comments on pull requests of this repository only, and not on its own', () => {
    expect(workflow.jobs.comment.if).toContain(
      'github.event.pull_request.head.repo.full_name == github.repository',
    );
    expect(workflow.jobs.comment.if).toContain("!startsWith(github.head_ref, 'releaf/')");
  });
});

describe('the jobs for GitLab', () => {
  it.each<Named>([['the template', template('gitlab/releaf.yml')], ...GITLAB])(
    'fit the schema that GitLab publishes (%s)',
    (_, text) => {
      const file = join(folderOf({ 'releaf.yml': text }), 'releaf.yml');
      const schema = ['--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci'];
      execFileSync(program('check-jsonschema'), [...schema, file], { stdio: 'pipe' });
    },
  );

  it('run when they should, one proposal at a time', () => {
    expect(gitlab['releaf:propose']).toMatchObject({
      rules: [
        { if: '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' },
      ],
      resource_group: 'releaf',
      interruptible: false,
    });
    expect(gitlab['releaf:verify']?.rules).toEqual([
      { if: '$CI_PIPELINE_SOURCE == "merge_request_event"' },
    ]);
  });

  it('give the token to the proposal, and to no other', () => {
    const withToken = Object.entries(gitlab).filter(([, job]) =>
      JSON.stringify(job).includes('TOKEN'),
    );
    expect(withToken.map(([name]) => name)).toEqual(['releaf:propose']);
  });
});

/** Scripts as the runner puts them together. */
const SCRIPTS: readonly Named[] = [
  ...STEPS.flatMap(({ job, step }): readonly Named[] =>
    step.run === undefined ? [] : [[`GitHub ${job}: ${step.name ?? ''}`, step.run]],
  ),
  ...Object.entries(gitlab).map(([name, { before_script = [], script = [] }]): Named => [
    `GitLab ${name}`,
    [...before_script, ...script].join('\n'),
  ]),
];

it('the script is POSIX sh without a finding of shellcheck', () => {
  execFileSync(program('shellcheck'), ['--shell=sh', SCRIPT], { stdio: 'inherit' });
});

it.each(SCRIPTS)('%s: is without a finding of shellcheck', (_, text) => {
  const file = join(folderOf({ 'run.sh': `${text}\n` }), 'run.sh');
  // Folders are several words there; GitLab's lines cannot say so themselves.
  const args = ['--shell=sh', '--exclude=SC2086', file];
  execFileSync(program('shellcheck'), args, { stdio: 'inherit' });
});

const WEB = config(entry('web', 'shop'));

const teamOf = (): Repository => {
  const repository = new Repository({
    'releaf.yaml': WEB,
    'sealing.pem': SEALING_CERTIFICATE,
    '.releaf/pull-requests.sh': readFileSync(SCRIPT, 'utf8'),
    '.releaf/releaf-0.1.0.tgz': '',
  });
  mkdirSync(repository.state('global/bin'), { recursive: true });
  for (const name of ['npm', 'apk']) {
    writeFileSync(
      join(repository.root, 'bin', name),
      `#!/bin/sh
if [ "$1" = prefix ]; then printf '%s\\n' "$FORGE_STATE/global"
else printf '${name} %s\\n' "$*" >>"$FORGE_STATE/installed"
fi
`,
      { mode: 0o755 },
    );
  }
  return repository;
};

const installed = (repository: Repository): string =>
  readFileSync(repository.state('installed'), 'utf8');

/** A runner of GitHub, as far as these jobs know of it. */
class GithubRunner {
  readonly folder: string;

  constructor(
    private readonly repository: Repository,
    private readonly secrets: Readonly<Record<string, string>> = {},
  ) {
    this.folder = mkdtempSync(join(repository.root, 'runner-'));
    writeFileSync(join(this.folder, 'summary'), '');
  }

  /** Runs the scripts of a job: what each ended with, and all that they said. */
  async job(name: 'propose' | 'verify' | 'comment', cwd: string): Promise<string> {
    const { steps, env = {} } = workflow.jobs[name];
    let said = '';
    for (const step of steps) {
      if (step.run === undefined) continue;
      const ended = await start('bash', ['-e', '-c', step.run], {
        cwd,
        env: {
          ...this.repository.env('', {
            RELEAF_FORGE: undefined,
            RELEAF_KUBECONFIG: undefined,
            GITHUB_STEP_SUMMARY: join(this.folder, 'summary'),
            RUNNER_TEMP: this.folder,
          }),
          ...this.resolved(workflow.env),
          ...this.resolved(env),
          ...this.resolved(step.env ?? {}),
        },
      });
      said += ended.stdout;
      expect({ step: step.name, status: ended.status, stderr: ended.stderr }).toEqual({
        step: step.name,
        status: 0,
        stderr: expect.not.stringContaining(TOKEN),
      });
    }
    return said;
  }

  private resolved(env: Readonly<Record<string, string>>): Record<string, string> {
    const values: Readonly<Record<string, string>> = {
      'github.token': TOKEN,
      'secrets.RELEAF_TOKEN || github.token': TOKEN,
      'secrets.RELEAF_KUBECONFIG': this.secrets['RELEAF_KUBECONFIG'] ?? '',
      'github.repository': 'team/certificates',
      'github.event.pull_request.number': '1',
    };
    return Object.fromEntries(
      Object.entries(env).map(([key, value]) => [
        key,
        value.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => values[expression]!),
      ]),
    );
  }
}

/** What GitHub checks out for a pull request: its merge, and what it is merged into. */
function mergeOf(repository: Repository, branch: string): string {
  const checkout = repository.clone();
  const merge = ['merge', '--quiet', '--no-ff', '--message', 'Merge', `origin/${branch}`];
  repository.run('git', merge, checkout);
  return checkout;
}

describe('the scripts of the workflow', () => {
  it('open the pull requests one after the other, and skip the cluster when there is none', async () => {
    const repository = teamOf();
    const runner = new GithubRunner(repository);
    const said = await runner.job('propose', repository.clone());
    expect(said).toContain('releaf/renew/all: opened its pull request\n');
    expect(said).toContain('fetch: skipped, for there is no kubeconfig');
    expect(said).toContain("opened the issue 'releaf: certificates'\n");
    expect(installed(repository)).toBe(
      'npm install --global --ignore-scripts ./.releaf/releaf-0.1.0.tgz\n',
    );

    repository.merge(1);
    const reached = new GithubRunner(repository, { RELEAF_KUBECONFIG: 'kind: Config' });
    expect(await reached.job('propose', repository.clone())).toContain(
      'releaf/fetch/all: opened its pull request\n',
    );
    expect(repository.requests().map(({ state }) => state)).toEqual(['merged', 'open']);
  });

  it('tell of a pull request in the summary and in a comment, and verify it', async () => {
    const repository = teamOf();
    await repository.good('renew');
    const runner = new GithubRunner(repository);
    await runner.job('verify', mergeOf(repository, 'releaf/renew/all'));
    const { body } = repository.requests()[0]!;
    expect(readFileSync(join(runner.folder, 'summary'), 'utf8')).toBe(body);
    await runner.job('comment', runner.folder);
    await runner.job('comment', runner.folder);
    const comments = (): unknown =>
      JSON.parse(readFileSync(repository.state('comments.json'), 'utf8'));
    const ours = { number: 1, body: `<!-- releaf -->\n${body}` };
    expect(comments()).toEqual([ours]);
    writeFileSync(join(runner.folder, 'changes.md'), 'No certificate changes.\n');
    await runner.job('comment', runner.folder);
    expect(comments()).toEqual([{ ...ours, body: '<!-- releaf -->\nNo certificate changes.\n' }]);
  });

  it('comment on nothing where no certificate changes', async () => {
    const repository = teamOf();
    repository.commit('feature', { 'README.md': 'more words\n' });
    const runner = new GithubRunner(repository);
    await runner.job('verify', mergeOf(repository, 'feature'));
    await runner.job('comment', runner.folder);
    expect(readFileSync(repository.state('comments.json'), 'utf8')).toBe('[]');
  });

  it('install nothing by a name that anybody could register', async () => {
    const repository = teamOf();
    repository.onMain({ '.releaf/releaf-0.1.0.tgz': null });
    const install = workflow.jobs.verify.steps.find(({ name }) => name === 'Install releaf');
    for (const given of ['.releaf/releaf-0.1.0.tgz', 'releaf', '']) {
      const { status, stderr } = await start('bash', ['-e', '-c', install!.run!], {
        cwd: repository.clone(),
        env: { ...repository.env(''), RELEAF_PACKAGE: given },
      });
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: `error: there is no ${given}: make it with npm pack in a checkout of releaf, and commit it\n`,
      });
    }
    expect(existsSync(repository.state('installed'))).toBe(false);
  });

  it('take releaf, and no other program, from the repository where its package.json has it', async () => {
    const repository = teamOf();
    repository.onMain({
      'package.json': '{ "devDependencies": { "releaf": "1.0.0" } }',
      'package-lock.json': '{ "packages": { "node_modules/releaf": {} } }',
    });
    const runner = new GithubRunner(repository);
    const checkout = mergeOf(repository, 'main');
    await runner.job('verify', checkout);
    expect(installed(repository)).toBe('npm ci --ignore-scripts\n');
    expect(readdirSync(repository.state('global/bin'))).toEqual(['releaf']);
    expect(readlinkSync(repository.state('global/bin/releaf'))).toBe(
      join(checkout, 'node_modules/.bin/releaf'),
    );
  });
});

describe('the scripts of the jobs', () => {
  const run = async (
    repository: Repository,
    name: 'releaf:propose' | 'releaf:verify',
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): Promise<string> => {
    const base = gitlab['.releaf']!;
    const job = gitlab[name]!;
    const given: Readonly<Record<string, string>> = {
      CI_SERVER_HOST: 'gitlab.example.com',
      CI_DEFAULT_BRANCH: 'main',
      GITLAB_TOKEN: TOKEN,
    };
    const variables = Object.entries({ ...base.variables, ...job.variables })
      // The remote of this test is a folder.
      .filter(([key]) => key !== 'RELEAF_REMOTE')
      .map(([key, value]) => [key, value.replace(/\$(\w+)/g, (_, one: string) => given[one]!)]);
    const script = [...base.before_script!, ...job.script!].join('\n');
    const ended = await start('busybox', ['ash', '-e', '-c', script], {
      cwd,
      env: {
        ...repository.env('gitlab'),
        ...(Object.fromEntries(variables) as Record<string, string>),
        ...env,
      },
    });
    expect(ended.stdout + ended.stderr).not.toContain(TOKEN);
    expect({ status: ended.status, stderr: ended.status === 0 ? '' : ended.stderr }).toEqual({
      status: 0,
      stderr: '',
    });
    return ended.stdout;
  };

  it('open merge requests, and tell of one', async () => {
    const repository = teamOf();
    const said = await run(repository, 'releaf:propose', repository.clone(), {});
    expect(said).toContain('releaf/renew/all: opened its pull request\n');
    expect(said).toContain("opened the issue 'releaf: certificates'\n");
    expect(installed(repository)).toBe(
      'apk add --no-cache git glab\nnpm install --global --ignore-scripts ./.releaf/releaf-0.1.0.tgz\n',
    );
    const checkout = repository.clone();
    repository.run('git', ['checkout', '--quiet', 'releaf/renew/all'], checkout);
    await run(repository, 'releaf:verify', checkout, {
      CI_MERGE_REQUEST_DIFF_BASE_SHA: repository.tip('main')!,
    });
    expect(readFileSync(join(checkout, 'changes.md'), 'utf8')).toBe(repository.requests()[0]!.body);
  });
});
