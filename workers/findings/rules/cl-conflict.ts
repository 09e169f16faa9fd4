import { Violation } from '../../../src/model/exchange.ts';
import { linesOf } from '../field-values.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, codes, prose } from '../words.ts';
import { DUP_TE } from './dup-te.ts';

const MASK = Violation.CONTENT_LENGTH_CONFLICT | Violation.CONTENT_LENGTH_INVALID;

/** Differing or non-numeric Content-Length (RFC 9110 section 8.6, RFC 9112 section 6.3). */
export const clConflict = messageFaultRule({
  id: 'cl-conflict',
  looksFor: 'Content-Length with differing values, or no number',
  mask: MASK,
  yieldsTo: DUP_TE,
  foldedTitle: 'Content-Length in conflict beside it',
  kind: (facts, row) => facts.tables.messages.violations(row) & Violation.CONTENT_LENGTH_CONFLICT,
  least: () => Impact.CAN_BREAK,
  tell: ({ lines, message, sender, receiver }) => {
    const isConflict = (message.violations & Violation.CONTENT_LENGTH_CONFLICT) !== 0;
    return {
      deed: isConflict
        ? 'sent Content-Length with different values'
        : 'sent a Content-Length that is no number',
      saw: prose(
        `${capitalize(receiver.noun)} got `,
        codes(linesOf(lines, 'content-length').slice(0, 4)),
        ` in one ${message.isRequest ? 'request' : 'answer'}: where it ends cannot be known.`,
      ),
      whyItMatters: prose(
        'Without a valid length a reader cannot tell the end of this message from the begin of the next. RFC 9112 makes it an error that cannot be recovered from: the connection has to be closed.',
      ),
      whatToChange: [
        prose(
          `In ${sender.noun}: set `,
          { code: 'Content-Length' },
          ' in one place only. Often the framework counts the content, and the code (or a filter that compresses or rewrites it) sets another value.',
        ),
        prose(
          'Where messages are forwarded: do not copy ',
          { code: 'Content-Length' },
          ' when the content is written anew.',
        ),
      ],
      logWords: message.isRequest
        ? [
            'Envoy: 400 DPE http1.codec_error',
            'nginx: client sent invalid "Content-Length" header',
            'HAProxy: 400, termination state PR--',
          ]
        : [
            'Envoy: 502 UPE upstream_reset_before_response_started{protocol_error}',
            'nginx: upstream sent invalid "Content-Length" header',
            'nginx: upstream sent duplicate header line: "Content-Length: …"',
            'HAProxy: 502, termination state PH--',
          ],
      sources: ['RFC 9110 section 8.6', 'RFC 9112 section 6.3'],
      remark: isConflict ? 'two lengths' : 'length is no number',
    };
  },
});
