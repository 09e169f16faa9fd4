import type { ExchangeRow, FlowRow, HelloRow, Nanoseconds, PacketNumber } from './units.ts';

/** Rule ids, as in the rule registry (`workers/findings/index.ts`). */
export type RuleId =
  | 'rst-after-response'
  | 'rst-mid-response'
  | 'no-response-close'
  | 'keepalive-race'
  | 'timeout'
  | 'client-gave-up'
  | 'idle-drop'
  | 'mtu-hole'
  | 'zero-window'
  | 'alien-rst'
  | 'early-response'
  | 'syn-timeout'
  | 'retry-dup'
  | 'local-reply'
  | 'body-forbidden'
  | 'bad-field-line'
  | 'te-in-http10'
  | 'header-limits'
  | 'syn-refused'
  | 'dup-te'
  | 'te-and-cl'
  | 'cl-conflict'
  | 'bad-host'
  | 'duplicate-singleton'
  | 'chunk-error'
  | 'cl-mismatch'
  | 'no-sni'
  | 'foreign-sni'
  | 'plaintext-to-tls'
  | 'tls-alert'
  | 'handshake-cut'
  | 'h2-malformed'
  | 'h2-goaway'
  | 'h2-rst-stream'
  | 'grpc-status'
  | 'h2-window'
  | 'capture-quality';

/** error: it broke an exchange or a connection; warning: it can; note: a habit, or good to know. */
export type Severity = 'error' | 'warning' | 'note';

/**
 * Words with octets of the capture in them. Octets are `{ code }` and reach the page as text nodes only: captures are hostile.
 * `{ strong }` is the part that the user felt (the 502).
 */
export type Prose = readonly (string | { readonly code: string } | { readonly strong: string })[];

/** Where a click on evidence lands. */
export type Evidence =
  | { readonly kind: 'packet'; readonly packet: PacketNumber; readonly label: string }
  | { readonly kind: 'exchange'; readonly exchange: ExchangeRow; readonly label: string }
  | { readonly kind: 'flow'; readonly flow: FlowRow; readonly label: string }
  | { readonly kind: 'hello'; readonly hello: HelloRow; readonly label: string };

/** A vertical line of the ladder. */
export interface Lifeline {
  /** client, istio-proxy, app … as far as the packets tell. */
  readonly role: string;
  readonly address: string;
}

/** An arrow of the ladder, in time order. */
export interface LadderStep {
  readonly time: Nanoseconds;
  /** Indexes of lifelines. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** plain: a message; quiet: acknowledgements, FINs, bytes nobody read; bad: the failure. */
  readonly tone: 'plain' | 'quiet' | 'bad';
  /** text: words of ours; code: octets of the capture (shown monospaced). */
  readonly style: 'text' | 'code';
  readonly packet: PacketNumber;
  readonly exchange?: ExchangeRow;
}

/** The example of a finding, drawn. */
export interface Ladder {
  readonly title: string;
  readonly lifelines: readonly Lifeline[];
  readonly steps: readonly LadderStep[];
}

/** Lines of a message as sent, with the offending ones marked. */
export interface Quote {
  /** "The answer as it was sent". */
  readonly title: string;
  /** Its first packet; 0 for what a HAR file reports. */
  readonly packet: PacketNumber;
  readonly exchange?: ExchangeRow;
  readonly lines: readonly {
    readonly text: string;
    /** What is wrong with this line; absent for the others. */
    readonly remark?: string;
    /** Not a line of the message but of ours ("… cut off by the reset after 18 octets"). */
    readonly isOurs?: boolean;
  }[];
}

/** A finding that a greater one explains, or a habit. */
export interface FoldedFinding {
  readonly rule: RuleId;
  readonly title: string;
  readonly count: number;
}

/** What a rule says: one cause, with its evidence. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** The cause, in a sentence without a full stop. */
  readonly title: string;
  /** Hosts and routes concerned, in a short line. */
  readonly scope: string;
  /** One paragraph: what each side saw. */
  readonly lead: Prose;
  /** How many exchanges or connections the same cause has touched. */
  readonly count: number;
  readonly flows: readonly FlowRow[];
  readonly packets: readonly PacketNumber[];
  readonly whyItMatters: Prose;
  /** Steps, each one change. */
  readonly whatToChange: readonly Prose[];
  /** What proxies, runtimes and libraries write in their logs when this happens. */
  readonly logWords: readonly string[];
  /** RFC sections and the like. */
  readonly sources: readonly string[];
  readonly evidence: readonly [Evidence, ...Evidence[]];
  /** Whether the capture can prove it; with the reasons where not. */
  readonly certainty: 'certain' | 'possible';
  /** One sentence of what the certainty rests on, then the caveats. */
  readonly caveats: readonly string[];
  readonly ladder?: Ladder;
  readonly quote?: Quote;
  readonly folded: readonly FoldedFinding[];
}

/** What came of a rule that found nothing. */
export interface RuleVerdict {
  readonly rule: RuleId;
  /** What the rule looks for, in a few words. */
  readonly looksFor: string;
  readonly verdict: 'found' | 'not found' | 'not applicable';
  /** Why the capture cannot show it, where not applicable. */
  readonly reason?: string;
}

/** All that the rules say, ranked: the first finding is the cause. */
export interface Findings {
  readonly findings: readonly Finding[];
  readonly verdicts: readonly RuleVerdict[];
  /** One line of capture quality: "complete, both directions". */
  readonly quality: string;
  /** False while the capture is still being read. */
  readonly isFinal: boolean;
}
