import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf } from '../harness';
import { RELEAF } from './process';

/** PATH with the compiled program in it as `releaf`, before all else. */
export function pathWithReleaf(): string {
  const folder = folderOf({});
  const file = join(folder, 'releaf');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${RELEAF}' "$@"\n`);
  chmodSync(file, 0o755);
  return `${folder}:${process.env['PATH'] ?? ''}`;
}
