import type { ChangeKind } from '../rotation/certificate-change-kind';
import { fittingTable, fittingWithRest, MOST_BYTES } from './forge-limit';
import { codeSpan, markdownText, wordList } from './markdown';
import { nextLines } from './pull-request-next';
import {
  hasNews,
  listed,
  REPOSITORY_TOP,
  type FolderChanges,
  type ToldChange,
} from './pull-request-parts';
import { restartLines } from './pull-request-restarts';
import { rollbackLines } from './pull-request-rollback';
import { changePart, problemPart, warningPart } from './pull-request-sections';
import { timeline } from './pull-request-timeline';
import { pullRequestTitle } from './pull-request-title';
import { isSevere, labelOf } from './pull-request-warning-kinds';
import { warningsOf } from './pull-request-warnings';

/** Shares of the room. */
const ROOM = {
  warnings: 0.2,
  overview: 0.2,
  details: 0.25,
  timeline: 0.08,
  restarts: 0.07,
  problems: 0.08,
} as const;

/**
 * Body of the pull request, in Markdown of GitHub and GitLab. The same changes give the same text, whenever
 * it is asked for, until something has expired.
 *
 * @param folders - one or more; with several each is a section
 */
export function pullRequestBody(folders: readonly FolderChanges[], now: Date): string {
  const told = folders.filter(hasNews);
  if (told.length === 0) return 'No certificate changes.\n';
  if (folders.length === 1) return told.map((one) => sections(one, now, 2, MOST_BYTES)).join('');
  const room = Math.max(4_000, (MOST_BYTES * 0.8) / told.length - 200);
  const texts = told.map((one) => `## ${codeSpan(one.folder)}\n\n${sections(one, now, 3, room)}`);
  const quiet = folders.filter((one) => !hasNews(one)).map(({ folder }) => folder);
  const shown = fittingWithRest(
    texts,
    MOST_BYTES * 0.8,
    (count) =>
      `**${count} more folders change** and are left out here: \`releaf pr -C DIR\` tells.\n`,
  );
  return [
    `${folderTable(told, now)}\n`,
    ...shown,
    ...(quiet.length > 0 ? [`No certificate changes in ${wordList(quiet).markdown}.\n`] : []),
  ].join('\n');
}

/** Where to look first. */
function folderTable(folders: readonly FolderChanges[], now: Date): string {
  const rows = folders.map(
    ({ folder, changes, unreadable, foreign = [], movedFrom, problems = [], failure }) => {
      const warnings = changes.flatMap((told) => warningsOf(told, now));
      const found = [
        ...(failure ? ['**cannot be compared**'] : []),
        ...(unreadable.length > 0 ? [`**${unreadable.length} cannot be read**`] : []),
        ...(foreign.length > 0 ? ['**not written by releaf**'] : []),
        ...(problems.length > 0 ? ['**`releaf verify` fails**'] : []),
        ...(movedFrom === undefined ? [] : ['moved']),
        ...new Set(warnings.map((one) => (isSevere(one) ? `**${labelOf(one)}**` : labelOf(one)))),
      ];
      return [codeSpan(folder), `${changes.length}`, found.join(', ') || 'nothing'];
    },
  );
  const { table, left } = fittingTable(
    ['folder', 'changes', 'to look at'],
    rows,
    MOST_BYTES * ROOM.overview,
  );
  return left > 0 ? `${table}\n| ${left} more | | |` : table;
}

