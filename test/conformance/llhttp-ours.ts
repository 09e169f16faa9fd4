import { MessageState, Violation } from '../../src/model/exchange.ts';
import type { Core } from '../../workers/core.ts';
import { readWireBody } from '../../workers/bodies/wire-body.ts';
import { dechunk } from '../../workers/bodies/chunks.ts';
import { fieldLines } from '../../workers/field-lines.ts';
import { violationTags } from '../../workers/violations.ts';
import { BlobReader } from '../../workers/source/blob-reader.ts';
import { Framing } from '../../src/model/exchange.ts';
import { drawn } from '../support/packet-script.ts';
import { readOctets } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';
import { type LlhttpCase, told, type ToldMessage } from './llhttp-cases.ts';

/** What we make of a case. */
export interface OurAnswer {
  readonly messages: readonly ToldMessage[];
  /** What we say is wrong, in a word or two each; empty where nothing is. */
  readonly flags: readonly string[];
}

/** What llhttp does not judge: the meaning of fields, and limits of proxies. */
const NOT_JUDGED =
  Violation.HOST_MISSING |
  Violation.HOST_REPEATED |
  Violation.DUPLICATE_SINGLETON |
  Violation.SECTION_TOO_LARGE;

/** Draws a case as a TCP connection, in segments of `mss` octets, and reads it. */
export async function readCase(one: LlhttpCase, mss: number): Promise<OurAnswer> {
  const hex = (octets: Uint8Array): string => `hex"${Buffer.from(octets).toString('hex')}"`;
  const [from, to] = one.isRequest ? ['client', 'server'] : ['server', 'client'];
  const asked = new TextEncoder().encode('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n');
  const lines = [
    'link ethernet',
    'client 10.0.0.1:35500',
    'server 10.0.0.2:8080',
    '0ms client > server SYN',
    '1ms server > client SYN ACK',
    '2ms client > server ACK',
    ...(one.answersHead ? one.messages.map(() => `3ms client > server ${hex(asked)}`) : []),
    ...(one.octets.length === 0 ? [] : [`4ms ${from} > ${to} ${hex(one.octets)} mss ${mss}`]),
    ...(one.type.endsWith('-finish') ? [`2000ms ${from} > ${to} FIN`] : []),
  ];
  const { octets } = writePcap(drawn(lines.join('\n')), { variant: 'nanoseconds' });
  const { core } = await readOctets(octets);
  return answer(core, new BlobReader(new Blob([new Uint8Array(octets)])), one);
}

async function answer(core: Core, reader: BlobReader, one: LlhttpCase): Promise<OurAnswer> {
  const { exchanges, messages, issues } = core.tables;
  const found: ToldMessage[] = [];
  const flags = new Set<string>();
  for (let exchange = 0; exchange < exchanges.rows; exchange++) {
    for (const side of [0, 1]) {
      const row = exchange * 2 + side;
      if (messages.state(row) === MessageState.ABSENT || (one.answersHead && side === 0)) continue;
      for (const tag of violationTags(messages.violations(row) & ~NOT_JUDGED)) flags.add(tag);
      if (messages.state(row) === MessageState.BROKEN) flags.add('broken');
      if (side !== (one.isRequest ? 0 : 1)) flags.add(side ? 'a response' : 'a request');
      found.push(await messageOf(core, reader, row));
    }
  }
  if (found.length === 0 && one.octets.length > 0) flags.add('no HTTP');
  for (let row = 0; row < issues.rows; row++) if (issues.code(row) === 0) flags.add('issue');
  return { messages: found, flags: [...flags] };
}

async function messageOf(core: Core, reader: BlobReader, row: number): Promise<ToldMessage> {
  const { exchanges, messages } = core.tables;
  const exchange = row >>> 1;
  const number = messages.version(row);
  const version = number === 0 ? '' : `${Math.floor(number / 10)}.${number % 10}`;
  const words =
    row & 1
      ? [version, String(exchanges.status(exchange)).padStart(3, '0'), core.text(exchanges.reason(exchange))]
      : [core.text(exchanges.method(exchange)), core.text(exchanges.target(exchange)), version];
  return {
    start: words.join(' ').trim(),
    lines: linesOf(core, messages.section(row)),
    trailers: linesOf(core, messages.trailers(row)),
    body: await bodyOf(core, reader, row),
    isComplete: messages.state(row) === MessageState.COMPLETE,
  };
}

function linesOf(core: Core, section: number): readonly string[] {
  const lines: string[] = [];
  for (const text of fieldLines(core, section)) {
    const last = lines.at(-1);
    // A folded line goes on with the value before it (RFC 9112 section 5.2).
    if (/^[ \t]/.test(text) && last !== undefined) {
      lines[lines.length - 1] = `${last} ${text.trim()}`.replace(/\s+/g, ' ').trim();
      continue;
    }
    const colon = text.indexOf(':');
    lines.push(colon < 0 ? text : told(text.slice(0, colon), text.slice(colon + 1)));
  }
  return lines;
}

async function bodyOf(core: Core, reader: BlobReader, row: number): Promise<string> {
  const { messages } = core.tables;
  if (messages.bodyOctets(row) === 0) return '';
  const { octets } = await readWireBody(core, reader, row, 1 << 20);
  const content = messages.framing(row) === Framing.CHUNKED ? dechunk(octets).octets : octets;
  return new TextDecoder().decode(content);
}
