import { FORMAT_NAMES } from '../../src/model/capture.ts';
import { Framing, MessageMark, MessageState, SectionMark, Violation } from '../../src/model/exchange.ts';
import { FlowMark } from '../../src/model/flow.ts';
import { HelloMark, HelloOutcome } from '../../src/model/hello.ts';
import { IssueCode } from '../../src/model/issue.ts';
import { PacketMark, Protocol, PROTOCOL_NAMES, TcpFlag } from '../../src/model/packet.ts';
import {
  FrameType,
  GRPC_STATUS_ABSENT,
  StreamKind,
  StreamMark,
  StreamSideMark,
} from '../../src/model/stream.ts';
import { formatAddress, formatEndpoint } from '../../workers/addresses.ts';
import type { Core } from '../../workers/core.ts';

type Constants = Readonly<Record<string, number>>;

/** The name of a value in a set of constants; the number itself where it has none. */
export function nameOf(constants: Constants, value: number): string {
  return Object.entries(constants).find(([, each]) => each === value)?.[0] ?? `(${value})`;
}

/** The names of the bits that are set, in the order of the constants; unknown bits as a number. */
export function namesOf(constants: Constants, bits: number): string[] {
  const names = Object.entries(constants).filter(([, bit]) => (bits & bit) !== 0);
  const rest = names.reduce((left, [, bit]) => left & ~bit, bits);
  return [...names.map(([name]) => name), ...(rest === 0 ? [] : [`(0x${(rest >>> 0).toString(16)})`])];
}

/** Words with what is absent left out. */
function words(...parts: readonly (string | false | undefined | readonly string[])[]): string {
  return parts
    .flat()
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ');
}

/** A duration or time with the fewest digits that keep every nanosecond. */
export function formatTime(nanoseconds: number): string {
  return Number.isNaN(nanoseconds) ? 'no time' : `${nanoseconds / 1e6}ms`;
}

/** One line a row. */
function rows(count: number, line: (row: number) => string): string[] {
  return Array.from({ length: count }, (_, row) => line(row));
}

/** One line a packet: number, direction, time, octets (captured of all), flow, protocol, TCP flags, marks. */
export function describePackets(core: Core): string[] {
  const { packets } = core.tables;
  return rows(packets.rows, (row) => {
    const [captured, length] = [packets.capturedLength(row), packets.length(row)];
    const marks = packets.marks(row);
    const flow = packets.flow(row);
    return words(
      `${row + 1}`,
      marks & PacketMark.FROM_RESPONDER ? '<' : '>',
      formatTime(packets.time(row)),
      captured === length ? `${length}` : `${captured}/${length}`,
      flow < 0 ? 'no flow' : `flow ${flow}`,
      PROTOCOL_NAMES[packets.protocol(row)] ?? `(${packets.protocol(row)})`,
      namesOf(TcpFlag, packets.tcpFlags(row)),
      namesOf(PacketMark, marks & ~PacketMark.FROM_RESPONDER),
    );
  });
}

/** A number with its name, where it is not zero. */
function counted(name: string, value: number): string | false {
  return value !== 0 && `${name} ${value}`;
}

function describeDirection(core: Core, row: number): string {
  const { directions } = core.tables;
  const level = directions.alertLevel(row);
  return words(
    row % 2 === 0 ? '  >' : '  <',
    `packets ${directions.packets(row)} octets ${directions.octets(row)}`,
    directions.protocol(row) !== 0 && nameOf(Protocol, directions.protocol(row)),
    counted('lost', directions.lostOctets(row)),
    counted('data', directions.firstDataPacket(row)),
    counted('to', directions.lastDataPacket(row)),
    counted('fin', directions.finPacket(row)),
    counted('rst', directions.rstPacket(row)),
    directions.resets(row) > 1 && `resets ${directions.resets(row)}`,
    counted('retransmissions', directions.retransmissions(row)),
    counted('outOfOrder', directions.outOfOrder(row)),
    counted('duplicateAcks', directions.duplicateAcks(row)),
    counted('zeroWindow', directions.zeroWindowPacket(row)),
    level !== 0 && `alert ${level}/${directions.alertDescription(row)} in ${directions.alertPacket(row)}`,
  );
}

const TRANSPORTS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };

