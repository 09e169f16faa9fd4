import type { Ladder, LadderStep, Lifeline } from '../../src/model/finding.ts';
import { Framing, MessageState } from '../../src/model/exchange.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { Nanoseconds, PacketNumber } from '../../src/model/units.ts';
import type { Close, ExchangeFacts, Facts, MessageFacts, Side } from './facts.ts';
import type { Role } from './roles.ts';
import { formatCount } from '../../src/model/format.ts';
import { shorten } from './words.ts';

/** A step whose time counts from the start of the capture. */
type Step = LadderStep & { readonly isKey: boolean };

/** Collects the arrows of an example and draws them in order. */
export class LadderBuilder {
  readonly #facts: Facts;
  readonly #lifelines: Lifeline[] = [];
  readonly #steps: Step[] = [];

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Adds a lifeline; answers its index. */
  lifeline(role: Role, address: string): number {
    return this.#lifelines.push({ role: role.label, address }) - 1;
  }

  /** Adds an arrow at a packet. Key steps stay when there are too many. */
  step(
    from: number,
    to: number,
    packet: PacketNumber,
    label: string,
    options: {
      readonly tone?: LadderStep['tone'];
      readonly style?: LadderStep['style'];
      readonly exchange?: number;
      readonly isKey?: boolean;
      readonly time?: Nanoseconds;
    } = {},
  ): void {
    if (packet === 0) return;
    const tone = options.tone ?? 'plain';
    this.#steps.push({
      time: options.time ?? this.#facts.time(packet),
      from,
      to,
      label: shorten(label, 80),
      tone,
      style: options.style ?? 'text',
      packet,
      ...(options.exchange === undefined ? {} : { exchange: options.exchange }),
      isKey: options.isKey ?? tone === 'bad',
    });
  }

  /** Adds request, response and content of an exchange. `remark` is added to the response's label. */
  exchange(
    exchange: ExchangeFacts,
    client: number,
    server: number,
    options: {
      readonly remark?: string;
      readonly requestRemark?: string;
      readonly tone?: LadderStep['tone'];
      readonly body?: string;
    } = {},
  ): void {
    const { row, request, response } = exchange;
    if (request !== undefined) {
      const label = request.startLine.replace(/ HTTP\/\d(\.\d)?$/, '');
      this.step(client, server, request.firstPacket, withRemark(label, options.requestRemark), {
        style: 'code',
        exchange: row,
        isKey: true,
      });
      this.#body(request, client, server, row, undefined);
    }
    if (response === undefined) return;
    const label = response.startLine.replace(/^HTTP\/\d(\.\d)? /, '');
    const head = response.headPacket === 0 ? response.firstPacket : response.headPacket;
    this.step(server, client, head, withRemark(label, options.remark), {
      style: 'code',
      exchange: row,
      tone: options.tone ?? 'plain',
      isKey: true,
    });
    this.#body(response, server, client, row, options.body);
  }

  #body(message: MessageFacts, from: number, to: number, exchange: number, words: string | undefined): void {
    const head = message.headPacket;
    if (message.bodyOctets <= 0 || message.lastPacket === 0 || (message.lastPacket === head && !words))
      return;
    const octets = `${formatCount(message.bodyOctets)} octets`;
    const what = message.framing === Framing.CHUNKED ? `chunks, ${octets}` : `content, ${octets}`;
    const isCut = message.state !== MessageState.COMPLETE && message.state !== MessageState.IN_BODY;
    const label = `${what}${words ?? (isCut ? ', unfinished' : '')}`;
    this.step(from, to, message.lastPacket, label, { tone: 'quiet', exchange });
  }

  /** Adds FINs and RSTs; the one at `key` is the failure. */
  closes(
    closes: readonly Close[],
    lifelines: readonly [number, number],
    key: { readonly packet: PacketNumber; readonly label: string; readonly isHarmless?: boolean } | undefined,
  ): void {
    for (const close of closes) {
      const from = lifelines[close.side];
      const to = lifelines[other(close.side)];
      if (close.packet === key?.packet)
        this.step(from, to, close.packet, key.label, { tone: key.isHarmless ? 'plain' : 'bad', isKey: true });
      else this.step(from, to, close.packet, close.how, { tone: 'quiet' });
    }
  }

  /** The ladder: in time order, times from the first step, not more than fit. */
  build(title: string): Ladder | undefined {
    const steps = this.#steps
      .filter((step) => !Number.isNaN(step.time))
      .sort((a, b) => a.time - b.time || a.packet - b.packet);
    for (const drop of [
      (step: Step): boolean => step.tone === 'quiet' && !step.isKey,
      (step: Step): boolean => !step.isKey,
      (step: Step): boolean => step.tone !== 'bad',
    ]) {
      while (steps.length > THRESHOLDS.LADDER_STEPS) {
        const at = steps.findIndex(drop);
        if (at < 0) break;
        steps.splice(at, 1);
      }
    }
    const first = steps[0];
    if (first === undefined) return undefined;
    return {
      title,
      lifelines: this.#lifelines,
      steps: steps.map(({ isKey: _isKey, ...step }) => ({ ...step, time: step.time - first.time })),
    };
  }
}

/** The other side of a flow. */
export function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

function withRemark(label: string, remark: string | undefined): string {
  return remark === undefined ? label : `${shorten(label, 50)}, ${remark}`;
}
