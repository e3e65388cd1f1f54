import { join } from 'node:path';
import { removeFolders } from '../harness';
import { getRequest, kubectl, releafDone, releafOn } from './cluster';
import { committedRequest, newNames, servingFolder } from './serving';

afterAll(removeFolders);

/** Nobody in the cluster signs for it. */
const SIGNER = 'example.com/nobody';

it('a request that nobody signs is explained, and a scheduled fetch takes the others', async () => {
  const [unsigned = '', signed = ''] = newNames('unsigned', 'signed');
  const root = servingFolder([unsigned, signed], {
    entries: { [unsigned]: { signer: SIGNER } },
  });
  await releafDone(['renew', '-C', root]);
  const { name } = committedRequest(root, unsigned).metadata;
  expect(await releafDone(['fetch', '-C', root])).toMatchObject({
    stdout: expect.stringContaining(`${unsigned}: ${name}: is not in the cluster`),
  });
  await kubectl(['apply', '-f', join(root, 'dist')]);
  await releafDone(['approve', '--no-fetch', '-C', root]);

  const asked = await releafOn(['fetch', unsigned, signed, '--wait', '8s', '-C', root]);
  expect(asked.stderr).toMatch(
    new RegExp(
      `error REQUEST_UNSIGNED: ${name}: approved since \\S+Z \\(ReleafApproved: [^)]+\\), but ${SIGNER} has not issued the certificate after 8s\n` +
        `  a controller of its own signs for ${SIGNER}: look whether it runs in this cluster`,
    ),
  );
  expect(asked.stdout).toMatch(new RegExp(`^${signed}: revision 1 is issued$`, 'm'));
  expect(asked.status).toBe(1);

  const scheduled = await releafDone(['fetch', '-C', root]);
  expect(scheduled.stdout).toContain(`${unsigned}: ${name}: is approved, waits for ${SIGNER}\n`);
  expect((await getRequest(name))?.status.certificate).toBeUndefined();
});
