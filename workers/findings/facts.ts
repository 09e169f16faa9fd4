import { FlowMark } from '../../src/model/flow.ts';
import { MessageState } from '../../src/model/exchange.ts';
import { PacketMark, TcpFlag } from '../../src/model/packet.ts';
import type { TABLES, TableName } from '../../src/model/schema.ts';
import type { ExchangeRow, FlowRow, Nanoseconds, PacketNumber } from '../../src/model/units.ts';
import { formatAddress, formatEndpoint } from '../addresses.ts';
import { withName } from '../names.ts';
import type { Core, Tables } from '../core.ts';
import { FrameType } from '../../src/model/stream.ts';
import { type ControlFrame, controlFrame, framesOfType } from '../control-frames.ts';
import { fieldLines, fieldOf } from '../field-lines.ts';
import { type StreamFacts, streamFacts } from '../http2-words.ts';
import { versionName } from '../items/exchange-item.ts';

/** A side of a flow: 0 the originator, 1 the responder. */
export type Side = 0 | 1;

/** The flow of an exchange that came without packets (HAR). */
export const NO_FLOW = 0xffffffff;

/** A mask that selects every row whose u32 column is not 0. */
export const ANY = 0xffffffff;

/** Marks that flows have where something went wrong, and that do not come by habit. */
const TROUBLE = FlowMark.ICMP_ERROR | FlowMark.TLS_TROUBLE | FlowMark.FOREIGN_RESET | FlowMark.ZERO_WINDOW;

/** A request or a response, read out of the columns: for examples, not for every row. */
export interface MessageFacts {
  readonly isRequest: boolean;
  readonly start: Nanoseconds;
  readonly end: Nanoseconds;
  readonly bodyOctets: number;
  readonly headOctets: number;
  readonly firstPacket: PacketNumber;
  readonly headPacket: PacketNumber;
  readonly lastPacket: PacketNumber;
  readonly violations: number;
  readonly state: number;
  readonly framing: number;
  readonly version: number;
  readonly marks: number;
  /** Row of the sections table plus one; 0 where there is none. */
  readonly section: number;
  readonly trailers: number;
  /** Start line, as far as the columns keep it. */
  readonly startLine: string;
}

/** An exchange, read out of the columns. */
export interface ExchangeFacts {
  readonly row: ExchangeRow;
  readonly flow: FlowRow;
  /** The side that sent the request. */
  readonly client: Side;
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly status: number;
  readonly reason: string;
  /** The last exchange of its flow. */
  readonly isLast: boolean;
  /** How its flow ended: the first FIN or RST of either side. */
  readonly firstClose: Close | undefined;
  readonly request: MessageFacts | undefined;
  readonly response: MessageFacts | undefined;
  /** Its HTTP/2 stream or gRPC call; undefined in plain HTTP/1. */
  readonly stream: StreamFacts | undefined;
}

/** A FIN or RST; in HTTP/2 also what ends a stream, or tells that it failed; or a request after which nothing came. */
export interface Close {
  readonly side: Side;
  readonly how: 'FIN' | 'RST' | 'RST_STREAM' | 'GOAWAY' | 'grpc-status' | 'request';
  /** Name of the error code of a RST_STREAM or GOAWAY. */
  readonly error?: string;
  readonly packet: PacketNumber;
  readonly time: Nanoseconds;
}

/** The columns as rules ask for them. One object an evaluation: selections are made once and shared by the rules. */
export class Facts {
  readonly core: Core;
  readonly tables: Tables;
  readonly isFinal: boolean;
  readonly isCut: boolean;
  readonly #selections = new Map<string, Uint32Array>();
  #goAways: ReadonlyMap<FlowRow, readonly ControlFrame[]> | undefined;

  constructor(core: Core, state: { readonly isFinal: boolean; readonly isCut?: boolean }) {
    this.core = core;
    this.tables = core.tables;
    this.isFinal = state.isFinal;
    this.isCut = state.isCut ?? false;
  }

