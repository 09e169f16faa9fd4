import type { ConversationMessage } from '../../../src/model/conversation.ts';
import { formatAmount, formatBytes } from '../../../src/model/format.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { Bytes, PacketNumber } from '../../../src/model/units.ts';
import { WebSocketOpcode } from '../../../src/model/websocket-registry.ts';
import {
  areWhole,
  type FrameHeader,
  type FrameRules,
  headerFaults,
  headerOctets,
  isControl,
  MOST_PAYLOAD,
  readHeader,
} from './frame-header.ts';
import { join, MessageInflater } from './message-inflater.ts';
import { messageWords } from './message-words.ts';

/** A message of one side, as far as its octets tell. */
export interface DecodedMessage extends Omit<ConversationMessage, 'side' | 'time'> {
  /** Octets that decompressing gave, kept or not. */
  readonly inflated: Bytes;
  /** Which it was to begin, of both sides. */
  readonly began: number;
}

/** Counts the messages that began, of both sides. */
export interface Beginnings {
  count: number;
}

/** What was agreed on for one direction. */
export interface DirectionRules extends FrameRules {
  /** permessage-deflate without no_context_takeover: messages build upon the ones before (RFC 7692 section 7.1.1). */
  readonly keepsWindow: boolean;
  /** False where messages ahead of the first are missing, which compressed ones may build upon. */
  readonly isWindowKnown: boolean;
  /** The first octet begins a frame. */
  readonly isAtBorder: boolean;
}

/** A message or control frame whose octets are coming in. */
interface Pending {
  readonly opcode: number;
  readonly began: number;
  readonly packet: PacketNumber;
  readonly isCompressed: boolean;
  readonly faults: string[];
  readonly kept: Uint8Array[];
  keptOctets: Bytes;
  size: Bytes;
  missing: Bytes;
  frames: number;
  /** It could not be inflated to its end for octets that are missing. */
  isInflaterLost: boolean;
}

interface OpenFrame {
  readonly header: FrameHeader;
  readonly target: Pending;
  /** Octets of the payload that were seen or are missing. */
  at: Bytes;
}

const LIMIT: Bytes = LIMITS.CONVERSATION_MESSAGE_OCTETS;

/** Puts the messages of one direction of a WebSocket together: frames joined, unmasked, decompressed. */
export class MessageDecoder {
  readonly #rules: DirectionRules;
  readonly #beginnings: Beginnings;
  readonly #inflater: MessageInflater;
  readonly #header = new Uint8Array(14);
  #headerLength = 0;
  #headerPacket: PacketNumber = 0;
  #frame: OpenFrame | undefined;
  /** A data message of which the last frame has not come. */
  #message: Pending | undefined;
  #isLost: boolean;
  /** A message may have begun among octets that are missing. */
  #isMessageUnknown: boolean;
  #isClosed = false;
  #done: DecodedMessage[] = [];

