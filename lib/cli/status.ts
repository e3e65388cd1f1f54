import { createColors } from 'picocolors';
import { ReleafError } from '../model/errors';
import type { Certificate } from '../model/revision';
import { statusHtml, type PageEntry, type UnreadFolder } from '../report/status-html';
import { statusMarkdown } from '../report/status-markdown';
import {
  byUrgency,
  statusJson,
  statusRows,
  statusTable,
  type FolderRow,
  type State,
  type StatusRow,
} from '../report/status';
import { plan } from '../rotation/plan';
import { openFolder, readFolder, type Folder } from '../store/folder';
import { sealedForIn } from '../store/sealed-for';
import { EXIT, type Context } from './context';
import { isInterrupted, warner } from './failure';
import type { Work } from './folders';
import { paced } from './progress';
import { typed } from './typed';

export type StatusFormat = 'table' | 'json' | 'markdown' | 'html';

/** What is printed once all folders are read. */
interface Gathered {
  readonly folders: string[];
  readonly unread: UnreadFolder[];
  readonly rows: FolderRow[];
  /** For the page alone. */
  readonly entries: PageEntry[];
}

/**
 * `releaf status`: how each certificate stands. Several folders stand in one table, one dashboard and one page;
 * only JSON keeps them apart.
 *
 * @returns what to do in each folder, and once all are done
 */
export function statusIn(format: StatusFormat): {
  readonly run: Work['run'];
  readonly finish: (context: Context) => void;
} {
  const gathered: Gathered = { folders: [], unread: [], rows: [], entries: [] };
  return {
    async run(context) {
      try {
        const folder = openFolder(context.folder);
        if (format === 'json') {
          await printJson(context, folder);
          return EXIT.done;
        }
        await gather(context, folder, format, gathered);
        const { configFile, config } = folder;
        if (config.certificates.length === 0) context.note(`${configFile} has no certificates`);
        gathered.folders.push(context.folder);
        return EXIT.done;
      } catch (error) {
        if (error instanceof ReleafError && !isInterrupted(error)) {
          gathered.unread.push({ folder: context.folder, error });
        }
        throw error;
      }
    },
    finish(context) {
      if (format !== 'json') print(context, format, gathered);
    },
  };
}

/** How one certificate stands. */
interface Standing {
  readonly certificate: Certificate;
  readonly reason: string;
  readonly row: StatusRow;
}

/** One certificate after the other: what is known of 10,000 need not be in memory at once. */
async function* standings(context: Context, folder: Folder): AsyncGenerator<Standing> {
  const sealedFor = sealedForIn(folder, warner(context));
  const { length } = folder.config.certificates;
  for await (const certificate of paced(context, 'status', length, readFolder(folder))) {
    const [step] = plan([certificate], context.now, { sealedFor });
    if (!step) throw new Error(`no step for ${certificate.spec.name}`);
    const [row] = statusRows([step], context.now, (command) => typed(context, command));
    if (!row) throw new Error(`no row for ${certificate.spec.name}`);
    yield { certificate, reason: step.reason, row };
  }
}

async function printJson(context: Context, folder: Folder): Promise<void> {
  const rows: StatusRow[] = [];
  for await (const { row } of standings(context, folder)) rows.push(row);
  context.print(statusJson(rows.sort(byUrgency)));
}

async function gather(
  context: Context,
  folder: Folder,
  format: StatusFormat,
  { rows, entries }: Gathered,
): Promise<void> {
  // The codec that decodes certificates is loaded only where they are shown.
  const explaining =
    format === 'html' ? await import('../report/explain-certificate.js') : undefined;
  for await (const { certificate, reason, row } of standings(context, folder)) {
    const { spec, revisions } = certificate;
    const { namespace, name } = spec.secret;
    const told: FolderRow = {
      ...row,
      folder: context.folder,
      reason,
      signer: spec.signer,
      secret: `${namespace}/${name}`,
    };
    rows.push(told);
    if (explaining) {
      const explanation = explaining.explain({
        spec,
        revisions: revisions.map((revision) => ({ number: revision.number, revision })),
        problems: [],
        status: { ...row, reason },
        restart: spec.restart,
        origins: [],
      });
      entries.push({ row: told, explanation });
    }
  }
}

function print(
  context: Context,
  format: Exclude<StatusFormat, 'json'>,
  { folders, unread, rows, entries }: Gathered,
): void {
  switch (format) {
    case 'html':
      context.print(statusHtml({ entries, folders, unread, now: context.now }));
      return;
    case 'markdown':
      context.print(statusMarkdown({ rows, folders, unread }));
      return;
    case 'table':
      printTable(context, rows, folders.length + unread.length > 1);
  }
}

function printTable(context: Context, rows: readonly FolderRow[], several: boolean): void {
  if (rows.length === 0) return;
  const colours = createColors(context.colour);
  const paint: Readonly<Record<State, (text: string) => string>> = {
    ok: colours.green,
    pending: colours.cyan,
    due: colours.yellow,
    'rolled-back': colours.yellow,
    missing: colours.yellow,
    blocked: colours.red,
    expired: colours.red,
  };
  context.print(
    statusTable(
      [...rows].sort(byUrgency),
      (state, text) => paint[state](text),
      several ? ({ folder }) => folder : undefined,
    ),
  );
}
