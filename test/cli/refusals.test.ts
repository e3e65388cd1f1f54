import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { X25519 } from '../age-identities';
import { createRequest, readRequest } from '../../lib/x509/certificate-request';
import { createLocalCa, type LocalCa } from '../../lib/x509/local-ca';
import { encodePem } from '../../lib/x509/pem';
import { PrivateKey } from '../../lib/x509/private-key';
import {
  daysAfter,
  filesIn,
  folderOf,
  NOW,
  read,
  releaf,
  removeFolders,
  SEALING_CERTIFICATE,
  signed,
  testCa,
  testRandomness,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
  type RunOptions,
} from '../harness';

let ca: LocalCa;
/** One issued revision until NOW + 90 days, the next one pending since NOW + 70 days. */
let pending: Files;
const LATER = daysAfter(70);

beforeAll(async () => {
  ca = await testCa();
  const root = folderOf(WEB_FILES);
  await releaf(['renew', '-C', root]);
  await releaf(['fetch', '-C', root, '--from', '-'], {
    stdin: signed(ca, readRequest(read(root, 'certificates/web/1/request.pem'), '1')),
  });
  await releaf(['renew', '-C', root], { now: LATER });
  pending = filesIn(root);
});
afterAll(removeFolders);

const request = (number: number) =>
  readRequest(pending[`certificates/web/${number}/request.pem`] ?? '', 'request.pem');
const leaf = (now = LATER, days = 90): string => signed(ca, request(2), { now, days });

/** Runs a command that must be refused: nothing written, no stack. */
async function refused(root: string, argv: readonly string[], options: RunOptions = {}) {
  const before = filesIn(root);
  const { status, stdout, stderr } = await releaf(['-C', root, ...argv], {
    now: LATER,
    ...options,
  });
  expect(filesIn(root)).toEqual(before);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stdout).toBe('');
  return { status, stderr };
}

const privateKeyPem = (): string =>
  encodePem(
    'PRIVATE KEY',
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }),
  );

