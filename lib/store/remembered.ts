/** As many characters of text as are kept, in all: the files of some 5,000 revisions. */
const MOST_CHARACTERS = 32 * 2 ** 20;

/**
 * What texts mean, by the text itself: a command comes to the same file several times, and reading YAML takes
 * most of its time. Once full it takes no more, since commands go through all files in turn.
 */
export class Remembered<Value> {
  readonly #values = new Map<string, Value>();
  #characters = 0;

  get(text: string): Value | undefined {
    return this.#values.get(text);
  }

  set(text: string, value: Value): void {
    if (this.#characters + text.length > MOST_CHARACTERS) return;
    this.#characters += text.length;
    this.#values.set(text, value);
  }
}