/** One line a flow and one a direction. */
export function describeFlows(core: Core): string[] {
  const { flows } = core.tables;
  return rows(flows.rows, (row) => {
    const version = flows.ipVersion(row);
    const from = formatEndpoint(
      formatAddress(core, flows.originatorAddress(row), version),
      flows.originatorPort(row),
    );
    const to = formatEndpoint(
      formatAddress(core, flows.responderAddress(row), version),
      flows.responderPort(row),
    );
    const transport = TRANSPORTS[flows.transport(row)] ?? `protocol ${flows.transport(row)}`;
    const line = words(
      `flow ${row} ${transport} ${flows.number(row)} ${from} > ${to}`,
      `packets ${flows.firstPacket(row)}-${flows.lastPacket(row)}`,
      counted('syn', flows.synPacket(row)),
      flows.synCount(row) > 1 && `syns ${flows.synCount(row)}`,
      counted('synAck', flows.synAckPacket(row)),
      counted('handshake', flows.handshakePacket(row)),
      namesOf(FlowMark, flows.marks(row)),
    );
    return [line, describeDirection(core, row * 2), describeDirection(core, row * 2 + 1)].join('\n');
  });
}

/** The field lines of a section, in order, as sent. */
export function sectionLines(core: Core, section: number): string[] {
  if (section === 0) return [];
  const { sections, lines } = core.tables;
  const first = sections.firstLine(section - 1);
  return rows(sections.lines(section - 1), (index) => core.text(lines.text(first + index)));
}

function describeMessage(core: Core, row: number): string {
  const { messages, sections } = core.tables;
  const state = messages.state(row);
  const name = row % 2 === 0 ? '  >' : '  <';
  if (state === MessageState.ABSENT) return `${name} ABSENT`;
  const section = messages.section(row);
  const facts = words(
    name,
    `${messages.firstPacket(row)}-${messages.headPacket(row)}-${messages.lastPacket(row)}`,
    `${formatTime(messages.start(row))}-${formatTime(messages.end(row))}`,
    messages.version(row) === 0 ? undefined : `HTTP/${(messages.version(row) / 10).toFixed(1)}`,
    nameOf(Framing, messages.framing(row)),
    nameOf(MessageState, state),
    `head ${messages.headOctets(row)} body ${messages.bodyOctets(row)}`,
    namesOf(MessageMark, messages.marks(row)),
    section !== 0 && namesOf(SectionMark, sections.marks(section - 1)).map((each) => each.toLowerCase()),
    namesOf(Violation, messages.violations(row)).map((each) => `!${each}`),
  );
  const lines = sectionLines(core, section).map((line) => `    ${JSON.stringify(line)}`);
  const trailers = sectionLines(core, messages.trailers(row)).map(
    (line) => `    trailer ${JSON.stringify(line)}`,
  );
  return [facts, ...lines, ...trailers].join('\n');
}

/** One line an exchange, then each message with its section's lines. */
export function describeExchanges(core: Core): string[] {
  const { exchanges } = core.tables;
  return rows(exchanges.rows, (row) => {
    const status = exchanges.status(row);
    const line = words(
      `exchange ${row} flow ${exchanges.flow(row)}`,
      `${core.text(exchanges.method(row)) || '-'} ${core.text(exchanges.target(row)) || '-'}`,
      `at ${core.text(exchanges.authority(row)) || '-'}`,
      `-> ${status === 0 ? '-' : status}`,
      core.text(exchanges.reason(row)),
      counted('after', exchanges.interimStatus(row)),
    );
    return [line, describeMessage(core, row * 2), describeMessage(core, row * 2 + 1)].join('\n');
  });
}

/** One line a stream (HTTP/2, gRPC, WebSocket), then one for each of its sides. */
export function describeStreams(core: Core): string[] {
  const { streams, streamSides } = core.tables;
  return rows(streams.rows, (row) => {
    const line = words(
      `stream ${streams.identifier(row)} exchange ${streams.exchange(row)} ${nameOf(StreamKind, streams.kind(row))}`,
      namesOf(StreamMark, streams.marks(row)),
      streams.promisedBy(row) !== 0 && `promised by ${streams.promisedBy(row) - 1}`,
      streams.grpcStatus(row) !== GRPC_STATUS_ABSENT && `status ${streams.grpcStatus(row)}`,
      streams.grpcMessage(row) !== 0 && JSON.stringify(core.text(streams.grpcMessage(row))),
    );
    const sides = [row * 2, row * 2 + 1].map((side) =>
      words(
        side % 2 === 0 ? '  >' : '  <',
        `octets ${streamSides.dataOctets(side)} frames ${streamSides.frames(side)}`,
        `messages ${streamSides.messages(side)}`,
        streamSides.endPacket(side) !== 0 &&
          `end ${streamSides.endCode(side)} in ${streamSides.endPacket(side)}`,
        streamSides.closePacket(side) !== 0 &&
          `close ${streamSides.closeCode(side)} in ${streamSides.closePacket(side)}`,
        streamSides.windowPacket(side) !== 0 &&
          `window used up in ${streamSides.windowPacket(side)} until ${streamSides.windowUntil(side)}`,
        streamSides.windowWaited(side) !== 0 && `waited ${streamSides.windowWaited(side)} ns`,
        namesOf(StreamSideMark, streamSides.marks(side)),
      ),
    );
    return [line, ...sides].join('\n');
  });
}

