import { Framing, MessageState, Violation } from '../../src/model/exchange.ts';
import { HEADER_FIELDS } from '../../src/model/filter-fields.ts';
import { TIME_MEASURES } from '../../src/model/timing.ts';
import type { Core } from '../core.ts';
import { column, combined, joined, mapped, sideOf, type ColumnName, type Fill } from './columns.ts';
import { bitNames, interned, internedParts, sectionValues, told } from './dictionaries.ts';
import { exchangeStart, exchangeTime } from './exchange-times.ts';
import { exchangeStateName } from './exchange-state.ts';
import type { FieldBinding, FieldBindings } from './field-values.ts';
import type { Source, TextDictionary } from './source.ts';

const REQUEST = 0;
const RESPONSE = 1;
type Side = 0 | 1;

function messageSource(...columns: readonly Fill[]): Source {
  return { domain: 'messages', columns };
}

/** A column of the messages table, of one side only. */
function only(side: Side, fill: Fill): Fill {
  return (from, into) => {
    fill(from, into);
    for (let at = (from + 1 - side) & 1; at < into.length; at += 2) into[at] = NaN;
  };
}

/** A column of exchanges as a property of one of their messages. */
function ofExchange(side: Side, fill: Fill): Fill {
  return (from, into) => {
    const first = from >>> 1;
    const values = new Float64Array(((from + into.length + 1) >>> 1) - first);
    fill(first, values);
    for (let at = 0; at < into.length; at++) {
      const row = from + at;
      into[at] = (row & 1) === side ? (values[(row >>> 1) - first] ?? NaN) : NaN;
    }
  };
}

/** Zero stands for "none". */
function unlessZero(fill: Fill): Fill {
  return mapped(fill, (value) => (value === 0 ? NaN : value));
}

function messageColumn(core: Core, name: ColumnName<'messages'>, side: Side | undefined): Fill {
  const fill = column(core, 'messages', name);
  return side === undefined ? fill : only(side, fill);
}

/** Messages of a side of which any octet was seen. */
function present(side: Side): FieldBinding {
  return (core) => ({
    type: 'boolean',
    source: messageSource(
      mapped(messageColumn(core, 'state', side), (state) => (state === MessageState.ABSENT ? NaN : 1)),
    ),
  });
}

/** An interned text of exchanges. */
export function messageText(
  side: Side,
  name: 'method' | 'target' | 'reason' | 'authority',
  dictionary: (core: Core) => TextDictionary = interned,
): FieldBinding {
  return (core) => ({
    type: 'text',
    source: messageSource(ofExchange(side, unlessZero(column(core, 'exchanges', name)))),
    dictionary: dictionary(core),
  });
}

/** Rows of the sections table. */
function sectionRows(core: Core, name: 'section' | 'trailers', side: Side | undefined): Fill {
  return mapped(messageColumn(core, name, side), (link) => (link === 0 ? NaN : link - 1));
}

/** Field lines of header and trailer sections. */
function anyLine(side: Side | undefined): FieldBinding {
  return (core) => ({
    type: 'text',
    source: messageSource(sectionRows(core, 'section', side), sectionRows(core, 'trailers', side)),
    dictionary: sectionValues(core, undefined),
  });
}

/** Values of a header field by its name in any letters. */
export function headerBinding(name: string): FieldBinding {
  return (core) => ({
    type: 'text',
    source: messageSource(sectionRows(core, 'section', undefined)),
    dictionary: sectionValues(core, name.toLowerCase()),
  });
}

const VERSIONS: Readonly<Record<number, string>> = {
  9: 'HTTP/0.9',
  10: 'HTTP/1.0',
  11: 'HTTP/1.1',
  20: 'HTTP/2',
  30: 'HTTP/3',
};

function version(side: Side): FieldBinding {
  return (core) => ({
    type: 'text',
    source: messageSource(unlessZero(messageColumn(core, 'version', side))),
    dictionary: told((key) => [VERSIONS[key] ?? `HTTP/${key / 10}`]),
  });
}

/** Absolute form and authority form name their host themselves (RFC 9112 section 3.2). */
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i;

function path(target: string): readonly string[] {
  return [
    target
      .replace(ABSOLUTE, '//')
      .replace(/^\/\/[^/?]*/, '')
      .replace(/\?.*$/s, ''),
  ];
}

function query(target: string): readonly string[] {
  const mark = target.indexOf('?');
  return mark < 0 ? [] : [target.slice(mark + 1)];
}

