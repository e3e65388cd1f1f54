import type { Command, Option } from 'commander';
import { spellOutFolders } from './folder-words';

/** What may stand at a place of the command line. */
export interface Candidate {
  readonly word: string;
  /** A few words on it. */
  readonly about?: string;
}

/** The shell knows better than we do which files and folders there are. */
export type Completion = readonly Candidate[] | 'files' | 'folders';

/**
 * What may stand where a person asks the shell to complete.
 *
 * @param program - the command line, from which all is read
 * @param words - behind the program's name; the last one, perhaps empty, is to be completed
 * @param namesIn - names of the certificates of a folder
 */
export function complete(
  program: Command,
  words: readonly string[],
  namesIn: (folder: string) => readonly string[],
): Completion {
  // bash hands over `--format=html` as three words.
  const whole = (words.at(-1) === '=' ? [...words, ''] : words).filter((word) => word !== '=');
  const last = whole.at(-1) ?? '';
  const [, flag, rest] = /^(--[^=]+)=(.*)$/s.exec(last) ?? [];
  if (flag === undefined || rest === undefined) return startingWith(last, at(whole.slice(0, -1)));
  const values = at([...whole.slice(0, -1), flag]);
  const prefixed = typeof values === 'string' ? values : values.map(behind(`${flag}=`));
  return startingWith(last, prefixed);

  function at(before: readonly string[]): Completion {
    const { command, args, folders, open, given } = walk(program, spellOutFolders(before));
    if (open) return valuesOf(open);
    if (last.startsWith('-')) return optionsOf(command, given);
    if (command === program) return commandsOf(program);
    const { registeredArguments } = command;
    const argument = registeredArguments[args.length] ?? registeredArguments.at(-1);
    if (!argument || (args.length >= registeredArguments.length && !argument.variadic)) return [];
    if (argument.argChoices) return argument.argChoices.map((word) => ({ word }));
    if (argument.name() === 'command') return commandsOf(program);
    if (!/^names?$/.test(argument.name())) return 'files';
    return folders
      .flatMap(namesIn)
      .filter((name) => !args.includes(name))
      .map((word) => ({ word }));
  }
}

const behind =
  (prefix: string) =>
  (candidate: Candidate): Candidate => ({ ...candidate, word: `${prefix}${candidate.word}` });

const startingWith = (start: string, completion: Completion): Completion =>
  typeof completion === 'string'
    ? completion
    : completion.filter(({ word }) => word.startsWith(start));

interface Walked {
  readonly command: Command;
  readonly args: readonly string[];
  /** The folders that `-C` names, else the working directory. */
  readonly folders: readonly string[];
  /** The option whose value comes next. */
  readonly open: Option | undefined;
  /** Options that stand there already. */
  readonly given: readonly Option[];
}

/** Reads what stands before the word in question. */
function walk(program: Command, words: readonly string[]): Walked {
  let command = program;
  let open: Option | undefined;
  const args: string[] = [];
  const folders: string[] = [];
  const given: Option[] = [];
  for (const word of words) {
    if (open) {
      if (open.long === '--folder') folders.push(word);
      open = undefined;
      continue;
    }
    const [, flag = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    const option = [...command.options, ...program.options].find(({ short, long }) =>
      [short, long].includes(flag),
    );
    if (option) {
      given.push(option);
      if (option.required && value === undefined) open = option;
      if (option.long === '--folder' && value !== undefined) folders.push(value);
    } else if (command === program) {
      command = program.commands.find((one) => one.name() === word) ?? program;
    } else if (!word.startsWith('-')) {
      args.push(word);
    }
  }
  return { command, args, folders: folders.length > 0 ? folders : ['.'], open, given };
}

/** By what stands for the value in the help. */
function valuesOf({ argChoices, flags }: Option): Completion {
  if (argChoices) return argChoices.map((word) => ({ word }));
  if (flags.endsWith('<dir>')) return 'folders';
  return flags.endsWith('<file>') ? 'files' : [];
}

const optionsOf = (command: Command, given: readonly Option[]): Completion =>
  command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long === '--folder' || !given.some((one) => one.long === long))
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description }));

const commandsOf = (program: Command): Completion =>
  program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({ word: command.name(), about: command.description() }));
