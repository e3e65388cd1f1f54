import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  daysAfter,
  filesIn,
  folderOf,
  releaf,
  SEALING_CERTIFICATE,
  testCa,
  type Files,
} from '../harness';
import { pendingRevision } from '../../lib/model/revision';
import { readRecordedRequest } from '../../lib/rotation/coherence';
import { openFolder, readFolder } from '../../lib/store/folder';
import type { LocalCa } from '../../lib/x509/local-ca';
import { SITUATIONS, type Team } from './situations';

/** The folders of a situation, relative to its root: those with a config. */
export const foldersIn = (files: Files): readonly string[] =>
  Object.keys(files)
    .filter((path) => path.endsWith('releaf.yaml'))
    .map(dirname)
    .sort();

/** Makes `before/` and `after/` of every situation that has none, with the real commands. */
export async function record(golden: string): Promise<void> {
  const ca = await testCa('releaf golden CA');
  for (const [name, { files, before, change }] of Object.entries(SITUATIONS)) {
    const target = join(golden, name);
    if (existsSync(join(target, 'after'))) continue;
    const folders = foldersIn(files);
    const secrets = folders.flatMap((folder) => [
      [join(folder, 'sealing.pem'), SEALING_CERTIFICATE],
      [join(folder, 'ca.pem'), ca.certificate.pem],
    ]);
    const root = folderOf({ ...files, ...(Object.fromEntries(secrets) as Files) });
    const team = teamIn(root, folders, ca);
    await before(team);
    keep(root, join(target, 'before'));
    await change(team);
    keep(root, join(target, 'after'));
  }
}

/** All but what is derived, and what only renew reads. */
function keep(root: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  for (const [path, text] of Object.entries(filesIn(root))) {
    if (/(^|\/)(dist\/|sealing\.pem$)/.test(path)) continue;
    if (path.endsWith('ca.pem') && !configBeside(root, path).includes('ca: ca.pem')) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
  }
  if (!existsSync(target)) cpSync(root, target, { recursive: true });
}

const configBeside = (root: string, path: string): string =>
  readFileSync(join(root, dirname(path), 'releaf.yaml'), 'utf8');

function teamIn(root: string, folders: readonly string[], ca: LocalCa): Team {
  const run = async (folder: string, day: number, argv: readonly string[], stdin?: string) => {
    const ran = await releaf([...argv, '-C', join(root, folder)], {
      now: daysAfter(day),
      ...(stdin !== undefined && { stdin }),
    });
    if (ran.status !== 0) throw new Error(`releaf ${argv.join(' ')}: ${ran.stderr}`);
  };
  return {
    ca,
    async releaf(day, ...argv) {
      for (const folder of folders) await run(folder, day, argv);
    },
    async sign(day, { days = 90, ca: signer = ca } = {}) {
      const now = daysAfter(day);
      for (const folder of folders) {
        const pem = Array.from(
          readFolder(openFolder(join(root, folder))),
          ({ spec, revisions }) => {
            const pending = pendingRevision(revisions);
            return pending
              ? signer.sign(readRecordedRequest(spec.name, pending), {
                  usages: pending.record.usages,
                  expirationSeconds: days * 86_400,
                  now,
                  serialNumber: randomBytes(16),
                })
              : '';
          },
        ).join('');
        await run(folder, day, ['fetch', '--from', '-', '--allow-older'], pem);
      }
    },
    write(file, text) {
      writeFileSync(join(root, file), text);
    },
    edit(file, from, to) {
      const path = join(root, file);
      const text = readFileSync(path, 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      writeFileSync(path, text.replaceAll(from, to));
    },
    remove(path) {
      rmSync(join(root, path), { recursive: true });
    },
  };
}