function sections(folder: FolderChanges, now: Date, level: number, room: number): string {
  const { changes, failure } = folder;
  if (failure) {
    return `> [!CAUTION]\n> This folder cannot be compared: ${codeSpan(failure.code)} ${markdownText(failure.message)}\n`;
  }
  const heading = (text: string): string => `${'#'.repeat(level)} ${text}`;
  const warnings = changes.flatMap((told) => warningsOf(told, now));
  const drawn = timeline(changes, room * ROOM.timeline);
  const parts = [
    ...problemPart(folder, room * ROOM.problems),
    ...warningPart(folder, warnings, room * ROOM.warnings),
    movedPart(folder),
    summary(changes),
    ...(changes.length === 0
      ? []
      : [
          [
            heading('What changes'),
            ...changePart(changes, warnings, level, {
              overview: room * ROOM.overview,
              details: room * ROOM.details,
            }),
          ].join('\n\n'),
        ]),
    list(
      heading('What restarts, in this order'),
      changes.length === 0 ? [] : fittingWithRest(restartLines(folder), room * ROOM.restarts, more),
    ),
    list(heading('After the merge'), numbered(nextLines(folder))),
    list(heading('Checks'), checkLines(folder)),
    list(heading('How to go back'), bullets(rollbackLines(folder, now))),
    ...(drawn === undefined ? [] : [`${heading('Timeline')}\n\n${drawn}`]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function movedPart({ movedFrom, changes, unreadable }: FolderChanges): string {
  if (movedFrom === undefined) return '';
  const place = movedFrom === '' ? REPOSITORY_TOP : codeSpan(movedFrom);
  const same = changes.length + unreadable.length === 0 ? ': nothing of them changes' : '';
  return `**Moved:** the certificates were in ${place}, and are compared with what stood there${same}. What names the folder by its path must follow: the engine that applies \`dist/\`, CI, \`delivery.kustomizations.path\`.`;
}

const more = (count: number): string => `… and ${count} more`;

const list = (heading: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : [heading, '', ...lines].join('\n');

const numbered = (lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => `${index + 1}. ${line}`);

const bullets = (lines: readonly string[]): readonly string[] => lines.map((line) => `- ${line}`);

const SUMMARIES: Readonly<Record<ChangeKind, (names: string) => string>> = {
  requested: (names) =>
    `**The first of two:** it asks for a new certificate of ${names}. Nothing that runs changes yet; the certificate comes with the second pull request.`,
  issued: (names) => `the new certificate of ${names} goes into service.`,
  withdrawn: (names) => `It rolls ${names} back to the certificate before.`,
  'request-withdrawn': (names) => `It withdraws the request for ${names}; what serves stays.`,
  reinstated: (names) => `What was rolled back of ${names} goes into service again.`,
  reverted: (names) => `It takes the certificate of ${names} out again.`,
  dropped: (names) => `It drops the request for ${names}; what serves stays.`,
  rewritten: (names) => `It changes what is recorded of ${names}.`,
  'given-up': (names) => `It gives the certificate of ${names} up.`,
  tidied: (names) => `It removes revisions of ${names} that nothing needs; what serves stays.`,
};

/** In a sentence for each kind of change, which of the two steps this is. */
function summary(changes: readonly ToldChange[]): string {
  const kinds = [...new Set(changes.map(({ change }) => change.kind))];
  const beside = changes.filter(({ change }) => change.kind !== 'requested' && change.request);
  const sentences = kinds.map((kind) => {
    const told = changes.filter(({ change }) => change.kind === kind);
    const sentence = SUMMARIES[kind](wordList(told.map(({ change }) => change.name)).markdown);
    if (kind !== 'issued') return sentence;
    const both = told.every(({ change }) => change.atOnce);
    return `**${both ? 'Both steps in one' : 'The second of two'}:** ${sentence}`;
  });
  return [
    ...sentences,
    ...(beside.length > 0 ? [`It also asks for a new certificate of ${listed(beside)}.`] : []),
  ].join('\n\n');
}

function checkLines({ problems, certificates, changes }: FolderChanges): readonly string[] {
  if (!problems) {
    return [
      'Not checked here, since this is about a commit: `releaf verify` in a checkout of it does.',
    ];
  }
  if (problems.length > 0) return ['`releaf verify` fails, as said above.'];
  const inClear = changes.some(
    ({ change: { inClear: fresh, after, request }, spec }) =>
      fresh.length > 0 ||
      [after, request, spec && { sealedKey: { sealing: spec.sealing.type } }].some(
        (one) => one?.sealedKey.sealing === 'plaintext',
      ),
  )
    ? 'no private key lies in clear but what the config or a warning above says'
    : 'no private key lies in clear';
  return [
    `\`releaf verify\` passes (${certificates} ${certificates === 1 ? 'certificate' : 'certificates'}): each request is the recorded one, each certificate belongs to its request and its chain holds, \`dist/\` is what the committed files give, ${inClear}, git ignores nothing that must be committed. It says nothing of the cluster.`,
  ];
}

/** The same for machines; times in RFC 3339. */
export function pullRequestJson(folders: readonly FolderChanges[], now: Date): object {
  const parts = folders.map(({ changes, unreadable, foreign, movedFrom, problems, failure }) =>
    failure
      ? { error: failure }
      : {
          changes: changes.map((told) => ({
            ...told.change,
            warnings: warningsOf(told, now).map(({ kind, message }) => ({
              kind,
              message: message.plain,
            })),
          })),
          unreadable,
          ...(foreign && { foreign }),
          ...(movedFrom !== undefined && { movedFrom }),
          ...(problems && { problems }),
        },
  );
  const title = pullRequestTitle(folders, now);
  if (folders.length === 1) return { title, ...parts[0] };
  return {
    title,
    folders: parts.map((part, index) => ({ folder: folders[index]?.folder, ...part })),
  };
}
