import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDuration } from '../config/duration';
import type { Context, ExitStatus } from './context';
import type { Work } from './folders';

/** What the process gives a command; the folder comes from the command line. */
export type ContextOf = (folder: string) => Context;

/** The folders of a command, in the order given. */
export interface FolderFlag {
  readonly folder?: readonly string[];
}

/** How to reach the cluster, as every command that asks it takes it. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Examples for the end of a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

/** `-C`, which may be said several times. */
export const folderOption = (description: string): Option =>
  new Option('-C, --folder <dir>', description).argParser(
    (value, before: readonly string[] | undefined) => [...(before ?? []), value],
  );

/** `--quiet`, which every command takes, and the program itself. */
export const quietOption = (): Option =>
  new Option('--quiet', 'no notes on standard error: only warnings and errors');

/** Adds `--json`. */
export const json = (target: Command): Command =>
  target.option('--json', 'print JSON for machines', false);

/** Adds the flags of {@link ClusterFlags}. */
export const clustered = (target: Command): Command =>
  target
    .option('--kubeconfig <file>', 'as kubectl: else KUBECONFIG, ~/.kube/config, the pod')
    .option('--context <name>', 'context of the kubeconfig (default: its current one)');

/** `--wait`, in seconds for the command. */
export function waitOption(description: string, value?: string): Option {
  const option = new Option('--wait <duration>', description).argParser(seconds);
  return value === undefined ? option : option.default(seconds(value), value);
}

function seconds(value: string): number {
  const duration = parseDuration(value);
  if (duration === undefined) {
    throw new InvalidArgumentError('it is a duration, such as 5m or 90s');
  }
  return duration;
}

/** A whole number from 1 on. */
export function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value))
    throw new InvalidArgumentError('it is a whole number from 1 on');
  return Number(value);
}

/** Where commands are declared: names, flags, help. Each one's code is loaded when it runs. */
export class CommandLine {
  /**
   * @param contextOf - makes the context of a command for the folder that it was given
   * @param done - takes the exit status of the command that ran
   */
  constructor(
    readonly program: Command,
    readonly contextOf: ContextOf,
    readonly done: (status: ExitStatus) => void,
  ) {}

  /** A command that works in folders. */
  command(name: string, description: string): Command {
    return this.program
      .command(name)
      .description(description)
      .addOption(
        folderOption(
          'folder with releaf.yaml (default: "."); several: -C clusters/*, or -C a -C b',
        ),
      );
  }

  foldersOf({ folder }: FolderFlag): readonly string[] {
    return folder ?? this.program.opts<FolderFlag>().folder ?? ['.'];
  }

  /** Runs a command in each of its folders; each knows which cluster was named. */
  async inEach(flags: FolderFlag & ClusterFlags, work: Work): Promise<void> {
    const { inFolders } = await import('./folders.js');
    const { kubeconfig, context } = flags;
    const cluster = {
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    };
    const contexts = this.foldersOf(flags).map((folder) => ({
      ...this.contextOf(folder),
      cluster,
    }));
    this.done(await inFolders(contexts, work));
  }
}
