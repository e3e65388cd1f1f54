import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { folderOf } from '../../harness';
import { output } from '../../system/process';

const BRANCH = 'main';

/** A repository that engines fetch over HTTP, as from any forge. */
export interface GitServer {
  readonly url: string;
  readonly branch: string;
  /** Makes the branch hold what a folder holds, as a merged pull request does: the name of the commit. */
  commit(message: string, root: string): Promise<string>;
  close(): Promise<void>;
}

/** Serves an empty repository in this network. */
export async function gitServer(): Promise<GitServer> {
  const folder = folderOf({});
  const repository = join(folder, 'repository.git');
  const git = (...args: readonly string[]): Promise<string> =>
    output('git', ['--git-dir', repository, ...args], { env: OWN_CONFIGURATION });
  await git('init', '--quiet', '--bare', `--initial-branch=${BRANCH}`);

  const server = createServer((request, response) => {
    answer(folder, request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/repository.git`,
    branch: BRANCH,
    async commit(message, root) {
      await git('--work-tree', root, 'add', '--all', root);
      await git('--work-tree', root, 'commit', '--quiet', '--allow-empty', '-m', message);
      return (await git('rev-parse', 'HEAD')).trim();
    },
    close: () =>
      new Promise((done) => {
        server.close(() => {
          done();
        });
        server.closeAllConnections();
      }),
  };
}

/** Nothing of whoever runs the tests. */
const OWN_CONFIGURATION = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'e2e',
  GIT_AUTHOR_EMAIL: 'e2e@example.com',
  GIT_COMMITTER_NAME: 'e2e',
  GIT_COMMITTER_EMAIL: 'e2e@example.com',
};

/** Has `git http-backend` answer, by the Common Gateway Interface (RFC 3875). */
function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://git');
  const { headers } = request;
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...process.env,
      ...OWN_CONFIGURATION,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const pieces: Buffer[] = [];
  backend.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  backend.on('error', (error) => response.destroy(error));
  backend.on('close', () => {
    const said = Buffer.concat(pieces);
    const end = said.indexOf('\r\n\r\n');
    const fields = said
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': '));
    const status = fields.find(([name]) => name === 'Status')?.[1] ?? '200';
    response.writeHead(parseInt(status, 10), fields.filter(([name]) => name !== 'Status').flat());
    response.end(said.subarray(end + 4));
  });
  request.pipe(backend.stdin);
  // A backend that has read enough is no failure.
  backend.stdin.on('error', () => undefined);
}
