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
