import { Violation } from '../src/model/exchange.ts';
import { HEADER_NAMES, SINGLETON_FIELDS } from '../src/model/header-names.ts';
import type { FieldLine } from './api.ts';
import type { Core } from './core.ts';
import { fieldLines, fieldName, fieldValue, sentName } from './field-lines.ts';

/** How a {@link Violation} is told: a word or two for tables, and a sentence with its source. */
interface ViolationText {
  readonly bit: number;
  readonly tag: string;
  readonly sentence: string;
}

const TEXTS: readonly ViolationText[] = [
  {
    bit: Violation.DUPLICATE_TRANSFER_ENCODING,
    tag: 'Transfer-Encoding twice',
    sentence:
      'Transfer-Encoding was sent more than once. The lines count as one list, “chunked, chunked”; chunked may be applied only once (RFC 9112 section 6.1).',
  },
  {
    bit: Violation.TRANSFER_ENCODING_NOT_CHUNKED,
    tag: 'Transfer-Encoding is not chunked',
    sentence:
      'The Transfer-Encoding values together are not exactly “chunked”; recipients refuse codings that they do not know (RFC 9112 section 6.1).',
  },
  {
    bit: Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH,
    tag: 'Transfer-Encoding and Content-Length',
    sentence:
      'Transfer-Encoding and Content-Length were sent together; a sender must not do so, and many recipients refuse it as request smuggling (RFC 9112 section 6.3).',
  },
  {
    bit: Violation.CONTENT_LENGTH_CONFLICT,
    tag: 'Content-Length conflict',
    sentence:
      'Content-Length was sent with different values; the end of the message cannot be known (RFC 9110 section 8.6).',
  },
  {
    bit: Violation.CONTENT_LENGTH_INVALID,
    tag: 'Content-Length invalid',
    sentence: 'Content-Length is no decimal number, or too large to be one (RFC 9110 section 8.6).',
  },
  {
    bit: Violation.CONTENT_LENGTH_REPEATED,
    tag: 'Content-Length repeated',
    sentence:
      'Content-Length was sent more than once with the same value; a recipient may merge or refuse it (RFC 9110 section 8.6).',
  },
  {
    bit: Violation.HOST_MISSING,
    tag: 'no Host',
    sentence:
      'The HTTP/1.1 request has no Host line; a server must answer it with 400 (RFC 9112 section 3.2).',
  },
  {
    bit: Violation.HOST_REPEATED,
    tag: 'Host twice',
    sentence:
      'The request has more than one Host line; a server must answer it with 400 (RFC 9112 section 3.2).',
  },
  {
    bit: Violation.DUPLICATE_SINGLETON,
    tag: 'field sent twice',
    sentence:
      'A field that must be single was sent more than once; recipients choose differently among its values (RFC 9110 section 5.3).',
  },
  {
    bit: Violation.CHUNK_SIZE_INVALID,
    tag: 'bad chunk size',
    sentence: 'A chunk size is no hexadecimal number (RFC 9112 section 7.1).',
  },
  {
    bit: Violation.CHUNK_END_MISSING,
    tag: 'bad chunk end',
    sentence: 'The CR LF after a chunk’s data is missing (RFC 9112 section 7.1).',
  },
  {
    bit: Violation.CHUNK_LINE_MALFORMED,
    tag: 'odd chunk line',
    sentence:
      'A chunk-size line has white space at its end, an extension that is none, or ends with LF alone; strict recipients refuse it (RFC 9112 section 7.1.1).',
  },
  {
    bit: Violation.CHUNKS_CUT,
    tag: 'last chunk missing',
    sentence: 'The connection ended before the last chunk (RFC 9112 section 8).',
  },
  {
    bit: Violation.CONTENT_CUT,
    tag: 'shorter than Content-Length',
    sentence: 'The connection ended before all octets of Content-Length were sent (RFC 9112 section 8).',
  },
  {
    bit: Violation.EXCESS_OCTETS,
    tag: 'octets after the response',
    sentence: 'Octets followed the complete response, with no request outstanding (RFC 9112 section 6.3).',
  },
  {
    bit: Violation.BODY_FORBIDDEN,
    tag: 'framing in 1xx or 204',
    sentence:
      'A 1xx or 204 response carries Content-Length or Transfer-Encoding; it has no content and must not (RFC 9110 section 8.6, RFC 9112 section 6.1).',
  },
  {
    bit: Violation.TRANSFER_ENCODING_IN_HTTP10,
    tag: 'Transfer-Encoding in HTTP/1.0',
    sentence:
      'An HTTP/1.0 message carries Transfer-Encoding, which came with HTTP/1.1 (RFC 9112 section 6.1).',
  },
  {
    bit: Violation.SPACE_BEFORE_COLON,
    tag: 'space before the colon',
    sentence: 'A field name is followed by white space before its colon (RFC 9112 section 5.1).',
  },
  {
    bit: Violation.OBS_FOLD,
    tag: 'folded line',
    sentence: 'A field line is continued on the next line, which is obsolete (RFC 9112 section 5.2).',
  },
  {
    bit: Violation.CONTROL_CHARACTER,
    tag: 'control character',
    sentence: 'A field line has a control character in it (RFC 9110 section 5.5).',
  },
  {
    bit: Violation.BARE_LF,
    tag: 'bare LF',
    sentence: 'A line ends with LF alone instead of CR LF (RFC 9112 section 2.2).',
  },
  {
    bit: Violation.NAME_NOT_TOKEN,
    tag: 'bad field name',
    sentence: 'A field name has characters that names may not have (RFC 9110 section 5.1).',
  },
  {
    bit: Violation.COLON_MISSING,
    tag: 'line without colon',
    sentence: 'A field line has no colon (RFC 9112 section 5).',
  },
  {
    bit: Violation.SECTION_TOO_LARGE,
    tag: 'large header section',
    sentence:
      'The header section has more than 100 lines or 60 KiB, at which proxies such as Envoy refuse it by default.',
  },
  {
    bit: Violation.START_LINE_MALFORMED,
    tag: 'bad start line',
    sentence: 'The start line is not what RFC 9112 sections 3 and 4 ask for.',
  },
  {
    bit: Violation.CONNECTION_SPECIFIC_FIELD,
    tag: 'connection field in HTTP/2',
    sentence:
      'A field of HTTP/1 connections (Connection, Keep-Alive, Proxy-Connection, Transfer-Encoding, Upgrade, or TE with more than trailers) was sent in HTTP/2; the message counts as malformed (RFC 9113 section 8.2.2).',
  },
  {
    bit: Violation.UPPER_CASE_NAME,
    tag: 'upper-case field name',
    sentence:
      'A field name has upper-case letters; HTTP/2 sends names in lower case, and a message with others is malformed (RFC 9113 section 8.2.1).',
  },
  {
    bit: Violation.PSEUDO_FIELD_INVALID,
    tag: 'bad pseudo-field',
    sentence:
      'A pseudo-header field is missing, unknown, sent twice, in the trailers, or behind a regular field; the message is malformed (RFC 9113 section 8.3).',
  },
  {
    bit: Violation.CONTENT_LENGTH_MISMATCH,
    tag: 'Content-Length differs from DATA',
    sentence:
      'Content-Length is not the number of octets in the DATA frames; the message is malformed (RFC 9113 section 8.1.1).',
  },
];