/** One line a control frame of HTTP/2. */
export function describeControlFrames(core: Core): string[] {
  const { controlFrames } = core.tables;
  return rows(controlFrames.rows, (row) =>
    words(
      controlFrames.side(row) === 0 ? 'frame >' : 'frame <',
      `${controlFrames.packet(row)} flow ${controlFrames.flow(row)}`,
      nameOf(FrameType, controlFrames.type(row)),
      `stream ${controlFrames.stream(row)} value ${controlFrames.value(row)} flags ${controlFrames.flags(row)}`,
      counted('last', controlFrames.lastStream(row)),
      controlFrames.text(row) !== 0 && JSON.stringify(core.text(controlFrames.text(row))),
    ),
  );
}

/** A TLS version or cipher suite as on the wire. */
function hex16(value: number): string {
  return value === 0 ? '-' : value.toString(16).padStart(4, '0');
}

/** One line a ClientHello. */
export function describeHellos(core: Core): string[] {
  const { hellos } = core.tables;
  return rows(hellos.rows, (row) =>
    words(
      `hello flow ${hellos.flow(row)} packets ${hellos.firstPacket(row)}-${hellos.lastPacket(row)}`,
      `octets ${hellos.octets(row)}`,
      hellos.serverName(row) === 0 ? 'no name' : `name "${core.text(hellos.serverName(row))}"`,
      hellos.alpn(row) !== 0 && `alpn ${core.text(hellos.alpn(row))}`,
      `offers ${hex16(hellos.legacyVersion(row))}/${hex16(hellos.version(row))} of ${hellos.cipherSuites(row)}`,
      hellos.serverHelloPacket(row) !== 0 &&
        `answer in ${hellos.serverHelloPacket(row)} ${hex16(hellos.selectedVersion(row))} ${hex16(hellos.cipherSuite(row))}`,
      hellos.selectedAlpn(row) !== 0 && `chose ${core.text(hellos.selectedAlpn(row))}`,
      nameOf(HelloOutcome, hellos.outcome(row)),
      counted('in', hellos.outcomePacket(row)),
      namesOf(HelloMark, hellos.marks(row)),
    ),
  );
}

/** One line an issue. Not its offset: it differs between containers. */
export function describeIssues(core: Core): string[] {
  const { issues } = core.tables;
  return rows(issues.rows, (row) => {
    const packets = `${issues.firstPacket(row)}-${issues.lastPacket(row)}`;
    return `issue ${nameOf(IssueCode, issues.code(row))} x${issues.count(row)} packets ${packets}`;
  });
}

/** Sections and interfaces of the file. */
export function describeFile(core: Core): string[] {
  const { fileSections, interfaces } = core.tables;
  return rows(fileSections.rows, (row) => {
    const order = fileSections.isBigEndian(row) ? 'big-endian' : 'little-endian';
    const first = fileSections.firstInterface(row);
    const lines = rows(fileSections.interfaces(row), (index) => {
      const each = first + index;
      return words(
        `  interface link ${interfaces.linkType(each)} snap ${interfaces.snapLength(each)}`,
        `packets ${interfaces.packets(each)} resolution 0x${interfaces.timeResolution(each).toString(16)}`,
        counted('offset', interfaces.timeOffset(each)),
        interfaces.name(each) !== 0 && `name "${core.text(interfaces.name(each))}"`,
        interfaces.description(each) !== 0 && `description "${core.text(interfaces.description(each))}"`,
        !Number.isNaN(interfaces.dropped(each)) && `dropped ${interfaces.dropped(each)}`,
      );
    });
    return [`section ${FORMAT_NAMES[fileSections.format(row)] ?? '?'} ${order}`, ...lines].join('\n');
  });
}

/** Everything the core found, free of the container it came in: the text of goldens. */
export function describeCapture(core: Core): string {
  return (
    [
      ...describePackets(core),
      ...describeFlows(core),
      ...describeExchanges(core),
      ...describeStreams(core),
      ...describeControlFrames(core),
      ...describeHellos(core),
      ...describeIssues(core),
    ].join('\n') + '\n'
  );
}
