import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { takesShell } from '../examples/collect';
import { PREPARED } from '../examples/prepared';
import { filesIn, folderOf, removeFolders } from '../harness';
import { start } from './process';
import { pathWithReleaf } from './releaf-on-path';
import { served } from './served-cluster';

afterAll(removeFolders);

/** A kubectl that prints what it is told to. */
function kubectlPrinting(text: string): string {
  const folder = folderOf({ text, kubectl: '#!/bin/sh\ncat "${0%/*}/text"\n' });
  chmodSync(join(folder, 'kubectl'), 0o755);
  return folder;
}

it.each(Object.keys(PREPARED).filter(takesShell))('%s', async (line) => {
  const { folder, kubectl = '', cluster, status = 0 } = await PREPARED[line]!();
  const before = Object.keys(filesIn(folder));
  const PATH = `${kubectlPrinting(kubectl)}:${pathWithReleaf()}`;
  const run = (kubeconfig?: string) =>
    // As in zsh, where the help says `${fpath[1]}`.
    start('bash', ['-o', 'pipefail', '-c', `fpath=(. "$PWD"); ${line}`], {
      cwd: folder,
      env: { PATH, HOME: folder, KUBECONFIG: kubeconfig },
    });
  const ran = cluster ? await served(cluster, run) : await run();
  expect(ran).toMatchObject({ status, stderr: expect.not.stringMatching(/^error/m) as string });
  const written = Object.keys(filesIn(folder)).length > before.length;
  expect(written || `${ran.stdout}${ran.stderr}` !== '' || line.startsWith('source')).toBe(true);
});
