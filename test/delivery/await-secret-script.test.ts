import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, removeFolders } from '../harness';
import { programs, runScript, SCRIPTS, SHELLS, type Ended } from './run-script';

const OLD = 'the old certificate\n';
const NEW = 'the new certificate\n';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

afterAll(removeFolders);

describe.each(SHELLS)('await-secret.sh, with %s', (shell) => {
  const wait = (path: string, found: string): Promise<Ended> =>
    runScript(join(SCRIPTS, 'await-secret.sh'), {
      PATH: path,
      CERTIFICATE_FILE: join(folderOf({ certificate: found }), 'certificate'),
      CERTIFICATE_SHA256: sha256(NEW),
      ROUNDS: '3',
      PAUSE: '0',
    }).ended;

  it('ends when the Secret holds the certificate', async () => {
    expect(await wait(programs(shell), NEW)).toEqual({
      status: 0,
      log: 'the Secret holds the certificate\n',
    });
  });

  it('looks again, and explains in the end which certificate the Secret holds', async () => {
    expect(await wait(programs(shell), OLD)).toEqual({
      status: 1,
      log:
        `error: the Secret holds another certificate than the committed one: SHA-256 ${sha256(OLD)}, committed: ${sha256(NEW)}\n` +
        'see why its controller has not updated it: kubectl describe the SealedSecret of that name; the Job tries again\n',
    });
  });
});

it('await-secret.sh sees a certificate that the kubelet puts into the volume meanwhile', async () => {
  const folder = folderOf({
    certificate: OLD,
    new: NEW,
    sleep: '#!/bin/sh\ncat "$NEW" >"$CERTIFICATE_FILE"\n',
  });
  chmodSync(join(folder, 'sleep'), 0o755);
  const shell = SHELLS[0] ?? '';
  const { status } = await runScript(join(SCRIPTS, 'await-secret.sh'), {
    PATH: programs(shell, { sleep: join(folder, 'sleep') }),
    NEW: join(folder, 'new'),
    CERTIFICATE_FILE: join(folder, 'certificate'),
    CERTIFICATE_SHA256: sha256(NEW),
    ROUNDS: '3',
    PAUSE: '0',
  }).ended;
  expect(status).toBe(0);
});
