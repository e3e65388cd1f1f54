import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pullRequestBody } from '../lib/report/pull-request';
import { pullRequestTitle } from '../lib/report/pull-request-title';
import { daysAfter, filesIn, folderOf, releaf, removeFolders, type Files } from './harness';
import { manyTimes } from './pull-requests/many-times';
import { foldersIn, record } from './pull-requests/record';
import { SITUATIONS } from './pull-requests/situations';

jest.mock('../lib/report/pull-request', () => {
  const actual = jest.requireActual<{ pullRequestBody: typeof pullRequestBody }>(
    '../lib/report/pull-request',
  );
  return { ...actual, pullRequestBody: jest.fn(actual.pullRequestBody) };
});

const GOLDEN = join(__dirname, 'pull-requests');

interface States {
  readonly before: Files;
  readonly after: Files;
  readonly day: number;
}

function recorded(situation: string): States {
  const state = (name: string): Files => {
    const folder = join(GOLDEN, situation, name);
    return existsSync(folder) ? filesIn(folder) : {};
  };
  return { before: state('before'), after: state('after'), day: SITUATIONS[situation]!.day };
}

const statesOf = (situation: string): States => {
  if (situation !== 'fifty-at-once') return recorded(situation);
  const { before, after, day } = recorded('renewal-issued');
  return { before: manyTimes(50, before), after: manyTimes(50, after), day };
};

/** A repository whose last commit is the one state, and whose working tree is the other. */
async function repository({ before, after, day }: States): Promise<string> {
  const root = folderOf(before);
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
  };
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'before');
  for (const path of Object.keys(before)) {
    rmSync(join(root, path.split('/')[0]!), { recursive: true, force: true });
  }
  for (const [path, text] of Object.entries(after)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const folder of foldersIn(after)) {
    await releaf(['synth', '-C', join(root, folder)], { now: daysAfter(day) });
  }
  return root;
}

describe('the pull request', () => {
  beforeAll(async () => {
    if (process.env['UPDATE_GOLDEN_INPUTS']) await record(GOLDEN);
  }, 120_000);

  afterAll(removeFolders);

  it.each([...Object.keys(SITUATIONS), 'fifty-at-once'])('%s', async (situation) => {
    const states = statesOf(situation);
    const root = await repository(states);
    const folders = foldersIn(states.after).flatMap((folder) => ['-C', join(root, folder)]);
    const { status, stdout } = await releaf(['pr', ...folders], { now: daysAfter(states.day) });
    expect(status).toBe(0);
    const body = stdout
      .replaceAll(` -C ${root}/`, ' -C ')
      .replaceAll(` -C ${root}`, '')
      .replaceAll(`${root}/`, '')
      .replaceAll(root.replace(/[^\w./-]/g, '?'), '');

    const file = join(GOLDEN, situation, 'body.md');
    if (process.env['UPDATE_GOLDEN']) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, body);
    }
    expect(body).toBe(readFileSync(file, 'utf8'));
    const [told] = jest.mocked(pullRequestBody).mock.lastCall!;
    const next = daysAfter(states.day + 1);
    expect(`${pullRequestTitle(told, next)}\n\n${pullRequestBody(told, next)}`).toBe(stdout);
  });

  it('is shown in the docs as it is', () => {
    const docs = readFileSync(join(__dirname, '../docs/pull-requests.md'), 'utf8');
    const body = readFileSync(join(GOLDEN, 'ca-changed/body.md'), 'utf8');
    expect(docs).toContain(`\`\`\`\`text\n${body.trimEnd()}\n\`\`\`\`\n`);
  });
});
