import { formatDuration } from '../config/duration';
import { minuteUtc } from '../model/minute';
import type { CertificateChange } from '../rotation/certificate-change';
import type { Differences } from '../rotation/certificate-differences';
import type { IssuedFacts, RequestFacts, SealingFacts } from '../rotation/certificate-facts';
import { codeSpan, markdownTable, markdownText, wordList } from './markdown';
import { lengthOf, short, type ToldChange } from './pull-request-parts';
import { IN_A_WORD } from './pull-request-title';

type Facts = IssuedFacts | RequestFacts;

interface Column {
  readonly title: string;
  readonly facts: Facts;
}

/**
 * One certificate, old and new side by side; what stays the same is named below. A request that waits beside
 * that has a table of its own.
 */
export function changeTable({ change }: ToldChange): string {
  const { kind, after, request, differences } = change;
  const reason =
    kind === 'requested' ? request?.reason : kind === 'issued' ? after?.reason : undefined;
  return [
    ...(reason === undefined ? [] : [`Why: ${markdownText(reason)}`]),
    tableOf(columnsOf(change), differences),
    ...(request && kind !== 'requested' ? [tableOf(column(request, 'asked for'))] : []),
  ].join('\n\n');
}

function tableOf(columns: readonly Column[], differences?: Differences): string {
  const [first, second] = columns.map(({ facts }) => facts);
  if (!first) return 'It had no certificate yet.';
  const lines = LINES.filter(([, cell]) => cell(second ?? first) !== undefined);
  const isSame = ([label, cell]: Line): boolean =>
    second !== undefined && cell(first) === cell(second) && !ALWAYS.includes(label);
  const rows = lines
    .filter((line) => !isSame(line))
    .map(([label, cell]) => {
      const [old = '', now = ''] = [cell(first), second && cell(second)];
      if (!second) return [label, old];
      return [
        label,
        old,
        old === now
          ? 'same'
          : changedCell(label, now, second, differences, second.revision > first.revision),
      ];
    });
  const same = lines.filter(isSame).map(([label]) => label);
  return [
    markdownTable(['', ...columns.map(({ title }) => title)], rows),
    ...(same.length === 0 ? [] : [`The same as before: ${same.join(', ')}.`]),
  ].join('\n\n');
}

function columnsOf(change: CertificateChange): readonly Column[] {
  const { kind, before, after, servesAnew, request } = change;
  if (kind === 'requested') return [...column(after, 'serves'), ...column(request, 'asked for')];
  return [...(servesAnew || !after ? column(before, 'served') : []), ...column(after, 'serves')];
}

const column = (facts: Facts | undefined, word: string): readonly Column[] =>
  facts ? [{ title: `revision ${facts.revision}, ${word}`, facts }] : [];

type Line = readonly [label: string, cell: (facts: Facts) => string | undefined];

const codeOrEmpty = (text: string): string => (text === '' ? 'empty' : codeSpan(text));

/** What is told of a revision, in this order; nothing is what only a certificate has. */
const LINES: readonly Line[] = [
  ['valid until', endOf],
  ['valid from', (facts) => ('notBefore' in facts ? minuteUtc(facts.notBefore) : undefined)],
  ['serial number', (facts) => ('issuer' in facts ? codeSpan(facts.serialNumber) : undefined)],
  ['issuer', (facts) => ('issuer' in facts ? codeOrEmpty(facts.issuer) : undefined)],
  ['key', ({ key, publicKeySha256 }) => `${key}, ${codeSpan(short(publicKeySha256))}`],
  ['names', ({ names }) => wordList(names).markdown || 'none'],
  ['subject', ({ subject }) => codeOrEmpty(subject)],
  ['usages', ({ usages }) => [...usages].sort().map(markdownText).join(', ')],
  ['signer', ({ signer }) => codeSpan(signer)],
  ['sealed key', ({ sealedKey }) => sealingCell(sealedKey)],
  ['Secret', ({ secret }) => codeSpan(secret)],
  ['request', ({ objectName }) => codeSpan(objectName)],
];

/** What a reviewer looks for also when it is the same. */
const ALWAYS: readonly string[] = ['valid until', 'key', 'names'];

function endOf(facts: Facts): string {
  return 'notAfter' in facts
    ? minuteUtc(facts.notAfter)
    : `${formatDuration(facts.expirationSeconds)} from signing, if the signer agrees`;
}

const knownEnd = (facts: Facts): string =>
  'notAfter' in facts ? minuteUtc(facts.notAfter) : 'once signed';

/** What changes with every revision is not worth a word; what else does stands out. */
const USUAL: readonly string[] = ['valid from', 'serial number', 'request'];

function changedCell(
  label: string,
  now: string,
  facts: Facts,
  differences: Differences | undefined,
  isNewer: boolean,
): string {
  if (USUAL.includes(label)) return now;
  if (label === 'valid until') return `${now}${gained(differences)}`;
  if (label === 'key')
    return differences?.newKey === false ? now : `${isNewer ? 'new' : 'other'} key: ${now}`;
  if (label === 'names' && differences) return namesCell(facts, differences);
  return `**changed:** ${now}`;
}

function gained({ gainedSeconds }: Partial<Differences> = {}): string {
  if (gainedSeconds === undefined) return '';
  return gainedSeconds < 0
    ? ` (**${lengthOf(-gainedSeconds)} less**)`
    : ` (${lengthOf(gainedSeconds)} more)`;
}

function namesCell({ names }: Facts, { namesAdded, namesRemoved }: Differences): string {
  const parts = [
    ...(namesAdded.length > 0 ? [`**added:** ${wordList(namesAdded).markdown}`] : []),
    ...(namesRemoved.length > 0 ? [`**removed:** ${wordList(namesRemoved).markdown}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : wordList(names).markdown;
}

function sealingCell(sealed: SealingFacts): string {
  switch (sealed.sealing) {
    case 'sealed-secrets':
      return `Sealed Secrets, scope ${sealed.scope}, for certificate ${codeSpan(short(sealed.sealingCertificateSha256))}`;
    case 'sops':
      return `SOPS, for ${wordList(sealed.recipients.map(shortRecipient), 3).markdown}`;
    case 'plaintext':
      return '**in clear**';
  }
}

/** A post-quantum one has 1,959 characters. */
const shortRecipient = (recipient: string): string =>
  recipient.length > 70 ? `${recipient.slice(0, 16)}…${recipient.slice(-6)}` : recipient;

/** Head of a table with a row for each certificate. */
export const OVERVIEW_HEAD: readonly string[] = [
  'certificate',
  'what',
  'revision',
  'valid until',
  'then until',
  'names',
  'key',
];

/** A row of that table. */
export function overviewRow({ change }: ToldChange): readonly string[] {
  const { name, kind, before, after, request, differences } = change;
  const old = kind === 'requested' ? after : before;
  const now = kind === 'requested' ? request : after;
  const added = differences?.namesAdded.length ?? 0;
  const removed = differences?.namesRemoved.length ?? 0;
  const alone = now && !old ? 'new' : '–';
  return [
    codeSpan(name),
    IN_A_WORD[kind],
    [old, now].map((facts) => facts?.revision ?? '–').join(' → '),
    old ? minuteUtc(old.notAfter) : '–',
    now ? `${knownEnd(now)}${gained(differences)}` : '–',
    !differences ? alone : added + removed === 0 ? 'same' : `**+${added} −${removed}**`,
    !differences ? alone : differences.newKey ? 'new' : 'same',
  ];
}
