import { stateOf } from '../../cluster/signing-requests';
import { visible } from '../../model/visible';
import { table } from '../../report/table';
import type { Folder } from '../../store/folder';
import type { Failure } from './attempts';
import { EXIT, type Context, type ExitStatus } from '../context';
import { noteFailure } from '../failure';
import { noteChanges, type Changes } from '../finish';
import { issuedJson, NEXT_ISSUED, writeIssued, type Issue } from '../issue';
import type { LiveRequest } from './live-request';
import { typed } from '../typed';

/** What a run has come to, certificate by certificate. */
export interface Results {
  /** Approved by this run. */
  readonly approved: readonly LiveRequest[];
  /** To be installed. */
  readonly issues: readonly Issue[];
  /** No failure, and no certificate yet. */
  readonly waiting: readonly LiveRequest[];
  readonly failed: readonly Failure[];
  /** Denied, where that was asked for. */
  readonly denied?: readonly LiveRequest[];
}

/** Nothing came of anything, so far. */
export const NOBODY: Results = { approved: [], issues: [], waiting: [], failed: [] };

const NOTHING: Changes = { written: [], removed: [] };

/** How a run ends. */
export interface Ending {
  readonly json: boolean;
  /** Whether the run is one that writes. */
  readonly installs: boolean;
  /** What the run has written already. @default - nothing */
  readonly before?: Changes;
  /** Further parts of the JSON document. @default - none */
  readonly extra?: object;
}

/**
 * Installs all certificates of a run together, and tells what became of each.
 *
 * @returns failed when one certificate did
 */
export async function conclude(
  context: Context,
  folder: Folder,
  results: Results,
  { json, installs, before = NOTHING, extra = {} }: Ending,
): Promise<ExitStatus> {
  const { approved, issues, waiting, denied } = results;
  const isIdle = results.failed.every(({ error }) => error.code === 'NOTHING_PENDING');
  const changes =
    issues.length > 0 || (installs && isIdle)
      ? await writeIssued(context, folder, issues, json)
      : NOTHING;
  // An earlier run was cut off between the certificate and the output; that is done now.
  const completed = issues.length === 0 && changes.written.length + changes.removed.length > 0;
  const failed = completed && isIdle ? [] : results.failed;
  const written = [...new Set([...before.written, ...changes.written])];
  const removed = [...new Set([...before.removed, ...changes.removed])];
  if (json) {
    const document = {
      ...extra,
      ...(denied && { denied: denied.map(requestJson) }),
      approved: approved.map(requestJson),
      issued: issues.map(issuedJson),
      waiting: waiting.map(requestJson),
      failed: failed.map(failureJson),
      written,
      removed,
    };
    context.print(JSON.stringify(document, undefined, 2));
  } else {
    noteChanges(context, changes);
    tellWaiting(context, waiting);
    tellFailures(context, failed);
    summarize(context, folder, { ...results, failed });
    if (issues.length > 0) context.note(NEXT_ISSUED);
  }
  return failed.length > 0 ? EXIT.failed : EXIT.done;
}

/** Each failure once: of a cluster that cannot be reached, many say the same. */
function tellFailures(context: Context, failed: readonly Failure[]): void {
  const told = new Set<string>();
  for (const { error } of failed) {
    const text = JSON.stringify([error.code, error.message, error.hint]);
    if (!told.has(text)) noteFailure(context, error);
    told.add(text);
  }
}

function tellWaiting(context: Context, waiting: readonly LiveRequest[]): void {
  for (const request of waiting) {
    const { spec, pending } = request;
    context.print(`${spec.name}: ${pending.record.objectName}: ${waitsFor(request)}`);
    const next = stateOf(request.live) === 'waiting' ? 'approve' : 'fetch';
    context.note(`next: ${typed(context, `${next} ${spec.name}`)}`);
  }
}

const waitsFor = ({ pending, live }: LiveRequest): string => {
  const state = stateOf(live);
  if (state === 'issued') return 'is issued, to be fetched';
  return state === 'approved'
    ? `is approved, waits for ${pending.record.signer}`
    : 'waits for approval';
};

function summarize(context: Context, { config }: Folder, results: Results): void {
  const { approved, issues, waiting, failed, denied = [] } = results;
  const rows = new Map<string, readonly [request: string, outcome: string]>();
  for (const { spec, pending } of denied) {
    rows.set(spec.name, [pending.record.objectName, 'denied']);
  }
  for (const { spec, pending } of approved) {
    rows.set(spec.name, [pending.record.objectName, 'approved']);
  }
  for (const request of waiting) {
    rows.set(request.spec.name, [request.pending.record.objectName, waitsFor(request)]);
  }
  for (const { spec, pending, accepted } of issues) {
    const until = accepted.leaf.notAfter.toISOString().slice(0, 10);
    rows.set(spec.name, [pending.record.objectName, `issued, until ${until}`]);
  }
  for (const { name, request, error } of failed) rows.set(name, [request ?? '-', error.code]);
  if (rows.size === 0) context.print('nothing to do');
  if (rows.size < 2) return;
  const lines = config.certificates.flatMap(({ name }) => {
    const row = rows.get(name);
    return row ? [[name, ...row].map(visible)] : [];
  });
  context.print(table(['NAME', 'REQUEST', 'OUTCOME'], lines));
}

function requestJson({ spec, pending, live }: LiveRequest): object {
  return {
    name: spec.name,
    revision: pending.number,
    request: pending.record.objectName,
    signer: pending.record.signer,
    state: stateOf(live),
  };
}

function failureJson({ name, request, error: { code, message, hint } }: Failure): object {
  return { name, ...(request !== undefined && { request }), code, message, hint };
}
