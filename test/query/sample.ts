import { Framing, MessageState, SectionMark, Violation } from '../../src/model/exchange.ts';
import { FlowMark } from '../../src/model/flow.ts';
import { HelloMark, HelloOutcome } from '../../src/model/hello.ts';
import { PacketMark, Protocol, TcpFlag } from '../../src/model/packet.ts';
import type { View } from '../../workers/api.ts';
import type { Core } from '../../workers/core.ts';
import { runQuery } from '../../workers/query/index.ts';
import { loadCore } from '../support/core.ts';

const UTF8 = new TextEncoder();
const MS = 1_000_000;

/** Rows of a view that a filter selects; the error's message where it is none. */
export function selected(core: Core, view: View, filter: string): readonly number[] | string {
  const answer = runQuery(core, view, { filter, sort: undefined });
  if (!answer.ok) return answer.error.message;
  return Array.from({ length: answer.value.rows }, (_, position) => answer.value.at(position));
}

/** Rows of a view that a filter selects, which must be correct. */
export function rowsOf(core: Core, view: View, filter: string): readonly number[] {
  const rows = selected(core, view, filter);
  if (typeof rows === 'string') throw new Error(`${filter}: ${rows}`);
  return rows;
}

/** The numbers of the packets that a filter selects. */
export function packetNumbers(core: Core, filter: string): readonly number[] | string {
  const rows = selected(core, 'packets', filter);
  return typeof rows === 'string' ? rows : rows.map((row) => row + 1);
}

/** Interns a text. */
export function intern(core: Core, text: string): number {
  return core.intern(UTF8.encode(text));
}

/** Adds an IPv4 or IPv6 address, given as its four words. */
function address(core: Core, ...words: readonly [number, number, number, number]): number {
  const [word0, word1, word2, word3] = words;
  return core.append('addresses', { word0, word1, word2, word3 });
}

/** Adds a header section; answers its row plus one. */
export function section(
  core: Core,
  lines: readonly string[],
  values: { readonly contentLength?: number } = {},
): number {
  const firstLine = core.tables.lines.rows;
  for (const line of lines) core.append('lines', { text: intern(core, line) });
  const contentLength = values.contentLength ?? NaN;
  const marks = Number.isNaN(contentLength) ? 0 : SectionMark.CONTENT_LENGTH;
  return core.append('sections', { firstLine, lines: lines.length, contentLength, marks }) + 1;
}

/**
 * A capture made by hand. Flow 0 has two exchanges, a reset and a late retransmission; flow 1 is TLS over IPv6 with an alert; flow 2
 * is DNS; flow 3 began midstream, so that the client is its responder; packet 16 is ARP; exchange 3 came from a HAR.
 */
export async function sampleCore(): Promise<Core> {
  const core = await loadCore();
  core.append('interfaces', { linkType: 1, packets: 19 });
  const mapped = [0, 0, 0xffff] as const;
  const a = address(core, ...mapped, 0x0a000001);
  const b = address(core, ...mapped, 0x0a000002);
  const c = address(core, ...mapped, 0xc0a80105);
  const d = address(core, 0x20010db8, 0, 0, 1);
  const e = address(core, 0x20010db8, 0, 0, 2);
  addFlows(core, [a, b, c, d, e]);
  addPackets(core);
  addExchanges(core);
  core.append('hellos', {
    time: 10 * MS,
    flow: 1,
    firstPacket: 11,
    lastPacket: 11,
    serverHelloPacket: 12,
    outcomePacket: 13,
    serverName: intern(core, 'outbound_.443_._.shop.example'),
    alpn: intern(core, 'h2,http/1.1'),
    selectedAlpn: intern(core, 'h2'),
    legacyVersion: 0x0303,
    version: 0x0304,
    selectedVersion: 0x0304,
    cipherSuite: 0x1301,
    outcome: HelloOutcome.ALERT,
    marks: HelloMark.SERVER_NAME,
  });
  return core;
}

function addFlows(core: Core, [a = 0, b = 0, c = 0, d = 0, e = 0]: readonly number[]): void {
  core.append('flows', {
    originatorAddress: a,
    responderAddress: b,
    originatorPort: 40_000,
    responderPort: 80,
    transport: 6,
    ipVersion: 4,
    number: 0,
    firstPacket: 1,
    lastPacket: 19,
    firstExchange: 1,
    lastExchange: 2,
    exchanges: 2,
    marks: FlowMark.RESET,
  });
  core.append('flows', {
    originatorAddress: d,
    responderAddress: e,
    originatorPort: 50_000,
    responderPort: 443,
    transport: 6,
    ipVersion: 6,
    number: 1,
    firstPacket: 7,
    lastPacket: 13,
    hello: 1,
  });
  core.append('flows', {
    originatorAddress: a,
    responderAddress: c,
    originatorPort: 5353,
    responderPort: 53,
    transport: 17,
    ipVersion: 4,
    number: 0,
    firstPacket: 14,
    lastPacket: 15,
  });
  core.append('flows', {
    originatorAddress: b,
    responderAddress: c,
    originatorPort: 8080,
    responderPort: 41_000,
    transport: 6,
    ipVersion: 4,
    number: 2,
    firstPacket: 17,
    lastPacket: 18,
    firstExchange: 3,
    lastExchange: 3,
    exchanges: 1,
    marks: FlowMark.MIDSTREAM | FlowMark.CLIENT_IS_RESPONDER,
  });
  const { HTTP1, TLS, DNS } = Protocol;
  const directions = [
    { protocol: HTTP1, packets: 5, octets: 300, retransmissions: 1 },
    { protocol: HTTP1, packets: 5, octets: 900, rstPacket: 10 },
    { protocol: TLS, packets: 2, octets: 500 },
    { protocol: TLS, packets: 2, octets: 107, alertPacket: 13, alertLevel: 2, alertDescription: 40 },
    { protocol: DNS, packets: 1, octets: 30 },
    { protocol: DNS, packets: 1, octets: 60 },
    { protocol: HTTP1, packets: 1, octets: 100 },
    { protocol: HTTP1, packets: 1, octets: 50 },
  ];
  for (const direction of directions) core.append('directions', direction);
}

