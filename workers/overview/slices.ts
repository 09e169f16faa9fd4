/** Work of an overview is done in slices of about so long, so that a newer question can come in between. */
const SLICE_MILLISECONDS = 40;

/** Rows between two looks at the clock. */
export const ROWS_A_SLICE = 1 << 18;

/** Lets go now and then; answers false as soon as somebody asked something newer. */
export class Slices {
  #began = performance.now();
  readonly #isCurrent: () => boolean;

  constructor(isCurrent: () => boolean) {
    this.#isCurrent = isCurrent;
  }

  /** To be awaited after every {@link ROWS_A_SLICE} rows. */
  async goOn(): Promise<boolean> {
    if (performance.now() - this.#began >= SLICE_MILLISECONDS) {
      await new Promise((resolve) => setTimeout(resolve));
      this.#began = performance.now();
    }
    return this.#isCurrent();
  }
}
