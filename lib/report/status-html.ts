import type { ReleafError } from '../model/errors';
import { minute } from '../model/minute';
import type { Explanation } from './explanation';
import { markup, verbatim, type Markup } from './markup';
import { byUrgency, stateCounts, STATES, type FolderRow } from './status';
import { detailsOf } from './status-details';
import { contentSecurityPolicy, partText } from './status-page';
import { axisFor, axisLabels, axisStyle, bar, type Axis, type Span } from './status-timeline';

/** All that the page tells of one certificate. */
export interface PageEntry {
  readonly row: FolderRow;
  readonly explanation: Explanation;
}

/** A folder that cannot be read. */
export interface UnreadFolder {
  readonly folder: string;
  readonly error: Pick<ReleafError, 'code' | 'message' | 'hint'>;
}

/** What stands on the page. */
export interface Page {
  readonly entries: readonly PageEntry[];
  /** As they were given, in that order. */
  readonly folders: readonly string[];
  readonly unread: readonly UnreadFolder[];
  readonly now: Date;
}

interface Column {
  readonly title: string;
  /** Class of its cells. */
  readonly kind: string;
  readonly cell: (entry: PageEntry, axis: Axis) => Markup;
  readonly sorts?: 'text' | 'number';
}

const COLUMNS: readonly Column[] = [
  {
    title: 'Name',
    kind: 'name',
    sorts: 'text',
    cell: ({ row }) => markup`<th role="rowheader" scope="row" class="name">${row.name}</th>`,
  },
  {
    title: 'Folder',
    kind: 'folder',
    sorts: 'text',
    cell: ({ row }) => markup`<td role="cell" class="folder">${row.folder}</td>`,
  },
  {
    title: 'State',
    kind: 'state',
    sorts: 'number',
    cell: ({ row: { state } }) =>
      markup`<td role="cell" class="state" data-sort="${STATES.indexOf(state)}"><b>${state}</b></td>`,
  },
  {
    title: 'Days left',
    kind: 'days',
    sorts: 'number',
    cell: ({ row: { daysLeft, notAfter } }) =>
      markup`<td role="cell" class="days${notAfter ? '' : ' none'}" data-sort="${notAfter?.getTime() ?? 0}">${daysLeft ?? '–'}</td>`,
  },
  {
    title: 'Expires (UTC)',
    kind: 'expires',
    sorts: 'number',
    cell: ({ row: { notAfter } }) =>
      markup`<td role="cell" class="expires" data-sort="${notAfter?.getTime() ?? 0}">${notAfter ? time(notAfter) : '–'}</td>`,
  },
  {
    title: 'Timeline',
    kind: 'timeline',
    cell: (entry, axis) =>
      markup`<td role="cell" class="timeline">${bar(axis, spanOf(entry))}</td>`,
  },
  {
    title: 'Secret',
    kind: 'secret',
    sorts: 'text',
    cell: ({ explanation: { secret } }) =>
      markup`<td role="cell" class="secret"><i>${secret.namespace}/</i><span class="whole">${secret.name}</span></td>`,
  },
  {
    title: 'Signer',
    kind: 'signer',
    sorts: 'text',
    cell: ({ explanation: { signer } }) =>
      markup`<td role="cell" class="signer">${whole(signer.name.split(/(?<=\/)/), '')}</td>`,
  },
  {
    title: 'Next step',
    kind: 'next',
    sorts: 'text',
    cell: ({ row: { next } }) =>
      next === '-'
        ? markup`<td role="cell" class="next none">–</td>`
        : markup`<td role="cell" class="next"><code>${whole(next.split(' '), ' ')}</code></td>`,
  },
];

/**
 * Rows of the table stand in groups: a browser passes over a group that is out of sight. More rows would make one
 * slow, more groups all of them.
 */
const GROUP = 20;

const grouped = (entries: readonly PageEntry[]): readonly (readonly PageEntry[])[] =>
  Array.from({ length: Math.ceil(entries.length / GROUP) }, (_, index) =>
    entries.slice(index * GROUP, (index + 1) * GROUP),
  );

/** Parts between which a line breaks first. */
const whole = (parts: readonly string[], between: string): readonly Markup[] =>
  parts.map((part, index) => markup`${index ? between : ''}<span class="whole">${part}</span>`);

const time = (date: Date): Markup =>
  markup`<time datetime="${date.toISOString()}">${minute(date)}</time>`;

function spanOf({ row, explanation: { request, revisions, certificate } }: PageEntry): Span {
  const newest = revisions.at(-1);
  const waits = newest?.state === 'pending' && request ? request : undefined;
  const from = waits && new Date(waits.requestedAt);
  return {
    ...(certificate && { notBefore: certificate.notBefore, notAfter: certificate.notAfter }),
    ...(row.renewAt && { renewAt: row.renewAt }),
    ...(from && {
      pending: { from, until: new Date(from.getTime() + waits.expirationSeconds * 1000) },
    }),
  };
}

