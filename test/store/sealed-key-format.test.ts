import { randomBytes } from 'node:crypto';
import { ageEncryptTo } from '../../lib/cli/age';
import { SEALING_SCOPES } from '../../lib/model/certificate-spec';
import type { SealedKey } from '../../lib/model/revision';
import { sealedKeySha256 } from '../../lib/rotation/sealed-key-digest';
import { sopsSealer } from '../../lib/sealing/sops';
import type { SopsSealedKey } from '../../lib/sealing/sops-metadata';
import { readSealedKey, writeSealedKey } from '../../lib/store/revision-format';
import { POST_QUANTUM, X25519 } from '../age-identities';
import { NOW, testRandomness } from '../harness';

const target = { namespace: 'shop', name: 'web-tls', item: 'tls.key' };
let sops: SopsSealedKey;

beforeAll(async () => {
  const key = await testRandomness.generateKey('ecdsa-p256');
  const recipients = [X25519.recipient, POST_QUANTUM.recipient];
  const sealer = sopsSealer({ recipients, encryptTo: ageEncryptTo, randomBytes, now: NOW });
  sops = (await sealer.seal(key, target)) as SopsSealedKey;
});

const read = (yaml: string): SealedKey => readSealedKey(yaml, 'private-key.yaml');

it('reads back what it wrote for SOPS, the age files as blocks of text', () => {
  const text = writeSealedKey(sops);
  expect(read(text)).toEqual(sops);
  expect(text).toContain('    enc: |\n      -----BEGIN AGE ENCRYPTED FILE-----\n');
  expect(text).toContain('lastModified: "2027-03-01T12:00:00Z"');
});

it.each(SEALING_SCOPES)('reads back what it wrote for Sealed Secrets, scope %s', (scope) => {
  const sealingCertificateSha256 = '0'.repeat(64);
  const sealed = { ...target, sealing: 'sealed-secrets', scope, sealingCertificateSha256 } as const;
  expect(read(writeSealedKey({ ...sealed, value: 'AgB=' }))).toEqual({ ...sealed, value: 'AgB=' });
});

it.each(['0o17', '-0o7', '017', '1e3', 'yes', '2027-03-01', '~'])(
  'reads back a name that some reader takes for something else: %s',
  (name) => {
    const sealed = {
      ...target,
      name,
      namespace: name,
      sealing: 'plaintext',
      value: 'AgB=',
    } as const;
    expect(read(writeSealedKey(sealed))).toEqual(sealed);
  },
);

it.each<readonly [string, (sealed: SopsSealedKey) => object]>([
  ['value', () => ({ value: 'LS0tLS1CRUdJTg==' })],
  ['value', ({ value }) => ({ value: value.replace('type:str', 'type:int') })],
  ['mac', ({ mac }) => ({ mac: `${mac} ` })],
  ['lastModified', () => ({ lastModified: '2027-03-01' })],
  ['lastModified', () => ({ lastModified: '2027-03-01T12:00:00.5Z' })],
  ['version', () => ({ version: 'latest' })],
  ['age', () => ({ age: [] })],
  ['age.0.recipient', ({ age }) => ({ age: [{ ...age[0]!, recipient: 'age1x' }] })],
  ['age.0.enc', ({ age }) => ({ age: [{ ...age[0]!, enc: `${age[0]!.enc}\n` }] })],
  ['', () => ({ note: 'hello' })],
])('refuses a file with another %s than releaf writes', (path, change) => {
  const changed = writeSealedKey({ ...sops, ...change(sops) });
  expect(() => read(changed)).toThrow(
    expect.objectContaining({
      code: 'REVISION_INVALID',
      message: expect.stringMatching(`^private-key.yaml: ${path}:? `) as string,
    }) as Error,
  );
});

describe('sealedKeySha256', () => {
  it('depends on every field, at every level', () => {
    const [first, second] = sops.age;
    const changes: readonly Partial<SopsSealedKey>[] = [
      { name: 'other' },
      { namespace: 'other' },
      { item: 'other' },
      { lastModified: '2027-03-01T12:00:01Z' },
      { mac: sops.value },
      { value: sops.mac },
      { version: '3.13.1' },
      { age: [first!] },
      { age: [second!, first!] },
      { age: [first!, { ...second!, enc: first!.enc }] },
      { age: [first!, { ...second!, recipient: first!.recipient }] },
    ];
    const digests = [{}, ...changes].map((change) => sealedKeySha256({ ...sops, ...change }));
    expect(new Set(digests).size).toBe(changes.length + 1);
  });

  it('does not depend on the order of fields', () => {
    const reversed: object = {
      ...Object.fromEntries(Object.entries(sops).reverse()),
      age: sops.age.map(({ recipient, enc }) => ({ enc, recipient })),
    };
    expect(sealedKeySha256(reversed as SopsSealedKey)).toBe(sealedKeySha256(sops));
  });

  it('is for flat keys what it always was', () => {
    expect(sealedKeySha256({ ...target, sealing: 'plaintext', value: 'bm90IGEga2V5' })).toBe(
      '0849651113d0584235e0afefa9d080e6ac16b7c5cb82ad716b82090da532529c',
    );
  });
});
