import { join } from 'node:path';
import fc from 'fast-check';
import type { CertificateSpec } from '../../lib/model/certificate-spec';
import { compareRevisions, type CertificateChange } from '../../lib/rotation/certificate-change';
import type { FolderChanges } from '../../lib/report/pull-request-parts';
import { openFolder } from '../../lib/store/folder';
import { revisionsIn, stateOnDisk } from '../../lib/store/recorded-state';

/** What somebody may have written where releaf only quotes. */
export const HOSTILE: readonly string[] = [
  '@octocat and @github/security',
  'fixes #1, closes GH-2, resolves octo/cat#3, Closes: !4',
  'closes https://github.com/octo/cat/issues/5',
  'www.example.com http://example.com mailto:a@example.com a@example.com',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '</summary></details><h1>',
  '[link](javascript:alert(1)) ![image](http://example.com/x.png)',
  '`code` ``` fence ```',
  '| a | cell |',
  '\\| escaped \\` too',
  '**bold** _it_ ~~gone~~ $x$ :tada:',
  '/close',
  '# heading',
  '- list',
  '1. first',
  '> [!CAUTION]',
  '&lt;b&gt; &#64;octocat',
  'a\n\n# line breaks\r\n@octocat',
  '\u202egnp.exe\u2066',
  'commit deadbeefcafe0123456789abcdef0123456789ab',
  '~label %milestone $snippet &epic ^alert#1 *iteration:1',
  ' leading and trailing ',
  '``',
  '%%{init: {}}%% click a href "javascript:alert(1)"; section x : title',
];

/** Text that tries to begin a line with a command. */
export const lineBreaking = fc
  .array(fc.constantFrom('\n', '\r', '\u2028', '\u0085', '/close', '/', ' ', '\t', '`', '|', '>', '- ', 'a'))
  .map((parts) => parts.join(''));

/**
 * A line that GitLab takes for a command; it may be indented there.
 *
 * @see https://docs.gitlab.com/user/project/quick_actions/
 */
export const QUICK_ACTION = /(?:^|[\n\v\f\r\u0085\u2028\u2029])[\s>]*\//;

interface Recorded {
  readonly change: CertificateChange;
  readonly spec: CertificateSpec;
}

/** The change of a situation beside this file, with its one certificate. */
export function recordedChange(situation: string): Recorded {
  const after = join(__dirname, situation, 'after');
  const [spec] = openFolder(after).config.certificates;
  const states = [join(__dirname, situation, 'before'), after].map(stateOnDisk);
  const [before = [], now = []] = states.map((state) => revisionsIn(state, spec!.name));
  return { change: compareRevisions(spec!.name, before, now, spec)!, spec: spec! };
}

/** A folder in which every text that comes from somewhere is this one. */
export function hostileFolder(text: string): FolderChanges {
  const { change, spec } = recordedChange('renewal-issued');
  const issuers = [{ subject: text, sha256: text }];
  const facts = {
    objectName: text,
    signer: text,
    subject: text,
    names: [text],
    secret: text,
    reason: text,
    serialNumber: text,
    issuer: text,
    notAsAsked: [text],
    issuers,
  };
  return {
    folder: text,
    changes: [
      {
        spec: { ...spec, warnings: [text] },
        change: {
          ...change,
          name: text,
          before: { ...change.before!, ...facts },
          after: { ...change.after!, ...facts, serialNumber: `${text}2` },
          replaced: text,
          leaving: [text],
          beside: [{ ...change.before!, ...facts, publicKeySha256: text, withdrawn: false }],
          notAsConfigured: [text],
          otherSecrets: [text],
          issuersAdded: issuers,
          rollback: { revision: 1, notAfter: new Date(0) },
          rollbackRefused: text,
          differences: { ...change.differences!, namesAdded: [text], ca: { before: text, after: text } },
          restarts: [{ file: text, object: text, path: text, by: 'certificate', restarts: true }],
        },
      },
    ],
    unreadable: [{ name: text, state: 'before', message: text }],
    problems: [{ code: 'REVISION_INVALID', file: text, message: text, hint: text }],
    movedFrom: text,
    certificates: 1,
    byApp: false,
    typed: (command) => `releaf ${command}`,
  };
}
