import { LIMITS } from '../../src/model/limits.ts';
import type { Nanoseconds } from '../../src/model/units.ts';
import { WEBSOCKET_OPCODES, WebSocketOpcode } from '../../src/model/websocket-registry.ts';
import { formatBytes } from '../../src/model/format.ts';
import { type JsonObject, listOf, numberOf, objectOf, textOf } from '../formats/json-values.ts';
import type { ReportedExchange } from '../formats/reported.ts';
import type { OpenCapture } from '../open-capture.ts';
import { ReadError } from '../source/blob-reader.ts';
import type { MessageSource, SourceMessage } from './paging.ts';

/** Messages that are put together at a time. */
const BATCH = 200;

/** The messages of a WebSocket as Chrome writes them into a HAR file (`_webSocketMessages`); the entry is read again. */
export async function* harMessages(capture: OpenCapture, exchange: ReportedExchange): MessageSource {
  let entry: JsonObject | undefined;
  try {
    const octets = await capture.reader.read(exchange.start, exchange.end);
    entry = objectOf(JSON.parse(new TextDecoder().decode(octets)));
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return `The file can no longer be read (${error.message}).`;
  }
  const list = listOf(entry?.['_webSocketMessages']);
  for (let at = 0; at < list.length; at += BATCH) {
    yield list.slice(at, at + BATCH).map((one) => harMessage(capture, objectOf(one) ?? {}));
  }
  return undefined;
}

function harMessage(capture: OpenCapture, message: JsonObject): SourceMessage {
  const opcode = numberOf(message['opcode']) ?? WebSocketOpcode.TEXT;
  const data = textOf(message['data']) ?? '';
  const isText = opcode === WebSocketOpcode.TEXT;
  const binary = isText ? undefined : fromBase64(data);
  const octets = binary ?? new TextEncoder().encode(data);
  const limit = LIMITS.CONVERSATION_MESSAGE_OCTETS;
  const caveats = [
    !isText && binary === undefined
      ? 'The HAR file does not have it in base64: it is shown as it stands.'
      : '',
    octets.length > limit ? `Only the first ${formatBytes(limit)} are shown.` : '',
  ].filter((caveat) => caveat !== '');
  return {
    side: message['type'] === 'send' ? 0 : 1,
    time: timeOf(capture, numberOf(message['time'])),
    packet: 0,
    kind: (WEBSOCKET_OPCODES[opcode] ?? `opcode ${opcode}`).toLowerCase(),
    label: '',
    size: octets.length,
    octets: octets.subarray(0, limit),
    isText: isText || binary === undefined,
    ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
  };
}

/** Chrome's time is in seconds since 1970. */
function timeOf({ core }: OpenCapture, seconds: number | undefined): Nanoseconds | undefined {
  if (seconds === undefined || seconds <= 0) return undefined;
  const whole = Math.floor(seconds);
  const time =
    (whole - core.start.seconds) * 1e9 + Math.round((seconds - whole) * 1e9) - core.start.nanoseconds;
  return Number.isFinite(time) ? time : undefined;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
