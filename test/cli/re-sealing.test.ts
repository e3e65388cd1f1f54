import { createHash, X509Certificate } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { LocalCa } from '../../lib/x509/local-ca';
import { dataKeyBy, POST_QUANTUM, X25519 } from '../age-identities';
import { removeFolders, SEALING_CERTIFICATE, testCa, WEB_CONFIG, type Files } from '../harness';
import { openSops } from '../open-sops';
import { unseal } from '../unseal';
import { anotherSealingCertificate, Team } from './team';

let ca: LocalCa;
const another = anotherSealingCertificate();
beforeAll(async () => {
  ca = await testCa();
});
afterAll(removeFolders);

const SEALED = '{ type: sealed-secrets, certificate: sealing.pem }';
const SOPS = '{ type: sops }';

/** `web` is sealed as said, `api` in a way of its own. */
const teamWith = (sealing: string, files: Files = {}): Team =>
  new Team(
    {
      'releaf.yaml': `${WEB_CONFIG.replace(SEALED, sealing)}  api:
    dnsNames: [api.example.com]
    signer: example.com/internal
    secret: { name: api-tls, namespace: shop }
    sealing: { type: sealed-secrets, certificate: api.pem }
`,
      'sealing.pem': SEALING_CERTIFICATE,
      'api.pem': SEALING_CERTIFICATE,
      ...files,
    },
    ca,
  );

const sopsConfig = (...recipients: readonly string[]): Files => ({
  '.sops.yaml': `creation_rules:\n  - path_regex: ^dist/\n    age: ${recipients.join(',')}\n`,
});

const sha256 = (pem: string): string =>
  createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
const short = (pem: string): string => `${sha256(pem).slice(0, 12)}…`;

/** Plan tells what changed; renew cures it with another key, for `web` alone. */
async function expectCured(team: Team, what: string): Promise<void> {
  const before = team.files();
  const { status, stdout } = await team.try('plan --check', 1);
  expect(stdout).toContain(`the config changed (${what})\n`);
  expect(stdout).toMatch(/^api +keep /m);
  expect(status).toBe(3);

  expect((await team.run('renew', 1)).stdout).toContain(
    `web: revision 2, because: the config changed (${what})\n`,
  );
  await team.issue(1);
  expect(team.record('web/2').publicKeySha256).not.toBe(team.record('web/1').publicKeySha256);
  const api = Object.entries(before).filter(([file]) => /^(certificates|dist)\/api/.test(file));
  expect(api).toHaveLength(5);
  expect(team.files()).toMatchObject(Object.fromEntries(api));
  expect((await team.run('renew', 1)).stdout).toBe('nothing to do\n');
}

/** As the plan shows a recipient of 1,959 characters. */
const shortRecipient = (recipient: string): string =>
  `${recipient.slice(0, 16)}…${recipient.slice(-6)}`;

describe('another way of sealing', () => {
  it('with another sealing certificate: a new key for it', async () => {
    const team = teamWith(SEALED);
    await team.renew();
    writeFileSync(join(team.root, 'sealing.pem'), another);
    await expectCured(
      team,
      `sealing certificate: ${short(SEALING_CERTIFICATE)} → ${short(another)}`,
    );
    expect(team.sealedKey('web/2')).toMatchObject({ sealingCertificateSha256: sha256(another) });
  });

  it('with another scope: a new key that opens there', async () => {
    const team = teamWith(SEALED);
    await team.renew();
    team.edit('sealing.pem }', 'sealing.pem, scope: namespace-wide }');
    await expectCured(team, 'scope: strict → namespace-wide');
    const [secret] = team.objects('web.k8s.yaml');
    const elsewhere = { ...secret!.metadata, name: 'another-name' };
    expect(unseal(secret!.spec.encryptedData['tls.key']!, elsewhere)).toMatch(
      /^-----BEGIN PRIVATE KEY-----/,
    );
  });

  it('with other recipients: a new key that only they open', async () => {
    const team = teamWith(`{ type: sops, recipients: [${X25519.recipient}] }`);
    await team.renew();
    team.edit(X25519.recipient, POST_QUANTUM.recipient);
    await expectCured(
      team,
      `recipients: +${shortRecipient(POST_QUANTUM.recipient)} -${X25519.recipient}`,
    );
    const text = team.read('dist/web.sops.yaml');
    await expect(openSops(text, dataKeyBy(X25519))).rejects.toThrow('no identity');
    expect(await openSops(text, dataKeyBy(POST_QUANTUM))).toMatchObject({ kind: 'Secret' });
  });

  it('with other recipients in .sops.yaml: the same', async () => {
    const team = teamWith(SOPS, sopsConfig(X25519.recipient));
    await team.renew();
    Object.entries(sopsConfig(X25519.recipient, POST_QUANTUM.recipient)).forEach(([file, text]) => {
      writeFileSync(join(team.root, file), text);
    });
    await expectCured(team, `recipients: +${shortRecipient(POST_QUANTUM.recipient)}`);
    const { sops } = parse(team.read('dist/web.sops.yaml')) as {
      readonly sops: { readonly age: readonly { readonly recipient: string }[] };
    };
    expect(sops.age.map(({ recipient }) => recipient)).toEqual([
      X25519.recipient,
      POST_QUANTUM.recipient,
    ]);
  });

  it('of another kind: the Secret moves to its own file when the new key is issued', async () => {
    const team = teamWith(SEALED, sopsConfig(X25519.recipient));
    await team.renew();
    team.edit(SEALED, SOPS);
    await team.run('renew', 1);
    expect(team.objects('web.k8s.yaml').map(({ kind }) => kind)).toEqual([
      'SealedSecret',
      'CertificateSigningRequest',
    ]);
    await team.issue(1);
    expect(Object.keys(team.files()).filter((file) => file.startsWith('dist/web'))).toEqual([
      'dist/web.sops.yaml',
    ]);
  });

  it('is none when the order of recipients or the text around the certificate is another', async () => {
    const team = teamWith(SOPS, sopsConfig(X25519.recipient, POST_QUANTUM.recipient));
    await team.renew();
    Object.entries(sopsConfig(POST_QUANTUM.recipient, X25519.recipient)).forEach(([file, text]) => {
      writeFileSync(join(team.root, file), text);
    });
    writeFileSync(join(team.root, 'api.pem'), `# fetched anew\n${SEALING_CERTIFICATE}`);
    expect((await team.run('renew', 1)).stdout).toBe('nothing to do\n');
  });
});

