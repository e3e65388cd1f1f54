import { createProgram } from '../../lib/cli/program';
import { releaf } from '../harness';

/** Whether an example takes a shell: a pipe, a file to write, a pattern. */
export const takesShell = (line: string): boolean => /[|<>*$]/.test(line);

const COMMANDS = createProgram(
  '0',
  () => {
    throw new Error('no command runs');
  },
  () => undefined,
).commands.map((command) => command.name());

/** All examples of all commands, as the program itself tells them, without the words behind each. */
export async function collectExamples(): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const argv of [[], ...COMMANDS.map((name) => [name])]) {
    const { stdout } = await releaf([...argv, '--help']);
    for (const [, line = ''] of stdout.matchAll(/^ {2}\$ (.*)$/gm)) {
      found.add(line.replace(/ {2,}.*$/, ''));
    }
  }
  return [...found];
}
