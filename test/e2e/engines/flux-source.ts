import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { folderOf } from '../../harness';
import { output } from '../../system/process';
import { apply, get, kubectl } from '../cluster';

/**
 * Stands in for Flux' source-controller, which could not be built when this was written: the module
 * github.com/fluxcd/pkg/artifact, which it needs, was not to be had. It fetches when it is told to.
 */
export interface FluxSource {
  /** Makes a GitRepository, and fetches it. */
  gitRepository(name: string, url: string, branch: string): Promise<string>;
  /** Fetches a GitRepository: its revision, as `main@sha1:…`. */
  fetch(name: string): Promise<string>;
  close(): Promise<void>;
}

interface GitRepository {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly url: string; readonly ref: { readonly branch: string } };
  readonly status?: { readonly artifact?: { readonly revision: string } };
}

const KIND = 'gitrepositories.source.toolkit.fluxcd.io';

// Of what source-controller leaves out by itself, what may lie in a repository of manifests.
// https://github.com/fluxcd/pkg/blob/main/sourceignore/sourceignore.go
const LEFT_OUT = ['.gitignore', '.gitattributes', '.github', '.sops.yaml'].map(
  (name) => `:(exclude,glob)**/${name}`,
);

export async function startFluxSource(namespace: string): Promise<FluxSource> {
  const folder = folderOf({});
  const server = createServer(({ url = '' }, response) => {
    response.end(readFileSync(join(folder, url)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;

  const source: FluxSource = {
    async gitRepository(name, url, branch) {
      await apply({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: { name, namespace },
        spec: { url, ref: { branch }, interval: '1h' },
      });
      return source.fetch(name);
    },
    async fetch(name) {
      const repository = await get<GitRepository>(KIND, name, namespace);
      if (!repository) throw new Error(`there is no GitRepository ${name}`);
      const { url, ref } = repository.spec;
      const clone = join(folder, `${name}.git`);
      const git = (...args: readonly string[]): Promise<string> =>
        output('git', ['--git-dir', clone, ...args]);
      await git('init', '--quiet', '--bare');
      await git('fetch', '--quiet', '--depth=1', url, ref.branch);
      const commit = (await git('rev-parse', 'FETCH_HEAD')).trim();
      const revision = `${ref.branch}@sha1:${commit}`;
      if (repository.status?.artifact?.revision === revision) return revision;

      const path = `${name}-${commit}.tar.gz`;
      const archive = join(folder, path);
      // Of a tree, for what is made of a commit begins with a header that Flux does not take.
      await git('archive', `--output=${archive}`, `${commit}^{tree}`, '.', ...LEFT_OUT);
      const bytes = readFileSync(archive);
      const now = new Date().toISOString().replace(/\.\d+/, '');
      const message = `stored artifact for revision '${revision}'`;
      const condition = (type: string): object => ({
        ...{ type, status: 'True', reason: 'Succeeded', message },
        ...{ lastTransitionTime: now, observedGeneration: repository.metadata.generation },
      });
      const status = {
        observedGeneration: repository.metadata.generation,
        artifact: {
          ...{ path, revision, size: bytes.length, lastUpdateTime: now },
          url: `http://127.0.0.1:${port}/${path}`,
          digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
        },
        conditions: ['Ready', 'ArtifactInStorage'].map(condition),
      };
      await kubectl([
        ...['patch', KIND, name, '-n', namespace, '--subresource', 'status', '--type', 'merge'],
        ...['--patch', JSON.stringify({ status })],
      ]);
      return revision;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => {
          done();
        });
        server.closeAllConnections();
      }),
  };
  return source;
}
