// What rides on a byte stream: told by its first octets, then fed to its dissector. One more: its file, a line in sniff.ts, and
// a line in each switch here.

import { f64Of, orU32, rowAt, setU8, u32Of, u8Of } from '../columns';
import { directionAt, flowAt, FOLLOWED } from '../flows/table';
import { currentPacket } from '../issues';
import * as schema from '../schema';
import * as follow from './follow';
import * as http1 from './http1';
import * as http1Leave from './http1-leave';
import * as http2 from './http2';
import { sniff, forget } from './sniff';
import * as tls from './tls';
import * as websocket from './websocket';

/** How a direction ended: the sender's FIN, a RST of either side, or the end of the capture. */
export const BY_FIN: u32 = 1;
export const BY_RST: u32 = 2;
export const BY_END: u32 = 3;

/** The protocol to show for a packet with payload of the flow. */
export function protocolOf(flow: u32, side: u32, otherwise: u32): u32 {
  // The 101 itself is still HTTP.
  if (http1Leave.leftIn == currentPacket) return schema.PROTOCOL_HTTP1;
  const protocol = u8Of(directionAt(flow, side), schema.DIRECTIONS_PROTOCOL);
  return protocol == schema.PROTOCOL_UNKNOWN ? otherwise : protocol;
}

/** Octets in order; `sequence` and `packet` are those of the first. */
export function receive(flow: u32, side: u32, at: usize, length: u32, sequence: u32, packet: u32): void {
  if (flow == FOLLOWED) {
    follow.receive(side, at, length, sequence, packet);
    return;
  }
  const direction = directionAt(flow, side);
  if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_UNKNOWN) {
    sniff(flow, side, at, length, sequence, packet);
    return;
  }
  dispatch(flow, side, at, length, sequence, packet);
}

/** Octets of a direction whose protocol is known. */
export function dispatch(flow: u32, side: u32, at: usize, length: u32, sequence: u32, packet: u32): void {
  switch (u8Of(directionAt(flow, side), schema.DIRECTIONS_PROTOCOL)) {
    case schema.PROTOCOL_HTTP1:
      http1.receive(flow, side, at, length, sequence, packet);
      break;
    case schema.PROTOCOL_HTTP2:
      http2.receive(flow, side, at, length, sequence, packet);
      break;
    case schema.PROTOCOL_TLS:
      tls.receive(flow, side, at, length, packet);
      break;
    case schema.PROTOCOL_WEBSOCKET:
      websocket.receive(flow, side, at, length, packet);
      break;
    default:
      break;
  }
}

/** Octets that the capture does not have; `sequence` is that of the first. */
export function skip(flow: u32, side: u32, missing: u32, sequence: u32, packet: u32): void {
  if (flow == FOLLOWED) {
    follow.skip(side, missing, sequence, packet);
    return;
  }
  const direction = directionAt(flow, side);
  switch (u8Of(direction, schema.DIRECTIONS_PROTOCOL)) {
    case schema.PROTOCOL_HTTP1:
      http1.skip(flow, side, missing);
      break;
    case schema.PROTOCOL_HTTP2:
      http2.skip(flow, side, missing);
      break;
    case schema.PROTOCOL_TLS:
      tls.skip(flow, side, missing);
      break;
    case schema.PROTOCOL_WEBSOCKET:
      websocket.skip(flow, side, missing);
      break;
    default:
      forget(direction);
      break;
  }
}

/** The direction is over. Told once for each direction, whatever comes after. */
export function close(flow: u32, side: u32, how: u32): void {
  if (flow == FOLLOWED) return;
  const direction = directionAt(flow, side);
  if (u8Of(direction, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_CLOSED) return;
  setU8(
    direction,
    schema.DIRECTIONS_MARKS,
    u8Of(direction, schema.DIRECTIONS_MARKS) | schema.DIRECTION_MARK_CLOSED,
  );
  if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_UNKNOWN) forget(direction);
  else if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_HTTP1) http1.close(flow, side, how);
  else if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_HTTP2) http2.close(flow, side, how);
  else websocket.close(flow, side, how);
  tls.close(flow, side, how);
  const other = directionAt(flow, side ^ 1);
  if (u8Of(other, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_CLOSED) end(flow);
}

/** Both directions are over: what the flow as a whole shows. */
function end(flow: u32): void {
  http1.end(flow);
  http2.end(flow);
  websocket.end(flow);
  tls.end(flow);
  // HTTP/2 by prior knowledge that nobody answered: to a TLS port it is as plain as HTTP/1.
  for (let side: u32 = 0; side < 2; side++) {
    const isAsked = u8Of(directionAt(flow, side), schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_HTTP2;
    if (isAsked && u32Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_FIRST_DATA_PACKET) == 0) {
      orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_UNANSWERED);
    }
  }
}
