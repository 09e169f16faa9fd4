import { formatDuration, formatList } from '../../src/model/format.ts';
import { MessageState } from '../../src/model/exchange.ts';
import {
  type ExchangeTiming,
  type PhaseName,
  type PhaseRow,
  PHASES,
  type TimingDetail,
  type WaitSplit,
} from '../../src/model/timing.ts';
import type { ExchangeRow, FlowRow, Nanoseconds, PacketNumber } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { clientSide } from '../roles.ts';
import { connectOf, isFirstOfFlow, NO_FLOW, type RoundTrip, roundTripOf, tlsOf } from './connection-times.ts';
import { exchangeTiming, heldUp } from './timing.ts';

/** A side of the capture point is near where its round trip is this many times shorter than the other's. */
const NEAR = 5;
/** Round trips below this on both sides are those of one machine or one rack, in nanoseconds. */
const LOCAL: Nanoseconds = 1e6;
/** Interim responses of one exchange that are told. */
const INTERIMS_TOLD = 8;

/** All that is known of the times of an exchange, in words. */
export function timingDetail(core: Core, exchange: ExchangeRow): TimingDetail {
  const timing = exchangeTiming(core, exchange);
  const split = waitSplit(core, exchange, timing);
  return {
    timing,
    rows: PHASES.map((name) => phaseRow(core, exchange, timing, name)),
    ...(split ? { split } : {}),
    notes: notes(core, exchange),
  };
}

function phaseRow(core: Core, exchange: ExchangeRow, timing: ExchangeTiming, name: PhaseName): PhaseRow {
  const known = timing.phases.find((phase) => phase.name === name);
  if (!known) return { name, duration: undefined, how: whyAbsent(core, exchange, name) };
  if (timing.basis === 'reported') return { name, duration: known.duration, how: 'reported by the HAR file' };
  const between = packetsOf(core, exchange, name);
  return { name, duration: known.duration, how: HOW[name] ?? '', ...(between ? { between } : {}) };
}

const HOW: { readonly [name in PhaseName]?: string } = {
  connect: 'SYN to the ACK that ends the handshake',
  tls: 'ClientHello to the end of the handshake',
  send: 'first to last octet of the request',
  wait: 'last octet of the request to first octet of the final response',
  receive: 'first to last octet of the response',
};

function packetsOf(
  core: Core,
  exchange: ExchangeRow,
  name: PhaseName,
): readonly [PacketNumber, PacketNumber] | undefined {
  const { exchanges, messages } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const flow = exchanges.flow(exchange);
  switch (name) {
    case 'connect':
    case 'tls': {
      const stretch = name === 'tls' ? tlsOf(core, flow) : connectOf(core, flow);
      return stretch && [stretch.first, stretch.last];
    }
    case 'send':
      return [messages.firstPacket(request), messages.lastPacket(request)];
    case 'wait':
      return [messages.lastPacket(request), messages.firstPacket(response)];
    case 'receive':
      return [messages.firstPacket(response), messages.lastPacket(response)];
    default:
      return undefined;
  }
}

function whyAbsent(core: Core, exchange: ExchangeRow, name: PhaseName): string {
  const { exchanges, messages, flows } = core.tables;
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW) return 'not reported by the HAR file';
  const request = messages.state(exchange * 2);
  const response = messages.state(exchange * 2 + 1);
  const requestWords =
    request === MessageState.ABSENT ? 'the request was not captured' : 'the request is not complete';
  const responseWords =
    response === MessageState.ABSENT ? 'there is no response in the capture' : 'the response is not complete';
  switch (name) {
    case 'blocked':
      return 'packets do not show how long the client held the request back';
    case 'dns':
      return 'packets do not show which lookup it waited for';
    case 'connect':
      if (!isFirstOfFlow(core, exchange)) return 'the connection was open before (keep-alive)';
      if (flows.synPacket(flow) === 0) return 'the capture began after the connection did';
      return 'the handshake is not complete in the capture';
    case 'tls':
      if (!isFirstOfFlow(core, exchange)) return 'the connection was open before (keep-alive)';
      return flows.hello(flow) === 0 ? 'no TLS on this connection' : 'the end of the handshake was not seen';
    case 'send':
      return requestWords;
    case 'wait':
      if (request !== MessageState.COMPLETE) return requestWords;
      if (response === MessageState.ABSENT) return responseWords;
      return 'the response began before the request was over';
    case 'receive':
      return responseWords;
  }
}

