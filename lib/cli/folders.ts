import { isAbsolute, resolve } from 'node:path';
import { nearest } from '../config/did-you-mean';
import { ReleafError } from '../model/errors';
import { visible } from '../model/visible';
import { openFolder } from '../store/folder';
import { EXIT, type Context, type ExitStatus } from './context';
import { isInterrupted, noteFailure } from './failure';

/** What one command does in a folder. */
export interface Work {
  /** Names on the command line; none means all certificates. */
  readonly names: readonly string[];
  /** Whether the command prints one JSON document. */
  readonly json: boolean;
  /** Whether it writes the output. @default false */
  readonly synthesizes?: boolean;
  readonly run: (context: Context, names: readonly string[]) => ExitStatus | Promise<ExitStatus>;
}

/**
 * Runs a command in each folder in turn. With one folder that is all. With several each gets a heading,
 * or its part of one JSON document; a failure is told and the others go on.
 *
 * @param contexts - one for each folder
 * @returns the worst status of all: failed, then due, then done
 * @throws ReleafError CERTIFICATE_UNKNOWN when no folder has a name, FILE_UNWRITABLE when all would write
 * to one place; both before anything is written
 */
export async function inFolders(contexts: readonly Context[], work: Work): Promise<ExitStatus> {
  const [first, ...others] = new Map(contexts.map((one) => [resolve(one.folder), one])).values();
  if (!first) throw new Error('a command runs in one folder at least');
  if (others.length === 0) return inOnly(first, work);
  const several = [first, ...others].map((one) => ({ ...one, folder: tidy(one.folder) }));
  if (work.synthesizes) assertApart(first);
  const outcomes: Outcome[] = [];
  for (const { context, names } of choose(several, work.names)) {
    outcomes.push(await inOne(context, { ...work, names }, outcomes.length === 0));
  }
  const failed = outcomes.filter(({ status }) => status === EXIT.failed);
  if (work.json) {
    const folders = outcomes.map(({ result }) => result);
    first.print(JSON.stringify({ folders }, undefined, 2));
  } else if (failed.length > 0) {
    first.note('', 'important');
    first.note(`failed: ${failed.map(({ folder }) => visible(folder)).join(', ')}`, 'important');
  }
  const statuses = outcomes.map(({ status }) => status);
  return [EXIT.failed, EXIT.due].find((status) => statuses.includes(status)) ?? EXIT.done;
}

/** A failure is one JSON document too, where that was asked for. */
async function inOnly(context: Context, { json, names, run }: Work): Promise<ExitStatus> {
  try {
    return await run(context, names);
  } catch (error) {
    if (json) context.print(JSON.stringify(errorJson(error), undefined, 2));
    throw error;
  }
}

/** `error` has no parts where the failure is a bug. */
export function errorJson(error: unknown): object {
  if (!(error instanceof ReleafError)) return { error: {} };
  const { code, message, hint } = error;
  return { error: { code, message, hint } };
}

/** Without the slash that a shell leaves behind a folder. */
export const tidy = (folder: string): string => folder.replace(/(?<=.)\/+$/, '');

/** An output folder elsewhere is one for all: files of the same name would replace each other. */
function assertApart({ output = '' }: Context): void {
  if (!isAbsolute(output)) return;
  throw new ReleafError(
    'FILE_UNWRITABLE',
    `CDK8S_OUTDIR is ${output}, where the output of several folders would meet`,
    'synthesize one folder at a time, or unset CDK8S_OUTDIR',
  );
}

interface Choice {
  readonly context: Context;
  readonly names: readonly string[];
}

/** In which folders to work, and on which of their certificates. A folder without any is left out. */
function choose(contexts: readonly Context[], names: readonly string[]): readonly Choice[] {
  if (names.length === 0) return contexts.map((context) => ({ context, names }));
  const read = contexts.map((context) => ({ context, known: knownNames(context) }));
  for (const name of names) {
    if (read.some(({ known }) => known?.includes(name))) continue;
    const all = read.flatMap(({ known = [] }) => known);
    const near = nearest(name, all);
    const unread = read.filter(({ known }) => !known).map(({ context }) => context.folder);
    throw new ReleafError(
      'CERTIFICATE_UNKNOWN',
      `${name}: no certificate of this name in any of the ${contexts.length} folders${near === undefined ? '' : `; did you mean ${near}?`}`,
      unread.length > 0
        ? `not readable: ${unread.join(', ')}`
        : `there are: ${[...new Set(all)].sort().join(', ') || 'none'}`,
    );
  }
  return read.flatMap(({ context, known }) => {
    // What cannot be read tells so when its turn comes.
    const own = known ? names.filter((name) => known.includes(name)) : names;
    return own.length === 0 ? [] : [{ context, names: own }];
  });
}

function knownNames({ folder }: Context): readonly string[] | undefined {
  try {
    return openFolder(folder).config.certificates.map(({ name }) => name);
  } catch (error) {
    if (error instanceof ReleafError) return undefined;
    throw error;
  }
}

interface Outcome {
  readonly folder: string;
  readonly status: ExitStatus;
  /** What the command printed as JSON, or the failure. */
  readonly result: object;
}

async function inOne(context: Context, work: Work, first: boolean): Promise<Outcome> {
  const { folder } = context;
  const printed: string[] = [];
  const headed = underHeading(context, first);
  const own = work.json ? { ...headed, print: (line: string) => printed.push(line) } : headed;
  try {
    const status = await work.run(own, work.names);
    const result = work.json ? (JSON.parse(printed.join('\n')) as object) : {};
    return { folder, status, result: { folder, ...result } };
  } catch (error) {
    if (isInterrupted(error)) throw error;
    return { folder, status: noteFailure(own, error), result: { folder, ...errorJson(error) } };
  }
}

/** Writes the heading of a folder to the stream that speaks first. */
function underHeading(context: Context, first: boolean): Context {
  let heading = [...(first ? [] : ['']), `${visible(context.folder)}:`];
  const headed = (write: Context['note']) => (line: string, weight?: 'important') => {
    for (const one of heading) write(one, weight);
    heading = [];
    write(line, weight);
  };
  const [print, note] = [headed(context.print), headed(context.note)];
  return {
    ...context,
    print,
    note: (line, weight) => {
      if (!context.quiet || weight) note(line, weight);
    },
  };
}
