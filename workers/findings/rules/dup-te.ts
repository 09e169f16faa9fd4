import { Violation } from '../../../src/model/exchange.ts';
import { combined, isSpelledDifferently, linesOf } from '../field-values.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, code, codes, prose } from '../words.ts';

const FIELD = 'transfer-encoding';

/** Violation bits of a Transfer-Encoding that is not exactly `chunked`, once. */
export const DUP_TE = Violation.DUPLICATE_TRANSFER_ENCODING | Violation.TRANSFER_ENCODING_NOT_CHUNKED;

/** Transfer-Encoding twice, or other than exactly `chunked` (RFC 9112 section 6.1). */
export const dupTe = messageFaultRule({
  id: 'dup-te',
  looksFor: 'Transfer-Encoding sent twice, or other than chunked',
  mask: DUP_TE,
  kind: (facts, row) => facts.tables.messages.violations(row) & Violation.DUPLICATE_TRANSFER_ENCODING,
  least: () => Impact.CAN_BREAK,
  tell: ({ lines, message, sender, receiver }) => {
    const sent = linesOf(lines, FIELD);
    const isTwice = (message.violations & Violation.DUPLICATE_TRANSFER_ENCODING) !== 0;
    const what = message.isRequest ? 'request' : 'answer';
    const who = capitalize(receiver.noun);
    const spelled = isSpelledDifferently(sent) ? ' (names ignore case)' : '';
    return {
      deed: isTwice
        ? `sent Transfer-Encoding ${sent.length > 2 ? `${sent.length} times` : 'twice'}`
        : 'sent a Transfer-Encoding other than chunked',
      saw: isTwice
        ? prose(
            `${who} got `,
            codes(sent.slice(0, 3)),
            ` in one ${what}${spelled}: that reads `,
            code(combined(lines, FIELD)),
            isRepeated(lines)
              ? ', and chunked may be applied only once.'
              : ', and proxies accept exactly chunked there.',
          )
        : prose(
            `${who} got `,
            codes(sent.slice(0, 3)),
            ` in one ${what}. Proxies accept exactly `,
            { code: 'chunked' },
            ' there.',
          ),
      whyItMatters: isTwice
        ? prose(
            'Lines of the same name count as one list, so two lines mean ',
            isRepeated(lines) ? { code: 'chunked, chunked' } : code(combined(lines, FIELD)),
            '. Envoy, HAProxy and nginx from 1.23 on refuse that; curl does not mind, so the sender looks healthy when it is called directly.',
          )
        : prose(
            'How a message ends depends on this line. Where two readers understand it differently, one of them waits for octets that never come, or takes content for the next message.',
          ),
      whatToChange: message.isRequest
        ? [
            prose(
              `In ${sender.noun}: set no Transfer-Encoding of your own. The HTTP library adds it when content is streamed.`,
            ),
            prose(
              'Where requests are forwarded: drop hop-by-hop fields (',
              { code: 'Connection' },
              ', ',
              { code: 'Transfer-Encoding' },
              ', ',
              { code: 'TE' },
              ') before passing the others on.',
            ),
          ]
        : [
            prose(
              `In ${sender.noun}: remove the code that sets `,
              { code: 'Transfer-Encoding' },
              '. The framework adds it by itself when the content is streamed.',
            ),
            prose(
              'Often the line is copied from an answer that was fetched elsewhere (a gateway controller, a ',
              { code: 'RestTemplate' },
              ' or ',
              { code: 'ResponseEntity' },
              ' passed through): drop hop-by-hop fields when forwarding.',
            ),
          ],
      logWords: message.isRequest
        ? [
            'Envoy: 400 DPE http1.invalid_transfer_encoding',
            'nginx: client sent duplicate header line: "Transfer-Encoding: chunked"',
            'HAProxy: 400, termination state PR--',
          ]
        : [
            'Envoy: 502 UPE upstream_reset_before_response_started{protocol_error}',
            'older Envoy and Istio: 503 UC upstream_reset_before_response_started',
            'nginx: upstream sent duplicate header line: "Transfer-Encoding: chunked"',
            'HAProxy: 502, termination state PH--',
            'Go: net/http: HTTP/1.x transport connection broken: too many transfer encodings: ["chunked" "chunked"]',
          ],
      sources: ['RFC 9112 section 6.1', 'RFC 9110 section 5.3'],
      remark: isTwice ? 'header twice' : 'odd Transfer-Encoding',
    };
  },
});

/** Whether chunked is in the list more than once. */
function isRepeated(lines: readonly string[]): boolean {
  const codings = combined(lines, FIELD).toLowerCase().split(',');
  return codings.filter((coding) => coding.trim() === 'chunked').length > 1;
}
