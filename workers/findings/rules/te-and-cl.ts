import { Violation } from '../../../src/model/exchange.ts';
import { linesOf } from '../field-values.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, codes, prose } from '../words.ts';
import { DUP_TE } from './dup-te.ts';

/** Transfer-Encoding and Content-Length in one message (RFC 9112 section 6.3). */
export const teAndCl = messageFaultRule({
  id: 'te-and-cl',
  looksFor: 'Transfer-Encoding together with Content-Length',
  mask: Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH,
  yieldsTo: DUP_TE,
  foldedTitle: 'Content-Length beside it',
  least: () => Impact.CAN_BREAK,
  tell: ({ lines, message, sender, receiver }) => ({
    deed: 'sent Transfer-Encoding and Content-Length together',
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      codes([...linesOf(lines, 'transfer-encoding'), ...linesOf(lines, 'content-length')].slice(0, 4)),
      ` in one ${message.isRequest ? 'request' : 'answer'}: two different ways to say where it ends.`,
    ),
    whyItMatters: prose(
      'A sender must not send both. A reader that follows Content-Length and one that follows the chunks disagree on where the next message begins: that is how requests are smuggled past a proxy, and why proxies refuse it.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: set `,
        { code: 'Content-Length' },
        ' only when the whole content is known and sent unchunked; else leave both lines to the HTTP library.',
      ),
      prose(
        'Where messages are forwarded: drop the ',
        { code: 'Content-Length' },
        ' that came with them when the content is streamed again.',
      ),
    ],
    logWords: message.isRequest
      ? [
          'Envoy: 400 DPE http1.content_length_and_chunked_not_allowed',
          'nginx: client sent "Content-Length" and "Transfer-Encoding" headers at the same time',
        ]
      : [
          'Envoy: 502 UPE upstream_reset_before_response_started{protocol_error}',
          'nginx: upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time',
          "Node: Parse Error: Content-Length can't be present with Transfer-Encoding",
        ],
    sources: ['RFC 9112 section 6.3', 'RFC 9112 section 11.2'],
    remark: 'two lengths',
  }),
});