describe('what seals, when it is not there,', () => {
  it('keeps nobody from planning; renew asks for it', async () => {
    const team = teamWith(SEALED);
    await team.renew();
    rmSync(join(team.root, 'sealing.pem'));
    expect((await team.run('plan')).stdout).toMatch(/^web +keep /m);
    expect((await team.run('plan', 70)).stdout).toMatch(/^web +renew +2 +due since /m);
    expect(await team.refused('renew', 70)).toBe(
      "error FILE_UNREADABLE: sealing.pem: there is no such file\n  write the controller's own certificate there: releaf doctor --sealing-certificate > sealing.pem, or kubeseal --fetch-cert\n",
    );
    await team.renew('renew api', 70);
  });

  it('keeps nobody from planning when it is .sops.yaml either', async () => {
    const team = teamWith(SOPS, sopsConfig(X25519.recipient));
    await team.renew();
    rmSync(join(team.root, '.sops.yaml'));
    expect((await team.run('plan')).stdout).toMatch(/^web +keep /m);
    expect(await team.refused('renew', 70)).toBe(
      'error SEALING_RECIPIENTS: there is no .sops.yaml in the folder or above it in its repository, and the config names no recipients\n  name age recipients in sealing.recipients, or in a creation rule of .sops.yaml\n',
    );
    await team.renew('renew api', 70);
  });
});

describe('what seals, when it cannot be used,', () => {
  const HINT = '  name age recipients in sealing.recipients, or in a creation rule of .sops.yaml\n';

  it('is warned of, and keeps nobody from planning; renew refuses it', async () => {
    const team = teamWith(SOPS, sopsConfig(X25519.recipient));
    await team.renew();
    writeFileSync(join(team.root, '.sops.yaml'), 'creation_rules: 1\n');
    const problem =
      '.sops.yaml: has no creation_rules that can be read (creation_rules: Invalid input: expected array, received number)';
    for (const command of ['plan', 'status']) {
      const { status, stdout, stderr } = await team.try(command);
      expect(stdout).toMatch(/^web +(?:keep|ok) /m);
      expect(stdout).toMatch(/^api +(?:keep|ok) /m);
      expect({ status, stderr }).toEqual({ status: 0, stderr: `warning: ${problem}\n${HINT}` });
    }
    const { stdout } = await team.run('explain web --json');
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [{ code: 'SEALING_RECIPIENTS', message: problem }],
      state: 'ok',
    });
    expect(await team.refused('renew', 70)).toBe(`error SEALING_RECIPIENTS: ${problem}\n${HINT}`);
  });

  it('is warned of once for all certificates', async () => {
    const team = teamWith(SEALED.replace('sealing.pem', 'api.pem'));
    await team.renew();
    writeFileSync(join(team.root, 'api.pem'), 'none');
    const { stderr } = await team.run('plan');
    expect(stderr.match(/^warning: /gm)).toHaveLength(1);
  });
});

describe('recipients from .sops.yaml', () => {
  it('are told of, so that nobody seals for strangers unawares', async () => {
    const team = teamWith(SOPS, sopsConfig(X25519.recipient));
    const { stderr } = await team.run('renew');
    expect(stderr).toContain('recipients from .sops.yaml\n');
  });

  it('are those for the file that the revision will have, and stay so in plan', async () => {
    const rules = `creation_rules:
  - { path_regex: '^dist/web\\.[0-9]+\\.sops\\.yaml$', age: ${X25519.recipient} }
  - { age: ${POST_QUANTUM.recipient} }
`;
    const team = teamWith(SOPS, { '.sops.yaml': rules });
    team.edit('name: web-tls', 'naming: perRevision, name: web-tls');
    for (const day of [0, 70]) {
      await team.renew('renew', day);
      expect((await team.run('plan', day)).stdout).toMatch(/^web +keep /m);
    }
    for (const number of [1, 2]) {
      const secret = await openSops(team.read(`dist/web.${number}.sops.yaml`), dataKeyBy(X25519));
      expect(secret).toMatchObject({ kind: 'Secret' });
    }
  });

  it('are none for an app, which names its files itself', async () => {
    const team = teamWith(SOPS, {
      ...sopsConfig(X25519.recipient),
      'cdk8s.yaml': 'app: "true"\noutput: manifests\n',
    });
    expect(await team.refused('renew')).toBe(
      'error SEALING_RECIPIENTS: web: the app of cdk8s.yaml names its files itself, so no creation rule of .sops.yaml can be chosen\n  name age recipients in sealing.recipients of the config\n',
    );
  });
});