function addPackets(core: Core): void {
  const { SYN, ACK, PSH, RST } = TcpFlag;
  const { TCP, HTTP1, TLS, DNS, ARP } = Protocol;
  const { FROM_RESPONDER: R, RETRANSMISSION } = PacketMark;
  const packets: readonly (readonly [flow: number, marks: number, flags: number, protocol: number])[] = [
    [0, 0, SYN, TCP],
    [0, R, SYN | ACK, TCP],
    [0, 0, ACK, TCP],
    [0, 0, PSH | ACK, HTTP1],
    [0, R, PSH | ACK, HTTP1],
    [0, 0, PSH | ACK, HTTP1],
    [1, 0, SYN, TCP],
    [0, R, ACK, HTTP1],
    [0, R, PSH | ACK, HTTP1],
    [0, R, RST, TCP],
    [1, 0, PSH | ACK, TLS],
    [1, R, PSH | ACK, TLS],
    [1, R, PSH | ACK, TLS],
    [2, 0, 0, DNS],
    [2, R, 0, DNS],
    [-1, 0, 0, ARP],
    [3, R, PSH | ACK, HTTP1],
    [3, 0, PSH | ACK, HTTP1],
    [0, RETRANSMISSION, PSH | ACK, TCP],
  ];
  packets.forEach(([flow, marks, tcpFlags, protocol], row) => {
    const length = 60 + row * 10;
    const capturedLength = Math.min(length, 200);
    core.append('packets', { time: row * MS, flow, marks, tcpFlags, protocol, length, capturedLength });
  });
}

function addExchanges(core: Core): void {
  const text = (value: string): number => intern(core, value);
  const { COMPLETE, CUT_BY_RST } = MessageState;
  core.append('exchanges', {
    flow: 0,
    method: text('GET'),
    target: text('/wrong'),
    authority: text('shop.example'),
    reason: text('Bad Gateway'),
    status: 502,
    nextInFlow: 2,
  });
  core.append('messages', {
    ...message(3, 4, 4, 3),
    section: section(core, ['Host: shop.example', 'User-Agent: curl/8.0', 'X-Request-Id: abc-1']),
  });
  core.append('messages', {
    ...message(4, 5, 5, 4),
    section: section(core, ['Server: envoy', 'Content-Length: 0', 'Set-Cookie: a=1', 'set-cookie:  b=2 '], {
      contentLength: 0,
    }),
    framing: Framing.CONTENT_LENGTH,
  });
  core.append('exchanges', {
    flow: 0,
    method: text('POST'),
    target: text('/checkout?id=7'),
    authority: text('shop.example'),
    reason: text('OK'),
    status: 200,
  });
  core.append('messages', {
    ...message(5, 6, 6, 5),
    section: section(core, ['Host: shop.example', 'Content-Type: application/json'], { contentLength: 12 }),
  });
  core.append('messages', {
    ...message(7, 8, 9, 8),
    headPacket: 9,
    section: section(core, ['Server: nginx', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']),
    framing: Framing.CHUNKED,
    state: CUT_BY_RST,
    violations: Violation.DUPLICATE_TRANSFER_ENCODING | Violation.TRANSFER_ENCODING_NOT_CHUNKED,
  });
  core.append('exchanges', {
    flow: 3,
    method: text('GET'),
    target: text('http://other.example:8080/a'),
    authority: text('other.example:8080'),
    reason: text('OK'),
    status: 200,
  });
  core.append('messages', {
    ...message(16, 17, 17, 16),
    section: section(core, ['Host: other.example:8080']),
  });
  core.append('messages', {
    ...message(17, 18, 18, 17),
    section: section(core, ['Server: Jetty']),
    version: 10,
  });
  core.append('exchanges', {
    flow: 0xffffffff,
    method: text('GET'),
    target: text('https://har.example/x'),
    authority: text('har.example'),
    status: 404,
  });
  const reported = { state: COMPLETE, framing: Framing.REPORTED, version: 11, start: NaN, end: NaN };
  core.append('messages', { ...reported, section: section(core, ['Cookie: caf\u00e9=1']) });
  core.append('messages', reported);
}

function message(
  startMs: number,
  firstPacket: number,
  lastPacket: number,
  endMs: number,
): Readonly<
  Record<
    'start' | 'end' | 'firstPacket' | 'headPacket' | 'lastPacket' | 'state' | 'version' | 'headOctets',
    number
  >
> {
  return {
    start: startMs * MS,
    end: endMs * MS,
    firstPacket,
    headPacket: firstPacket,
    lastPacket,
    state: MessageState.COMPLETE,
    version: 11,
    headOctets: 100,
  };
}
