import fc from 'fast-check';
import type { CertificateChange } from '../../lib/rotation/certificate-change';
import { pullRequestBody, pullRequestJson } from '../../lib/report/pull-request';
import type { FolderChanges, ToldChange } from '../../lib/report/pull-request-parts';
import { pullRequestTitle } from '../../lib/report/pull-request-title';
import { warningsOf } from '../../lib/report/pull-request-warnings';
import { daysAfter } from '../harness';
import {
  HOSTILE,
  hostileFolder,
  lineBreaking,
  QUICK_ACTION,
  recordedChange,
} from '../pull-requests/hostile';

/** GitHub refuses a longer body; GitLab takes 16 times as much. */
const LONGEST = 65_536;

const NOW = daysAfter(63);

const folderOf = (changes: readonly ToldChange[], folder = '.'): FolderChanges => ({
  folder,
  changes,
  unreadable: [],
  problems: [],
  certificates: changes.length,
  byApp: false,
  typed: (command) => `releaf ${command}`,
});

const issued = recordedChange('renewal-issued');

const many = (count: number, change: Partial<CertificateChange> = {}): readonly ToldChange[] =>
  Array.from({ length: count }, (_, index) => ({
    ...issued,
    change: { ...issued.change, ...change, name: `site-${index}` },
  }));

const kindsOf = (told: ToldChange, now = NOW) => warningsOf(told, now).map(({ kind }) => kind);

