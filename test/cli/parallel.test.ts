import { setImmediate } from 'node:timers/promises';
import type { Randomness } from '../../lib/cli/randomness';
import { filesIn, folderOf, releaf, removeFolders, testRandomness, WEB_FILES } from '../harness';

afterAll(removeFolders);

const COUNT = 60;

const config = `version: 1
defaults:
  signer: example.com/internal
  sealing: { type: sealed-secrets, certificate: sealing.pem }
certificates:
${Array.from({ length: COUNT }, (_, index) => `  web-${index}:\n    dnsNames: [web-${index}.example.com]\n    secret: { name: web-${index}-tls, namespace: shop }\n`).join('')}`;

const fleet = () => folderOf({ ...WEB_FILES, 'releaf.yaml': config });

/** Counts the keys that were made and are not sealed yet: each seal takes one session key. */
function countingRandomness() {
  const keys = { begun: 0, unsealed: 0, most: 0 };
  const randomness: Randomness = {
    bytes(size) {
      keys.unsealed -= 1;
      return testRandomness.bytes(size);
    },
    async generateKey(algorithm) {
      keys.begun += 1;
      await setImmediate();
      const key = await testRandomness.generateKey(algorithm);
      keys.unsealed += 1;
      keys.most = Math.max(keys.most, keys.unsealed, keys.begun - COUNT);
      await setImmediate();
      return key;
    },
  };
  return { keys, randomness };
}

describe('many keys', () => {
  it.each([
    [1, 1],
    [3, 3],
    [64, 16],
  ])('on %i cores are at most %i at a time in memory', async (cores, most) => {
    const { keys, randomness } = countingRandomness();
    const { status } = await releaf(['renew', '-C', fleet()], { randomness, cores });
    expect({ status, ...keys }).toEqual({ status: 0, begun: COUNT, unsealed: 0, most });
  });

  it('come in the order of the config, whichever is made first', async () => {
    let turn = 0;
    const { stdout } = await releaf(['renew', '-C', fleet(), '--json'], {
      cores: 4,
      randomness: {
        ...testRandomness,
        async generateKey(algorithm) {
          turn += 1;
          for (let wait = turn % 5; wait > 0; wait -= 1) await setImmediate();
          return testRandomness.generateKey(algorithm);
        },
      },
    });
    const { revisions } = JSON.parse(stdout) as { revisions: readonly { readonly name: string }[] };
    const names = revisions.map(({ name }) => name);
    expect(names).toHaveLength(COUNT);
    expect(names).toEqual([...names].sort());
  });

  it('are no longer made once one cannot be, and nothing of it stays half-done', async () => {
    const root = fleet();
    const { keys, randomness } = countingRandomness();
    const failing: Randomness = {
      ...randomness,
      generateKey: (algorithm) =>
        keys.begun === 20
          ? Promise.reject(new Error('no entropy'))
          : randomness.generateKey(algorithm),
    };
    const { status, stderr } = await releaf(['renew', '-C', root], {
      randomness: failing,
      cores: 4,
    });
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no entropy') as string,
    });
    expect(keys.begun).toBeLessThanOrEqual(20);
    const left = Object.keys(filesIn(root)).filter((file) => file.startsWith('.releaf-tmp'));
    expect(left).toEqual([]);
    expect((await releaf(['renew', '-C', root])).status).toBe(0);
    expect((await releaf(['verify', '-C', root])).status).toBe(0);
  });
});