  constructor(rules: DirectionRules, beginnings: Beginnings = { count: 0 }) {
    this.#rules = rules;
    this.#beginnings = beginnings;
    this.#inflater = new MessageInflater(rules.keepsWindow, LIMIT);
    this.#isLost = !rules.isAtBorder;
    this.#isMessageUnknown = this.#isLost;
    if (this.#isLost || !rules.isWindowKnown) this.#inflater.forget();
  }

  /** Takes octets, those of one segment; answers the messages that are complete now. */
  push(octets: Uint8Array, packet: PacketNumber): readonly DecodedMessage[] {
    if (this.#isLost && areWhole(octets, this.#rules)) this.#isLost = false;
    for (let at = 0; at < octets.length && !this.#isLost;) {
      at += this.#frame ? this.#payload(this.#frame, octets.subarray(at)) : this.#head(octets, at, packet);
    }
    return this.#taken();
  }

  /** Octets that the capture does not have. */
  skip(missing: Bytes): readonly DecodedMessage[] {
    const frame = this.#frame;
    if (!frame || missing > frame.header.length - frame.at) {
      this.#lose(missing);
      return this.#taken();
    }
    frame.at += missing;
    frame.target.missing += missing;
    frame.target.size += missing;
    if (frame.target.isCompressed) {
      frame.target.isInflaterLost = true;
    }
    if (frame.at === frame.header.length) this.#endFrame(frame);
    return this.#taken();
  }

  /** The direction is over: what was begun is cut off, for the reason `why`. */
  end(why: string): readonly DecodedMessage[] {
    this.#cut(why);
    return this.#taken();
  }

  #taken(): readonly DecodedMessage[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #head(octets: Uint8Array, at: number, packet: PacketNumber): number {
    const had = this.#headerLength;
    if (had === 0) this.#headerPacket = packet;
    const needed = had < 2 ? 2 : headerOctets(this.#header[1] ?? 0);
    const part = octets.subarray(at, at + needed - had);
    this.#header.set(part, had);
    this.#headerLength += part.length;
    if (this.#headerLength >= 2 && this.#headerLength === headerOctets(this.#header[1] ?? 0)) {
      const header = readHeader(this.#header.subarray(0, this.#headerLength));
      this.#headerLength = 0;
      this.#begin(header);
    }
    return part.length;
  }

  #begin(header: FrameHeader): void {
    const faults = [...headerFaults(header, this.#rules)];
    const target = isControl(header) ? this.#pending(header) : this.#dataTarget(header, faults);
    target.faults.push(...faults.filter((fault) => !target.faults.includes(fault)));
    target.frames++;
    if (header.length > MOST_PAYLOAD) {
      target.faults.push('Its length cannot be: what comes after it was not read.');
      this.#finish(target);
      if (target === this.#message) this.#message = undefined;
      this.#isLost = true;
      return;
    }
    this.#frame = { header, target, at: 0 };
    if (header.length === 0) this.#endFrame(this.#frame);
  }

  #pending(header: FrameHeader): Pending {
    const isCompressed =
      !isControl(header) && header.opcode !== 0 && this.#rules.hasDeflate && (header.reserved & 0x40) !== 0;
    return {
      opcode: header.opcode,
      began: this.#beginnings.count++,
      packet: this.#headerPacket,
      isCompressed,
      faults: [],
      kept: [],
      keptOctets: 0,
      size: 0,
      missing: 0,
      frames: 0,
      isInflaterLost: false,
    };
  }

  /** The message that a data frame belongs to (RFC 6455 section 5.4). */
  #dataTarget(header: FrameHeader, faults: string[]): Pending {
    const open = this.#message;
    if (this.#isClosed) faults.push('Data came after the Close frame (RFC 6455 section 5.5.1).');
    if (header.opcode === WebSocketOpcode.CONTINUATION && open) return open;
    if (header.opcode === WebSocketOpcode.CONTINUATION) {
      if (!this.#isMessageUnknown) {
        faults.push('It goes on with a message, but none was begun (RFC 6455 section 5.4).');
      } else faults.push('Its beginning is missing in the capture.');
    } else this.#isMessageUnknown = false;
    if (open) {
      faults.push('It began before the message ahead of it was over (RFC 6455 section 5.4).');
      open.faults.push('Another message began before its last frame came.');
      this.#finish(open);
    }
    const message = this.#pending(header);
    this.#message = message;
    if (message.isCompressed) this.#inflater.begin();
    return message;
  }

  #payload(frame: OpenFrame, octets: Uint8Array): number {
    const { header, target } = frame;
    const part = octets.subarray(0, header.length - frame.at);
    const plain = unmasked(part, header.key, frame.at);
    frame.at += part.length;
    target.size += part.length;
    if (target.isCompressed) {
      if (!target.isInflaterLost) this.#inflater.push(plain);
    } else if (target.keptOctets < LIMIT) {
      target.kept.push(plain.slice(0, LIMIT - target.keptOctets));
      target.keptOctets = Math.min(LIMIT, target.keptOctets + plain.length);
    }
    if (frame.at === header.length) this.#endFrame(frame);
    return part.length;
  }

  #endFrame({ header, target }: OpenFrame): void {
    this.#frame = undefined;
    if (header.opcode === WebSocketOpcode.CLOSE) this.#isClosed = true;
    if (!isControl(header) && header.isFinal) {
      this.#message = undefined;
      this.#isMessageUnknown = false;
    }
    if (isControl(header) || header.isFinal) this.#finish(target);
    // Of a message whose beginning is missing, only single frames can be told.
    else if (header.opcode === 0 && target.opcode === 0) {
      this.#message = undefined;
      this.#finish(target);
    }
  }

  /** The border of frames is lost among octets that are missing. */
  #lose(missing: Bytes): void {
    this.#cut(`Here ${formatAmount(missing, 'octet')} are missing in the capture.`);
    this.#isLost = true;
    this.#isMessageUnknown = true;
    this.#inflater.forget();
  }

  /** What was begun will not be whole. */
  #cut(why: string): void {
    const control = this.#frame && isControl(this.#frame.header) ? this.#frame.target : undefined;
    for (const open of [this.#message, control]) {
      if (!open) continue;
      open.faults.push(why);
      this.#finish(open, false);
    }
    this.#message = undefined;
    this.#frame = undefined;
    this.#headerLength = 0;
  }

  #finish(pending: Pending, isWhole = true): void {
    const { octets, inflated, isCapped } = this.#content(pending, isWhole);
    const caveats = [...pending.faults];
    if (pending.missing > 0) {
      caveats.push(`${formatAmount(pending.missing, 'octet')} of it are missing in the capture.`);
    }
    if (isCapped) caveats.push(`Only the first ${formatBytes(octets.length)} are shown.`);
    const isAll = isWhole && pending.missing === 0 && inflated.problem === undefined && !isCapped;
    const words = messageWords(pending.opcode, pending.frames, octets, isAll);
    if (words.isBroken && isWhole && pending.missing === 0 && inflated.problem === undefined) {
      caveats.push('The text is not valid UTF-8: a receiver must fail with 1007 (RFC 6455 section 8.1).');
    }
    if (words.fault !== undefined && isWhole && pending.missing === 0) caveats.push(words.fault);
    if (inflated.problem !== undefined) caveats.push(inflated.problem);
    this.#done.push({
      packet: pending.packet,
      kind: words.kind,
      label: words.label,
      size: pending.size,
      octets: words.octets,
      isText: words.isText,
      ...(pending.isCompressed ? { encoding: 'permessage-deflate' } : {}),
      ...(words.fields === undefined ? {} : { fields: words.fields }),
      ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
      inflated: inflated.size,
      began: pending.began,
    });
  }

  /** Content of a message, decompressed where it is compressed. */
  #content(
    pending: Pending,
    isWhole: boolean,
  ): {
    readonly octets: Uint8Array;
    readonly isCapped: boolean;
    readonly inflated: { readonly size: Bytes; readonly problem: string | undefined };
  } {
    if (!pending.isCompressed) {
      const octets = join(pending.kept);
      const isCapped = pending.size - pending.missing > octets.length;
      return { octets, isCapped, inflated: { size: 0, problem: undefined } };
    }
    const wasKnown = this.#inflater.isWindowKnown;
    const { octets, inflated, problem } = this.#inflater.end();
    const isCapped = inflated > octets.length;
    const size = inflated;
    if (pending.isInflaterLost || !isWhole) {
      this.#inflater.forget();
      return { octets, isCapped, inflated: { size, problem: undefined } };
    }
    if (problem === undefined) return { octets, isCapped, inflated: { size, problem } };
    const why = wasKnown
      ? `It is no valid permessage-deflate (${problem}).`
      : 'It cannot be decompressed: it builds upon octets that are missing or damaged.';
    return { octets, isCapped, inflated: { size, problem: why } };
  }
}

function unmasked(octets: Uint8Array, key: Uint8Array | undefined, from: number): Uint8Array {
  if (!key) return octets;
  const plain = new Uint8Array(octets.length);
  for (let at = 0; at < octets.length; at++) plain[at] = (octets[at] ?? 0) ^ (key[(from + at) & 3] ?? 0);
  return plain;
}
