import { Violation } from '../../../src/model/exchange.ts';
import { wasCutByItsSender } from '../endings.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { formatAmount, formatCount } from '../../../src/model/format.ts';
import { capitalize, code, prose } from '../words.ts';
import { DUP_TE } from './dup-te.ts';

const MALFORMED = Violation.CHUNK_SIZE_INVALID | Violation.CHUNK_END_MISSING;

/** A chunk size that is not hexadecimal, a missing CR LF, an end before the last chunk (RFC 9112 section 7.1). */
export const chunkError = messageFaultRule({
  id: 'chunk-error',
  looksFor: 'chunks that are malformed, or end before the last one',
  mask: MALFORMED | Violation.CHUNKS_CUT,
  yieldsTo: DUP_TE,
  foldedTitle: 'Chunks that cannot be read',
  // A RST is another story (rst-mid-response): it says nothing about the chunks.
  isMeant: (facts, row) => {
    const { messages } = facts.tables;
    if ((messages.violations(row) & MALFORMED) !== 0) return true;
    return wasCutByItsSender(facts, row);
  },
  kind: (facts, row) => facts.tables.messages.violations(row) & MALFORMED,
  least: ({ message }) =>
    message.isRequest && (message.violations & MALFORMED) === 0 ? Impact.CAN_BREAK : Impact.BROKE,
  tell: ({ facts, message, sender, receiver, exchange }) => {
    const what = message.isRequest ? 'request' : 'answer';
    const octets = formatAmount(message.bodyOctets, 'octet');
    const isSize = (message.violations & Violation.CHUNK_SIZE_INVALID) !== 0;
    const isEnd = (message.violations & Violation.CHUNK_END_MISSING) !== 0;
    const isCut = !isSize && !isEnd;
    const closes = facts.closes(exchange.flow);
    const fin = closes.find(({ side }) => (side === exchange.client) === message.isRequest);
    const head = message.isRequest ? message.startLine : `${exchange.status} ${exchange.reason}`.trim();
    return {
      deed: isCut
        ? `closed the connection before the last chunk of its ${what}`
        : isSize
          ? 'sent a chunk size that is no hexadecimal number'
          : 'sent a chunk that does not end with CR LF',
      saw: isCut
        ? prose(
            `${capitalize(receiver.noun)} got `,
            code(head),
            ` and ${octets} of chunks, then ${sender.noun}'s FIN${fin === undefined ? '' : ` (packet ${formatCount(fin.packet)})`}. The chunk `,
            { code: '0' },
            ' that ends the content never came, so ',
            { strong: `the ${what} is incomplete` },
            '.',
          )
        : prose(
            `${capitalize(receiver.noun)} got `,
            code(head),
            ` with chunked content; after ${octets} of it `,
            isSize
              ? 'a line that must be a chunk size is no hexadecimal number'
              : 'the CR LF after a chunk is missing',
            ', so ',
            { strong: `the rest of the ${what} cannot be read` },
            '.',
          ),
      whyItMatters: isCut
        ? prose(
            'Without the last chunk a reader cannot tell a complete answer from a crash, so it reports an error even where all the content came.',
          )
        : prose(
            'Chunk sizes are the only thing that tells where content and message end. After a wrong one everything that follows on the connection is unreadable.',
          ),
      whatToChange: isCut
        ? [
            prose(
              `In ${sender.noun}: look at its log at the time of the FIN for a crash, an exception while streaming, or a write timeout.`,
            ),
            prose(
              'If the stream ends as meant: close the response (',
              { code: 'res.end()' },
              ', ',
              { code: 'out.close()' },
              ', return from the handler) instead of the socket, so that the last chunk is written.',
            ),
          ]
        : [
            prose(
              `In ${sender.noun}: let the HTTP library write the chunks. Hand-written framing, or content of a server that was passed through chunk by chunk, is the usual place.`,
            ),
            prose(
              'Chunk sizes count octets, not characters, in hexadecimal, and every chunk ends with CR LF.',
            ),
          ],
      logWords: message.isRequest
        ? ['Envoy: 400 DPE http1.codec_error', 'nginx: client sent invalid chunked body']
        : isCut
          ? [
              'Envoy: UC upstream_reset_after_response_started{connection_termination}',
              'nginx: upstream prematurely closed connection while reading upstream',
              'HAProxy: termination state SD--',
              'Java: Premature end of chunk coded message body: closing chunk expected',
              'Go: unexpected EOF',
              'curl: (18) transfer closed with outstanding read data remaining',
            ]
          : [
              'Envoy: UPE upstream_reset_after_response_started{protocol_error}',
              'nginx: upstream sent invalid chunked response while reading upstream',
              'Java: java.io.IOException: Bad chunk header',
              'Node: Parse Error: Invalid character in chunk size (HPE_INVALID_CHUNK_SIZE)',
              'Go: invalid byte in chunk length',
            ],
      sources: isCut ? ['RFC 9112 section 8', 'RFC 9112 section 7.1'] : ['RFC 9112 section 7.1'],
      remark: isCut ? 'no last chunk' : 'bad chunk',
      tellsAnswer: false,
      tail: [
        isCut
          ? `… ${octets} of chunks, then FIN: no last chunk`
          : `… ${octets} of chunks until ${isSize ? 'a size that is not hexadecimal' : 'a chunk without CR LF'}`,
      ],
    };
  },
});