describe('fetch refuses', () => {
  const cases: readonly (readonly [string, () => string | Promise<string>, RegExp])[] = [
    ['nothing', () => '', /^error PEM_INVALID: standard input/],
    ['what is no PEM', () => 'hello\n', /^error PEM_INVALID: standard input/],
    [
      'base64 that kubectl printed',
      () => Buffer.from(leaf()).toString('base64'),
      /^error PEM_INVALID: [^]*base64 -d/,
    ],
    ['a truncated certificate', () => leaf().slice(0, -40), /^error PEM_INVALID: /],
    [
      'a damaged certificate',
      () => leaf().replace(/^MII.{10}/m, 'MIIAAAAAAAAAA'),
      /^error (CERTIFICATE_INVALID|PEM_INVALID): standard input/,
    ],
    [
      'a private key beside the certificate',
      () => leaf() + privateKeyPem(),
      /^error PEM_INVALID: standard input holds a private key beside its certificates\n {2}remove the private key/,
    ],
    [
      'a request instead of a certificate',
      () => pending['certificates/web/2/request.pem'] ?? '',
      /^error PEM_INVALID: standard input holds CERTIFICATE REQUEST, and only CERTIFICATE is allowed/,
    ],
    [
      'the CA before the leaf',
      () => ca.certificate.pem + leaf(),
      /^error CERTIFICATE_ORDER: standard input: the leaf is certificate 2 of 2; it must be the first\n {2}put the leaf first/,
    ],
    [
      'a chain out of order',
      async () => leaf() + (await testCa('another CA')).certificate.pem,
      /^error CERTIFICATE_ORDER: standard input: certificate 1 \(CN=.*|.*\) is not issued by certificate 2 \(CN=another CA\)/,
    ],
    [
      'a certificate for another key',
      async () =>
        signed(
          ca,
          readRequest(
            createRequest(await testRandomness.generateKey('ecdsa-p256'), request(2).names),
            'planted',
          ),
          { now: LATER },
        ),
      /^error CERTIFICATE_KEY_MISMATCH: standard input: the certificate \(without subject, serial [0-9a-f]+\) is for public key [0-9a-f]{64}, request web-2-[0-9a-f]{8} has [0-9a-f]{64}/,
    ],
    [
      'an expired certificate',
      () => leaf(daysAfter(-30), 10),
      /^error CERTIFICATE_EXPIRED: standard input: the certificate expired on 2027-02-09T/,
    ],
    [
      'a certificate of the future',
      () => leaf(daysAfter(72)),
      /^error CERTIFICATE_NOT_YET_VALID: standard input: the certificate is not valid before 2027-05-12T11:55:00\.000Z, it is 2027-05-10T12:00:00\.000Z here\n {2}check the clocks/,
    ],
    [
      'a certificate that ends before the current one',
      () => leaf(LATER, 5),
      /^error CERTIFICATE_OLDER: standard input: the certificate ends on .*, revision 1 serves until .*\n {2}if that is what you want, say --allow-older/,
    ],
    ['UTF-16', () => `\u0000${leaf()}`, /^error PEM_INVALID: standard input/],
    [
      'two certificates for one request',
      () => leaf() + leaf(LATER, 91),
      /^error CERTIFICATE_AMBIGUOUS: standard input: more than one certificate answers request web-2-[0-9a-f]{8}\n {2}leave the one that is meant/,
    ],
    ['more than a certificate can be', () => leaf() + ' '.repeat(2 ** 21), /^error PEM_INVALID: /],
  ];
  it.each(cases)('%s', async (_, stdin, message) => {
    const { status, stderr } = await refused(folderOf(pending), ['fetch', '--from', '-'], {
      stdin: await stdin(),
    });
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('a signer’s clock that is a few minutes ahead is no reason to refuse', async () => {
    const root = folderOf(pending);
    const stdin = leaf(new Date(LATER.getTime() + 9 * 60_000));
    expect(await releaf(['fetch', '-C', root, '--from', '-'], { stdin, now: LATER })).toMatchObject(
      {
        status: 0,
      },
    );
  });

  it('an older certificate is taken when asked for', async () => {
    const root = folderOf(pending);
    const argv = ['fetch', '-C', root, '--from', '-', '--allow-older'];
    expect(await releaf(argv, { stdin: leaf(LATER, 5), now: LATER })).toMatchObject({ status: 0 });
  });

  it('a certificate of another CA than the config names', async () => {
    const config = `${WEB_CONFIG}    ca: ca.pem\n`;
    const other = (await testCa('another CA')).certificate.pem;
    const root = folderOf({ ...pending, 'releaf.yaml': config, 'ca.pem': other });
    const { stderr } = await refused(root, ['fetch', '--from', '-'], { stdin: leaf() });
    expect(stderr).toMatch(
      /^error CERTIFICATE_CHAIN: standard input: issued by CN=test CA, which is not signed by a CA of ca\.pem \(CN=another CA\)\n {2}if the signer's CA changed, add the new one to ca\.pem/,
    );
  });

  it('a name for which no request waits', async () => {
    const root = folderOf(WEB_FILES);
    expect(await refused(root, ['fetch', 'web', '--from', '-'], { stdin: leaf() })).toEqual({
      status: 1,
      stderr:
        'error NOTHING_PENDING: web: no request waits for a certificate\n  make one: releaf renew web\n',
    });
  });

  it('a request that was exchanged since it was made', async () => {
    const root = folderOf({
      ...pending,
      'certificates/web/2/request.pem': pending['certificates/web/1/request.pem'] ?? '',
    });
    const { stderr } = await refused(root, ['fetch', '--from', '-'], { stdin: leaf() });
    expect(stderr).toMatch(
      /^error REVISION_INVALID: certificates\/web\/2\/request\.pem: has public key/,
    );
  });
});

describe('the command line refuses', () => {
  const outside = () => folderOf({ 'empty.pem': '', 'file.txt': 'x' });
  const cases: readonly (readonly [string, (dir: string) => readonly string[], number, RegExp])[] =
    [
      [
        'an unknown command',
        () => ['renw'],
        2,
        /^error: unknown command 'renw'\n\(Did you mean renew\?\)/,
      ],
      [
        'an unknown flag',
        () => ['renew', '--forse'],
        2,
        /^error: unknown option '--forse'\n\(Did you mean --force\?\)/,
      ],
      ['a value for a flag that takes none', () => ['plan', '--check=yes'], 2, /^error: /],
      [
        'an unknown name',
        () => ['renew', 'webb'],
        1,
        /^error CERTIFICATE_UNKNOWN: webb: no certificate of this name in releaf\.yaml; did you mean web\?\n {2}there are: web/,
      ],
      [
        'a path as a name',
        () => ['renew', '../../etc'],
        1,
        /^error CERTIFICATE_UNKNOWN: \.\.\/\.\.\/etc: /,
      ],
      [
        'a name that every object has',
        () => ['rollback', '__proto__'],
        1,
        /^error CERTIFICATE_UNKNOWN: __proto__: /,
      ],
      [
        'rollback without a name',
        () => ['rollback'],
        2,
        /^error: missing required argument 'name'/,
      ],
      ['two names for rollback', () => ['rollback', 'web', 'web'], 2, /^error: too many arguments/],
      [
        '--from and --wait',
        () => ['fetch', '--from', '-', '--wait', '5m'],
        2,
        /^error: option '--from <file>' cannot be used with option '--wait <duration>'/,
      ],
      [
        '--from without a value',
        () => ['fetch', '--from'],
        2,
        /^error: option '--from <file>' argument missing/,
      ],
      [
        '--from a file that is not there',
        (dir) => ['fetch', '--from', join(dir, 'no.pem')],
        1,
        /^error FILE_UNREADABLE: .*no\.pem: there is no such file/,
      ],
      [
        '--from a folder',
        (dir) => ['fetch', '--from', dir],
        1,
        /^error FILE_UNREADABLE: .*: is a directory/,
      ],
      [
        '--from a device',
        () => ['fetch', '--from', '/dev/zero'],
        1,
        /^error FILE_UNREADABLE: \/dev\/zero: is not a regular file/,
      ],
      [
        '--from an empty file',
        (dir) => ['fetch', '--from', join(dir, 'empty.pem')],
        1,
        /^error PEM_INVALID: /,
      ],
      [
        '--from a path with a NUL',
        () => ['fetch', '--from', 'a\0b'],
        1,
        /^error FILE_UNREADABLE: /,
      ],
      [
        'sign without --ca',
        () => ['sign'],
        2,
        /^error: required option '--ca <dir>' not specified/,
      ],
      [
        '--ca a folder without a CA',
        (dir) => ['sign', '--ca', dir],
        1,
        /^error FILE_UNREADABLE: .*ca\.crt: there is no such file/,
      ],
      [
        '--ca a file',
        (dir) => ['sign', '--ca', join(dir, 'file.txt')],
        1,
        /^error FILE_UNREADABLE: .*ca\.crt: a part of the path is not a directory/,
      ],
      [
        'an unknown format',
        () => ['status', '--format', 'xml'],
        2,
        /^error: option '--format <format>' argument 'xml' is invalid\. Allowed choices are table, json, markdown, html\./,
      ],
      [
        '--format without a value',
        () => ['status', '--format'],
        2,
        /^error: option '--format <format>' argument missing/,
      ],
      ['arguments for synth', () => ['synth', 'web'], 2, /^error: too many arguments/],
      ['arguments for verify', () => ['verify', 'web'], 2, /^error: too many arguments/],
    ];
  it.each(cases)('%s', async (_, argv, status, message) => {
    const ran = await refused(folderOf(pending), argv(outside()), { stdin: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.status).toBe(status);
  });

  it.each([
    [
      'a folder that is not there',
      (root: string) => join(root, 'no'),
      /^error CONFIG_MISSING: .*\/no: there is no such folder/,
    ],
    [
      'a pattern that the shell did not take for folders',
      (root: string) => join(root, 'clusters/*'),
      /there is no such folder\n {2}leave it unquoted: the shell makes folders of it\n/,
    ],
    [
      'a file in place of a folder',
      (root: string) => join(root, 'releaf.yaml'),
      /^error CONFIG_MISSING: .*is a file, not a folder/,
    ],
    [
      'a folder without a config',
      (root: string) => join(root, 'dist'),
      /^error CONFIG_MISSING: .*\/dist: there is no releaf\.yaml, releaf\.config\.ts/,
    ],
    ['a folder with a NUL in its name', () => 'a\0b', /^error (CONFIG_MISSING|FILE_UNREADABLE): /],
  ])('-C %s', async (_, folder, message) => {
    const { status, stderr } = await releaf(['plan', '-C', folder(folderOf(pending))]);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('demo in a folder that is not empty', async () => {
    const root = folderOf({ 'mine.txt': 'mine' });
    const { status, stderr } = await releaf(['demo', '--dir', root]);
    expect(stderr).toMatch(/^error FILE_UNWRITABLE: .*: is not empty\n/);
    expect({ status, files: filesIn(root) }).toEqual({ status: 1, files: { 'mine.txt': 'mine' } });
  });

  it('demo in the place of a file', async () => {
    const root = folderOf({ 'mine.txt': 'mine' });
    const { status, stderr } = await releaf(['demo', '--dir', join(root, 'mine.txt')]);
    expect(stderr).toMatch(
      /^error FILE_UNWRITABLE: .*mine\.txt: a part of the path is not a directory/,
    );
    expect(status).toBe(1);
  });
});

describe('a CA on disk is refused', () => {
  const der = (
    type: 'pkcs8',
    key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ) => encodePem('PRIVATE KEY', key.export({ type, format: 'der' }));
  it.each([
    [
      'when the key is another one',
      () => ({ 'ca.crt': ca.certificate.pem, 'ca.key': der('pkcs8') }),
      'CA_INVALID',
    ],
    [
      'when the certificate is no CA',
      () => ({
        'ca.crt': SEALING_CERTIFICATE.replace('CERTIFICATE', 'CERTIFICATE'),
        'ca.key': der('pkcs8'),
      }),
      'CA_INVALID',
    ],
    [
      'when the key is no key',
      () => ({ 'ca.crt': ca.certificate.pem, 'ca.key': 'hello' }),
      'CA_INVALID',
    ],
    [
      'when the certificate is no PEM',
      () => ({ 'ca.crt': 'hello', 'ca.key': der('pkcs8') }),
      'PEM_INVALID',
    ],
    [
      'when the key is encrypted',
      () => ({
        'ca.crt': ca.certificate.pem,
        'ca.key': generateKeyPairSync('ec', {
          namedCurve: 'P-256',
          publicKeyEncoding: { type: 'spki', format: 'pem' },
          privateKeyEncoding: {
            type: 'pkcs8',
            format: 'pem',
            cipher: 'aes-256-cbc',
            passphrase: 'x',
          },
        }).privateKey,
      }),
      'CA_INVALID',
    ],
  ])('%s', async (_, files, code) => {
    const pki = folderOf(files());
    const { status, stderr } = await refused(folderOf(pending), ['sign', '--ca', pki]);
    expect(stderr).toMatch(new RegExp(`^error ${code}: `));
    expect(stderr).not.toMatch(/PRIVATE KEY-----|MI[A-Z]/);
    expect(status).toBe(1);
  });

  it('when its key is one that clients refuse', async () => {
    const pki = folderOf({});
    const argv =
      '-x509 -newkey rsa:1024 -nodes -sha256 -days 9999 -subj /CN=weak -keyout ca.key -out ca.crt';
    execFileSync('openssl', ['req', ...argv.split(' ')], { cwd: pki, stdio: 'ignore' });
    const { stderr } = await refused(folderOf(pending), ['sign', '--ca', pki]);
    expect(stderr).toMatch(/^error CA_INVALID: CN=weak in .* has an RSA key of 1024 bits/);
  });

  it('when it has expired', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const old = createLocalCa(PrivateKey.of(privateKey, 'ecdsa-p256'), 'old CA', {
      notBefore: daysAfter(-20),
      notAfter: daysAfter(-10),
      serialNumber: Buffer.from([1]),
    });
    const pki = folderOf({ 'ca.crt': old.certificate.pem, 'ca.key': der('pkcs8', privateKey) });
    const { stderr } = await refused(folderOf(pending), ['sign', '--ca', pki]);
    expect(stderr).toMatch(/^error CA_INVALID: /);
  });
});

it('a link in the place of the staging folder is neither followed nor swept', async () => {
  const elsewhere = folderOf({ 'precious.txt': 'precious' });
  for (const command of [['synth'], ['renew', '--force'], ['rollback', 'web']]) {
    const root = folderOf(pending);
    symlinkSync(elsewhere, join(root, '.releaf-tmp'));
    const { status, stderr } = await releaf([...command, '-C', root], { now: LATER });
    expect(stderr).toMatch(
      /^error PATH_OUTSIDE: \.releaf-tmp is a link; releaf needs a folder of its own there\n/,
    );
    expect(status).toBe(1);
  }
  expect(filesIn(elsewhere)).toEqual({ 'precious.txt': 'precious' });
});

it('a FIFO in the place of a file is refused, not waited for', async () => {
  const root = folderOf(pending);
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const { stderr } = await releaf(['fetch', '-C', root, '--from', join(root, 'pipe')]);
  expect(stderr).toMatch(/^error FILE_UNREADABLE: .*pipe: is not a regular file\n/);
});

it('shows what would act on a terminal or forge a line, spelt out', async () => {
  const root = folderOf({
    ...pending,
    'dist/x\n::error::y\u001b]0;z.k8s.yaml': read(folderOf(pending), 'dist/web.k8s.yaml'),
  });
  const { stdout } = await releaf(['verify', '-C', root]);
  expect(stdout).toContain(
    'DIST_STALE  dist/x\\u{0a}::error::y\\u{1b}]0;z.k8s.yaml: synth no longer gives it',
  );
  expect(stdout).not.toMatch(/[^\n\P{Cc}]/u);
});

describe('files of the folder that are not what they should be', () => {
  const cases: readonly (readonly [string, Files, RegExp])[] = [
    [
      'a config that is no YAML',
      { 'releaf.yaml': 'version: 1\n  x: [' },
      /^error CONFIG_INVALID: releaf\.yaml:\d+:\d+: not YAML: /,
    ],
    [
      'a config with a key twice',
      { 'releaf.yaml': 'version: 1\nversion: 1\n' },
      /^error CONFIG_INVALID: releaf\.yaml:2:1: not YAML: the key "version" is there twice/,
    ],
    [
      'a config of two documents',
      { 'releaf.yaml': `${WEB_CONFIG}---\nversion: 1\n` },
      /^error CONFIG_INVALID: releaf\.yaml/,
    ],
    [
      'a config that grows without bound',
      {
        'releaf.yaml': `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghijk'
          .split('')
          .map(
            (c, i) =>
              `${c}: &${c} [${Array(9)
                .fill(`*${'abcdefghij'[i] ?? ''}`)
                .join(',')}]`,
          )
          .join('\n')}\n`,
      },
      /^error CONFIG_INVALID: releaf\.yaml: /,
    ],
    ['an empty config', { 'releaf.yaml': '' }, /^error CONFIG_INVALID: releaf\.yaml/],
    ['a config that is a list', { 'releaf.yaml': '- 1\n' }, /^error CONFIG_INVALID: releaf\.yaml/],
    [
      'two configs',
      { 'releaf.config.ts': 'export default {}' },
      /^error CONFIG_INVALID: .*there are releaf\.yaml and releaf\.config\.ts/,
    ],
    [
      'extends in a circle',
      { 'releaf.yaml': `extends: b.yaml\n${WEB_CONFIG}`, 'b.yaml': 'extends: releaf.yaml\n' },
      /^error CONFIG_INVALID: extends leads in a circle or too far: releaf\.yaml → b\.yaml → releaf\.yaml/,
    ],
    [
      'a signer that Kubernetes does not have',
      { 'releaf.yaml': WEB_CONFIG.replace('example.com/internal', 'kubernetes.io/kubelet-servng') },
      /^error SIGNER_RULE: [^]*releaf requires: a signer of kubernetes\.io, a domain that is reserved, is one of kubernetes\.io\/kubelet-serving, [^]*found kubernetes\.io\/kubelet-servng \(rule releaf\/kubernetes-signer\); did you mean kubernetes\.io\/kubelet-serving\?\n/,
    ],
    [
      'a config in the middle of a merge',
      { 'releaf.yaml': `<<<<<<< HEAD\n${WEB_CONFIG}=======\n${WEB_CONFIG}>>>>>>> topic\n` },
      /^error CONFIG_INVALID: releaf\.yaml: holds the markers of a merge conflict/,
    ],
    [
      'a record in the middle of a merge',
      { 'certificates/web/1/request.yaml': '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> topic\n' },
      /^error REVISION_INVALID: certificates\/web\/1\/request\.yaml: holds the markers of a merge conflict\n {2}releaf writes this file; restore it from Git, or take one side of its whole folder/,
    ],
    [
      'extends code from a config that is data',
      { 'releaf.yaml': `extends: evil.js\n${WEB_CONFIG}`, 'evil.js': 'throw new Error("ran")' },
      /^error CONFIG_INVALID: extends: evil\.js: is code, and a YAML config extends only YAML\n/,
    ],
    [
      'extends what is no config at all',
      { 'releaf.yaml': `extends: ../../../etc/passwd\n${WEB_CONFIG}` },
      /^error CONFIG_INVALID: extends: .*etc\/passwd: is neither \.yaml nor \.yml\n/,
    ],
    [
      'extends a file that is not there',
      { 'releaf.yaml': `extends: b.yaml\n${WEB_CONFIG}` },
      /^error FILE_UNREADABLE: b\.yaml: there is no such file/,
    ],
    [
      'a sealing certificate that is not there',
      { 'releaf.yaml': WEB_CONFIG.replace('sealing.pem', 'gone.pem') },
      /^error FILE_UNREADABLE: gone\.pem: there is no such file/,
    ],
    [
      'a sealing certificate that is no PEM',
      { 'sealing.pem': 'hello' },
      /^error PEM_INVALID: sealing\.pem/,
    ],
    [
      'two sealing certificates',
      { 'sealing.pem': SEALING_CERTIFICATE + SEALING_CERTIFICATE },
      /^error SEALING_CERTIFICATE: sealing\.pem: expected one PEM CERTIFICATE, found CERTIFICATE, CERTIFICATE\n {2}write the controller's own certificate there: releaf doctor --sealing-certificate > sealing\.pem, or kubeseal --fetch-cert/,
    ],
    [
      'a foreign file in the way',
      { 'dist/web.k8s.yaml': 'mine: true\n' },
      /^error FOREIGN_FILE: dist\/web\.k8s\.yaml: was not written by releaf synth\n {2}move it, or rename the certificate in the config/,
    ],
    [
      'a restart file that is not there',
      { 'releaf.yaml': `${WEB_CONFIG}    restart: [{ file: gone.yaml, annotations: a.b }]\n` },
      /^error FILE_UNREADABLE: gone\.yaml: there is no such file/,
    ],
    [
      'a restart file without the place',
      {
        'releaf.yaml': `${WEB_CONFIG}    restart: [{ file: w.yaml, annotations: spec.template.metadata.annotations }]\n`,
        'w.yaml': 'spec: {}\n',
      },
      /^error RESTART_FILE: [^]*w\.yaml/,
    ],
    [
      'a request record that is no YAML',
      { 'certificates/web/1/request.yaml': '[' },
      /^error REVISION_INVALID: certificates\/web\/1\/request\.yaml: not YAML that releaf writes\n {2}releaf writes this file; restore it from Git/,
    ],
    [
      'a request record of another shape',
      { 'certificates/web/1/request.yaml': 'signer: 1\n' },
      /^error REVISION_INVALID: certificates\/web\/1\/request\.yaml: /,
    ],
    [
      'a sealed key of another shape',
      { 'certificates/web/1/private-key.yaml': 'sealing: magic\n' },
      /^error REVISION_INVALID: certificates\/web\/1\/private-key\.yaml: sealing: /,
    ],
    [
      'a certificate that is no PEM',
      { 'certificates/web/1/certificate.pem': 'hello' },
      /^error PEM_INVALID: certificates\/web\/1\/certificate\.pem/,
    ],
    [
      'a config in UTF-16',
      { 'releaf.yaml': '\u0000v\u0000e' },
      /^error CONFIG_INVALID: releaf\.yaml/,
    ],
  ];
  it.each(cases)('%s', async (_, files, message) => {
    const root = folderOf({ ...pending, ...files });
    const { status, stderr } = await refused(root, ['renew', '--force']);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('a sealing certificate that has expired, or is not RSA', async () => {
    const make = (...argv: string[]) =>
      execFileSync(
        'openssl',
        ['req', '-x509', '-nodes', '-subj', '/CN=x', '-keyout', '/dev/null', ...argv],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    const rsa = make('-newkey', 'rsa:2048', '-days', '1');
    const ec = make('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '1');
    const inTwoYears = { now: new Date('2099-01-01T00:00:00Z') };
    expect(
      (await refused(folderOf({ ...WEB_FILES, 'sealing.pem': rsa }), ['renew'], inTwoYears)).stderr,
    ).toMatch(/^error SEALING_CERTIFICATE: sealing\.pem: expired on 20\d\d-/);
    expect(
      (await refused(folderOf({ ...WEB_FILES, 'sealing.pem': ec }), ['renew'])).stderr,
    ).toMatch(
      /^error SEALING_CERTIFICATE: sealing\.pem: the key is ec, Sealed Secrets needs RSA\n/,
    );
  });

  it('a config that is no UTF-8, or larger than any config', async () => {
    const root = folderOf(WEB_FILES);
    writeFileSync(join(root, 'releaf.yaml'), Buffer.from([0x76, 0xff, 0xfe, 0x00]));
    expect((await releaf(['plan', '-C', root])).stderr).toBe(
      'error FILE_UNREADABLE: releaf.yaml: is not UTF-8 text\n  save it as UTF-8\n',
    );
    truncateSync(join(root, 'releaf.yaml'), 65 * 2 ** 20);
    expect((await releaf(['plan', '-C', root])).stderr).toBe(
      'error FILE_UNREADABLE: releaf.yaml: has 65 MiB, at most 16 MiB are read\n',
    );
  });

  it('links that lead out of the folder', async () => {
    const outside = folderOf({ 'tenant.yaml': 'metadata: { annotations: {} }\n' });
    const root = folderOf({
      ...pending,
      'releaf.yaml': `${WEB_CONFIG}    restart: [{ file: link/tenant.yaml, annotations: metadata.annotations }]\n`,
    });
    symlinkSync(outside, join(root, 'link'));
    const { stderr } = await releaf(['synth', '-C', root]);
    expect(stderr).toMatch(/^error PATH_OUTSIDE: link\/tenant\.yaml leads out of the folder/);
    const certificate = join(folderOf(pending), 'certificates/web/1/certificate.pem');
    const relinked = folderOf(pending);
    rmSync(join(relinked, 'certificates/web/1/certificate.pem'));
    symlinkSync(certificate, join(relinked, 'certificates/web/1/certificate.pem'));
    expect((await releaf(['plan', '-C', relinked])).stderr).toMatch(
      /^error FILE_UNREADABLE: certificates\/web\/1\/certificate\.pem: is a symbolic link/,
    );
    const linked = folderOf(WEB_FILES);
    symlinkSync(outside, join(linked, 'certificates'));
    expect((await releaf(['renew', '-C', linked])).stderr).toMatch(
      /^error PATH_OUTSIDE: certificates\/web/,
    );
    expect(Object.keys(filesIn(outside))).toEqual(['tenant.yaml']);
  });

  it('a reference through a link that leads out of the folder', async () => {
    const outside = folderOf({ 'w.yaml': 'spec:\n  secretName: none\n' });
    const root = folderOf({
      ...pending,
      'releaf.yaml': `${WEB_CONFIG}    references: [{ file: link/w.yaml, name: spec.secretName }]\n`,
    });
    symlinkSync(outside, join(root, 'link'));
    for (const command of ['synth', 'renew']) {
      expect((await releaf([command, '-C', root])).stderr).toMatch(
        /^error PATH_OUTSIDE: link\/w\.yaml leads out of the folder/,
      );
    }
    expect(filesIn(outside)).toEqual({ 'w.yaml': 'spec:\n  secretName: none\n' });
  });

  it('a typed config that exports nothing', async () => {
    const root = folderOf({ 'releaf.config.ts': 'const config = {};' });
    expect((await refused(root, ['plan'])).stderr).toBe(
      'error CONFIG_INVALID: releaf.config.ts: exports nothing\n  end it with: export default defineConfig({ … })\n',
    );
  });

  it.each([
    ['throws', '\nthrow new Error("no such cluster");', '2:7: cannot be run: no such cluster'],
    [
      'is not TypeScript',
      'export default {\n  version: 1\n  certificates: {},\n};',
      '3:2: cannot be run: ParseError: Unexpected token, expected ","',
    ],
  ])('a typed config that %s shows where and why, and no stack', async (_, text, problem) => {
    const root = folderOf({ 'releaf.config.ts': text });
    expect(await refused(root, ['plan'])).toEqual({
      status: 1,
      stderr: `error CONFIG_INVALID: releaf.config.ts:${problem}\n`,
    });
  });
});

describe('values of the config that mean harm', () => {
  const ours = { 'w.yaml': 'spec:\n  secretName: none\n' };
  const reference = (file: string, name: string): string =>
    `${WEB_CONFIG}    references: [{ file: ${JSON.stringify(file)}, name: ${JSON.stringify(name)} }]\n`;
  const names = (line: string): string => `${WEB_CONFIG}    ${line}\n`;
  const recipients = (...texts: readonly string[]): string =>
    WEB_CONFIG.replace(
      /sealing: .*/,
      `sealing: { type: sops, recipients: ${JSON.stringify(texts)} }`,
    );

  const FILE = /a file is a path inside the folder of the config/;
  const RECIPIENT =
    /sealing\.recipients\[0\]: got .*; an age recipient is age1… \(X25519\) or age1pq1…/;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['a reference above the folder', reference('../w.yaml', 'spec.secretName'), FILE],
    ['a reference to an absolute path', reference('/etc/passwd', 'spec.secretName'), FILE],
    ['a reference into the home folder', reference('~/w.yaml', 'spec.secretName'), FILE],
    ['a reference with a NUL', reference('w.yaml\0', 'spec.secretName'), FILE],
    [
      'a reference with a newline',
      reference('w.yaml', 'spec.a\nb'),
      /references\[0\]\.name: got "spec\.a\\u\{0a\}b"; /,
    ],
    [
      'a reference that is no path',
      reference('w.yaml', 'spec..secretName'),
      /references\[0\]\.name: got "spec\.\.secretName"; /,
    ],
    [
      'a reference at the top',
      reference('w.yaml', 'secretName'),
      /^error RESTART_FILE: w\.yaml: "secretName" does not end in a key inside of a mapping/,
    ],
    [
      'a reference to an element of a list',
      reference('w.yaml', 'spec.names[0]'),
      /^error RESTART_FILE: w\.yaml: "spec\.names\[0\]" does not end in a key inside of a mapping/,
    ],
    [
      'a recipient with a line behind it',
      recipients(`${X25519.recipient}\n- ssh-ed25519 AAAA`),
      RECIPIENT,
    ],
    ['recipients in one text', recipients(`${X25519.recipient},${X25519.recipient}`), RECIPIENT],
    [
      'a private key for a recipient',
      recipients(`AGE-SECRET-KEY-1${'Q'.repeat(58)}`),
      /recipients\[0\]: got \[private key\]; .*; this is a private key: take it out of here/,
    ],
    [
      'an email address with a newline',
      names('emailAddresses: ["a@example.com\\nDNS:evil.example"]'),
      /emailAddresses\[0\]: got "a@example\.com\\u\{0a\}DNS:evil\.example"; /,
    ],
    [
      'an email address with a NUL',
      names('emailAddresses: ["a@example.com\\0.evil.example"]'),
      /emailAddresses\[0\]: got "a@example\.com\\u\{00\}\.evil\.example"; /,
    ],
    [
      'a URI with a newline',
      names('uris: ["spiffe://example.com/a\\nb"]'),
      /uris\[0\]: got "spiffe:\/\/example\.com\/a\\u\{0a\}b"; /,
    ],
    [
      'a URI with a NUL',
      names('uris: ["spiffe://example.com/a\\0"]'),
      /uris\[0\]: got "spiffe:\/\/example\.com\/a\\u\{00\}"; /,
    ],
    [
      'a URI that acts on a terminal',
      names('uris: ["spiffe://example.com/\\e[2J"]'),
      /uris\[0\]: got "spiffe:\/\/example\.com\/\\u\{1b\}\[2J"; /,
    ],
  ];
  it.each(cases)('%s', async (_, config, message) => {
    const root = folderOf({ ...pending, ...ours, 'releaf.yaml': config });
    const { status, stderr } = await refused(root, ['renew', '--force']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/[^\n\P{Cc}]/u);
    expect(status).toBe(1);
  });
});

describe('a .sops.yaml that cannot be used', () => {
  const SOPS = {
    ...WEB_FILES,
    'releaf.yaml': WEB_CONFIG.replace(/sealing: .*/, 'sealing: { type: sops }'),
  };
  const rule = (text: string): string => `creation_rules:\n  - path_regex: ^dist/\n${text}`;
  const age = `    age: ${X25519.recipient}\n`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['that is no YAML', 'creation_rules: [', 'is not valid YAML: line 1, column 18: bad indent'],
    ['that is empty', '', 'has no creation_rules that can be read'],
    [
      'that has a key twice',
      rule(age + age),
      'is not valid YAML: line 4, column 5: the key "age" is there twice',
    ],
    [
      'that grows without bound',
      `a: &a [1,1]\n${Array.from('bcdefghijklmnopqrstuvwxyz', (name, index) => {
        const before = 'abcdefghijklmnopqrstuvwxyz'[index]!;
        return `${name}: &${name} [*${before},*${before}]\n`;
      }).join('')}`,
      'has an alias that leads nowhere or grows without bound',
    ],
    [
      'with rules for other files only',
      rule(age).replace('dist', 'secrets'),
      'no creation rule matches dist/web.sops.yaml',
    ],
    [
      'with keys that are not of age',
      rule(`    pgp: FBC7B9E2\n${age}`),
      'creation_rules[0], for dist/web.sops.yaml, is not only of age recipients, and releaf seals for no others (Unrecognized key: "pgp")',
    ],
    [
      'with a setting that nobody knows',
      rule(`    rot13: true\n${age}`),
      'creation_rules[0], for dist/web.sops.yaml, is not only of age recipients, and releaf seals for no others (Unrecognized key: "rot13")',
    ],
    [
      'with a recipient that is mistyped',
      rule(`${age.slice(0, -2)}\n`),
      'creation_rules[0]: "age1zg3cndt7jsh6d57fj9ff…" is not an age recipient, or mistyped',
    ],
    [
      'with a recipient that holds another line',
      rule(`    age: "${X25519.recipient}\\nage1x"\n`),
      'creation_rules[0]: "age1zg3cndt7jsh6d57fj9ff…" is not an age recipient, or mistyped',
    ],
    [
      'with a private key for a recipient',
      rule(`    age: AGE-SECRET-KEY-1${'Q'.repeat(58)}\n`),
      'creation_rules[0]: a text with AGE- in it is a secret key',
    ],
  ];
  it.each(cases)('%s', async (_, text, message) => {
    const root = folderOf({ ...SOPS, '.sops.yaml': text });
    const { status, stderr } = await refused(root, ['renew']);
    expect(stderr).toContain(`error SEALING_RECIPIENTS: .sops.yaml: ${message}`);
    expect(status).toBe(1);
  });

  it('that is a folder, a FIFO, or larger than any', async () => {
    const say = async (put: (path: string) => void): Promise<string> => {
      const root = folderOf(SOPS);
      put(join(root, '.sops.yaml'));
      return (await releaf(['renew', '-C', root])).stderr;
    };
    expect(
      await say((path) => {
        mkdirSync(path);
      }),
    ).toBe('error FILE_UNREADABLE: .sops.yaml: is a directory\n');
    expect(await say((path) => execFileSync('mkfifo', [path]))).toBe(
      'error FILE_UNREADABLE: .sops.yaml: is not a regular file\n',
    );
    expect(
      await say((path) => {
        writeFileSync(path, '');
        truncateSync(path, 17 * 2 ** 20);
      }),
    ).toBe('error FILE_UNREADABLE: .sops.yaml: has 17 MiB, at most 16 MiB are read\n');
  });

  it('but a link is followed, as sops does', async () => {
    const root = folderOf({ ...SOPS, 'keys/sops.yaml': rule(age) });
    symlinkSync('keys/sops.yaml', join(root, '.sops.yaml'));
    expect(await releaf(['renew', '-C', root])).toMatchObject({ status: 0 });
  });
});

it('keeps mode and links of the team’s own files', async () => {
  const root = folderOf({
    ...WEB_FILES,
    'releaf.yaml': `${WEB_CONFIG}    restart: [{ file: w.yaml, annotations: metadata.annotations }]\n`,
    'real/w.yaml': 'metadata:\n  annotations:\n    a: b\n',
  });
  mkdirSync(join(root, 'x'));
  chmodSync(join(root, 'real/w.yaml'), 0o640);
  symlinkSync('real/w.yaml', join(root, 'w.yaml'));
  await releaf(['renew', '-C', root]);
  const stdin = signed(ca, readRequest(read(root, 'certificates/web/1/request.pem'), '1'), {
    now: NOW,
  });
  expect(await releaf(['fetch', '-C', root, '--from', '-'], { stdin })).toMatchObject({
    status: 0,
  });
  expect(lstatSync(join(root, 'w.yaml')).isSymbolicLink()).toBe(true);
  expect((statSync(join(root, 'real/w.yaml')).mode & 0o777).toString(8)).toBe('640');
  expect(read(root, 'real/w.yaml')).toMatch(/restart\.releaf\.dev\/web: "[0-9a-f]{64}"/);
});
