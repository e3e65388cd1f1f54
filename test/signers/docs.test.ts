import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_SERVER_RULES } from '../../lib/signers/api-server-rules';
import { SIGNERS } from '../../lib/signers/check-request';
import { OWN_POLICY } from '../../lib/signers/own-policy';
import type { SignerRule, SignerRules } from '../../lib/signers/signer-rules';

const FILE = join(__dirname, '../../docs/signers.md');
const MARK = '<!-- From here on written by UPDATE_DOCS=1 npx jest test/signers/docs.test.ts -->';

const SHARED: readonly SignerRule[] = [...API_SERVER_RULES, ...OWN_POLICY];
const WHO = { signer: 'the signer', 'api-server': 'the API server', releaf: 'releaf' };

const placeholder: Readonly<Record<string, string>> = {
  'issuers.cert-manager.io/': 'issuers.cert-manager.io/<namespace>.<name>',
  'clusterissuers.cert-manager.io/': 'clusterissuers.cert-manager.io/<name>',
};
const heading = ({ signer, title }: SignerRules): string =>
  signer === '' ? title : `\`${placeholder[signer] ?? signer}\``;

/** Columns as wide as prettier makes them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) =>
    Math.max(...[head, ...rows].map((row) => (row[at] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}

const ownTable = (rules: readonly SignerRule[]): string =>
  table(
    ['rule', 'who insists', 'what'],
    rules.map(({ id, origin, text }) => [`\`${id}\``, WHO[origin], text]),
  );

const sharedTable = (rules: readonly SignerRule[]): string =>
  table(
    ['rule', 'what'],
    rules.map(({ id, text }) => [`\`${id}\``, text]),
  );

const sources = (rules: readonly SignerRule[]): string =>
  Array.from(new Set(rules.map(({ source }) => source)), (source) =>
    source.startsWith('https:') ? `- <${source}>` : `- ${source}`,
  ).join('\n');

function section(signer: SignerRules): readonly string[] {
  const own = signer.rules.filter((rule) => !SHARED.includes(rule));
  return [
    `## ${heading(signer)}`,
    ...(signer.signer === '' ? [] : [`${signer.title}.`]),
    signer.notes.map((note) => `- ${note}`).join('\n'),
    ...(own.length > 0
      ? [ownTable(own), 'Sources:', sources(own)]
      : ['It has no rules but those for every request, below.']),
  ];
}

const generated = (): string =>
  [
    table(
      ['signer', 'what it is'],
      SIGNERS.filter(({ signer }) => signer !== '').map((rules) => [heading(rules), rules.title]),
    ),
    ...SIGNERS.flatMap(section),
    '## What the API server requires of every request',
    'A request for the local CA is held to the same, but for the rules on the name of the signer.',
    sharedTable(API_SERVER_RULES),
    'Sources:',
    sources(API_SERVER_RULES),
    '## What releaf requires of every request',
    sharedTable(OWN_POLICY),
    'Sources:',
    sources(OWN_POLICY),
  ].join('\n\n') + '\n';

describe('docs/signers.md', () => {
  it('is what the rules say (UPDATE_DOCS=1 writes it)', () => {
    const [intro = ''] = readFileSync(FILE, 'utf8').split(MARK);
    const text = `${intro}${MARK}\n\n${generated()}`;
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FILE, text);
    expect(readFileSync(FILE, 'utf8')).toBe(text);
  });

  it('names every rule of every signer', () => {
    const text = readFileSync(FILE, 'utf8');
    const ids = SIGNERS.flatMap(({ rules }) => rules.map(({ id }) => id));
    expect(ids.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
  });
});