  /** Rows of a table whose u32 column has any bit of the mask, ascending; scanned in WASM, once a mask. */
  select<N extends TableName>(
    table: N,
    column: keyof (typeof TABLES)[N]['columns'] & string,
    mask: number,
  ): Uint32Array {
    const key = `${table}.${column}&${mask}`;
    const known = this.#selections.get(key);
    if (known !== undefined) return known;
    const rows = this.core.select(table, column, mask);
    this.#selections.set(key, rows);
    return rows;
  }

  /** Flows with any of these marks, which few flows have: one scan for all rules. */
  troubled(mask: number): Uint32Array {
    const { marks } = this.tables.flows;
    return this.select('flows', 'marks', TROUBLE).filter((flow) => (marks(flow) & mask) !== 0);
  }

  /** Messages (rows) with any of these violations, ascending: one scan for all rules, since most captures have none. */
  violating(mask: number): Uint32Array {
    const { violations } = this.tables.messages;
    return this.select('messages', 'violations', ANY).filter((row) => (violations(row) & mask) !== 0);
  }

  /** Time of a packet; NaN for none. */
  time(packet: PacketNumber): Nanoseconds {
    return packet === 0 ? NaN : this.tables.packets.time(packet - 1);
  }

  /** The side that sent a packet. */
  sender(packet: PacketNumber): Side {
    if (packet === 0) return 0;
    return this.tables.packets.marks(packet - 1) & PacketMark.FROM_RESPONDER ? 1 : 0;
  }

  /** Row of the addresses table of one side of a flow. */
  addressRow(flow: FlowRow, side: Side): number {
    const { flows } = this.tables;
    return side === 0 ? flows.originatorAddress(flow) : flows.responderAddress(flow);
  }

  /** Port of one side of a flow. */
  port(flow: FlowRow, side: Side): number {
    const { flows } = this.tables;
    return side === 0 ? flows.originatorPort(flow) : flows.responderPort(flow);
  }

  /** Address of one side of a flow, as people write it. */
  address(flow: FlowRow, side: Side): string {
    return formatAddress(this.core, this.addressRow(flow, side), this.tables.flows.ipVersion(flow));
  }

  /** Address and port of one side of a flow, with the name that the capture gives it. */
  endpoint(flow: FlowRow, side: Side): string {
    const address = this.address(flow, side);
    return withName(this.core, address, formatEndpoint(address, this.port(flow, side)));
  }

  /** A number that is equal for equal address and port. */
  endpointKey(flow: FlowRow, side: Side): number {
    return this.addressRow(flow, side) * 65536 + this.port(flow, side);
  }

  /** tcp.stream of a flow. */
  stream(flow: FlowRow): number {
    return this.tables.flows.number(flow);
  }

  /** {@link FlowMark} bits of a flow. */
  marks(flow: FlowRow): number {
    return flow === NO_FLOW ? 0 : this.tables.flows.marks(flow);
  }

  /** Whether the capture lacks what would prove something about the whole flow. */
  isPartial(flow: FlowRow): boolean {
    return (this.marks(flow) & (FlowMark.ONE_SIDED | FlowMark.GAP | FlowMark.CAPPED)) !== 0;
  }

  /** The side that is the HTTP or TLS client. In a midstream flow that may be the responder. */
  clientOf(flow: FlowRow): Side {
    return this.marks(flow) & FlowMark.CLIENT_IS_RESPONDER ? 1 : 0;
  }

  /** The first FIN and the first RST of a side, in the order of the capture. */
  closes(flow: FlowRow): readonly Close[] {
    const { directions } = this.tables;
    const found: Close[] = [];
    if (flow === NO_FLOW) return found;
    for (const side of [0, 1] as const) {
      const fin = directions.finPacket(flow * 2 + side);
      const rst = directions.rstPacket(flow * 2 + side);
      if (fin !== 0) found.push({ side, how: 'FIN', packet: fin, time: this.time(fin) });
      if (rst !== 0) found.push({ side, how: 'RST', packet: rst, time: this.time(rst) });
    }
    return found.sort((a, b) => a.packet - b.packet);
  }