/** Target with scheme and host, by the pair of both texts; Wireshark calls every one http. */
function fullUri(side: Side): FieldBinding {
  return (core) => {
    const base = core.tables.texts.rows + 1;
    const pairs = combined(
      column(core, 'exchanges', 'authority'),
      column(core, 'exchanges', 'target'),
      (authority, target) => (target === 0 ? NaN : authority * base + target),
    );
    const dictionary = told((pair) => {
      const target = core.text(pair % base);
      const authority = core.text(Math.floor(pair / base));
      return [ABSOLUTE.test(target) || authority === '' ? target : `http://${authority}${target}`];
    });
    const seen = column(core, 'messages', 'state');
    const fill = combined(ofExchange(side, pairs), seen, (pair, state) =>
      state === MessageState.ABSENT ? NaN : pair,
    );
    return { type: 'text', source: messageSource(fill), dictionary };
  };
}

/** Packet of the other side's head. */
function otherHead(side: Side): FieldBinding {
  return (core) => {
    const heads = sideOf(column(core, 'messages', 'headPacket'), side === REQUEST ? RESPONSE : REQUEST);
    const fill = combined(
      ofExchange(side, unlessZero(heads)),
      column(core, 'messages', 'state'),
      (packet, state) => (state === MessageState.ABSENT ? NaN : packet),
    );
    return { type: 'number', source: messageSource(fill) };
  };
}

/** The rules that a violation breaks; several bits may be of one rule. */
const VIOLATION_NAMES: readonly (readonly [bits: number, name: string])[] = [
  [Violation.DUPLICATE_TRANSFER_ENCODING | Violation.TRANSFER_ENCODING_NOT_CHUNKED, 'dup-te'],
  [Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH, 'te-and-cl'],
  [Violation.CONTENT_LENGTH_CONFLICT | Violation.CONTENT_LENGTH_INVALID, 'cl-conflict'],
  [Violation.CONTENT_LENGTH_REPEATED, 'cl-repeated'],
  [Violation.HOST_MISSING | Violation.HOST_REPEATED, 'bad-host'],
  [Violation.DUPLICATE_SINGLETON, 'duplicate-singleton'],
  [Violation.CHUNK_SIZE_INVALID | Violation.CHUNK_END_MISSING | Violation.CHUNKS_CUT, 'chunk-error'],
  [Violation.CONTENT_CUT | Violation.EXCESS_OCTETS, 'cl-mismatch'],
  [Violation.BODY_FORBIDDEN, 'body-forbidden'],
  [Violation.TRANSFER_ENCODING_IN_HTTP10, 'te-in-http10'],
  [
    Violation.SPACE_BEFORE_COLON |
      Violation.OBS_FOLD |
      Violation.CONTROL_CHARACTER |
      Violation.BARE_LF |
      Violation.NAME_NOT_TOKEN |
      Violation.COLON_MISSING,
    'bad-field-line',
  ],
  [Violation.SECTION_TOO_LARGE, 'header-limits'],
  [Violation.START_LINE_MALFORMED, 'bad-start-line'],
  [Violation.CHUNK_LINE_MALFORMED, 'bad-chunk-line'],
  [
    Violation.CONNECTION_SPECIFIC_FIELD |
      Violation.UPPER_CASE_NAME |
      Violation.PSEUDO_FIELD_INVALID |
      Violation.CONTENT_LENGTH_MISMATCH,
    'h2-malformed',
  ],
];

const STATES: Readonly<Record<number, string>> = {
  [MessageState.IN_HEAD]: 'in-head',
  [MessageState.IN_BODY]: 'in-body',
  [MessageState.COMPLETE]: 'complete',
  [MessageState.CUT_BY_FIN]: 'cut-by-fin',
  [MessageState.CUT_BY_RST]: 'cut-by-rst',
  [MessageState.BROKEN]: 'broken',
  [MessageState.CUT_BY_RST_STREAM]: 'cut-by-rst-stream',
};

const FRAMINGS: Readonly<Record<number, string>> = {
  [Framing.NONE]: 'none',
  [Framing.CONTENT_LENGTH]: 'content-length',
  [Framing.CHUNKED]: 'chunked',
  [Framing.UNTIL_CLOSE]: 'until-close',
  [Framing.TUNNEL]: 'tunnel',
  [Framing.HTTP2]: 'http2',
  [Framing.REPORTED]: 'reported',
};

