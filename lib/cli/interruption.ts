/** Takes back what is half done. Where that takes a while, it is waited for. */
export type Undo = () => void | Promise<void>;

/** What must be taken back when a signal ends the program. */
export class Interruption {
  readonly #undoings = new Set<Undo>();

  /**
   * Has something taken back should a signal come meanwhile.
   *
   * @returns says that it is done, and needs no more taking back
   */
  readonly during = (undo: Undo): (() => void) => {
    this.#undoings.add(undo);
    return () => {
      this.#undoings.delete(undo);
    };
  };

  /** Takes back all that is under way, the newest first. */
  async undo(): Promise<void> {
    for (const undo of [...this.#undoings].reverse()) {
      const waiting = undo();
      // Nothing else may go on in between where nothing is waited for.
      if (waiting) await waiting;
    }
  }
}
