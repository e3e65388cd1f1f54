import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRequest } from '../../lib/x509/certificate-request';
import type { LocalCa } from '../../lib/x509/local-ca';
import {
  daysAfter,
  filesIn,
  folderOf,
  read,
  releaf,
  removeFolders,
  signed,
  testCa,
  WEB_CONFIG,
  WEB_FILES,
  type Files,
} from '../harness';

const CONFIG = `${WEB_CONFIG}    restart:
      - { file: app.yaml, annotations: spec.template.metadata.annotations }
`;
const APP = 'spec:\n  template:\n    metadata:\n      annotations: {}\n';

let ca: LocalCa;
/** Nothing yet; revision 1 pending; issued; the next pending since day 70; that one withdrawn. */
const states: Record<'nothing' | 'pending' | 'issued' | 'next' | 'withdrawn', Files> = {
  nothing: { ...WEB_FILES, 'releaf.yaml': CONFIG, 'app.yaml': APP },
  pending: {},
  issued: {},
  next: {},
  withdrawn: {},
};

beforeAll(async () => {
  ca = await testCa();
  const root = folderOf(states.nothing);
  await releaf(['renew', '-C', root]);
  states.pending = filesIn(root);
  await releaf(['fetch', '-C', root, '--from', '-'], {
    stdin: signed(ca, readRequest(read(root, 'certificates/web/1/request.pem'), '1'), { days: 30 }),
  });
  states.issued = filesIn(root);
  await releaf(['renew', '-C', root], { now: daysAfter(25) });
  states.next = filesIn(root);
  await releaf(['rollback', 'web', '-C', root], { now: daysAfter(25) });
  states.withdrawn = filesIn(root);
});
afterAll(removeFolders);

async function explained(files: Files, now = daysAfter(1)) {
  const root = folderOf(files);
  const text = await releaf(['explain', 'web', '-C', root], { now });
  const json = await releaf(['explain', 'web', '--json', '-C', root], { now });
  expect([text.status, json.status, text.stderr, json.stderr]).toEqual([0, 0, '', '']);
  expect(filesIn(root)).toEqual(files);
  return { text: text.stdout, json: JSON.parse(json.stdout) as Record<string, unknown> };
}

const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as string;

it('explains a certificate that has no revision yet', async () => {
  const { text, json } = await explained(states.nothing);
  expect(json).toMatchObject({
    name: 'web',
    state: 'missing',
    next: 'releaf renew web',
    revisions: [],
    problems: [],
    restart: {
      annotation: 'restart.releaf.dev/web',
      places: [{ file: 'app.yaml', digestOf: 'certificate' }],
    },
  });
  expect(json).not.toHaveProperty('request');
  expect(text).toContain(`web: missing
  why   there is no certificate yet
  next  releaf renew web

Revisions
  none yet
`);
  expect(text).toContain('  sealed  no key yet\n');
  expect(text).toContain('waits for a certificate');
});

it('decodes the request that waits', async () => {
  const { text, json } = await explained(states.pending);
  expect(json).toMatchObject({
    state: 'pending',
    revisions: [{ number: 1, state: 'pending', serves: false, secret: 'shop/web-tls' }],
    request: {
      revision: 1,
      objectName: expect.stringMatching(/^web-1-[0-9a-f]{8}$/) as string,
      signer: 'example.com/internal',
      dnsNames: ['web.example.com'],
      usages: ['digital signature', 'server auth'],
      expirationSeconds: 90 * 86_400,
      key: 'ecdsa-p256',
      publicKeySha256: sha256,
      reason: 'there is no certificate yet',
    },
    sealedKey: {
      sealing: 'sealed-secrets',
      scope: 'strict',
      sealingCertificateSha256: sha256,
      namespace: 'shop',
      name: 'web-tls',
      item: 'tls.key',
    },
  });
  expect(json['sealedKey']).not.toHaveProperty('value');
  expect(text).toMatch(/^Request web-1-[0-9a-f]{8} \(revision 1\)$/m);
  expect(text).toContain('  lifetime  90d\n');
  expect(text).toContain('  opens   only as Secret shop/web-tls\n');
});

it('sets what was issued beside what was asked, and tells whether the files follow', async () => {
  const { text, json } = await explained(states.issued);
  expect(json).toMatchObject({
    state: 'ok',
    next: '-',
    renewAt: '2027-03-21T11:55:00.000Z',
    certificate: {
      revision: 1,
      dnsNames: ['web.example.com'],
      issuer: 'CN=test CA',
      notAfter: '2027-03-31T11:55:00.000Z',
      publicKeySha256: sha256,
      sha256,
      differences: [
        'usages not asked for: key encipherment',
        expect.stringMatching(/^lifetime 30d.*, asked for 90d$/) as string,
      ],
    },
    restart: { places: [{ value: sha256, found: sha256 }] },
  });
  expect(text).toMatch(/^ {2}1 {7}issued, serves {2}web-1-/m);
  expect(text).toContain('  not as asked  usages not asked for: key encipherment\n');
  expect(text).toMatch(/app\.yaml {2}.* {2}certificate {2}as it should be: [0-9a-f]{12}…/);

  const behind = await explained({ ...states.issued, 'app.yaml': APP });
  expect(behind.text).toMatch(/certificate {2}not there; releaf synth writes [0-9a-f]{12}…/);
});

