import { Violation } from '../../../src/model/exchange.ts';
import { linesOf } from '../field-values.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, codes, prose } from '../words.ts';
import { DUP_TE } from './dup-te.ts';

/** Transfer-Encoding in a message of HTTP/1.0, which does not know it (RFC 9112 section 6.1). */
export const teInHttp10 = messageFaultRule({
  id: 'te-in-http10',
  looksFor: 'Transfer-Encoding in HTTP/1.0',
  mask: Violation.TRANSFER_ENCODING_IN_HTTP10,
  yieldsTo: DUP_TE | Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH,
  foldedTitle: 'Transfer-Encoding in HTTP/1.0',
  least: () => Impact.CAN_BREAK,
  tell: ({ lines, message, sender, receiver }) => ({
    deed: 'sent Transfer-Encoding in an HTTP/1.0 message',
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      codes(linesOf(lines, 'transfer-encoding').slice(0, 3)),
      ` in ${message.isRequest ? 'a request' : 'an answer'} of HTTP/1.0, which has no transfer codings.`,
    ),
    whyItMatters: prose(
      'A reader must treat the framing as faulty and close the connection: some take the chunks apart, others hand them on as content, with their sizes in it.',
    ),
    whatToChange: [
      prose(
        `Let ${sender.noun} speak HTTP/1.1 (nginx `,
        { code: 'proxy_http_version 1.1' },
        '), or send without chunks.',
      ),
    ],
    logWords: ['Envoy: 400 DPE or 502 UPE http1.transfer_encoding_not_allowed'],
    sources: ['RFC 9112 section 6.1'],
    remark: 'HTTP/1.0 with chunks',
  }),
});
