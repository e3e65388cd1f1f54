import type { KubernetesApi } from '../../cluster/kubernetes-api';
import { stateOf } from '../../cluster/signing-requests';
import { ReleafError } from '../../model/errors';
import { visible } from '../../model/visible';
import { table } from '../../report/table';
import type { Folder } from '../../store/folder';
import type { Failure } from './attempts';
import { EXIT, type Context, type ExitStatus } from '../context';
import { noteFailure } from '../failure';
import { noteChanges, type Changes } from '../finish';
import { issuedJson, NEXT_ISSUED, writeIssued, type Issue } from '../install-certificates';
import type { LiveRequest } from './live-request';
import { nextFor, waitsFor, type OpenRequest } from './open-request';
import { typed } from '../typed';

/** What a run has come to, certificate by certificate. */
export interface Results {
  /** Approved by this run. */
  readonly approved: readonly LiveRequest[];
  /** To be installed. */
  readonly issues: readonly Issue[];
  /** No failure, and no certificate yet. */
  readonly waiting: readonly OpenRequest[];
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
  /** The cluster that was asked. @default - none was */
  readonly api?: KubernetesApi;
  /** What to do once certificates are installed. @default - what two pull requests take */
  readonly next?: (changes: Changes) => string;
}

/**
 * Installs all certificates of a run together, and tells what became of each, also when they cannot be
 * installed: what was approved stays approved.
 *
 * @returns failed when one certificate did
 */
export async function conclude(
  context: Context,
  folder: Folder,
  results: Results,
  { json, installs, before = NOTHING, extra = {}, api, next = () => NEXT_ISSUED }: Ending,
): Promise<ExitStatus> {
  const { approved, waiting, denied } = results;
  // Also without a certificate: an earlier run may have been cut off between it and the output.
  const { issues, changes, uninstalled } =
    results.issues.length > 0 || (installs && results.failed.length === 0)
      ? await installed(context, folder, results.issues, json)
      : NOT_INSTALLED;
  const failed = [...results.failed, ...uninstalled];
  if (json) {
    const document = {
      ...(api && { context: api.context, server: api.server }),
      ...extra,
      ...(denied && { denied: denied.map(requestJson) }),
      approved: approved.map(requestJson),
      issued: issues.map(issuedJson),
      waiting: waiting.map(requestJson),
      failed: failed.map(failureJson),
      written: [...new Set([...before.written, ...changes.written])],
      removed: [...new Set([...before.removed, ...changes.removed])],
    };
    context.print(JSON.stringify(document, undefined, 2));
  } else {
    noteChanges(context, changes);
    tellWaiting(context, waiting);
    tellFailures(context, failed);
    summarize(context, folder, { ...results, issues, failed });
    if (issues.length > 0) context.note(next(changes));
  }
  if (uninstalled.length > 0) {
    const names = uninstalled.map(({ name }) => name).join(' ');
    context.note(
      `the cluster keeps a certificate for an hour; once that is settled: ${typed(context, `fetch ${names}`)}`,
      'important',
    );
  }
  return failed.length > 0 ? EXIT.failed : EXIT.done;
}

interface Installed {
  readonly issues: readonly Issue[];
  readonly changes: Changes;
  readonly uninstalled: readonly Failure[];
}

const NOT_INSTALLED: Installed = { issues: [], changes: NOTHING, uninstalled: [] };

async function installed(
  context: Context,
  folder: Folder,
  issues: readonly Issue[],
  json: boolean,
): Promise<Installed> {
  try {
    const changes = await writeIssued(context, folder, issues, json);
    return { issues, changes, uninstalled: [] };
  } catch (error) {
    if (!(error instanceof ReleafError) || issues.length === 0) throw error;
    const uninstalled = issues.map(({ spec, pending }) => ({
      name: spec.name,
      request: pending.record.objectName,
      error,
    }));
    return { ...NOT_INSTALLED, uninstalled };
  }
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

function tellWaiting(context: Context, waiting: readonly OpenRequest[]): void {
  for (const request of waiting) {
    const { spec, pending } = request;
    context.print(`${spec.name}: ${pending.record.objectName}: ${waitsFor(request)}`);
    context.note(`next: ${nextFor(context, request)}`);
  }
}

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

function requestJson({ spec, pending, live }: OpenRequest): object {
  return {
    name: spec.name,
    revision: pending.number,
    request: pending.record.objectName,
    signer: pending.record.signer,
    state: live ? stateOf(live) : 'missing',
  };
}

function failureJson({ name, request, error: { code, message, hint } }: Failure): object {
  return { name, ...(request !== undefined && { request }), code, message, hint };
}
