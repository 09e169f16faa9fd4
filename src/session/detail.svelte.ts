/** What is asked of the worker about one row. The old answer stays on the screen until the new one is there. */
export class DetailState<Key, Answer> {
  #ask: (key: Key) => Promise<Answer | undefined>;
  #answer = $state.raw<{ readonly key: Key; readonly value: Answer | undefined } | undefined>();
  #wanted = $state.raw<Key | undefined>();

  constructor(ask: (key: Key) => Promise<Answer | undefined>) {
    this.#ask = ask;
  }

  /** The last answer, perhaps still that of the row before. */
  get value(): Answer | undefined {
    return this.#answer?.value;
  }

  /** The row that {@link value} is of. */
  get key(): Key | undefined {
    return this.#answer?.key;
  }

  /** True where the worker knows of no such row. */
  get isMissing(): boolean {
    return (
      this.#answer !== undefined && this.#answer.key === this.#wanted && this.#answer.value === undefined
    );
  }

  /** Asks for a row; the answers of those asked for before are dropped. */
  async show(key: Key | undefined): Promise<void> {
    this.#wanted = key;
    if (key === undefined) {
      this.#answer = undefined;
      return;
    }
    const value = await this.#ask(key);
    if (this.#wanted === key) this.#answer = { key, value };
  }
}
