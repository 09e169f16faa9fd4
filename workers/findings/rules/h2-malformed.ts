import { Violation } from '../../../src/model/exchange.ts';
import { formatAmount, formatCount } from '../../../src/model/format.ts';
import { fieldName, fieldValue, sentName } from '../../field-lines.ts';
import { linesOf } from '../field-values.ts';
import { type FaultInstance, type FaultWords, messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { noStreams } from '../unseen.ts';
import { capitalize, code, codes, enumerate, prose } from '../words.ts';

const MASK =
  Violation.CONNECTION_SPECIFIC_FIELD |
  Violation.UPPER_CASE_NAME |
  Violation.PSEUDO_FIELD_INVALID |
  Violation.CONTENT_LENGTH_MISMATCH;

const LOGS: readonly string[] = [
  'Envoy: UPE upstream_reset_before_response_started{protocol_error}; DPE http2.violation.of.messaging.rule',
  'HAProxy: 502, termination state PH--; stream error PROTOCOL_ERROR',
  'nghttp2, curl: Invalid HTTP header field was received: frame type: 1, … ; (92) PROTOCOL_ERROR',
  'Node: ERR_HTTP2_INVALID_CONNECTION_HEADERS; NGHTTP2_PROTOCOL_ERROR',
  'Go: http2: invalid header field name; stream error: PROTOCOL_ERROR',
];

/** A message that HTTP/2 calls malformed (RFC 9113 sections 8.1.1, 8.2 and 8.3). */
export const h2Malformed = messageFaultRule({
  id: 'h2-malformed',
  looksFor: 'an HTTP/2 message with forbidden fields, or another length than it says',
  mask: MASK,
  unseen: noStreams,
  foldedTitle: 'Malformed HTTP/2 messages',
  kind: (facts, row) => facts.tables.messages.violations(row) & MASK,
  least: ({ message }) =>
    message.violations & Violation.CONTENT_LENGTH_MISMATCH ? Impact.BROKE : Impact.CAN_BREAK,
  tell: (instance) => {
    const { violations } = instance.message;
    if (violations & Violation.CONNECTION_SPECIFIC_FIELD) return tellConnectionField(instance);
    if (violations & Violation.UPPER_CASE_NAME) return tellUpperCase(instance);
    if (violations & Violation.PSEUDO_FIELD_INVALID) return tellPseudoField(instance);
    return tellLength(instance);
  },
});

const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

function isConnectionField(line: string): boolean {
  const name = fieldName(line);
  return CONNECTION_FIELDS.has(name) || (name === 'te' && fieldValue(line).toLowerCase() !== 'trailers');
}

function tellConnectionField({ lines, message, sender, receiver }: FaultInstance): FaultWords {
  const sent = lines.filter(isConnectionField).slice(0, 4);
  const names = enumerate([...new Set(sent.map((line) => sentName(line)))]);
  return {
    deed: `sent fields of HTTP/1 connections in HTTP/2 (${names})`,
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      codes(sent),
      ` in one ${message.isRequest ? 'request' : 'answer'}: HTTP/2 has frames for what they say, and a message with them is malformed.`,
    ),
    whyItMatters: prose(
      'A receiver must treat it as a stream error of type PROTOCOL_ERROR. Many do: nghttp2, Envoy, HAProxy and browsers; others ignore the field, so that the same answer works in one place and fails in another.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: do not set `,
        codes(sent.map((line) => sentName(line))),
        ' in answers or requests of HTTP/2. Often a framework or a filter that knows HTTP/1 only sets it.',
      ),
      prose(
        'Where HTTP/1 is passed on as HTTP/2: take out what Connection names, and Connection itself (RFC 9110 section 7.6.1).',
      ),
    ],
    logWords: LOGS,
    sources: ['RFC 9113 section 8.2.2', 'RFC 9113 section 8.1.1'],
    remark: `${sentName(sent[0] ?? '')} in HTTP/2`,
  };
}

