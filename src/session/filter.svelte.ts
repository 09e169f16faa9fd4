import { forgetFilters, keepFilter, keptFilters } from '../platform/kept-filters.ts';
import type { Completion, FilterError } from './worker.ts';

/** A pause in typing after which the filter is applied without Enter. */
const PAUSE_MILLISECONDS = 450;

/** What the filter bar needs of the rest. */
export interface FilterActions {
  /** Filters all tables; answers what is wrong with the text. */
  apply(text: string, isConfirmed: boolean): Promise<FilterError | undefined>;
  complete(text: string, caret: number): Promise<readonly Completion[]>;
}

/** The text of the filter bar, and what is wrong with it. */
export class FilterState {
  #actions: FilterActions;
  #text = $state('');
  #error = $state.raw<FilterError | undefined>();
  #completions = $state.raw<readonly Completion[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #kept = $state.raw<readonly string[]>([]);
  /** Grows with every question for completions; an answer to an older one is dropped. */
  #asked = 0;

  constructor(actions: FilterActions) {
    this.#actions = actions;
    void this.#recall();
  }

  /** Filters that were applied before in this browser, the last one first. */
  get kept(): readonly string[] {
    return this.#kept;
  }

  async #recall(): Promise<void> {
    this.#kept = await keptFilters();
  }

  /** Forgets the filters of before. */
  async forget(): Promise<void> {
    await forgetFilters();
    await this.#recall();
  }

  get text(): string {
    return this.#text;
  }
  get error(): FilterError | undefined {
    return this.#error;
  }
  get completions(): readonly Completion[] {
    return this.#completions;
  }

  /** Shows a filter that was applied elsewhere: a link, Back. */
  show(text: string): void {
    clearTimeout(this.#timer);
    this.#text = text;
    this.#error = undefined;
    this.closeCompletions();
  }

  /** Says what is wrong with a filter, or that nothing is; not where another text is shown by now. */
  blame(filter: string, error: FilterError | undefined): void {
    if (filter === this.#text.trim()) this.#error = error;
  }

  type(text: string, caret: number): void {
    this.#text = text;
    this.#error = undefined;
    void this.suggest(caret);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#apply(false), PAUSE_MILLISECONDS);
  }

  /** Looks for completions at the caret. */
  async suggest(caret: number): Promise<void> {
    const asked = ++this.#asked;
    const completions = this.#text === '' ? this.#before() : await this.#actions.complete(this.#text, caret);
    if (asked === this.#asked) this.#completions = completions;
  }

  /** In an empty bar: what was used before. */
  #before(): readonly Completion[] {
    return this.#kept.map((text) => ({ text, label: 'used before', start: 0, end: 0 }));
  }

  closeCompletions(): void {
    this.#asked++;
    this.#completions = [];
  }

  /** Enter: applies at once. */
  async confirm(): Promise<void> {
    this.closeCompletions();
    await this.#apply(true);
  }

  async clear(): Promise<void> {
    this.show('');
    await this.#apply(true);
  }

  async #apply(isConfirmed: boolean): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.#text;
    const error = await this.#actions.apply(text.trim(), isConfirmed);
    if (error !== undefined) this.blame(text.trim(), error);
    if (!isConfirmed || error || text.trim() === '') return;
    await keepFilter(text.trim());
    await this.#recall();
  }
}
