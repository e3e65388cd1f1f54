import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCa } from '../../lib/x509/local-ca';
import { removeFolders, SEALING_CERTIFICATE, testCa, WEB_CONFIG, WEB_FILES } from '../harness';
import { unseal } from '../unseal';
import { anotherSealingCertificate, Team } from './team';

let ca: LocalCa;
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

const REUSE = `${WEB_CONFIG}    keyPolicy: reuse\n`;
const teamWith = (config: string): Team => new Team({ ...WEB_FILES, 'releaf.yaml': config }, ca);

const spkiOf = (certificate: string): Buffer =>
  new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('a key that is kept', () => {
  it('is the same through two renewals: one SPKI, one request, one sealed key', async () => {
    const team = teamWith(REUSE);
    const issued: string[] = [];
    const kept: object[] = [];
    for (const [number, day] of [
      [1, 0],
      [2, 70],
      [3, 140],
    ] as const) {
      await team.renew('renew', day);
      issued.push(team.read(`certificates/web/${number}/certificate.pem`));
      kept.push({
        request: team.read(`certificates/web/${number}/request.pem`),
        sealedKey: team.read(`certificates/web/${number}/private-key.yaml`),
        objectName: team.record(`web/${number}`).objectName.replace(`web-${number}-`, ''),
      });
    }
    expect(new Set(issued.map((pem) => sha256(spkiOf(pem)))).size).toBe(1);
    expect(new Set(issued.map((pem) => new X509Certificate(pem).serialNumber)).size).toBe(3);
    expect(kept).toEqual([kept[0], kept[0], kept[0]]);

    const [secret] = team.objects('web.k8s.yaml');
    const { encryptedData, template } = secret!.spec;
    expect(template.data['tls.crt']).toBe(issued[2]);
    const privateKey = createPrivateKey(unseal(encryptedData['tls.key']!, secret!.metadata));
    expect(new X509Certificate(issued[2]!).checkPrivateKey(privateKey)).toBe(true);
  });

  it('is named by plan and renew as the identity that lives on', async () => {
    const team = teamWith(REUSE);
    await team.renew();
    const identity = sha256(spkiOf(team.read('certificates/web/1/certificate.pem')));
    const livesOn = `; the key of revision 1 lives on (${identity})\n`;
    expect((await team.run('plan', 70)).stdout).toContain(livesOn);
    const { steps } = JSON.parse((await team.run('plan --json', 70)).stdout) as {
      readonly steps: readonly object[];
    };
    expect(steps).toMatchObject([{ keeps: { revision: 1, publicKeySha256: identity } }]);
    expect((await team.run('renew', 70)).stdout).toContain(livesOn);
  });

  it('is renewed without the sealing certificate, since nothing is sealed', async () => {
    const team = teamWith(REUSE);
    await team.renew();
    team.edit('sealing.pem', 'gone.pem');
    await team.renew('renew', 70);
  });

  it('opens under the name of each revision when its sealing lets it', async () => {
    const team = teamWith(
      REUSE.replace('sealing.pem', 'sealing.pem, scope: namespace-wide').replace(
        'namespace: shop',
        'namespace: shop, naming: perRevision',
      ),
    );
    await team.renew();
    await team.renew('renew', 70);
    const [second, first, ...others] = team.objects('web.k8s.yaml');
    expect(others).toEqual([]);
    expect([second, first].map((secret) => secret?.metadata.name)).toEqual(
      [2, 1].map((number) => team.record(`web/${number}`).objectName.replace('web', 'web-tls')),
    );
    expect(second!.spec.encryptedData).toEqual(first!.spec.encryptedData);
    for (const { spec, metadata } of [second!, first!]) {
      const pair = new X509Certificate(spec.template.data['tls.crt']!);
      const privateKey = unseal(spec.encryptedData['tls.key']!, metadata);
      expect(pair.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    }
  });
});

describe('a key that is to live on', () => {
  it.each([
    ['the sealed key', 'private-key.yaml', /value: ..../, 'value: AAAA', 'SEALED_KEY_CHANGED'],
    ['what was asked', 'request.yaml', 'web.example.com', 'www.example.com', 'REVISION_INVALID'],
  ])('is refused when %s is not what was recorded', async (_, file, from, to, code) => {
    const team = teamWith(REUSE);
    await team.renew();
    const path = join(team.root, 'certificates/web/1', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
    if (file === 'request.yaml') team.edit('web.example.com', 'www.example.com');
    const before = team.files();
    expect(await team.refused('renew', 70)).toMatch(
      new RegExp(`^error ${code}: certificates/web/1/`),
    );
    expect(team.files()).toEqual(before);
  });
});

describe('a certificate for the same key', () => {
  it('is refused when it is not the one of the request that waits', async () => {
    const team = teamWith(REUSE);
    await team.renew();
    const first = team.read('certificates/web/1/certificate.pem');
    await team.run('renew', 70);
    const { objectName } = team.record('web/2');
    const hint = `\n  take the certificate of request ${objectName}\n`;

    expect(await team.refused('fetch --from -', 70, first)).toBe(
      `error CERTIFICATE_SWAPPED: standard input: this is the certificate of revision web/1, not of request ${objectName}, which has the same key${hint}`,
    );
    // The signer answered the first request twice, the second time two days before the next one was made.
    expect(await team.refused('fetch --from -', 70, team.signed(68))).toBe(
      `error CERTIFICATE_SWAPPED: standard input: the certificate is valid from 2027-05-08T11:55:00.000Z, so it was signed for an earlier request with the same key than ${objectName} of 2027-05-10T12:00:00Z${hint.trimEnd()}; if its signer puts that date back by more than a day, say keyPolicy: rotate\n`,
    );
    expect(await team.refused('fetch --from -', 70, first + team.signed(70))).toMatch(
      /^error CERTIFICATE_SWAPPED: /,
    );
    expect((await team.issue(70)).stdout).toContain('web: revision 2 is issued');
  });

  it('is refused also when its revision is gone, rolled back or outlived', async () => {
    const team = teamWith(REUSE);
    await team.renew();
    const first = team.read('certificates/web/1/certificate.pem');
    await team.renew('renew', 70);
    const second = team.read('certificates/web/2/certificate.pem');
    await team.run('rollback web', 71);
    await team.run('renew web --force', 72);
    expect(await team.refused('fetch --from -', 72, second)).toContain(
      'so it was signed for an earlier request with the same key than web-3-',
    );
    await team.issue(72);
    await team.run('renew --force', 73);
    expect(Object.keys(team.files())).not.toContain('certificates/web/1/request.pem');
    expect(await team.refused('fetch --from -', 73, first)).toContain(
      'so it was signed for an earlier request with the same key than web-4-',
    );
  });

  it('is found by verify when it was put in the place of another', async () => {
    const team = teamWith(REUSE);
    await team.renew();
    await team.renew('renew', 70);
    const first = team.read('certificates/web/1/certificate.pem');
    writeFileSync(join(team.root, 'certificates/web/2/certificate.pem'), first);
    const { status, stdout } = await team.try('verify', 70);
    expect(status).toBe(1);
    expect(stdout.match(/^[A-Z_]+ .*\n/gm)).toEqual([
      `CERTIFICATE_SWAPPED  certificates/web/2/certificate.pem: this is the certificate of revision web/1, not of request ${team.record('web/2').objectName}, which has the same key\n`,
    ]);
  });
});

describe('a change that takes the key, which nobody has,', () => {
  const API = `  api:
    dnsNames: [api.example.com]
    signer: example.com/internal
    secret: { name: api-tls, namespace: shop }
    sealing: { type: sealed-secrets, certificate: sealing.pem }
`;
  const another = anotherSealingCertificate();

  it.each<[string, string, string, string]>([
    [
      'another name',
      '[web.example.com]',
      '[web.example.com, www.example.com]',
      'DNS names: +www.example.com',
    ],
    [
      'another algorithm',
      'keyPolicy: reuse',
      'keyPolicy: reuse\n    key: ecdsa-p384',
      'key: ecdsa-p256 → ecdsa-p384',
    ],
    [
      'another Secret',
      '{ name: web-tls,',
      '{ name: web-pair,',
      'Secret: shop/web-tls → shop/web-pair',
    ],
    [
      'another sealing certificate',
      'certificate: sealing.pem }\n    keyPolicy',
      'certificate: other.pem }\n    keyPolicy',
      'sealing certificate: WAS… → IS…',
    ],
    [
      'another scope',
      'sealing.pem }\n    keyPolicy',
      'sealing.pem, scope: cluster-wide }\n    keyPolicy',
      'scope: strict → cluster-wide',
    ],
  ])('is refused: %s', async (_, from, to, change) => {
    const digest = (pem: string) => sha256(new X509Certificate(pem).raw).slice(0, 12);
    const what = change.replace('WAS', digest(SEALING_CERTIFICATE)).replace('IS', digest(another));
    const team = new Team({ ...WEB_FILES, 'releaf.yaml': REUSE, 'other.pem': another }, ca);
    await team.renew();
    team.edit(from, to);
    writeFileSync(join(team.root, 'releaf.yaml'), team.read('releaf.yaml') + API);

    const reason = `the config changed (${what}); but keyPolicy: reuse keeps the key of revision 1, and that takes another one: put it back, or say keyPolicy: rotate until it is renewed`;
    const refusal = `error KEY_REUSE: web: ${reason}\n`;
    expect(await team.refused('renew web')).toBe(refusal);
    expect(await team.refused('renew web --force')).toContain(
      `error KEY_REUSE: web: asked for with --force, and the config changed (${what}); but `,
    );
    expect(await team.try('plan --check web')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining(reason) as string,
    });
    expect((await team.run('status')).stdout).toMatch(
      /^web +blocked .* releaf plan web -C \S+ tells what to change$/m,
    );
    if (change.startsWith('Secret')) {
      // No output can be made before the Secret has its name back.
      expect(await team.refused('renew')).toBe(refusal);
    } else {
      const { status, stdout, stderr } = await team.try('renew');
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining(refusal) as string,
      });
      expect(stdout).toContain('api: revision 1');
      expect(Object.keys(team.files())).toContain('certificates/api/1/request.pem');
    }

    team.edit('keyPolicy: reuse', 'keyPolicy: rotate');
    await team.renew('renew web', 1);
    const [old, now] = [1, 2].map((number) => team.record(`web/${number}`).publicKeySha256);
    expect(now).not.toBe(old);
    team.edit('keyPolicy: rotate', 'keyPolicy: reuse');
    await team.renew('renew web', 70);
    expect(team.record('web/3').publicKeySha256).toBe(now);
  });
});
