// Fields of the WebSocket frames in a segment that begins at the border of one.

import { has, u16At, u32At, u8At } from '../bytes';
import { u32Of, u8Of } from '../columns';
import { directionAt, flowAt, FOLLOWED, lookup, match } from '../flows/table';
import { tell } from '../layers/describe';
import * as schema from '../schema';
import * as frame from './websocket-frame';

/** Describes the payload in [at, end) of the segment in scratch.ts where it begins with a frame; false where it does not. */
export function describeWebSocket(at: usize, end: usize): bool {
  const flow = lookup();
  if (flow == FOLLOWED) return false;
  const row = flowAt(flow);
  const side: u32 = match(row) == 2 ? 1 : 0;
  const protocol = u8Of(directionAt(flow, side), schema.DIRECTIONS_PROTOCOL);
  if (protocol != schema.PROTOCOL_WEBSOCKET) return false;
  const client: u32 = u32Of(row, schema.FLOWS_MARKS) & schema.FLOW_MARK_CLIENT_IS_RESPONDER ? 1 : 0;
  const flags = frame.DEFLATE | (side == client ? frame.FROM_CLIENT : 0);
  if (!frame.beginsWithFrame(at, end, flags)) return false;
  while (at < end) at = describeFrame(at, end);
  return true;
}

/** Answers where the frame ends. */
function describeFrame(at: usize, end: usize): usize {
  const header = has(at, end, 2) ? <usize>frame.headerOctets(u8At(at + 1)) : 2;
  if (!has(at, end, header)) {
    tell(schema.FIELD_WEBSOCKET, 0, at, end - at, NaN);
    return end;
  }
  const first = u8At(at);
  const second = u8At(at + 1);
  const length = frame.lengthOf(at);
  const there = <usize>min<f64>(length, <f64>(end - at - header));
  tell(schema.FIELD_WEBSOCKET, 0, at, header + there, NaN);
  tell(schema.FIELD_WEBSOCKET_FIN, 1, at, 1, first >> 7);
  tell(schema.FIELD_WEBSOCKET_RSV, 1, at, 1, (first >> 4) & 7);
  tell(schema.FIELD_WEBSOCKET_OPCODE, 1, at, 1, first & 15);
  tell(schema.FIELD_WEBSOCKET_MASK, 1, at + 1, 1, second >> 7);
  tell(schema.FIELD_WEBSOCKET_LENGTH, 1, at + 1, 1, second & 127);
  if ((second & 127) == 126) tell(schema.FIELD_WEBSOCKET_LENGTH_16, 1, at + 2, 2, length);
  if ((second & 127) == 127) tell(schema.FIELD_WEBSOCKET_LENGTH_64, 1, at + 2, 8, length);
  const isMasked = (second & 0x80) != 0;
  if (isMasked) tell(schema.FIELD_WEBSOCKET_KEY, 1, at + header - 4, 4, NaN);
  const payload = at + header;
  if (there) {
    const isText = (first & 15) == 1 && (first & 0x70) == 0;
    if (isMasked) tell(schema.FIELD_WEBSOCKET_MASKED, 1, payload, there, NaN);
    else if (isText) tell(schema.FIELD_WEBSOCKET_TEXT, 1, payload, there, NaN);
    else tell(schema.FIELD_WEBSOCKET_PAYLOAD, 1, payload, there, NaN);
  }
  if ((first & 15) == frame.CLOSE && there > 1) {
    const key = isMasked ? u32At(payload - 4) >> 16 : 0;
    tell(schema.FIELD_WEBSOCKET_CLOSE, 1, payload, 2, u16At(payload) ^ key);
  }
  return payload + there;
}
