import { failed, ok, type Result } from '../../src/model/result.ts';
import type { Bytes, Nanoseconds } from '../../src/model/units.ts';
import type { ReportedPhases } from './reported.ts';
import { harFrames } from './har-frames.ts';
import { listOf, numberOf, objectOf, type JsonObject, textOf } from './json-values.ts';

/** A point in time since 1970. */
export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: Nanoseconds;
}

/** A request or a response as a HAR file reports it. */
export interface HarMessage {
  /** Field lines, each ended by CR LF, and an empty one; '' where no header section is reported. */
  readonly section: string;
  /** Octets of the header section; 0 where they are not reported. */
  readonly headOctets: Bytes;
  /** Octets of the content on the wire; NaN where they are not reported. */
  readonly bodyOctets: Bytes;
  /** As messages.version. */
  readonly version: number;
}

/** An entry of a HAR file. */
export interface HarEntry {
  readonly started: Instant | undefined;
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  /** serverIPAddress, or the authority. */
  readonly server: string;
  readonly status: number;
  readonly reason: string;
  readonly request: HarMessage;
  /** undefined where there was no answer: a status of 0 or below, or none. */
  readonly response: HarMessage | undefined;
  /**
   * From `started`: when the request was sent, had been sent, when its response began and was over; NaN where the timings do
   * not tell.
   */
  readonly times: readonly [
    sent: Nanoseconds,
    wasSent: Nanoseconds,
    answered: Nanoseconds,
    over: Nanoseconds,
  ];
  /** What passed before `sent`, in its parts. */
  readonly phases: ReportedPhases;
  /** What went wrong, in the words of whoever wrote the file: "net::ERR_CONNECTION_RESET"; '' where nothing is said of it. */
  readonly failure: string;
  /** Of a WebSocket. */
  readonly frames: ReturnType<typeof harFrames>;
}

/** Reads an entry (HAR 1.2, "entries"); what is told where it is none. */
export function harEntry(value: unknown): Result<HarEntry, string> {
  const entry = objectOf(value);
  if (!entry) return failed('it is no object');
  const request = objectOf(entry['request']);
  if (!request) return failed('it has no request object');
  const response = objectOf(entry['response']) ?? {};
  const asked = fieldsOf(request);
  const url = textOf(request['url']) ?? asked.pseudo.get(':path');
  if (url === undefined) return failed('its request has no url');
  const method = textOf(request['method']) ?? asked.pseudo.get(':method');
  if (method === undefined) return failed('its request has no method');
  const place = placeOf(url, method);
  const authority = place.authority || (asked.pseudo.get(':authority') ?? asked.host ?? '');
  const status = numberOf(response['status']) ?? 0;
  const isAnswered = Number.isInteger(status) && status >= 100 && status <= 999;
  return ok({
    started: instantOf(textOf(entry['startedDateTime']) ?? ''),
    method,
    target: place.target,
    authority,
    server: (textOf(entry['serverIPAddress']) ?? '').replace(/^\[(.*)\]$/, '$1') || authority,
    status: isAnswered ? status : 0,
    reason: isAnswered ? (textOf(response['statusText']) ?? '') : '',
    request: messageOf(request, asked.section),
    response: isAnswered ? messageOf(response, fieldsOf(response).section) : undefined,
    ...timesOf(entry),
    failure: failureOf(response),
    frames: harFrames(entry),
  });
}

/** Characters of a failure that are kept: they are words for people. */
const FAILURE_CHARACTERS = 200;

/** `_error` of Chrome, its relatives and mitmproxy, `_failureText` of Playwright: no part of HAR 1.2. */
function failureOf(response: JsonObject): string {
  const text = textOf(response['_error']) ?? textOf(response['_failureText']) ?? '';
  return text.replace(/\s+/g, ' ').trim().slice(0, FAILURE_CHARACTERS);
}

interface Fields {
  readonly section: string;
  /** Values of the pseudo-header fields of HTTP/2 (RFC 9113 section 8.3): they are no field lines. */
  readonly pseudo: ReadonlyMap<string, string>;
  readonly host: string | undefined;
}

/** WebPagetest takes a request line with a colon in it for a field. */
const REQUEST_LINE = /^[A-Z]+ [^\n]* HTTP\/\d(\.\d)?$/;

