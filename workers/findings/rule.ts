import type { Finding, FoldedFinding, RuleId, Severity } from '../../src/model/finding.ts';
import type { ExchangeRow, FlowRow, HelloRow, Nanoseconds } from '../../src/model/units.ts';
import type { ExchangeFacts, Facts } from './facts.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';

/** What a cause did, the first measure of its rank. The severity follows from it. */
export const Impact = {
  /** Odd, or a habit. */
  ODD: 0,
  /** Can break an exchange, or did so in a way that may be wanted. */
  CAN_BREAK: 1,
  /** Broke an exchange or a connection. */
  BROKE: 2,
  /** Explains a failure that a caller was told (a 5xx). */
  FELT: 3,
} as const;

/** One of {@link Impact}. */
export type ImpactLevel = (typeof Impact)[keyof typeof Impact];

const SEVERITIES: Readonly<Record<ImpactLevel, Severity>> = {
  [Impact.ODD]: 'note',
  [Impact.CAN_BREAK]: 'warning',
  [Impact.BROKE]: 'error',
  [Impact.FELT]: 'error',
};

/** What a rule says of one cause, in its own words. */
export interface Statement extends Omit<Finding, 'rule' | 'severity' | 'folded'> {
  readonly impact: ImpactLevel;
  /** When its example began: the last measure of its rank. */
  readonly time: Nanoseconds;
}

/** A finding in the making: symptoms are folded under it while later rules run. */
export class Draft {
  readonly rule: RuleId;
  readonly statement: Statement;
  /** The exchanges that were looked at for it: where another cause explains all of them, this finding is its symptom. */
  readonly examples: readonly ExchangeRow[];
  /** Its name where it is folded. */
  readonly foldedTitle: string;
  readonly #includes: readonly RuleId[];
  readonly #folded = new Map<string, FoldedFinding>();

  /** `includes` are rules whose facts this finding states itself: they add nothing when they are folded. */
  constructor(
    rule: RuleId,
    statement: Statement,
    folding: {
      readonly examples?: readonly ExchangeRow[];
      readonly title?: string;
      readonly includes?: readonly RuleId[];
    } = {},
  ) {
    this.rule = rule;
    this.statement = statement;
    this.examples = folding.examples ?? [];
    this.foldedTitle = folding.title ?? statement.title;
    this.#includes = folding.includes ?? [];
  }

  /** Counts a symptom that this cause explains. */
  fold(rule: RuleId, title: string, count = 1): void {
    if (this.#includes.includes(rule)) return;
    const key = `${rule} ${title}`;
    const known = this.#folded.get(key);
    this.#folded.set(key, { rule, title, count: count + (known?.count ?? 0) });
  }

  /** The finding, complete. */
  finding(): Finding {
    const { impact, flows, packets } = this.statement;
    return {
      rule: this.rule,
      severity: SEVERITIES[impact],
      ...told(this.statement),
      flows: flows.slice(0, THRESHOLDS.FLOWS_LISTED),
      packets: packets.slice(0, THRESHOLDS.PACKETS_LISTED),
      folded: [...this.#folded.values()].sort((a, b) => b.count - a.count),
    };
  }
}

/** A statement without what only its rank needs. */
function told({ impact: _impact, time: _time, ...rest }: Statement): Omit<Statement, 'impact' | 'time'> {
  return rest;
}

/** Which cause explains what: rules run from causes to symptoms, and a symptom that is claimed is folded. */
export class Claims {
  readonly #exchanges = new Map<ExchangeRow, Draft>();
  readonly #flows = new Map<FlowRow, Draft>();
  readonly #downstream = new Map<ExchangeRow, Draft>();
  readonly #hellos = new Map<HelloRow, Draft>();

  /** The cause explains how this exchange broke. The first claim stands. */
  exchange(row: ExchangeRow, cause: Draft): void {
    if (!this.#exchanges.has(row)) this.#exchanges.set(row, cause);
  }

  /** The cause explains how this connection ended. */
  flow(row: FlowRow, cause: Draft): void {
    if (!this.#flows.has(row)) this.#flows.set(row, cause);
  }

  /** The cause explains what came of this ClientHello. */
  hello(row: HelloRow, cause: Draft): void {
    if (!this.#hellos.has(row)) this.#hellos.set(row, cause);
  }

  /** The cause explains what a proxy's caller got. */
  downstream(exchange: ExchangeFacts, cause: Draft): void {
    if (!this.#downstream.has(exchange.row)) this.#downstream.set(exchange.row, cause);
    this.exchange(exchange.row, cause);
    if (exchange.isLast) this.flow(exchange.flow, cause);
  }

  /** Folds the findings whose every example is what another cause did to a proxy's caller; answers the others. */
  foldDownstream(drafts: readonly Draft[]): readonly Draft[] {
    return drafts.filter((draft) => {
      const causes = draft.examples.map((row) => this.#downstream.get(row));
      const cause = causes[0];
      if (cause === undefined || causes.some((one) => one === undefined || one === draft)) return true;
      cause.fold(draft.rule, draft.foldedTitle, draft.statement.count);
      return false;
    });
  }

  /** What explains a broken exchange, or the end of its connection. */
  causeOf(what: {
    readonly exchange?: ExchangeRow;
    readonly flow?: FlowRow;
    readonly hello?: HelloRow;
  }): Draft | undefined {
    return (
      (what.exchange === undefined ? undefined : this.#exchanges.get(what.exchange)) ??
      (what.hello === undefined ? undefined : this.#hellos.get(what.hello)) ??
      (what.flow === undefined ? undefined : this.#flows.get(what.flow))
    );
  }
}

/** A rule: looks at its candidates only, and answers one draft a cause. */
export interface Rule {
  readonly id: RuleId;
  /** What it looks for, in a few words. */
  readonly looksFor: string;
  /** Why this capture cannot show it; undefined where it can. */
  unseen(facts: Facts): string | undefined;
  /** Why finding nothing proves nothing here; undefined where it does. */
  blind?(facts: Facts): string | undefined;
  find(facts: Facts, claims: Claims): readonly Draft[];
}
