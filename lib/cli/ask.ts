import { ReleafError } from '../model/errors';

/** One of the answers to choose from. */
export interface Choice<Value extends string> {
  readonly value: Value;
  /** A few words behind it. */
  readonly hint?: string;
}

/** Asks a person, one question at a time. */
export interface Ask {
  /**
   * Lets a person choose.
   *
   * @param initial - chosen when only Enter is pressed
   * @throws ReleafError INTERRUPTED when the person gives up with Ctrl-C
   */
  choose<Value extends string>(
    question: string,
    choices: readonly Choice<Value>[],
    initial: Value,
  ): Promise<Value>;
}

/**
 * Asks at the terminal, on standard error: standard output is for results. The library is loaded with the first
 * question.
 */
export const terminal: Ask = {
  async choose(question, choices, initial) {
    const { select, isCancel } = await import('@clack/prompts');
    const options = choices.map(({ value, hint }) => ({
      value,
      label: value,
      ...(hint && { hint }),
    }));
    const answer = await select({
      message: question,
      options: options as never,
      initialValue: initial,
      output: process.stderr,
    });
    if (isCancel(answer)) throw interrupted();
    return answer;
  },
};

const interrupted = (): ReleafError =>
  new ReleafError('INTERRUPTED', 'stopped; nothing was written');
