import type { ExpectedRestart } from '../rotation/certificate-restarts';
import { codeSpan, wordList } from './markdown';
import { isServedAnew, listed, type FolderChanges } from './pull-request-parts';

/** What restarts, first to last, as lines of Markdown. */
export function restartLines({ changes, byApp }: FolderChanges): readonly string[] {
  const served = changes.filter(isServedAnew);
  if (served.length === 0) {
    return changes.some(({ change }) => change.leaving.length > 0)
      ? ['Nothing restarts by this; what mounts a Secret that is gone cannot start again.']
      : ['Nothing restarts: this changes nothing that runs.'];
  }
  const lines = new Map<string, string[]>();
  const add = (line: string, name: string): void => {
    lines.set(line, [...(lines.get(line) ?? []), name]);
  };
  for (const { change } of served) {
    const due = change.restarts.filter(({ restarts }) => restarts);
    for (const restart of due) add(restartLine(restart), change.name);
  }
  const first = [...lines].map(
    ([line, names], index) =>
      `${index + 1}. ${line}${changes.length === 1 ? '' : ` (${wordList(names).markdown})`}`,
  );
  const idle = served.flatMap(({ change }) => change.restarts.filter(({ restarts }) => !restarts));
  const spared = [...new Set(idle.map(placeOf))];
  const alone = served.filter(({ change }) => change.restarts.length === 0);
  const gap = first.length > 0 ? [''] : [];
  return [
    ...first,
    ...(spared.length > 0
      ? [
          ...gap,
          `These need not restart, since what they read stays the same: ${spared.join(', ')}.`,
        ]
      : []),
    ...(alone.length > 0
      ? [
          ...gap,
          byApp
            ? `For ${listed(alone)} the app of this folder says what restarts.`
            : `For ${listed(alone)} the config names nothing that restarts: what reads the Secret must notice the new files by itself, or a person restarts it.`,
        ]
      : []),
  ];
}

const placeOf = ({ file, object, path }: ExpectedRestart): string =>
  [object, file, path]
    .filter((part) => part !== undefined)
    .map(codeSpan)
    .join(', ');

const BECAUSE: Readonly<Record<ExpectedRestart['by'], string>> = {
  certificate: 'it serves the certificate',
  pin: 'it pins the certificate, and starts only after KES has (`releaf doctor --endpoint HOST:PORT` tells)',
  ca: 'it trusts the CA, which it reads only when it starts',
  'secret-name': 'it names the Secret, which has another name now',
};

const restartLine = (restart: ExpectedRestart): string =>
  `${placeOf(restart)}: ${BECAUSE[restart.by]}`;