/** The waiting as network and server, where the handshake's round trip is known. */
function waitSplit(core: Core, exchange: ExchangeRow, timing: ExchangeTiming): WaitSplit | undefined {
  const flow = core.tables.exchanges.flow(exchange);
  const wait = timing.phases.find(({ name }) => name === 'wait');
  if (flow === NO_FLOW || !wait || heldUp(core, exchange) > 0) return undefined;
  const trip = roundTripOf(core, flow);
  if (!trip) return undefined;
  const network = Math.min(trip.toServer, wait.duration);
  const capturedNear = nearTo(trip);
  return {
    network,
    server: timing.server,
    capturedNear,
    sentence: splitSentence(wait.duration, trip, timing.server, capturedNear),
    caveat: splitCaveat(trip, wait.start),
  };
}

function nearTo({ toServer, toClient }: RoundTrip): WaitSplit['capturedNear'] {
  if (toClient === undefined) return 'neither';
  if (toServer < LOCAL && toClient < LOCAL) return 'both';
  if (toClient * NEAR <= toServer) return 'client';
  return toServer * NEAR <= toClient ? 'server' : 'neither';
}

function splitSentence(
  wait: Nanoseconds,
  trip: RoundTrip,
  server: Nanoseconds | undefined,
  near: WaitSplit['capturedNear'],
): string {
  const toServer = formatDuration(trip.toServer);
  const whole = formatDuration(wait);
  const split =
    server === undefined
      ? `The ${whole} of waiting are no longer than a round trip to the server (${toServer}): all of it may be the network.`
      : `Of ${whole} waiting about ${toServer} were the network and ${formatDuration(server)} the server.`;
  const toClient = trip.toClient === undefined ? '' : formatDuration(trip.toClient);
  switch (near) {
    case 'both':
      return `${split} Client and server are close to the capture point: ${toServer} and ${toClient} there and back.`;
    case 'client':
      return `${split} The capture stood near the client (${toClient} there and back), so the client waited as long.`;
    case 'server':
      return `${split} The capture stood near the server; the client waited about ${toClient} more for its own way to the capture point.`;
    case 'neither':
      return trip.toClient === undefined
        ? `${split} How far the client is from the capture point is not known.`
        : `${split} The capture stood in between; the client waited about ${toClient} more for its own way to the capture point.`;
  }
}

function splitCaveat({ packets, at }: RoundTrip, waitStart: Nanoseconds): string {
  const age = waitStart - at;
  const old = age > 1e9 ? `, measured ${formatDuration(age)} before` : '';
  return `An estimate from one round trip, the handshake’s (packets ${packets[0]} and ${packets[1]}${old}). Whoever answered the SYN may be a proxy or load balancer; the way behind it counts as the server’s time.`;
}

function notes(core: Core, exchange: ExchangeRow): readonly string[] {
  const { exchanges, flows } = core.tables;
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW) return [];
  const found: string[] = [];
  const behind = heldUp(core, exchange);
  if (behind > 0) {
    found.push(
      `Pipelined: it was sent while the response before it was outstanding, and ${formatDuration(behind)} of the waiting passed until that one was over (RFC 9112 section 9.3.2). No share of the network is told.`,
    );
  }
  if (isFirstOfFlow(core, exchange)) found.push(...handshakeNotes(core, flow));
  else if (behind === 0 && flows.synCount(flow) > 1) found.push(REPEATED_SYN);
  if (exchanges.interimStatus(exchange) !== 0) found.push(interimNote(core, exchange));
  return found;
}

const REPEATED_SYN =
  'The SYN of this connection was sent more than once, so its round trip is not known and no share of the network is told (RFC 6298 section 3).';

function handshakeNotes(core: Core, flow: FlowRow): readonly string[] {
  const { flows } = core.tables;
  const found: string[] = [];
  if (flows.synCount(flow) > 1) found.push(REPEATED_SYN);
  if (clientSide(core, flow) !== 0)
    found.push('The connection was opened by the server: its handshake is not the client’s.');
  const connect = connectOf(core, flow);
  const request = core.tables.messages.start((flows.firstExchange(flow) - 1) * 2);
  const ready = connect && (tlsOf(core, flow) ?? connect);
  const idle = ready ? request - (ready.start + ready.duration) : 0;
  if (idle > LOCAL)
    found.push(`The connection was ready ${formatDuration(idle)} before the request was sent.`);
  return found;
}

function interimNote(core: Core, exchange: ExchangeRow): string {
  const { interims, messages, packets, exchanges } = core.tables;
  const sent = messages.start(exchange * 2);
  const told: string[] = [];
  for (let row = 0; row < interims.rows && told.length < INTERIMS_TOLD; row++) {
    if (interims.exchange(row) !== exchange) continue;
    const packet = interims.packet(row);
    const after = packet === 0 ? NaN : packets.time(packet - 1) - sent;
    const when = after >= 0 ? ` ${formatDuration(after)} after the request began` : '';
    told.push(`${interims.status(row)}${when} (packet ${packet})`);
  }
  const what = told.length === 0 ? String(exchanges.interimStatus(exchange)) : formatList(told);
  return `Interim response before the final one: ${what}. The waiting counts to the final one.`;
}
