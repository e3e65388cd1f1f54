import { createColors } from 'picocolors';
import { statusJson, statusRows, statusTable, type State } from '../report/status';
import { plan } from '../rotation/plan';
import { openFolder, readFolder } from '../store/folder';
import { sealedForIn } from '../store/sealed-for';
import { EXIT, type Context, type ExitStatus } from './context';
import { warner } from './failure';

export type StatusFormat = 'table' | 'json' | 'markdown' | 'html';

/** `releaf status`: how each certificate stands. */
export function runStatus(context: Context, format: StatusFormat): ExitStatus {
  const folder = openFolder(context.folder);
  const rows = statusRows(
    plan(readFolder(folder), context.now, { sealedFor: sealedForIn(folder, warner(context)) }),
    context.now,
  );
  if (format === 'json') {
    context.print(statusJson(rows));
    return EXIT.done;
  }
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
  if (rows.length === 0) context.note(`${folder.configFile} has no certificates`);
  else context.print(statusTable(rows, (state, text) => paint[state](text)));
  return EXIT.done;
}
