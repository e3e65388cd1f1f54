import { formatDuration } from '../config/duration';
import type { Names } from '../model/certificate-spec';
import { minute } from '../model/minute';
import { subjectLine } from '../model/subject-line';
import { visible } from '../model/visible';
import { origins } from './explain-origins';
import { restart, secret } from './explain-secret';
import type { Explanation } from './explanation';
import { fields, indented, rows, shortened, type Field } from './sections';
import { table } from './table';

/** An explanation for people. */
export function explanationText(explanation: Explanation): string {
  const sections = [
    ...standing(explanation),
    ...revisions(explanation),
    ...request(explanation),
    ...certificate(explanation),
    ...signer(explanation),
    ...key(explanation),
    ...secret(explanation),
    ...restart(explanation),
    ...origins(explanation),
  ];
  return sections.join('\n\n');
}

/** An explanation for machines; times in RFC 3339. */
export function explanationJson(explanation: Explanation): string {
  return JSON.stringify(explanation, undefined, 2);
}

function standing({ name, state, reason, next, problems, warnings }: Explanation): string[] {
  const told = fields(`${name}: ${state}`, [
    ['why', reason],
    ['next', next === '-' ? 'nothing to do' : next],
    ['warning', ...warnings],
  ]);
  if (problems.length === 0) return [told];
  const all = problems.flatMap(({ code, message, hint }) => [
    `  ${code}  ${visible(message)}`,
    ...(hint ? [`    ${visible(hint)}`] : []),
  ]);
  return [told, ['Problems', ...all].join('\n')];
}

function revisions(explanation: Explanation): string[] {
  if (explanation.revisions.length === 0) return ['Revisions\n  none yet'];
  return [
    rows(
      'Revisions',
      [
        'NUMBER',
        'STATE',
        'REQUEST',
        'REQUESTED (UTC)',
        'VALID FROM (UTC)',
        'UNTIL (UTC)',
        'SERIAL',
      ],
      explanation.revisions.map((one) => [
        String(one.number),
        one.serves ? `${one.state}, serves` : one.state,
        one.objectName ?? '-',
        one.requestedAt === undefined ? '-' : minute(new Date(one.requestedAt)),
        minute(one.notBefore),
        minute(one.notAfter),
        one.serialNumber ?? '-',
      ]),
    ),
  ];
}

const nameFields = (names: Names): readonly Field[] => [
  ['subject', subjectLine(names.subject) || 'empty'],
  ['DNS', ...names.dnsNames],
  ['IP', ...names.ipAddresses],
  ['email', ...names.emailAddresses],
  ['URI', ...names.uris],
];

function request({ request: asked }: Explanation): string[] {
  if (!asked) return [];
  return [
    fields(`Request ${asked.objectName} (revision ${asked.revision})`, [
      ...nameFields(asked),
      ['usages', asked.usages.join(', ')],
      ['lifetime', formatDuration(asked.expirationSeconds)],
      ['signer', asked.signer],
      ['key', `${asked.key}, identity ${asked.publicKeySha256}`],
      ['made', `${asked.requestedAt}, because: ${asked.reason}`],
    ]),
  ];
}

function certificate({ certificate: issued, renewAt }: Explanation): string[] {
  if (!issued) return [];
  const { notBefore, notAfter } = issued;
  const seconds = Math.round((notAfter.getTime() - notBefore.getTime()) / 1000);
  return [
    fields(`Certificate (revision ${issued.revision}, serves)`, [
      ...nameFields(issued),
      ['other', ...issued.otherAltNames],
      ['usages', issued.usages.join(', ')],
      ['issuer', issued.issuer],
      ['valid', `${minute(notBefore)} to ${minute(notAfter)} UTC (${formatDuration(seconds)})`],
      ['renews', renewAt && `${minute(renewAt)} UTC`],
      ['serial', issued.serialNumber],
      ['SHA-256', issued.sha256],
      ['identity', `${issued.publicKeySha256} (SHA-256 of the public key)`],
      ['key id', issued.subjectKeyId],
      ['CA key id', issued.authorityKeyId],
      ['chain', ...issued.chain.map((ca) => `${ca.subject}, until ${minute(ca.notAfter)} UTC`)],
      ['as asked', ...(issued.differences.length ? [] : ['yes'])],
      ['not as asked', ...issued.differences],
    ]),
  ];
}

function signer({ signer: { name, title, rules, notes } }: Explanation): string[] {
  const verdicts = table(
    ['VERDICT', 'WHO ASKS', 'RULE'],
    rules.map(({ origin, text, found }) => [
      found === null ? 'met' : 'BROKEN',
      { signer: 'signer', 'api-server': 'Kubernetes' }[origin] ?? origin,
      visible(found === null ? shortened(text, 100) : `${text}; found ${found}`),
    ]),
  );
  return [
    [
      fields(`Signer ${name}`, [
        ['is', title],
        ['note', ...notes],
      ]),
      indented(verdicts),
    ].join('\n'),
  ];
}

const POLICIES = {
  rotate: 'rotate: each renewal makes a new key',
  reuse: 'reuse: each renewal asks again for the same key',
} as const;

function key({ key: { algorithm, keyPolicy, identity }, revisions: all }: Explanation): string[] {
  const identities = all.flatMap(({ number, serves, publicKeySha256 }) =>
    publicKeySha256 === undefined
      ? []
      : [`${publicKeySha256} (revision ${number}${serves ? ', serves' : ''})`],
  );
  return [
    fields('Key', [
      ['algorithm', algorithm],
      ['policy', POLICIES[keyPolicy]],
      ['identity', ...identities],
      [
        'guarded',
        identity &&
          `policy ${identity.policy} knows the identity: another one ${identity.acceptChange ? 'is accepted by the config' : 'needs acceptIdentityChange: true'}`,
      ],
    ]),
  ];
}