/** What the {@link Violation} bits say, in a word or two each, for a table. */
export function violationTags(bits: number): readonly string[] {
  return told(bits).map(({ tag }) => tag);
}

/** What the {@link Violation} bits say, in a sentence each. */
export function violationSentences(bits: number): readonly string[] {
  return told(bits).map(({ sentence }) => sentence);
}

function told(bits: number): readonly ViolationText[] {
  // "Twice" says all that "is not exactly chunked" would add.
  const shown =
    bits & Violation.DUPLICATE_TRANSFER_ENCODING ? bits & ~Violation.TRANSFER_ENCODING_NOT_CHUNKED : bits;
  return TEXTS.filter(({ bit }) => (shown & bit) !== 0);
}

/** The header lines of a message (row of the messages table) in order, each with what is wrong with it. */
export function remarkLines(core: Core, messageRow: number): readonly FieldLine[] {
  const { messages, exchanges } = core.tables;
  const lines = fieldLines(core, messages.section(messageRow));
  const status = messageRow & 1 ? exchanges.status(messageRow >>> 1) : 0;
  return remarks(lines, messages.violations(messageRow), status);
}

/** The trailer lines of a message in order, each with what is wrong with it. */
export function remarkTrailers(core: Core, messageRow: number): readonly FieldLine[] {
  const { messages } = core.tables;
  const lines = fieldLines(core, messages.trailers(messageRow));
  return remarks(lines, messages.violations(messageRow) & LINE_SYNTAX, 0);
}