const number = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
const many = (count: number, noun: string): string =>
  `${number(count)} ${noun}${count === 1 ? '' : 's'}`;

/**
 * How each certificate stands, as one page that needs nothing else: no request leaves it, and without its script
 * it can be read all the same. It is a function of what is handed in.
 */
export function statusHtml({ entries: given, folders, unread, now }: Page): string {
  const entries = [...given].sort((a, b) => byUrgency(a.row, b.row));
  const several = folders.length + unread.length > 1;
  const columns = COLUMNS.filter(({ kind }) => several || kind !== 'folder');
  const rows = entries.map(({ row }) => row);
  const counts = stateCounts(rows);
  const axis = axisFor(entries.map(spanOf), now);
  const style = partText('page.css') + axisStyle(axis);
  const script = partText('page.js');
  const title =
    several || folders[0] === undefined || folders[0] === '.'
      ? 'Certificates'
      : `Certificates in ${folders[0]}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${verbatim(contentSecurityPolicy(style, script))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${[title, ...counts.map(({ state, count }) => `${number(count)} ${state}`)].join(' · ')}</title>
<style>${verbatim(style)}</style>
</head>
<body>
<a class="skip" href="#certificates">Skip to the certificates</a>
<header>
<h1>${title}</h1>
<p>${many(entries.length, 'certificate')}${several ? ` in ${many(folders.length + unread.length, 'folder')}` : ''}, as of <time id="as-of" datetime="${now.toISOString()}">${minute(now)} UTC</time></p>
</header>
<p id="stale" class="notice" role="status"></p>
<main>
${unread.map(failure)}${entries.length === 0 ? markup`<p>There are no certificates here.</p>` : body(entries, columns, axis, several)}
</main>
<script>${verbatim(script)}</script>
</body>
</html>`.markup;

  function body(
    all: readonly PageEntry[],
    shown: readonly Column[],
    over: Axis,
    inFolders: boolean,
  ): Markup {
    return markup`<ul id="states" class="states" role="list" aria-label="States">
${counts.map(({ state, count }) => markup`<li class="${state}"><b>${number(count)}</b> <span>${state}</span></li>\n`)}</ul>
<form id="controls" role="search" hidden>
<label><span>Filter</span> <input type="search" id="filter" autocomplete="off" spellcheck="false" placeholder="name, Secret, signer, DNS name, serial…"></label>
${inFolders ? markup`<label><span>Folder</span> <select id="folder"><option value="">all</option>${folders.map((folder) => markup`<option>${folder}</option>`)}</select></label>` : undefined}
<button type="reset" id="clear" hidden>Show all</button>
<p id="shown" role="status"></p>
</form>
<p class="legend" aria-hidden="true"><span class="valid">valid</span><span class="window">to be renewed</span><span class="pending">asked for</span><span class="gap">expired</span></p>
<table id="certificates" class="certificates${inFolders ? ' several' : ''}" role="table" tabindex="-1" aria-label="Certificates">
<thead role="rowgroup"><tr role="row">${shown.map((column) => head(column, over))}<th role="columnheader" scope="col" class="more"><span class="unseen">Details</span></th></tr></thead>
${grouped(all).map((group) => markup`<tbody role="rowgroup">\n${group.map((entry) => line(entry, shown, over))}</tbody>\n`)}</table>`;
  }
}

const head = ({ title, kind, sorts }: Column, axis: Axis): Markup =>
  markup`<th role="columnheader" scope="col" class="${kind}"${sorts ? markup` data-sorts="${sorts}"` : undefined}${kind === 'expires' ? markup` aria-sort="ascending"` : undefined}><span${sorts ? undefined : markup` class="unseen"`}>${title}</span>${kind === 'timeline' ? axisLabels(axis) : undefined}</th>`;

const line = (entry: PageEntry, columns: readonly Column[], axis: Axis): Markup =>
  markup`<tr role="row" class="${entry.row.state}">${columns.map(({ cell }) => cell(entry, axis))}<td role="cell" class="more"><details><summary><span class="unseen">Details of ${entry.row.name}</span></summary><noscript>${detailsOf(entry.explanation)}</noscript></details></td></tr>\n`;

const failure = ({ folder, error: { code, message, hint } }: UnreadFolder): Markup =>
  markup`<section class="notice failed"><h2>${folder} cannot be read</h2><p><code>${code}</code> ${message}</p>${hint ? markup`<p>${hint}</p>` : undefined}</section>\n`;