function tellUpperCase({ lines, message, sender, receiver }: FaultInstance): FaultWords {
  const sent = lines.filter((line) => /[A-Z]/.test(sentName(line))).slice(0, 4);
  return {
    deed: 'sent field names in upper case in HTTP/2',
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      codes(sent),
      ` in one ${message.isRequest ? 'request' : 'answer'}: in HTTP/2 names are sent in lower case, and a message with others is malformed.`,
    ),
    whyItMatters: prose(
      'A receiver must treat it as a stream error of type PROTOCOL_ERROR. HTTP/1 does not mind, so that it shows only when a hop begins to speak HTTP/2.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: send `,
        codes(sent.map((line) => sentName(line).toLowerCase())),
        '. Libraries of HTTP/2 do so by themselves; look for code that writes frames or HPACK on its own, or an old library.',
      ),
    ],
    logWords: LOGS,
    sources: ['RFC 9113 section 8.2.1', 'RFC 9113 section 8.1.1'],
    remark: 'upper case in a name',
  };
}

function tellPseudoField({ lines, message, sender, receiver }: FaultInstance): FaultWords {
  const pseudo = lines.filter((line) => line.startsWith(':')).slice(0, 6);
  return {
    deed: `sent pseudo-header fields that HTTP/2 forbids`,
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      pseudo.length === 0 ? 'a message without any pseudo-header field' : codes(pseudo),
      message.isRequest
        ? ': a request has :method, :scheme and :path, each once, before all other fields, and nothing else that begins with a colon.'
        : ': an answer has :status, once, before all other fields, and nothing else that begins with a colon; trailers have none.',
    ),
    whyItMatters: prose(
      'A receiver must treat it as a stream error of type PROTOCOL_ERROR; where it is not refused, two readers may understand two different requests.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: let the library of HTTP/2 write the pseudo-header fields, and take out what was added by hand.`,
      ),
    ],
    logWords: LOGS,
    sources: ['RFC 9113 section 8.3'],
    remark: 'bad pseudo-field',
  };
}

function tellLength({ lines, message, sender, receiver }: FaultInstance): FaultWords {
  const announced = linesOf(lines, 'content-length');
  const value = Number(fieldValue(announced[0] ?? ''));
  const sent = formatAmount(message.bodyOctets, 'octet');
  const says = Number.isSafeInteger(value) ? formatCount(value) : 'another number of';
  const isShort = Number.isSafeInteger(value) && message.bodyOctets < value;
  return {
    deed: `announced a content-length of ${says} octets and sent ${formatCount(message.bodyOctets)} in HTTP/2`,
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      code(announced[0] ?? 'content-length'),
      `, and ${sent} in DATA frames ${isShort ? 'before the stream ended' : 'of the stream'}.`,
    ),
    whyItMatters: prose(
      isShort
        ? 'The stream ended cleanly, so that only a receiver that counts notices it. A proxy that hands the length on in HTTP/1 leaves its caller waiting for octets that never come.'
        : 'A receiver that counts refuses the message as malformed; one that does not may cut the content.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: set `,
        { code: 'content-length' },
        ' from what is sent in the end, behind compression and rewriting, or leave it out: HTTP/2 does not need it.',
      ),
      prose(
        `If it happens now and then: look in the log of ${sender.noun} for a content that was cut while it was written.`,
      ),
    ],
    logWords: [
      'Envoy: UPE upstream_reset_after_response_started{protocol_error}; http2.invalid.header.field',
      'nghttp2, curl: (92) HTTP/2 stream was not closed cleanly: PROTOCOL_ERROR (err 1)',
      'Go: http2: request body larger than specified content length; unexpected EOF',
      'HAProxy: 502, termination state SD-- or PH--',
    ],
    sources: ['RFC 9113 section 8.1.1', 'RFC 9110 section 8.6'],
    remark: isShort ? 'too short' : 'other length',
    tail: [`… ${sent} of content in DATA frames, then the end of the stream`],
  };
}