/** Violations that are of one line alone. */
const LINE_SYNTAX =
  Violation.SPACE_BEFORE_COLON |
  Violation.OBS_FOLD |
  Violation.CONTROL_CHARACTER |
  Violation.NAME_NOT_TOKEN |
  Violation.COLON_MISSING;

const SINGLETONS: ReadonlySet<string> = new Set(SINGLETON_FIELDS.map((name) => HEADER_NAMES[name]));

/** Lines of a section, and what its {@link Violation} bits blame in each. Only what the bits say is remarked. */
export function remarks(lines: readonly string[], bits: number, status: number): readonly FieldLine[] {
  const section: Section = { lines, names: lines.map(fieldName), bits, status };
  return lines.map((text, index) => {
    const found = [
      ...syntaxRemarks(text, bits),
      ...framingRemarks(section, index),
      ...http2Remarks(section, index),
      ...repeatRemarks(section, index),
    ];
    return found.length === 0 ? { text } : { text, remark: found.join('; ') };
  });
}

interface Section {
  readonly lines: readonly string[];
  readonly names: readonly string[];
  readonly bits: number;
  readonly status: number;
}

/** Characters of a token (RFC 9110 section 5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function syntaxRemarks(text: string, bits: number): readonly string[] {
  const found: string[] = [];
  const has = (bit: number): boolean => (bits & bit) !== 0;
  const isFolded = /^[ \t]/.test(text) || /\r?\n[ \t]/.test(text);
  if (has(Violation.OBS_FOLD) && isFolded) found.push('continues the line before it, obsolete');
  const colon = text.indexOf(':');
  if (colon < 0) {
    if (has(Violation.COLON_MISSING) && !isFolded) found.push('no colon');
    return found;
  }
  const name = text.slice(0, colon);
  if (has(Violation.SPACE_BEFORE_COLON) && /[ \t]$/.test(name)) found.push('white space before the colon');
  if (has(Violation.NAME_NOT_TOKEN) && !isFolded && !TOKEN.test(name.trimEnd()))
    found.push('characters that a name may not have');
  if (has(Violation.CONTROL_CHARACTER) && /[\x00-\x08\x0a-\x1f\x7f]/.test(text))
    found.push('control character');
  return found;
}

function framingRemarks({ lines, names, bits, status }: Section, index: number): readonly string[] {
  const has = (bit: number): boolean => (bits & bit) !== 0;
  const name = names[index];
  const value = fieldValue(lines[index] ?? '');
  const isLength = name === HEADER_NAMES.CONTENT_LENGTH;
  const isCoding = name === HEADER_NAMES.TRANSFER_ENCODING;
  if (!isLength && !isCoding) return [];
  const found: string[] = [];
  if (isCoding && has(Violation.TRANSFER_ENCODING_NOT_CHUNKED) && value.toLowerCase() !== 'chunked') {
    found.push('not exactly “chunked”');
  }
  if (isCoding && has(Violation.TRANSFER_ENCODING_IN_HTTP10)) found.push('not part of HTTP/1.0');
  if (has(Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH)) {
    found.push(isLength ? 'together with Transfer-Encoding' : 'together with Content-Length');
  }
  if (isLength && has(Violation.CONTENT_LENGTH_INVALID) && !/^\d{1,15}$/.test(value))
    found.push('no decimal number');
  if (has(Violation.BODY_FORBIDDEN)) found.push(`not allowed in a ${status || '1xx or 204'} response`);
  return found;
}

/** Fields of HTTP/1 connections (RFC 9113 section 8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Pseudo-header fields (RFC 9113 section 8.3, RFC 8441 section 4). */
const PSEUDO_FIELDS: ReadonlySet<string> = new Set([
  ':method',
  ':scheme',
  ':authority',
  ':path',
  ':status',
  ':protocol',
]);

