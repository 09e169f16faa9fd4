import { GRPC_STATUS_ABSENT, StreamKind } from '../../src/model/stream.ts';
import type { Bytes, ExchangeRow } from '../../src/model/units.ts';
import { WebSocketOpcode } from '../../src/model/websocket-registry.ts';
import type { Core } from '../core.ts';
import { type JsonObject, listOf, numberOf, objectOf, textOf } from './json-values.ts';

/** What a HAR file reports that one side of a WebSocket sent. */
export interface HarFrames {
  readonly frames: number;
  readonly messages: number;
  readonly dataOctets: Bytes;
}

/** The frames of a WebSocket as Chrome writes them (`_webSocketMessages`), by side; undefined for an entry that is none. */
export function harFrames(entry: JsonObject): readonly [sent: HarFrames, received: HarFrames] | undefined {
  if (!Array.isArray(entry['_webSocketMessages'])) return undefined;
  const messages = listOf(entry['_webSocketMessages']).map((one) => objectOf(one) ?? {});
  const isSent = (message: JsonObject): boolean => message['type'] === 'send';
  return [sideOf(messages.filter(isSent)), sideOf(messages.filter((message) => !isSent(message)))];
}

function sideOf(frames: readonly JsonObject[]): HarFrames {
  let messages = 0;
  let dataOctets = 0;
  for (const frame of frames) {
    const opcode = numberOf(frame['opcode']) ?? WebSocketOpcode.TEXT;
    const isText = opcode === WebSocketOpcode.TEXT;
    if (!isText && opcode !== WebSocketOpcode.BINARY) continue;
    messages++;
    dataOctets += sizeOf(textOf(frame['data']) ?? '', isText);
  }
  return { frames: frames.length, messages, dataOctets };
}

/** Octets of a text, or of what stands in base64. */
function sizeOf(data: string, isText: boolean): Bytes {
  if (isText) return new TextEncoder().encode(data).length;
  return Math.floor((data.replace(/=+$/, '').length * 3) / 4);
}

/** Adds the rows of the WebSocket that an exchange became; `exchange` is the row that it will have. Answers what `exchanges.stream` holds. */
export function appendFrames(
  core: Core,
  exchange: ExchangeRow,
  frames: readonly [HarFrames, HarFrames] | undefined,
): number {
  if (!frames) return 0;
  const row = core.append('streams', {
    exchange,
    kind: StreamKind.WEBSOCKET,
    grpcStatus: GRPC_STATUS_ABSENT,
  });
  for (const side of frames) core.append('streamSides', { ...side });
  return row + 1;
}
