import type { Bytes } from '../model/units.ts';
import type { Analysis, ConversationMessage } from './worker.ts';

/** Octets of messages that are loaded without being asked for one by one; a page that holds more gets slow. */
const LOADED_OCTETS: Bytes = 64 << 20;

/** The messages inside an exchange: the parts read so far, and where to go on. */
export class ConversationState {
  #analysis: Analysis;
  #exchange: number;
  #messages = $state.raw<readonly ConversationMessage[]>([]);
  #next = $state.raw<number | undefined>(0);
  #problem = $state('');
  #isReading = $state(false);
  #octets = 0;

  constructor(analysis: Analysis, exchange: number) {
    this.#analysis = analysis;
    this.#exchange = exchange;
  }

  /** In the order they came, as far as they are loaded. */
  get messages(): readonly ConversationMessage[] {
    return this.#messages;
  }
  get hasMore(): boolean {
    return this.#next !== undefined;
  }
  get isReading(): boolean {
    return this.#isReading;
  }
  /** What kept it from being read to its end; '' where nothing did. */
  get problem(): string {
    return this.#problem;
  }
  /** Whether the next part may be loaded without a click. */
  get isLight(): boolean {
    return this.#octets < LOADED_OCTETS;
  }

  /** Reads on to the end, as far as a page can hold it. */
  async all(): Promise<void> {
    while (this.hasMore && this.isLight) {
      const before = this.#next;
      await this.more();
      // Another call is reading: its part is waited for in turn.
      if (this.#next === before) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Reads the next part. */
  async more(): Promise<void> {
    if (this.#isReading || this.#next === undefined) return;
    this.#isReading = true;
    // A part may be empty where a long message is still being put together.
    for (let isEmpty = true; isEmpty && this.#next !== undefined;) {
      const part = await this.#analysis.conversation(this.#exchange, this.#next);
      isEmpty = part?.messages.length === 0;
      this.#octets += part?.messages.reduce((sum, { octets }) => sum + octets.length, 0) ?? 0;
      this.#messages = [...this.#messages, ...(part?.messages ?? [])];
      this.#next = part?.next;
      this.#problem = part?.problem ?? '';
    }
    this.#isReading = false;
  }
}
