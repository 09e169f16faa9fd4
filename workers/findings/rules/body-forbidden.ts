import { Violation } from '../../../src/model/exchange.ts';
import { combined, linesOf } from '../field-values.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, codes, prose } from '../words.ts';

/** A 1xx or 204 that tells a length or a transfer coding (RFC 9110 section 8.6, RFC 9112 section 6.1). */
export const bodyForbidden = messageFaultRule({
  id: 'body-forbidden',
  looksFor: 'content announced in an answer that has none',
  mask: Violation.BODY_FORBIDDEN,
  harmless: Violation.BODY_FORBIDDEN,
  // "Content-Length: 0" says nothing wrong, though it may not be said.
  least: ({ lines }) => (combined(lines, 'content-length') === '0' ? Impact.ODD : Impact.CAN_BREAK),
  tell: ({ lines, exchange, sender, receiver }) => ({
    deed: `sent ${exchange.status} with the framing of content`,
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      codes([...linesOf(lines, 'content-length'), ...linesOf(lines, 'transfer-encoding')].slice(0, 3)),
      ` in a ${exchange.status}, which ends with its header section whatever is written there.`,
    ),
    whyItMatters: prose(
      'Readers disagree: one ends the message, another waits for content that never comes, or takes the next answer for it.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: write neither `,
        { code: 'Content-Length' },
        ' nor ',
        { code: 'Transfer-Encoding' },
        ' with 204 and 1xx; answer 200 where there is content, even an empty one.',
      ),
    ],
    logWords: ['Envoy: 502 UPE upstream_reset_before_response_started{protocol_error}'],
    sources: ['RFC 9110 section 8.6', 'RFC 9112 section 6.1'],
    remark: 'content forbidden',
  }),
});
