import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ageEncryptTo } from '../../lib/cli/age';
import { sopsSealer, type SopsSealerOptions } from '../../lib/sealing/sops';
import { sopsMetadata, type SopsSealedKey } from '../../lib/sealing/sops-metadata';
import type { PrivateKey } from '../../lib/x509/private-key';
import { dataKeyBy, POST_QUANTUM, X25519 } from '../age-identities';
import { NOW, testRandomness, VECTORS } from '../harness';
import { openSops } from '../open-sops';

const target = { namespace: 'shop', name: 'web-tls', item: 'tls.key' };

const options: SopsSealerOptions = {
  recipients: [X25519.recipient],
  encryptTo: ageEncryptTo,
  randomBytes,
  now: NOW,
};

let key: PrivateKey;
beforeAll(async () => {
  key = await testRandomness.generateKey('ecdsa-p256');
});

const seal = async (more: Partial<SopsSealerOptions> = {}): Promise<SopsSealedKey> =>
  (await sopsSealer({ ...options, ...more }).seal(key, target)) as SopsSealedKey;

/** A Secret around a sealed key, as somebody else would write it. */
const file = (sealed: SopsSealedKey, data: Readonly<Record<string, string>> = {}): string =>
  stringify({
    kind: 'Secret',
    data: { [sealed.item]: sealed.value, ...data },
    sops: sopsMetadata(sealed),
  });

describe('sopsSealer', () => {
  it.each([
    ['an X25519 recipient', [X25519]],
    ['a post-quantum recipient', [POST_QUANTUM]],
    ['each of several recipients', [X25519, POST_QUANTUM]],
  ])('seals for %s the PKCS#8 PEM, in base64 as a Secret holds it', async (_, identities) => {
    const sealed = await seal({ recipients: identities.map(({ recipient }) => recipient) });
    for (const identity of identities) {
      const { data } = await openSops(file(sealed), dataKeyBy(identity));
      const [text] = Object.values(data as Record<string, string>);
      expect(Buffer.from(text!, 'base64').toString()).toMatch(
        /^-----BEGIN PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END PRIVATE KEY-----\n$/,
      );
    }
    expect(sealed.age.map(({ recipient }) => recipient)).toEqual(
      identities.map(({ recipient }) => recipient),
    );
  });

  it('has a MAC that stays right when the certificate and labels join', async () => {
    const text = file(await seal(), { 'tls.crt': 'Y2VydGlmaWNhdGU=' });
    await expect(
      openSops(`metadata: { labels: { a: b } }\n${text}`, dataKeyBy(X25519)),
    ).resolves.toMatchObject({ data: { 'tls.crt': 'Y2VydGlmaWNhdGU=' } });
  });

  it('binds the value to its place, the MAC to the time and both to one another', async () => {
    const [sealed, other] = [await seal(), await seal()];
    const broken: readonly (readonly [string, SopsSealedKey])[] = [
      ['another key of the data', { ...sealed, item: 'private.key' }],
      ['another value', { ...sealed, value: other.value }],
      ['another MAC', { ...sealed, mac: other.mac }],
      ['another time', { ...sealed, lastModified: '2027-03-01T12:00:01Z' }],
      ['another data key', { ...sealed, age: other.age }],
    ];
    for (const [, changed] of broken) {
      await expect(openSops(file(changed), dataKeyBy(X25519))).rejects.toThrow();
    }
  });

  it('records what SOPS needs to read it', async () => {
    expect(await seal()).toMatchObject({
      ...target,
      sealing: 'sops',
      lastModified: '2027-03-01T12:00:00Z',
      version: '3.13.2',
      value: expect.stringMatching(/^ENC\[AES256_GCM,data:\S+,type:str\]$/) as string,
    });
    expect(sopsMetadata(await seal())).toMatchObject({
      encrypted_regex: '^tls\\.key$',
      mac_only_encrypted: true,
    });
  });

  it('never seals twice to the same bytes', async () => {
    expect((await seal()).value).not.toBe((await seal()).value);
  });

  it('overwrites the data key, also when a recipient cannot be encrypted for', async () => {
    const drawn: Buffer[] = [];
    const remember = (size: number): Buffer => {
      const bytes = randomBytes(size);
      drawn.push(bytes);
      return bytes;
    };
    await seal({ randomBytes: remember });
    const fails = () => Promise.reject(new Error('no'));
    await expect(seal({ randomBytes: remember, encryptTo: fails })).rejects.toThrow('no');
    // Of each sealing the data key comes first, then two initialization vectors.
    expect([drawn[0], drawn[3]]).toEqual([Buffer.alloc(32), Buffer.alloc(32)]);
    expect(new Set(drawn.map((bytes) => bytes.toString('hex'))).size).toBe(5);
  });

  it.each([
    [[], 'sealing.recipients: there is no recipient'],
    [
      [X25519.recipient, X25519.recipient],
      `sealing.recipients: "${X25519.recipient.slice(0, 24)}…" is there twice`,
    ],
  ])('refuses recipients before it seals for them: %#', (recipients, message) => {
    expect(() => sopsSealer({ ...options, recipients })).toThrow(
      expect.objectContaining({ code: 'SEALING_RECIPIENTS', message }) as Error,
    );
  });
});

it.each([
  ['x25519', X25519],
  ['pq', POST_QUANTUM],
  ['several', X25519],
  ['several', POST_QUANTUM],
  ['whole-mac', X25519],
])('our opener opens %s.sops.yaml of the real sops', async (name, identity) => {
  const text = readFileSync(join(VECTORS, `sops/${name}.sops.yaml`), 'utf8');
  const opened = await openSops(text, dataKeyBy(identity));
  expect(opened).toMatchObject({
    metadata: { name: 'web-tls' },
    data: { 'tls.key': 'bm90IGEga2V5' },
  });
  const changed = text.replace('lastmodified: "20', 'lastmodified: "21');
  await expect(openSops(changed, dataKeyBy(identity))).rejects.toThrow();
});
