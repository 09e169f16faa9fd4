import { Framing, MessageMark, MessageState, SectionMark, Violation } from '../../src/model/exchange.ts';
import { FlowMark } from '../../src/model/flow.ts';
import { HelloMark, HelloOutcome } from '../../src/model/hello.ts';
import { IssueCode } from '../../src/model/issue.ts';
import { PacketMark, Protocol } from '../../src/model/packet.ts';
import {
  FrameType,
  GRPC_STATUS_ABSENT,
  StreamKind,
  StreamMark,
  StreamSideMark,
} from '../../src/model/stream.ts';
import type { Core } from '../../workers/core.ts';
import { nameOf, namesOf, sectionLines } from './describe-capture.ts';

/** Rows of the tables, with names in place of constants, so that tests read well. */

/** Marks of a packet but its direction. */
export function packetMarks(core: Core, packet: number): string[] {
  return namesOf(PacketMark, core.tables.packets.marks(packet - 1) & ~PacketMark.FROM_RESPONDER);
}

/** Numbers of the packets that have a mark. */
export function packetsMarked(core: Core, mark: keyof typeof PacketMark): number[] {
  const { packets } = core.tables;
  return Array.from({ length: packets.rows }, (_, row) => row)
    .filter((row) => packets.marks(row) & PacketMark[mark])
    .map((row) => row + 1);
}

/** The flow's number among those of its transport (tcp.stream), for each packet; undefined without a flow. */
export function streams(core: Core): (number | undefined)[] {
  const { packets, flows } = core.tables;
  return Array.from({ length: packets.rows }, (_, row) => {
    const flow = packets.flow(row);
    return flow < 0 ? undefined : flows.number(flow);
  });
}

/** The highest layer recognised in each packet. */
export function protocols(core: Core): string[] {
  const { packets } = core.tables;
  return Array.from({ length: packets.rows }, (_, row) => nameOf(Protocol, packets.protocol(row)));
}

/** Times of the packets since the first. */
export function times(core: Core): number[] {
  const { packets } = core.tables;
  return Array.from({ length: packets.rows }, (_, row) => packets.time(row));
}

/** Marks of a flow. */
export function flowMarks(core: Core, flow: number): string[] {
  return namesOf(FlowMark, core.tables.flows.marks(flow));
}

/** One direction of a flow. */
export function direction(core: Core, flow: number, side: 0 | 1): Readonly<Record<string, number | string>> {
  const { directions } = core.tables;
  const row = flow * 2 + side;
  return {
    octets: directions.octets(row),
    lost: directions.lostOctets(row),
    packets: directions.packets(row),
    fin: directions.finPacket(row),
    rst: directions.rstPacket(row),
    resets: directions.resets(row),
    firstData: directions.firstDataPacket(row),
    lastData: directions.lastDataPacket(row),
    retransmissions: directions.retransmissions(row),
    outOfOrder: directions.outOfOrder(row),
    duplicateAcks: directions.duplicateAcks(row),
    initialSequence: directions.initialSequence(row),
    nextSequence: directions.nextSequence(row),
    acknowledged: directions.acknowledged(row),
    zeroWindow: directions.zeroWindowPacket(row),
    alert: directions.alertPacket(row),
    alertLevel: directions.alertLevel(row),
    alertDescription: directions.alertDescription(row),
    ttl: directions.ttl(row),
    rstTtl: directions.rstTtl(row),
    protocol: nameOf(Protocol, directions.protocol(row)),
  };
}

/** One side of an exchange. */
export interface MessageFacts {
  readonly state: string;
  readonly framing: string;
  readonly version: number;
  readonly body: number;
  readonly head: number;
  readonly packets: readonly [first: number, head: number, last: number];
  readonly lines: readonly string[];
  readonly trailers: readonly string[];
  readonly violations: readonly string[];
  readonly marks: readonly string[];
  readonly says: readonly string[];
}

/** A message: row = exchange * 2, plus 1 for the response. */
export function message(core: Core, row: number): MessageFacts {
  const { messages, sections } = core.tables;
  const section = messages.section(row);
  return {
    state: nameOf(MessageState, messages.state(row)),
    framing: nameOf(Framing, messages.framing(row)),
    version: messages.version(row),
    body: messages.bodyOctets(row),
    head: messages.headOctets(row),
    packets: [messages.firstPacket(row), messages.headPacket(row), messages.lastPacket(row)],
    lines: sectionLines(core, section),
    trailers: sectionLines(core, messages.trailers(row)),
    violations: namesOf(Violation, messages.violations(row)),
    marks: namesOf(MessageMark, messages.marks(row)),
    says: section === 0 ? [] : namesOf(SectionMark, sections.marks(section - 1)),
  };
}

/** An exchange with both its messages. */
export interface ExchangeFacts {
  readonly flow: number;
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly status: number;
  readonly reason: string;
  readonly interimStatus: number;
  readonly request: MessageFacts;
  readonly response: MessageFacts;
}

/** An exchange by its row. */
export function exchange(core: Core, row: number): ExchangeFacts {
  const { exchanges } = core.tables;
  return {
    flow: exchanges.flow(row),
    method: core.text(exchanges.method(row)),
    target: core.text(exchanges.target(row)),
    authority: core.text(exchanges.authority(row)),
    status: exchanges.status(row),
    reason: core.text(exchanges.reason(row)),
    interimStatus: exchanges.interimStatus(row),
    request: message(core, row * 2),
    response: message(core, row * 2 + 1),
  };
}

