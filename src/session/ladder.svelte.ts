import type { Analysis, LadderOf, LadderPart, SegmentStep } from './worker.ts';

/** Steps that are asked for at first, of the beginning and of the end, and each time after. */
const HEAD = 150;
const TAIL = 50;
const MORE = 200;

/** The ladder of one flow or exchange: its beginning, its end, and what was loaded of the steps between. */
export class LadderState {
  readonly #analysis: Pick<Analysis, 'ladder'>;
  /** Whose steps are there. */
  #shown: LadderOf | undefined;
  #part = $state.raw<LadderPart | undefined>();
  #head = $state.raw<readonly SegmentStep[]>([]);
  #tail = $state.raw<readonly SegmentStep[]>([]);
  /** The call for more steps that is under way; another ladder has no part in it. */
  #loading = $state.raw<symbol | undefined>();
  #isAnswered = $state(false);
  #shows = 0;

  constructor(analysis: Pick<Analysis, 'ladder'>) {
    this.#analysis = analysis;
  }

  /** Whom the lifelines are; undefined until the first answer, and where there is nothing to draw. */
  get lifelines(): LadderPart['lifelines'] | undefined {
    return this.#part?.lifelines;
  }

  /** Whether the worker answered, if only that there is nothing to draw. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Packets of the whole ladder. */
  get total(): number {
    return this.#part?.total ?? 0;
  }

  /** The steps that are there, in order. */
  get steps(): readonly SegmentStep[] {
    return [...this.#head, ...this.#tail];
  }

  /** Steps that are not loaded; they are missing before the step at {@link breakAt}. */
  get omitted(): number {
    return Math.max(0, this.total - this.#head.length - this.#tail.length);
  }

  get breakAt(): number {
    return this.#head.length;
  }

  /** Whether more steps are being loaded. */
  get isReading(): boolean {
    return this.#loading !== undefined;
  }

  /** Shows another ladder; or the same one anew, which may have grown, with the steps that were loaded of it. */
  async show(of: LadderOf): Promise<void> {
    const run = ++this.#shows;
    const isSame = this.#shown !== undefined && isSameLadder(this.#shown, of);
    if (!isSame) this.#loading = undefined;
    try {
      const head = await this.#analysis.ladder(of, 0, HEAD);
      if (run !== this.#shows) return;
      const [before, total] = [this.#tail, head?.total ?? 0];
      // What came since is at the end: the steps that were loaded before the end are in this window too.
      const grown = total - this.total;
      const length = isSame && before.length > TAIL ? before.length + grown : TAIL;
      const tail = total > HEAD ? await this.#analysis.ladder(of, 0, -length) : undefined;
      if (run !== this.#shows) return;
      // Some were loaded before the end meanwhile: this window lacks them.
      if (isSame && before !== this.#tail) return void (await this.show(of));
      const fresh = head?.steps ?? [];
      this.#head = isSame ? [...fresh, ...behind(this.#head, fresh)] : fresh;
      this.#tail = behind(tail?.steps ?? [], this.#head);
      this.#part = head;
      this.#shown = of;
      this.#isAnswered = true;
      if (!isSame) this.#loading = undefined;
    } catch (error) {
      // The steps of another ladder must not stand where this one's belong.
      if (run === this.#shows && !isSame) this.#clear();
      throw error;
    }
  }

  /** Loads more of the steps between: those behind the beginning, or those before the end. */
  async more(from: 'beginning' | 'end'): Promise<void> {
    const of = this.#shown;
    const [last, first] = [this.#head.at(-1), this.#tail[0]];
    if (this.isReading || of === undefined || !last || !first) return;
    const loading = Symbol(from);
    this.#loading = loading;
    try {
      const part =
        from === 'beginning'
          ? await this.#analysis.ladder(of, last.packet + 1, MORE)
          : await this.#analysis.ladder(of, first.packet, -MORE);
      if (this.#loading === loading && part !== undefined) this.#join(part.steps, from, first);
    } finally {
      if (this.#loading === loading) this.#loading = undefined;
    }
  }

  /** Puts steps between those that are there; the end may have moved on while they were read. */
  #join(steps: readonly SegmentStep[], to: 'beginning' | 'end', asked: SegmentStep): void {
    const end = this.#tail[0]?.packet ?? Infinity;
    const between = behind(steps, this.#head).filter(({ packet }) => packet < end);
    if (to === 'beginning') this.#head = [...this.#head, ...between];
    else if (end <= asked.packet) this.#tail = [...between, ...this.#tail];
  }

  #clear(): void {
    this.#shown = undefined;
    this.#part = undefined;
    this.#head = [];
    this.#tail = [];
  }
}

/** The steps that are not in the others already. */
function behind(steps: readonly SegmentStep[], others: readonly SegmentStep[]): readonly SegmentStep[] {
  const last = others.at(-1)?.packet ?? 0;
  return steps.filter(({ packet }) => packet > last);
}

function isSameLadder(one: LadderOf, other: LadderOf): boolean {
  if (one.kind === 'flow') return other.kind === 'flow' && one.flow === other.flow;
  return other.kind === 'exchange' && one.exchange === other.exchange;
}
