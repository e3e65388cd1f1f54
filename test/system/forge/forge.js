/**
 * Stands in for `gh` and `glab` over a bare repository. What the forge knows is in files of FORGE_STATE; each call is a
 * line of its `log`. Flags are those of the real programs, and no others are taken. A file `before-NAME` or
 * `after-NAME` there, such as `before-pr-create`, is run once at that moment; one `fail-NAME` makes that call fail.
 *
 * https://cli.github.com/manual, https://gitlab.com/gitlab-org/cli/-/tree/main/docs/source,
 * https://docs.gitlab.com/api/merge_requests
 */
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');
const { URL } = require('node:url');

const STATE = process.env['FORGE_STATE'];
const REMOTE = process.env['FORGE_REMOTE'];
const [program, ...argv] = process.argv.slice(2);

const REQUEST_FIELDS = ['number', 'state', 'title', 'body', 'headRefOid', 'isCrossRepository'];
const GH = {
  'pr list': { flags: ['--head', '--base', '--state', '--limit', '--json'], json: REQUEST_FIELDS },
  'pr create': { flags: ['--head', '--base', '--title', '--body-file'] },
  'pr edit': { flags: ['--title', '--body-file'] },
  'pr comment': { flags: ['--body-file'] },
  api: {
    flags: ['--method', '--raw-field', '--field', '--jq'],
    switches: ['--paginate', '--slurp'],
  },
  'issue create': { flags: ['--title', '--body-file'] },
  'issue edit': { flags: ['--title', '--body-file'] },
};
const GLAB = { api: { flags: ['--method', '--raw-field', '--field'] } };

/** What the program itself says, and ends with status 1. */
class Refusal extends Error {}

function refuse(text) {
  throw new Refusal(text);
}

/** The words and the flags of a call, as the program itself reads them. */
function read(commands) {
  const name = argv.slice(0, commands[argv[0]] ? 1 : 2).join(' ');
  const command = commands[name];
  if (!command) refuse(`unknown command ${name}`);
  const words = [];
  const flags = {};
  const rest = argv.slice(name.split(' ').length);
  while (rest.length > 0) {
    const word = rest.shift();
    if (!word.startsWith('-')) words.push(word);
    else if (command.switches?.includes(word)) flags[word] = true;
    else if (command.flags.includes(word)) (flags[word] ??= []).push(rest.shift());
    else refuse(`unknown flag: ${word}`);
  }
  for (const field of flags['--json']?.[0].split(',') ?? []) {
    if (!command.json.includes(field)) refuse(`Unknown JSON field: "${field}"`);
  }
  return { name, words, flags };
}

/** Runs what a test wants done at this moment; once. */
function moment(name) {
  const hook = join(STATE, name);
  try {
    fs.renameSync(hook, `${hook}-done`);
  } catch {
    return;
  }
  const { status, stdout, stderr } = spawnSync('sh', [`${hook}-done`], { encoding: 'utf8' });
  fs.appendFileSync(join(STATE, 'hooks'), `${name}: ${String(status)}\n${stdout}${stderr}`);
}

/** One call at a time, as a database has it. */
function alone(work) {
  const lock = join(STATE, 'lock');
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      fs.mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST' || Date.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  try {
    return work();
  } finally {
    fs.rmdirSync(lock);
  }
}

const load = (kind) => JSON.parse(fs.readFileSync(join(STATE, `${kind}.json`), 'utf8'));
const save = (kind, all) => {
  fs.writeFileSync(join(STATE, `${kind}.json`), JSON.stringify(all, undefined, 2));
};