/** A small number of messages by name, where any octet of the message was seen. */
function named(name: 'state' | 'framing', names: Readonly<Record<number, string>>): FieldBinding {
  return (core) => ({
    type: 'text',
    source: messageSource(
      combined(column(core, 'messages', name), column(core, 'messages', 'state'), (value, state) =>
        state === MessageState.ABSENT ? NaN : value,
      ),
    ),
    dictionary: told((key) => {
      const known = names[key];
      return known === undefined ? [] : [known];
    }),
  });
}

function exchangeNumber(type: 'number' | 'duration', make: (core: Core) => Fill): FieldBinding {
  return (core) => ({ type, source: { domain: 'exchanges', columns: [make(core)] } });
}

const status: FieldBinding = (core) => ({
  type: 'number',
  source: messageSource(ofExchange(RESPONSE, unlessZero(column(core, 'exchanges', 'status')))),
});

/** Fields of messages and exchanges. */
export const HTTP_BINDINGS: FieldBindings = {
  'http.request': present(REQUEST),
  'http.request.method': messageText(REQUEST, 'method'),
  'http.request.uri': messageText(REQUEST, 'target'),
  'http.request.uri.path': messageText(REQUEST, 'target', (core) => internedParts(core, path)),
  'http.request.uri.query': messageText(REQUEST, 'target', (core) => internedParts(core, query)),
  'http.request.full_uri': fullUri(REQUEST),
  'http.request.version': version(REQUEST),
  'http.request.line': anyLine(REQUEST),
  'http.response_in': otherHead(REQUEST),
  'http.response': present(RESPONSE),
  'http.response.code': status,
  'http.response.phrase': messageText(RESPONSE, 'reason'),
  'http.response.version': version(RESPONSE),
  'http.response.line': anyLine(RESPONSE),
  'http.response_for.uri': fullUri(RESPONSE),
  'http.request_in': otherHead(RESPONSE),
  'http.time': (core) => ({
    type: 'duration',
    source: messageSource(ofExchange(RESPONSE, exchangeTime(core, 'wait'))),
  }),
  'http.header': anyLine(undefined),
  'http.content_length': (core) => ({
    type: 'number',
    source: messageSource(
      joined(sectionRows(core, 'section', undefined), core.tables.sections.contentLength),
    ),
  }),
  ...Object.fromEntries(
    Object.entries(HEADER_FIELDS).map(([field, header]) => [field, headerBinding(header)]),
  ),
  'offwire.violation': (core) => ({
    type: 'text',
    source: messageSource(unlessZero(column(core, 'messages', 'violations'))),
    dictionary: bitNames(VIOLATION_NAMES),
  }),
  'offwire.message.state': named('state', STATES),
  'offwire.message.framing': named('framing', FRAMINGS),
  'offwire.message.octets': (core) => {
    const octets = combined(
      column(core, 'messages', 'headOctets'),
      column(core, 'messages', 'bodyOctets'),
      (head, body) => head + body,
    );
    const seen = combined(octets, column(core, 'messages', 'state'), (value, state) =>
      state === MessageState.ABSENT ? NaN : value,
    );
    return { type: 'number', source: messageSource(seen) };
  },
  // Of any version of HTTP, where Wireshark has one name in HTTP/1 and another in HTTP/2.
  'offwire.method': messageText(REQUEST, 'method'),
  'offwire.target': messageText(REQUEST, 'target'),
  'offwire.authority': messageText(REQUEST, 'authority'),
  'offwire.status': status,
  'offwire.exchange': exchangeNumber('number', () => (from, into) => {
    for (let at = 0; at < into.length; at++) into[at] = from + at;
  }),
  'offwire.exchange.state': (core) => {
    const states = column(core, 'messages', 'state');
    const fill = combined(sideOf(states, REQUEST), sideOf(states, RESPONSE), (a, b) => a * 16 + b);
    return {
      type: 'text',
      source: { domain: 'exchanges', columns: [fill] },
      dictionary: told((key) => [exchangeStateName(key >>> 4, key & 15)]),
    };
  },
  'offwire.exchange.start': exchangeNumber('duration', exchangeStart),
  ...Object.fromEntries(
    TIME_MEASURES.map((measure) => [
      `offwire.exchange.${measure === 'serverTime' ? 'server_time' : measure}`,
      exchangeNumber('duration', (core) => exchangeTime(core, measure)),
    ]),
  ),
  'offwire.exchange.interim': exchangeNumber('number', (core) =>
    unlessZero(column(core, 'exchanges', 'interimStatus')),
  ),
};