function http2Remarks({ lines, names, bits }: Section, index: number): readonly string[] {
  const has = (bit: number): boolean => (bits & bit) !== 0;
  const line = lines[index] ?? '';
  const name = names[index] ?? '';
  const found: string[] = [];
  if (has(Violation.CONNECTION_SPECIFIC_FIELD)) {
    const isTe = name === 'te' && fieldValue(line).toLowerCase() !== 'trailers';
    if (CONNECTION_FIELDS.has(name) || isTe) found.push('not allowed in HTTP/2');
  }
  if (has(Violation.UPPER_CASE_NAME) && /[A-Z]/.test(sentName(line))) found.push('upper case in the name');
  if (has(Violation.PSEUDO_FIELD_INVALID) && name.startsWith(':')) {
    if (!PSEUDO_FIELDS.has(name)) found.push('no pseudo-field of this name');
    else if (names.indexOf(name) !== index) found.push('sent twice');
    else if (names.slice(0, index).some((before) => !before.startsWith(':')))
      found.push('behind a regular field');
  }
  if (has(Violation.CONTENT_LENGTH_MISMATCH) && name === HEADER_NAMES.CONTENT_LENGTH)
    found.push('not what the DATA frames carry');
  return found;
}

/** Bits that say that a field occurs more than once, and which field it is. */
function isRepeatBlamed(name: string, bits: number): boolean {
  switch (name) {
    case HEADER_NAMES.TRANSFER_ENCODING:
      return (bits & Violation.DUPLICATE_TRANSFER_ENCODING) !== 0;
    case HEADER_NAMES.CONTENT_LENGTH:
      return (bits & (Violation.CONTENT_LENGTH_CONFLICT | Violation.CONTENT_LENGTH_REPEATED)) !== 0;
    case HEADER_NAMES.HOST:
      return (bits & Violation.HOST_REPEATED) !== 0;
    default:
      return (bits & Violation.DUPLICATE_SINGLETON) !== 0 && SINGLETONS.has(name);
  }
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'] as const;

function repeatRemarks({ lines, names, bits }: Section, index: number): readonly string[] {
  const name = names[index] ?? '';
  if (!isRepeatBlamed(name, bits)) return [];
  const same = names.flatMap((candidate, at) => (candidate === name ? [at] : []));
  if (same.length < 2) return [];
  const nth = same.indexOf(index);
  const ordinal = ORDINALS[nth] ?? `${nth + 1}th`;
  if (nth === 0) return [ordinal];
  const line = lines[index] ?? '';
  const first = lines[same[0] ?? 0] ?? '';
  const letters = sentName(line) === sentName(first) ? 'same name' : 'same name in other letters';
  const isOtherValue = fieldValue(line).toLowerCase() !== fieldValue(first).toLowerCase();
  return [`${ordinal}, ${letters}${isOtherValue ? ', another value' : ''}`];
}