function fieldsOf(message: JsonObject): Fields {
  const pseudo = new Map<string, string>();
  let section = '';
  let host: string | undefined;
  for (const each of listOf(message['headers'])) {
    const field = objectOf(each);
    const name = textOf(field?.['name']);
    if (field === undefined || name === undefined || name === '') continue;
    const value = textOf(field['value']) ?? '';
    if (REQUEST_LINE.test(`${name}:${value}`)) continue;
    if (name.startsWith(':')) {
      pseudo.set(name.toLowerCase(), value);
      continue;
    }
    if (name.toLowerCase() === 'host') host ??= value;
    // Browsers join the values of lines with the same name by line feeds.
    for (const one of value.split(/\r\n|\n|\r/)) section += `${name.replace(/[\r\n]/g, ' ')}: ${one}\r\n`;
  }
  return { section: section === '' ? '' : `${section}\r\n`, pseudo, host };
}

function messageOf(message: JsonObject, section: string): HarMessage {
  const head = numberOf(message['headersSize']) ?? -1;
  const body = numberOf(message['bodySize']) ?? -1;
  return {
    section,
    headOctets: head >= 0 && head < 2 ** 32 ? head : 0,
    bodyOctets: body >= 0 ? body : NaN,
    version: versionOf(textOf(message['httpVersion']) ?? ''),
  };
}

function versionOf(text: string): number {
  const found = /^(?:http\/|h)?(0\.9|1\.0|1\.1|2|3)(?:\.0)?\b/i.exec(text.trim());
  const version = Number(found?.[1] ?? 0);
  return Math.round(version * 10);
}

/** Characters of a URL without a host (`data:`) that are kept: it may be a whole image. */
const OPAQUE_CHARACTERS = 256;

function placeOf(url: string, method: string): { readonly authority: string; readonly target: string } {
  const found = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)([^#]*)/i.exec(url);
  if (!found) {
    const isOpaque = /^[a-z][a-z0-9+.-]*:/i.test(url) && method !== 'CONNECT';
    const isLong = isOpaque && url.length > OPAQUE_CHARACTERS;
    return { authority: '', target: isLong ? `${url.slice(0, OPAQUE_CHARACTERS)}…` : url };
  }
  const [, authority = '', rest = ''] = found;
  if (method === 'CONNECT') return { authority, target: authority };
  return { authority, target: rest.startsWith('/') ? rest : `/${rest}` };
}

const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** An ISO 8601 time; without a zone it is taken for UTC. */
function instantOf(text: string): Instant | undefined {
  const found = INSTANT.exec(text.trim());
  if (!found) return undefined;
  const [, date = '', time = '', fraction = '', zone = 'Z'] = found;
  const colon = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const milliseconds = Date.parse(`${date}T${time}${colon.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return { seconds: milliseconds / 1000, nanoseconds: Number(`${fraction}000000000`.slice(0, 9)) };
}

/** Nanoseconds of a phase in milliseconds; NaN where it is absent or -1 (HAR 1.2, "timings"). */
function phaseOf(timings: JsonObject, name: string): Nanoseconds {
  const milliseconds = numberOf(timings[name]) ?? -1;
  return milliseconds < 0 ? NaN : Math.round(milliseconds * 1e6);
}

/**
 * `blocked`, `dns` and `connect` pass before the request is sent; -1 says that they did not occur. `ssl` is a part of `connect` (HAR
 * 1.2, "timings"), but Firefox writes it beside: the sum of all phases, `time`, tells which.
 */
function timesOf(entry: JsonObject): Pick<HarEntry, 'times' | 'phases'> {
  const timings = objectOf(entry['timings']) ?? {};
  const time = phaseOf(entry, 'time');
  const [blocked, dns, connect] = [
    phaseOf(timings, 'blocked'),
    phaseOf(timings, 'dns'),
    phaseOf(timings, 'connect'),
  ];
  const ssl = phaseOf(timings, 'ssl');
  const [send, wait, receive] = [
    phaseOf(timings, 'send'),
    phaseOf(timings, 'wait'),
    phaseOf(timings, 'receive'),
  ];
  const before = (blocked || 0) + (dns || 0) + (connect || 0);
  const sum = before + send + wait + receive;
  const isBeside = ssl > 0 && (ssl > connect || Math.abs(time - sum - ssl) < Math.abs(time - sum));
  const sent = before + (isBeside ? ssl : 0);
  const wasSent = sent + send;
  const answered = wasSent + wait;
  const over = answered + receive;
  const phases = {
    ...(blocked >= 0 ? { blocked } : {}),
    ...(dns >= 0 ? { dns } : {}),
    ...(connect >= 0 ? { connect: isBeside || !(ssl >= 0) ? connect : connect - ssl } : {}),
    ...(ssl >= 0 ? { tls: ssl } : {}),
  };
  if (!Number.isNaN(over)) return { phases, times: [sent, wasSent, answered, over] };
  // The sum of all phases is reported by itself.
  return { phases, times: [sent, wasSent, answered, time >= sent ? time : NaN] };
}
