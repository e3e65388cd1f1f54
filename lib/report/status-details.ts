import { formatDuration } from '../config/duration';
import type { Names } from '../model/certificate-spec';
import { minute } from '../model/minute';
import { subjectLine } from '../model/subject-line';
import type { Explanation } from './explanation';
import { markup, type Markup } from './markup';

type Told = readonly [term: string, ...values: readonly (string | undefined)[]];

/** What a person asks of one certificate before changing anything: the essence of `releaf explain`. */
export function detailsOf(explanation: Explanation): Markup {
  const { reason, warnings, certificate, request, revisions } = explanation;
  const waits = revisions.at(-1)?.state === 'pending' ? request : undefined;
  return markup`<div class="details"><p>${reason}</p>${warnings.map((warning) => markup`<p class="warning">${warning}</p>`)}<div>${[
    ...(certificate ? [list('Certificate', certificateTold(certificate))] : []),
    ...(waits ? [list('Asked for', requestTold(waits))] : []),
    list('Key and Secret', secretTold(explanation)),
    list('Restarts', restartTold(explanation)),
    list('Revisions', revisions.map(revisionTold)),
  ]}</div></div>`;
}

function list(heading: string, all: readonly Told[]): Markup {
  const items = all.flatMap(([term, ...values]) => {
    const told = values.filter((value) => value !== undefined && value !== '');
    return told.length === 0
      ? []
      : [markup`<dt>${term}</dt>${told.map((value) => markup`<dd>${value}</dd>`)}`];
  });
  return markup`<section><h2>${heading}</h2>${items.length === 0 ? markup`<p>none</p>` : markup`<dl>${items}</dl>`}</section>`;
}

const namesTold = (names: Names): readonly Told[] => [
  ['Subject', subjectLine(names.subject)],
  ['DNS', ...names.dnsNames],
  ['IP', ...names.ipAddresses],
  ['Email', ...names.emailAddresses],
  ['URI', ...names.uris],
];

const certificateTold = (certificate: NonNullable<Explanation['certificate']>): readonly Told[] => [
  ...namesTold(certificate),
  ['Other', ...certificate.otherAltNames],
  ['Issuer', certificate.issuer],
  ['Serial', certificate.serialNumber],
  ['Valid', `${minute(certificate.notBefore)} to ${minute(certificate.notAfter)} UTC`],
  ['Usages', certificate.usages.join(', ')],
  ['SHA-256', certificate.sha256],
  ['Not as asked', ...certificate.differences],
];

const requestTold = (request: NonNullable<Explanation['request']>): readonly Told[] => [
  ['Request', request.objectName],
  ...namesTold(request),
  ['Usages', request.usages.join(', ')],
  ['Lifetime', formatDuration(request.expirationSeconds)],
];

function secretTold({
  key,
  secret,
  sealedKey,
  certificate,
  request,
}: Explanation): readonly Told[] {
  return [
    ['Key', `${key.algorithm}, ${key.keyPolicy === 'reuse' ? 'reused' : 'new at each renewal'}`],
    ['Identity', (certificate ?? request)?.publicKeySha256],
    ['Secret', `${secret.namespace}/${secret.name} (${secret.type})`],
    ['Holds', `${secret.keys.privateKey}, ${secret.keys.certificate}`],
    ['Sealed by', sealedKey?.sealing],
  ];
}

const restartTold = ({ restart }: Explanation): readonly Told[] => [
  ...restart.places.map(({ file, annotations }): Told => [file, annotations]),
  ...restart.objects.map(({ kind, namespace, name }): Told => [kind, `${namespace}/${name}`]),
  ...restart.references.map(({ file, name }): Told => [file, `${name} names the Secret`]),
];

function revisionTold(revision: Explanation['revisions'][number]): Told {
  const { number, state, serves, objectName, requestedAt, notBefore, notAfter, serialNumber } =
    revision;
  const valid = notBefore && notAfter && `${minute(notBefore)} to ${minute(notAfter)} UTC`;
  return [
    String(number),
    serves ? `${state}, serves` : state,
    objectName,
    requestedAt && `asked ${requestedAt}`,
    valid,
    serialNumber && `serial ${serialNumber}`,
  ];
}