it('shows the next request beside the certificate that serves, and both identities', async () => {
  const { text, json } = await explained(states.next, daysAfter(25));
  expect(json).toMatchObject({
    state: 'pending',
    revisions: [
      { number: 1, state: 'issued', serves: true },
      { number: 2, state: 'pending', serves: false },
    ],
    request: { revision: 2 },
    certificate: { revision: 1 },
  });
  expect(text).toMatch(
    /^ {2}identity {3}[0-9a-f]{64} \(revision 1, serves\)\n {13}[0-9a-f]{64} \(revision 2\)$/m,
  );
});

it('tells what was withdrawn', async () => {
  const { json } = await explained(states.withdrawn, daysAfter(25));
  expect(json).toMatchObject({
    state: 'rolled-back',
    next: 'releaf renew web --force',
    revisions: [
      { number: 1, state: 'issued', serves: true },
      { number: 2, state: 'withdrawn', serves: false },
    ],
  });
});

describe('a broken revision is told, and the rest explained', () => {
  const cases: readonly (readonly [string, Files, string, object])[] = [
    [
      'without request.yaml',
      { 'certificates/web/2/request.yaml': '' },
      'REVISION_INVALID',
      { state: 'broken', certificate: { revision: 1 } },
    ],
    [
      'with a certificate that cannot be read',
      { 'certificates/web/1/certificate.pem': 'hello\n' },
      'PEM_INVALID',
      { state: 'broken', request: { revision: 2 }, revisions: [{ state: 'broken' }, {}] },
    ],
    [
      'with a request that cannot be read',
      { 'certificates/web/2/request.pem': 'hello\n' },
      'PEM_INVALID',
      { state: 'pending', certificate: { revision: 1 } },
    ],
    [
      'with a restart file that is no YAML',
      { 'app.yaml': 'a: {\n' },
      'RESTART_FILE',
      { state: 'pending', certificate: { revision: 1 }, request: { revision: 2 } },
    ],
  ];
  it.each(cases)('%s', async (_, files, code, found) => {
    const { text, json } = await explained({ ...states.next, ...files }, daysAfter(25));
    expect(json).toMatchObject(found);
    expect((json['problems'] as readonly object[])[0]).toMatchObject({ code });
    expect(text).toContain(`\nProblems\n  ${code}  `);
  });
});

it('tells where each value comes from', async () => {
  const { json, text } = await explained({
    ...states.nothing,
    'releaf.yaml': `extends: base/base.yaml\n${CONFIG}`,
    'base/base.yaml': '# shared\ndefaults:\n  duration: 30d\n',
  });
  expect(json['origins']).toEqual(
    expect.arrayContaining([
      {
        path: 'duration',
        value: '30d',
        origin: { from: 'defaults', file: 'base/base.yaml', line: 3 },
      },
      {
        path: 'secret.namespace',
        value: 'shop',
        origin: { from: 'entry', file: 'releaf.yaml', line: 7 },
      },
      { path: 'key', value: 'ecdsa-p256', origin: { from: 'built-in' } },
    ]),
  );
  expect(text).toMatch(/^ {2}duration {2,}30d {2,}defaults at base\/base\.yaml:3$/m);
  expect(text).toMatch(/^ {2}secret\.namespace {2,}shop {2,}releaf\.yaml:7$/m);
  expect(text).toMatch(/^ {2}key {2,}ecdsa-p256 {2,}default$/m);
});

it('spells out what a certificate of a stranger would have the terminal do', async () => {
  const root = folderOf(states.pending);
  const evil = await testCa('evil\u001b[2J\u202eCA');
  writeFileSync(
    join(root, 'certificates/web/1/certificate.pem'),
    signed(evil, readRequest(read(root, 'certificates/web/1/request.pem'), '1')),
  );
  const { stdout } = await releaf(['explain', 'web', '-C', root]);
  // eslint-disable-next-line no-control-regex
  expect(stdout).not.toMatch(/[\u001b\u202e]/);
  expect(stdout).toMatch(/^ {2}issuer .*CN=evil.*\[2J.*CA$/m);
});

it('refuses a name that is not there', async () => {
  const root = folderOf(states.nothing);
  const { status, stderr } = await releaf(['explain', 'webb', '-C', root]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error CERTIFICATE_UNKNOWN: webb: .*did you mean web\?/);
});