describe('the body', () => {
  it.each([50, 2_000, 10_000])(
    'fits into GitHub with %i certificates, and says what it left out',
    (count) => {
      const changed = many(count, { leaving: ['shop/old'] });
      const body = pullRequestBody([folderOf(changed)], NOW);
      expect(Buffer.byteLength(body)).toBeLessThan(LONGEST);
      expect(body).toContain('## Timeline');
      expect(body).toMatch(/The details of \d+ more are left out: `releaf pr --json` has them/);
      expect(/\*\*(\d+) more certificates change\*\*/.test(body)).toBe(count > 50);
    },
  );

  it('fits also with a thousand folders, and with a thousand problems', () => {
    const folders = Array.from({ length: 1_000 }, (_, index) =>
      folderOf(many(5), `clusters/${index}`),
    );
    const body = pullRequestBody(folders, NOW);
    expect(Buffer.byteLength(body)).toBeLessThan(LONGEST);
    expect(body).toMatch(/\*\*\d+ more folders change\*\*/);

    const problem = {
      code: 'DIST_CHANGED' as const,
      file: 'dist/web.k8s.yaml',
      message: 'x'.repeat(200),
      hint: 'run releaf synth',
    };
    const broken = { ...folderOf(many(1)), problems: Array.from({ length: 1_000 }, () => problem) };
    const short = pullRequestBody([broken], NOW);
    expect(Buffer.byteLength(short)).toBeLessThan(LONGEST);
    expect(short).toMatch(
      /^> \[!CAUTION\]\n> \*\*Not to be merged as it is:\*\* `releaf verify` finds 1000 problems/,
    );
    expect(short).toMatch(/> - \d+ more: `releaf verify`/);
  });

  it('says once what holds for many', () => {
    const body = pullRequestBody([folderOf(many(12, { leaving: ['shop/old'] }))], NOW);
    expect(body.match(/\*\*secret:\*\*/g)).toHaveLength(1);
    expect(body).toContain('`site-9` and 2 more: **secret:** Secret `shop/old` leaves');
  });

  it('warns before it tells, of what cannot be undone in time first', () => {
    const { change, spec } = issued;
    const told: ToldChange = {
      spec,
      change: {
        ...change,
        rewritten: [1],
        leaving: ['shop/old'],
        after: { ...change.after!, notAfter: daysAfter(1), sealedKey: { sealing: 'plaintext' } },
      },
    };
    const body = pullRequestBody([folderOf([told])], NOW);
    const order = [
      '[!CAUTION]',
      '**expired:**',
      '**key in clear:**',
      '**rewritten:**',
      '[!WARNING]',
      '**secret:**',
      '## What changes',
    ];
    const places = order.map((text) => body.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('has no line that GitLab takes for a quick action, whatever stands in the files', () => {
    fc.assert(
      fc.property(lineBreaking, (text) => {
        const hostile = hostileFolder(text);
        const failure = { code: 'CONFIG_INVALID' as const, message: text, hint: text };
        const broken = { ...hostile, changes: [], failure };
        const told = hostile.changes[0]!;
        for (const folders of [
          [hostile],
          [broken],
          [broken, { ...hostile, changes: [told, told, told, told] }, folderOf([], text)],
        ]) {
          expect(pullRequestBody(folders, NOW)).not.toMatch(QUICK_ACTION);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('tells of a request that waits beside what serves', () => {
    const { request } = recordedChange('renewal-requested').change;
    const body = pullRequestBody(
      [folderOf(many(1, { request: { ...request!, revision: 3 } }))],
      NOW,
    );
    expect(body).toContain('It also asks for a new certificate of `site-0`.');
    expect(body).toContain('|  | revision 3, asked for |');
  });

  it('claims nothing of keys in clear where one is', () => {
    const claims = (part: Partial<CertificateChange>) =>
      pullRequestBody([folderOf(many(1, part))], NOW).includes('no private key lies in clear, git');
    expect(claims({})).toBe(true);
    expect(claims({ inClear: [3] })).toBe(false);
    const after = { ...issued.change.after!, sealedKey: { sealing: 'plaintext' as const } };
    expect(claims({ after })).toBe(false);
  });

  it.each<[string, Partial<CertificateChange>, string]>([
    [
      'to what did not serve',
      { rollback: { revision: 3, notAfter: daysAfter(90) } },
      '`releaf rollback site-0` goes to a revision that did not serve before (revision 3). `git revert` of the merge goes back',
    ],
    [
      'nowhere',
      { rollback: { revision: 1, notAfter: daysAfter(1) }, rollbackRefused: 'site-0: no `CA`' },
      '`releaf rollback site-0` does not go back to what served: site-0: no &#96;CA&#96;. `git revert` of the merge does',
    ],
  ])('says so where a rollback goes %s', (_, part, line) => {
    expect(pullRequestBody([folderOf(many(1, part))], NOW)).toContain(line);
  });

  it.each([
    ['local', '`releaf sign`', false],
    ['example.com/internal', '`releaf fetch`', true],
  ])('says what installs a certificate of signer %s', (signer, command, isRequested) => {
    const after = { ...issued.change.after!, signer };
    const plain = pullRequestBody([folderOf(many(1, { after }))], NOW);
    const refused = pullRequestBody(
      [folderOf(many(1, { after, rollback: undefined as never }))],
      NOW,
    );
    for (const body of [plain, refused]) {
      expect(body).toContain(`the next ${command} installs it`);
      expect(body.includes('request leaves `dist/`')).toBe(isRequested);
    }
    const reverted = { kind: 'reverted', waitsAgain: true, before: after } as const;
    const { change, spec } = issued;
    expect(
      warningsOf({ spec, change: { ...change, ...reverted } }, NOW).map((one) => one.message.plain),
    ).toEqual([expect.stringContaining(`the next ${command.slice(1, -1)} installs it anew`)]);
  });

  it('says of first certificates that names and key are new, and of those given up neither', () => {
    const first = { before: undefined, differences: undefined };
    const body = pullRequestBody([folderOf(many(4, first as never))], NOW);
    expect(body).toContain('| – → 2 | – | 2027-08-01 11:55 UTC | new | new |');
    const gone = { kind: 'given-up', after: undefined, differences: undefined };
    expect(pullRequestBody([folderOf(many(4, gone as never))], NOW)).toContain('| – | – | – |');
  });

  it('does not quote what is not there', () => {
    const nobody = { ...issued.change.after!, subject: '', issuer: '' };
    const differences = {
      ...issued.change.differences!,
      subject: { before: 'CN=x', after: '' },
    };
    const told = many(1, {
      after: nobody,
      differences,
      beside: [{ ...nobody, withdrawn: false }],
      issuersAdded: [{ subject: '', sha256: 'ab' }],
    });
    const body = pullRequestBody([folderOf(told)], NOW);
    expect(body).not.toMatch(/`(?:empty|nobody|a CA without subject)`/);
    expect(body).toContain('another subject: `CN=x` before, empty now');
  });

  it('says first where a folder moved from', () => {
    const moved = (from: string, changes = many(1)) =>
      pullRequestBody([{ ...folderOf(changes), movedFrom: from }], NOW);
    expect(moved('old')).toMatch(/^\*\*Moved:\*\* .* `old`, .*\n\n\*\*The second of two/);
    expect(moved('')).toContain('were in the top of the repository,');
    const several = [{ ...folderOf([], 'a'), movedFrom: 'b' }, folderOf([], 'c')];
    expect(pullRequestBody(several, NOW)).toContain('| `a` | 0 | moved |');
    expect(pullRequestTitle(several, NOW)).toBe('Move certificates from b in a');
  });

  it('tells of a folder that cannot be compared beside the others', () => {
    const failure = { code: 'CONFIG_INVALID' as const, message: 'no `such` key', hint: '' };
    const body = pullRequestBody(
      [{ ...folderOf([], 'broken'), failure }, folderOf(many(1), 'good')],
      NOW,
    );
    expect(body).toContain(
      'This folder cannot be compared: `CONFIG_INVALID` no &#96;such&#96; key',
    );
    expect(body).toContain('## `good`');
  });
});

describe('warnings', () => {
  const { change, spec } = issued;
  const differences = change.differences!;

  it.each<[string, Partial<CertificateChange>, string]>([
    [
      'a name that goes',
      { differences: { ...differences, namesRemoved: ['a.example.com'] } },
      'names',
    ],
    [
      'another subject',
      { differences: { ...differences, subject: { before: '', after: 'CN=x' } } },
      'names',
    ],
    [
      'another signer',
      { differences: { ...differences, signer: { before: 'a/b', after: 'a/c' } } },
      'request',
    ],
    ['more usages', { differences: { ...differences, usagesAdded: ['client auth'] } }, 'request'],
    ['a kept key', { differences: { ...differences, newKey: false } }, 'key'],
    ['an earlier end', { after: { ...change.after!, notAfter: daysAfter(70) } }, 'ends-earlier'],
    ['a changed signer', { after: { ...change.after!, notAsAsked: ['x'] } }, 'not-as-asked'],
    [
      'a longer life',
      { after: { ...change.after!, lifetime: { issued: 9e6, asked: 1e6 } } },
      'lifetime',
    ],
    [
      'other recipients',
      {
        differences: {
          ...differences,
          sealing: {
            before: { sealing: 'sops', recipients: ['age1a'] },
            after: { sealing: 'sops', recipients: ['age1b'] },
          },
        },
      },
      'sealing',
    ],
    ['a planted revision', { beside: [{ ...change.before!, withdrawn: false }] }, 'other-revision'],
    ['a request unlike the config', { notAsConfigured: ['signer: a → b'] }, 'not-as-configured'],
    ['a Secret unlike the config', { otherSecrets: ['kube-system/x'] }, 'other-secret'],
    ['a key in clear that does not serve', { inClear: [3] }, 'key-in-clear'],
    ['a CA that was not there', { issuersAdded: [{ subject: 'CN=x', sha256: 'ab' }] }, 'ca'],
    ['a newest revision that is withdrawn', { held: true }, 'rolled-back'],
    ['what served and is gone', { kind: 'reverted' }, 'reverted'],
    [
      'another way of sealing',
      {
        differences: {
          ...differences,
          sealing: { before: { sealing: 'plaintext' }, after: { sealing: 'sops', recipients: [] } },
        },
      },
      'sealing',
    ],
  ])('are there for %s', (_, part, kind) => {
    expect(kindsOf({ spec, change: { ...change, ...part } })).toEqual([kind]);
  });

  it('say what a reviewer needs of a planted revision and of another CA', () => {
    const { before } = change;
    const told = {
      spec: { ...spec, profile: 'minio-kes' as const, appendCa: true, ca: 'ca.pem' },
      change: {
        ...change,
        beside: [{ ...before!, revision: 3, issuer: 'CN=evil root', withdrawn: false }],
        issuersAdded: [{ subject: 'CN=evil root', sha256: 'abcd' }],
      },
    };
    const plain = warningsOf(told, NOW).map(({ message }) => message.plain);
    expect(plain).toEqual([
      `revision 3 came in beside what is told here: issued by CN=evil root, with key ${before!.publicKeySha256.slice(0, 12)}…, for Secret shop/web-tls; it does not serve, and releaf rollback may go back to it. Right where several renewals lie between the two states, or a revert brought it back; else see who made it`,
      'behind the certificate stands CN=evil root (SHA-256 abcd), which did not stand there before; MinIO trusts what stands in that file',
    ]);
  });

  it('are none for a plain renewal', () => {
    expect(kindsOf(issued)).toEqual([]);
  });

  it('tell machines in words without Markdown', () => {
    const told = many(1, { leaving: ['shop/a|b'] });
    expect(pullRequestJson([folderOf(told)], NOW)).toMatchObject({
      title: 'Install the new certificate of site-0, valid until 2027-08-01 11:55 UTC',
      changes: [
        {
          name: 'site-0',
          kind: 'issued',
          warnings: [
            {
              kind: 'secret',
              message: expect.stringContaining('Secret shop/a|b leaves') as string,
            },
          ],
        },
      ],
    });
  });
});

describe('the title', () => {
  it.each(HOSTILE)('holds nothing that a forge or a commit reads more into: %j', (text) => {
    const folder = hostileFolder(text);
    const title = pullRequestTitle([folder, { ...folder, changes: [] }], NOW);
    expect(title).toMatch(
      /^Install the new certificate of [\w./?-]{1,63}…?, valid until 2027-08-01 11:55 UTC in 2 folders$/,
    );
  });

  it.each([
    [[], 'No certificate changes'],
    [many(2), 'Install the new certificates of site-0, site-1'],
    [many(50), 'Install 50 new certificates'],
    [
      [...many(2), { change: { ...issued.change, kind: 'given-up' as const } }],
      'Certificates: 2 installed, 1 given up',
    ],
  ])('counts (%#)', (told, title) => {
    expect(pullRequestTitle([folderOf(told)], NOW)).toBe(title);
  });

  it('says first what has expired', () => {
    expect(pullRequestTitle([folderOf(many(1))], daysAfter(100))).toMatch(/^Expired: /);
    expect(pullRequestTitle([folderOf(many(1, { kind: 'given-up' }))], daysAfter(100))).toBe(
      'Give up the certificate of site-0',
    );
  });
});