  /** What a packet does to its connection, by its flags. */
  closeOf(packet: PacketNumber): Close | undefined {
    if (packet === 0) return undefined;
    const flags = this.tables.packets.tcpFlags(packet - 1);
    if ((flags & (TcpFlag.RST | TcpFlag.FIN)) === 0) return undefined;
    const how = flags & TcpFlag.RST ? 'RST' : 'FIN';
    return { side: this.sender(packet), how, packet, time: this.time(packet) };
  }

  /** The handshake's round trip, from SYN to the originator's ACK; undefined where it was not captured. */
  roundTrip(flow: FlowRow): Nanoseconds | undefined {
    const { flows } = this.tables;
    const syn = flows.synPacket(flow);
    const ack = flows.handshakePacket(flow);
    // A repeated SYN would count its waiting as travel.
    if (syn === 0 || ack === 0 || flows.synCount(flow) > 1) return undefined;
    return this.time(ack) - this.time(syn);
  }

  /** Reads an exchange out of the columns. */
  exchange(row: ExchangeRow): ExchangeFacts {
    const { exchanges } = this.tables;
    const method = this.core.text(exchanges.method(row));
    const target = this.core.text(exchanges.target(row));
    const flow = exchanges.flow(row);
    const status = exchanges.status(row);
    const reason = this.core.text(exchanges.reason(row));
    return {
      row,
      flow,
      client: flow === NO_FLOW ? 0 : this.clientOf(flow),
      method,
      target,
      authority: this.core.text(exchanges.authority(row)),
      status,
      reason,
      isLast: exchanges.nextInFlow(row) === 0,
      firstClose: this.closes(flow)[0],
      request: this.#message(row * 2, (version) => `${method} ${target} ${version}`.trimEnd()),
      response: this.#message(row * 2 + 1, (version) => `${version} ${status} ${reason}`.trim()),
      stream: streamFacts(this.core, row),
    };
  }

  #message(row: number, startLine: (version: string) => string): MessageFacts | undefined {
    const { messages } = this.tables;
    const state = messages.state(row);
    if (state === MessageState.ABSENT) return undefined;
    const version = messages.version(row);
    return {
      isRequest: (row & 1) === 0,
      start: messages.start(row),
      end: messages.end(row),
      bodyOctets: messages.bodyOctets(row),
      headOctets: messages.headOctets(row),
      firstPacket: messages.firstPacket(row),
      headPacket: messages.headPacket(row),
      lastPacket: messages.lastPacket(row),
      violations: messages.violations(row),
      state,
      framing: messages.framing(row),
      version,
      marks: messages.marks(row),
      section: messages.section(row),
      trailers: messages.trailers(row),
      startLine: startLine(version >= 10 ? versionName(version) : ''),
    };
  }

  /** The GOAWAY frames of a connection, in order. */
  goAways(flow: FlowRow): readonly ControlFrame[] {
    return (this.#goAways ??= this.#findGoAways()).get(flow) ?? [];
  }

  #findGoAways(): ReadonlyMap<FlowRow, readonly ControlFrame[]> {
    const found = new Map<FlowRow, ControlFrame[]>();
    for (const row of framesOfType(this.core, FrameType.GOAWAY)) {
      const frame = controlFrame(this.core, row);
      const known = found.get(frame.flow);
      if (known === undefined) found.set(frame.flow, [frame]);
      else known.push(frame);
    }
    return found;
  }

  /** The field lines of a section (row plus one), as sent. */
  lines(section: number): readonly string[] {
    return fieldLines(this.core, section);
  }

  /** The value of the first field line with this (lower-case) name; undefined where there is none. */
  field(section: number, name: string): string | undefined {
    return fieldOf(this.lines(section), name);
  }
}
