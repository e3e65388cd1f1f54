import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ageEncryptTo } from '../../lib/cli/age';
import { renderCertificate } from '../../lib/constructs/render';
import { SEALING_SCOPES } from '../../lib/model/certificate-spec';
import type { IssuedRevision } from '../../lib/model/revision';
import { makeRevision } from '../../lib/rotation/renew';
import { readRecordedRequest } from '../../lib/rotation/coherence';
import { readSealingCertificate, sealedSecretsSealer } from '../../lib/sealing/sealed-secrets';
import type { Sealer } from '../../lib/sealing/sealer';
import { sopsSealer } from '../../lib/sealing/sops';
import { sopsMetadata, type SopsSealedKey } from '../../lib/sealing/sops-metadata';
import { dataKeyBy, POST_QUANTUM, X25519, type AgeIdentity } from '../age-identities';
import { spec } from '../constructs/kes';
import {
  folderOf,
  NOW,
  removeFolders,
  SEALING_CERTIFICATE,
  signed,
  testCa,
  testRandomness,
  VECTORS,
} from '../harness';
import { openSops } from '../open-sops';
import { output, start } from './process';

afterAll(removeFolders);

/** A program in `RELEAF_TOOLS` or on the path. */
function program(name: string): string {
  const folders = [process.env['RELEAF_TOOLS'], ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder ?? '', name)).find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`these tests need ${name}: export RELEAF_TOOLS=$(test/e2e/tools/build)`);
}

const SEALING_KEY = join(VECTORS, 'sealing/worthless-sealing-key.pem');

/** The revision of a certificate as `renew` makes it, and signed. */
async function issue(sealer: Sealer): Promise<IssuedRevision> {
  const { generateKey } = testRandomness;
  const pending = await makeRevision(spec, 1, 'first request', { generateKey, sealer, now: NOW });
  const certificate = signed(await testCa(), readRecordedRequest(spec.name, pending));
  return { ...pending, certificate };
}

/** That a Secret, in clear, holds a pair. */
function expectPair(secret: unknown): void {
  const { data } = secret as { data: Record<string, string> };
  const [key, certificate] = ['private.key', 'public.crt'].map((item) =>
    Buffer.from(data[item]!, 'base64'),
  );
  expect(new X509Certificate(certificate!).checkPrivateKey(createPrivateKey(key!))).toBe(true);
}

it.each(SEALING_SCOPES)('kubeseal opens what we seal in scope %s', async (scope) => {
  const certificate = readSealingCertificate(SEALING_CERTIFICATE, 'sealing.pem', NOW);
  const revision = await issue(sealedSecretsSealer(certificate, scope, randomBytes));
  const [rendered] = renderCertificate({ spec, revisions: [revision] });
  const unseal = (text: string) =>
    start(
      program('kubeseal'),
      ['--recovery-unseal', '--recovery-private-key', SEALING_KEY, '--format', 'yaml'],
      { input: text },
    );
  const { stdout, status, stderr } = await unseal(rendered!.text);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expectPair(parse(stdout));

  const elsewhere = await unseal(rendered!.text.replaceAll('name: kes-tls', 'name: other'));
  expect(elsewhere.status).toBe(scope === 'strict' ? 1 : 0);
});

describe('SOPS', () => {
  const RECIPIENTS: readonly (readonly [string, readonly AgeIdentity[]])[] = [
    ['an X25519 recipient', [X25519]],
    ['a post-quantum recipient', [POST_QUANTUM]],
    ['several recipients', [X25519, POST_QUANTUM]],
  ];
  const sealerFor = (identities: readonly AgeIdentity[]): Sealer =>
    sopsSealer({
      recipients: identities.map(({ recipient }) => recipient),
      encryptTo: ageEncryptTo,
      randomBytes,
      now: NOW,
    });

  const sops = (text: string, identity: AgeIdentity) => {
    const file = join(folderOf({ 'kes.sops.yaml': text }), 'kes.sops.yaml');
    // HOME, so that it finds no identities of whoever runs the tests.
    const env = {
      SOPS_AGE_KEY_FILE: identity.file,
      HOME: '/nonexistent',
      XDG_CONFIG_HOME: undefined,
    };
    return start(program('sops'), ['decrypt', file], { env });
  };

  it.each(RECIPIENTS)('sops opens what we seal for %s', async (_, identities) => {
    const revision = await issue(sealerFor(identities));
    const [rendered] = renderCertificate({ spec, revisions: [revision] });
    for (const identity of identities) {
      const { stdout, stderr, status } = await sops(rendered!.text, identity);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expectPair(parse(stdout));
      expect(await openSops(rendered!.text, dataKeyBy(identity))).toEqual(parse(stdout));
    }
  });

  it('sops opens it before the certificate is there, too', async () => {
    const { sealedKey } = await issue(sealerFor([X25519]));
    const data = { [sealedKey.item]: sealedKey.value };
    const text = stringify(
      { data, sops: sopsMetadata(sealedKey as SopsSealedKey) },
      { version: '1.1' },
    );
    expect(await sops(text, X25519)).toMatchObject({ status: 0, stderr: '' });
  });

  it('sops refuses a value that was moved, and a MAC for another time', async () => {
    const [rendered] = renderCertificate({ spec, revisions: [await issue(sealerFor([X25519]))] });
    const { text } = rendered!;
    for (const changed of [
      text.replace('private.key: ENC', 'tls.key: ENC').replace('^private', '^tls'),
      text.replace('lastmodified: "2027', 'lastmodified: "2028'),
    ]) {
      expect(changed).not.toBe(text);
      expect((await sops(changed, X25519)).status).not.toBe(0);
    }
  });

  it('sops-age opens the value', async () => {
    const [rendered] = renderCertificate({ spec, revisions: [await issue(sealerFor([X25519]))] });
    const { decryptSops } = await import('sops-age');
    const options = { secretKey: X25519.identity, fileType: 'yaml' } as const;
    expectPair(await decryptSops(rendered!.text, options));
  });

  it("Debian's age opens the data key", async () => {
    const [rendered] = renderCertificate({ spec, revisions: [await issue(sealerFor([X25519]))] });
    const byAge = async (_: string, armored: string): Promise<Buffer> => {
      const file = join(folderOf({ armored }), 'armored');
      const to = ['--output', `${file}.open`, file];
      await output(program('age'), ['--decrypt', '--identity', X25519.file, ...to]);
      return readFileSync(`${file}.open`);
    };
    expectPair(await openSops(rendered!.text, byAge));
  });
});
