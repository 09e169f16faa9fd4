import type { Bytes } from '../../src/model/units.ts';
import { listOf, type JsonObject, objectOf, textOf } from '../formats/json-values.ts';
import type { ReportedExchange } from '../formats/reported.ts';
import type { BlobReader } from '../source/blob-reader.ts';

/** The content of a message as a HAR file reports it. */
export interface HarBody {
  readonly octets: Uint8Array;
  readonly contentType: string;
  readonly isComplete: boolean;
  readonly isCapped: boolean;
  readonly caveats: readonly string[];
}

/** The content that a HAR file reports of a message; its entry is read again. At most `limit` octets of it. */
export async function harBody(
  reader: BlobReader,
  exchange: ReportedExchange,
  side: 'request' | 'response',
  limit: Bytes,
): Promise<HarBody> {
  const octets = await reader.read(exchange.start, exchange.end);
  const entry = objectOf(JSON.parse(new TextDecoder().decode(octets)));
  const message = objectOf(entry?.[side]) ?? {};
  const content = objectOf(message[side === 'request' ? 'postData' : 'content']) ?? {};
  const text = textOf(content['text']) ?? formOf(content);
  const base = { contentType: textOf(content['mimeType']) ?? '', isCapped: false, caveats: [] };
  if (text === undefined) {
    const isEmpty = side === 'request' || content['size'] === 0;
    const file = textOf(content['_file']);
    const beside = file === undefined ? '' : ` It stands in ${file} beside the HAR file.`;
    const caveats = isEmpty ? [] : [`The HAR file does not have the content of this message.${beside}`];
    return { ...base, octets: new Uint8Array(), isComplete: isEmpty, caveats };
  }
  const isBase64 = textOf(content['encoding'])?.toLowerCase() === 'base64';
  const decoded = isBase64 ? fromBase64(text) : new TextEncoder().encode(text);
  if (decoded === undefined) {
    const caveats = ['The HAR file calls the content base64, but it is not: it is shown as it stands.'];
    return { ...base, octets: new TextEncoder().encode(text).slice(0, limit), isComplete: false, caveats };
  }
  const isCapped = decoded.length > limit;
  return { ...base, octets: decoded.slice(0, limit), isComplete: !isCapped, isCapped };
}

/** A form that is reported by its parameters alone, as a browser would send it. */
function formOf(content: JsonObject): string | undefined {
  const parameters = listOf(content['params']).map((one) => objectOf(one) ?? {});
  if (parameters.length === 0) return undefined;
  return parameters.map((one) => `${textOf(one['name']) ?? ''}=${textOf(one['value']) ?? ''}`).join('&');
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