function commitOf(branch) {
  const args = ['-C', REMOTE, 'rev-parse', '--quiet', '--verify', `refs/heads/${branch}`];
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Requests as they stand: an open one follows its branch, and is closed with it. */
function requests() {
  const all = load('requests').map((one) => {
    if (one.state !== 'open' || one.fork) return one;
    const commit = commitOf(one.head);
    return commit ? { ...one, commit } : { ...one, state: 'closed' };
  });
  save('requests', all);
  return all;
}

function open({ head, base, title, body }) {
  const all = requests();
  const found = all.find((one) => one.state === 'open' && !one.fork && one.head === head);
  if (found) return { problem: `already exists: ${found.number}` };
  const commit = commitOf(head);
  if (!commit) return { problem: `no branch ${head}` };
  const ahead = ['-C', REMOTE, 'rev-list', '--count', `${base}..${head}`];
  if (execFileSync('git', ahead, { encoding: 'utf8' }).trim() === '0') {
    return { problem: `No commits between ${base} and ${head}` };
  }
  const number = Math.max(0, ...all.map((one) => one.number)) + 1;
  save('requests', [...all, { number, state: 'open', head, base, title, body, commit }]);
  return { number };
}

function change(kind, number, changes) {
  const all = load(kind);
  if (!all.some((one) => one.number === number)) refuse(`no ${kind} ${number}`);
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  save(
    kind,
    all.map((one) => (one.number === number ? { ...one, ...Object.fromEntries(given) } : one)),
  );
}

function addIssue({ title, body }) {
  const all = load('issues');
  const number = all.length + 1;
  save('issues', [...all, { number, state: 'open', title, body, ours: true }]);
  return number;
}

const LONGEST_BODY = 65_536;

function gh() {
  if (!process.env['GH_TOKEN']) refuse('set the GH_TOKEN environment variable');
  const { name, words, flags } = read(GH);
  const one = (flag) => flags[flag]?.at(-1);
  const body = () => {
    const text = fs.readFileSync(one('--body-file'), 'utf8');
    if (text.length > LONGEST_BODY) refuse('Body is too long (maximum is 65536 characters)');
    return text;
  };
  const pick = (all) => {
    const fields = one('--json').split(',');
    return JSON.stringify(
      [all].flat().map((each) => Object.fromEntries(fields.map((field) => [field, each[field]]))),
    );
  };
  switch (name) {
    case 'pr list': {
      const found = requests()
        .filter(({ head, base }) => head === one('--head') && base === (one('--base') ?? base))
        .filter(({ state }) => one('--state') === 'all' || state === 'open')
        .map((each) => ({
          ...each,
          state: each.state.toUpperCase(),
          headRefOid: each.commit,
          isCrossRepository: each.fork === true,
        }));
      return pick(found.reverse());
    }
    case 'pr create': {
      const { number, problem } = open({
        head: one('--head'),
        base: one('--base'),
        title: one('--title'),
        body: body(),
      });
      return problem ? refuse(`pull request create failed: ${problem}`) : `pull/${number}`;
    }
    case 'pr edit':
      change('requests', Number(words[0]), { title: one('--title'), body: body() });
      return `pull/${words[0]}`;
    case 'pr comment':
      save('comments', [
        ...load('comments'),
        { number: load('comments').length + 1, body: body() },
      ]);
      return `pull/${words[0]}#comment`;
    case 'api': {
      if (words[0] === 'graphql') {
        const nodes = load('issues')
          .filter(({ state }) => state === 'open')
          .map((each) => ({ ...each, viewerDidAuthor: each.ours === true }));
        return JSON.stringify([{ data: { repository: { issues: { nodes } } } }]);
      }
      const [, id] = /\/issues\/comments\/(\d+)$/.exec(words[0]) ?? [];
      if (id) {
        const text = fs.readFileSync(one('--field').replace('body=@', ''), 'utf8');
        change('comments', Number(id), { body: text });
        return '{}';
      }
      // What the script selects with --jq.
      return load('comments')
        .filter(({ stranger, body: text }) => !stranger && text.startsWith('<!-- releaf -->'))
        .map(({ number }) => `${number}\n`)
        .join('');
    }
    case 'issue create':
      return `issues/${addIssue({ title: one('--title'), body: body() })}`;
    case 'issue edit':
      change('issues', Number(words[0]), { body: body() });
      return `issues/${words[0]}`;
  }
}

const PROJECT = 7;

function glab() {
  if (!process.env['GITLAB_TOKEN']) refuse('401 Unauthorized');
  const { words, flags } = read(GLAB);
  const url = new URL(`http://forge/${words[0]}`);
  const fields = Object.fromEntries([
    ...(flags['--raw-field'] ?? []).map((each) => each.split(/=(.*)/s)),
    ...(flags['--field'] ?? []).map((each) => {
      const [key, value] = each.split(/=(.*)/s);
      return [key, value.startsWith('@') ? fs.readFileSync(value.slice(1), 'utf8') : value];
    }),
  ]);
  const [, projects, id, kind, number] = url.pathname.split('/');
  if (projects !== 'projects' || id !== String(PROJECT)) refuse('404 Project Not Found');
  const [method] = flags['--method'];
  const { title, description: body } = fields;
  const asked = (key) => url.searchParams.get(key);
  switch (`${method} ${kind}`) {
    case 'GET merge_requests':
      return JSON.stringify(
        requests()
          .filter(({ head }) => head === asked('source_branch'))
          .filter(({ base }) => base === asked('target_branch'))
          .map((one) => ({
            iid: one.number,
            state: one.state === 'open' ? 'opened' : one.state,
            title: one.title,
            description: one.body,
            sha: one.commit,
            source_project_id: one.fork ? 8 : PROJECT,
            target_project_id: PROJECT,
          }))
          .reverse(),
      );
    case 'POST merge_requests': {
      const { source_branch: head, target_branch: base } = fields;
      const { number: opened, problem } = open({ head, base, title, body });
      return problem ? refuse(`409 Conflict: ${problem}`) : JSON.stringify({ iid: opened });
    }
    case 'PUT merge_requests':
      change('requests', Number(number), { title, body });
      return '{}';
    case 'GET issues':
      return JSON.stringify(
        load('issues')
          .filter((one) => one.title.includes(asked('search')) && one.state === 'open')
          .filter((one) => one.ours === (asked('scope') === 'created_by_me'))
          .map((one) => ({ iid: one.number, title: one.title, description: one.body }))
          .reverse(),
      );
    case 'POST issues':
      return JSON.stringify({ iid: addIssue({ title, body }) });
    case 'PUT issues':
      change('issues', Number(number), { body });
      return '{}';
    default:
      return refuse(`404: ${method} ${kind}`);
  }
}

/** What a call is called in the log and by hooks, the same for both programs. */
function nameOf() {
  if (program === 'gh' && argv[0] === 'api') {
    return argv[1] === 'graphql' ? 'issue-list' : 'comment-api';
  }
  if (program === 'gh') return argv.slice(0, 2).join('-');
  const [method, path = ''] = [argv[2], argv[3]];
  const kind = path.includes('/merge_requests') ? 'pr' : 'issue';
  return `${kind}-${{ GET: 'list', POST: 'create', PUT: 'edit' }[method]}`;
}

const name = nameOf();
fs.appendFileSync(join(STATE, 'log'), `${JSON.stringify([name, ...argv])}\n`);
moment(`before-${name}`);
try {
  if (fs.existsSync(join(STATE, `fail-${name}`))) refuse('HTTP 502: Bad Gateway');
  const answer = alone(() => (program === 'gh' ? gh() : glab()));
  process.stdout.write(`${answer}\n`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${program}: ${error.message}\n`);
  process.exitCode = 1;
}
moment(`after-${name}`);
