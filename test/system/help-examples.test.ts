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

/** What it is that an example does, where it prints nothing. */
const shownBy = (line: string): string =>
  line.startsWith('source ') ? `${line}; complete -p releaf` : line;

it.each(Object.entries(PREPARED).filter(([line]) => takesShell(line)))(
  '%s',
  async (line, [tells, prepare]) => {
    const { folder, kubectl = '', cluster, status = 0 } = await prepare();
    const before = Object.keys(filesIn(folder));
    const PATH = `${kubectlPrinting(kubectl)}:${pathWithReleaf()}`;
    const run = (kubeconfig?: string) =>
      // As in zsh, where the help says `${fpath[1]}`.
      start('bash', ['-o', 'pipefail', '-c', `fpath=(. "$PWD"); ${shownBy(line)}`], {
        cwd: folder,
        env: { PATH, HOME: folder, KUBECONFIG: kubeconfig },
      });
    const ran = cluster ? await served(cluster, run) : await run();
    expect(ran).toMatchObject({ status, stderr: expect.not.stringMatching(/^error/m) as string });
    const written = Object.entries(filesIn(folder)).filter(([file]) => !before.includes(file));
    const texts = written.map(([, text]) => text);
    expect([ran.stdout, ran.stderr, ...texts].join('\n')).toContain(tells);
  },
);