/** Every interim response in a line: where it began (sequence numbers from the first octet on), start line and field lines. */
export function interims(core: Core): string[] {
  const { interims: rows, exchanges, directions, flows } = core.tables;
  return Array.from({ length: rows.rows }, (_, row) => {
    const exchange = rows.exchange(row);
    const flow = exchanges.flow(exchange);
    const server = flows.marks(flow) & FlowMark.CLIENT_IS_RESPONDER ? 0 : 1;
    const at = rows.sequence(row) - directions.initialSequence(flow * 2 + server);
    const version = rows.version(row) === 20 ? 'HTTP/2' : `HTTP/1.${rows.version(row) - 10}`;
    const start = [version, rows.status(row), core.text(rows.reason(row))].join(' ').trim();
    const lines = [start, ...sectionLines(core, rows.section(row))];
    return `exchange ${exchange} in packet ${rows.packet(row)} at ${at}: ${lines.join(' | ')}`;
  });
}

/** Every exchange in a line: method, target and status, "-" for what was not seen. */
export function exchanges(core: Core): string[] {
  return Array.from({ length: core.tables.exchanges.rows }, (_, row) => {
    const { method, target, status } = exchange(core, row);
    return `${method || '-'} ${target || '-'} ${status || '-'}`;
  });
}

/** One side of a stream. */
export interface StreamSideFacts {
  readonly octets: number;
  readonly frames: number;
  readonly messages: number;
  readonly end: string;
  readonly marks: readonly string[];
}

/** What an exchange is beyond its messages. */
export interface StreamOfExchange {
  readonly identifier: number;
  readonly kind: string;
  readonly marks: readonly string[];
  readonly promisedBy: number | undefined;
  readonly grpcStatus: number | undefined;
  readonly grpcMessage: string;
  readonly request: StreamSideFacts;
  readonly response: StreamSideFacts;
}

/** The stream of an exchange, by the exchange's row. */
export function streamOf(core: Core, row: number): StreamOfExchange {
  const { streams, streamSides } = core.tables;
  const stream = core.tables.exchanges.stream(row) - 1;
  if (stream < 0) throw new Error(`exchange ${row} has no stream`);
  const side = (each: number): StreamSideFacts => ({
    octets: streamSides.dataOctets(each),
    frames: streamSides.frames(each),
    messages: streamSides.messages(each),
    end:
      streamSides.endPacket(each) === 0
        ? ''
        : `${streamSides.endCode(each)} in ${streamSides.endPacket(each)}`,
    marks: namesOf(StreamSideMark, streamSides.marks(each)),
  });
  const status = streams.grpcStatus(stream);
  const promisedBy = streams.promisedBy(stream);
  return {
    identifier: streams.identifier(stream),
    kind: nameOf(StreamKind, streams.kind(stream)),
    marks: namesOf(StreamMark, streams.marks(stream)),
    promisedBy: promisedBy === 0 ? undefined : promisedBy - 1,
    grpcStatus: status === GRPC_STATUS_ABSENT ? undefined : status,
    grpcMessage: core.text(streams.grpcMessage(stream)),
    request: side(stream * 2),
    response: side(stream * 2 + 1),
  };
}

/** Control frames in a line each: side, packet, type, stream, value. */
export function controlFrames(core: Core): string[] {
  const { controlFrames: table } = core.tables;
  return Array.from({ length: table.rows }, (_, row) => {
    const side = table.side(row) === 0 ? '>' : '<';
    return `${side} ${table.packet(row)} ${nameOf(FrameType, table.type(row))} ${table.stream(row)} ${table.value(row)}`;
  });
}

/** A ClientHello by its row. */
export function hello(
  core: Core,
  row: number,
): Readonly<Record<string, number | string | readonly string[] | undefined>> {
  const { hellos } = core.tables;
  const text = (id: number): string | undefined => (id === 0 ? undefined : core.text(id));
  return {
    flow: hellos.flow(row),
    packets: `${hellos.firstPacket(row)}-${hellos.lastPacket(row)}`,
    serverHello: hellos.serverHelloPacket(row),
    outcome: nameOf(HelloOutcome, hellos.outcome(row)),
    outcomePacket: hellos.outcomePacket(row),
    name: text(hellos.serverName(row)),
    alpn: text(hellos.alpn(row)),
    selectedAlpn: text(hellos.selectedAlpn(row)),
    octets: hellos.octets(row),
    legacyVersion: hellos.legacyVersion(row),
    version: hellos.version(row),
    selectedVersion: hellos.selectedVersion(row),
    cipherSuite: hellos.cipherSuite(row),
    cipherSuites: hellos.cipherSuites(row),
    marks: namesOf(HelloMark, hellos.marks(row)),
  };
}

/** Issues by name, with their counts. */
export function issues(core: Core): Readonly<Record<string, number>> {
  const { issues: table } = core.tables;
  const found: Record<string, number> = {};
  for (let row = 0; row < table.rows; row++) found[nameOf(IssueCode, table.code(row))] = table.count(row);
  return found;
}
