import type { Analysis, LadderOf, LadderPart, SegmentStep } from './worker.ts';

/** Steps that are asked for at first, of the beginning and of the end, and each time after. */
const HEAD = 150;
const TAIL = 50;
const MORE = 200;

/** The ladder of one flow or exchange: its beginning, its end, and what was loaded of the steps between. */
export class LadderState {
  readonly #analysis: Analysis;
  #of: LadderOf | undefined;
  #part = $state.raw<LadderPart | undefined>();
  #head = $state.raw<readonly SegmentStep[]>([]);
  #tail = $state.raw<readonly SegmentStep[]>([]);
  #isReading = $state(false);
  #isAnswered = $state(false);

  constructor(analysis: Analysis) {
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

  get isReading(): boolean {
    return this.#isReading;
  }

  /** Shows another ladder, or the same one anew. */
  async show(of: LadderOf): Promise<void> {
    this.#of = of;
    const head = await this.#analysis.ladder(of, 0, HEAD);
    const isLong = head !== undefined && head.total > HEAD;
    const tail = isLong ? await this.#analysis.ladder(of, 0, -TAIL) : undefined;
    if (this.#of !== of) return;
    this.#isAnswered = true;
    this.#part = head;
    this.#head = head?.steps ?? [];
    this.#tail = behind(tail?.steps ?? [], this.#head);
  }

  /** Loads more of the steps between: those behind the beginning, or those before the end. */
  async more(from: 'beginning' | 'end'): Promise<void> {
    const of = this.#of;
    const [last, first] = [this.#head.at(-1), this.#tail[0]];
    if (this.#isReading || of === undefined || !last || !first) return;
    this.#isReading = true;
    const part =
      from === 'beginning'
        ? await this.#analysis.ladder(of, last.packet + 1, MORE)
        : await this.#analysis.ladder(of, first.packet, -MORE);
    this.#isReading = false;
    if (this.#of !== of || part === undefined) return;
    const between = part.steps.filter(({ packet }) => packet > last.packet && packet < first.packet);
    if (from === 'beginning') this.#head = [...this.#head, ...between];
    else this.#tail = [...between, ...this.#tail];
  }
}

/** The steps that are not in the others already. */
function behind(steps: readonly SegmentStep[], others: readonly SegmentStep[]): readonly SegmentStep[] {
  const last = others.at(-1)?.packet ?? 0;
  return steps.filter(({ packet }) => packet > last);
}
