import { MessageMark, Violation } from '../../../src/model/exchange.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { type Facts, NO_FLOW } from '../facts.ts';
import { linesOf } from '../field-values.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, code, codes, prose } from '../words.ts';

/** Whether the header section was captured whole, so that what is not in it was not sent. */
function isWhole(facts: Facts, messageRow: number): boolean {
  const { exchanges, messages } = facts.tables;
  const lost = MessageMark.GAP | MessageMark.TEXT_DROPPED | MessageMark.RESYNCHRONIZED;
  const flow = exchanges.flow(messageRow >>> 1);
  if (flow === NO_FLOW) return true;
  if ((messages.marks(messageRow) & lost) !== 0 || messages.headPacket(messageRow) === 0) return false;
  return (facts.marks(flow) & FlowMark.SNAPPED) === 0;
}

/** An HTTP/1.1 request with no Host line, or more than one (RFC 9112 section 3.2). */
export const badHost = messageFaultRule({
  id: 'bad-host',
  looksFor: 'an HTTP/1.1 request without Host, or with more than one',
  mask: Violation.HOST_MISSING | Violation.HOST_REPEATED,
  // A section of which octets are missing may have had the line.
  isMeant: (facts, row) => (row & 1) === 0 && isWhole(facts, row),
  kind: (facts, row) => facts.tables.messages.violations(row) & Violation.HOST_REPEATED,
  // Forward proxies take CONNECT without Host: the target says it all.
  least: ({ exchange }) => (exchange.method === 'CONNECT' ? Impact.ODD : Impact.CAN_BREAK),
  tell: ({ lines, message, sender, receiver }) => {
    const isRepeated = (message.violations & Violation.HOST_REPEATED) !== 0;
    return {
      deed: isRepeated ? 'sent more than one Host line' : 'sent an HTTP/1.1 request without Host',
      saw: isRepeated
        ? prose(
            `${capitalize(receiver.noun)} got `,
            codes(linesOf(lines, 'host').slice(0, 4)),
            ' in one request.',
          )
        : prose(`${capitalize(receiver.noun)} got `, code(message.startLine), ' with no Host line after it.'),
      whyItMatters: prose(
        'The Host line decides which site or route a request is for. HTTP/1.1 demands exactly one, and a server must answer anything else with 400.',
      ),
      whatToChange: isRepeated
        ? [
            prose(
              `In ${sender.noun}: set Host once. Often a library adds it already, and the code adds a second one in other letters.`,
            ),
            prose(
              'In a proxy that rewrites Host: replace the line (',
              { code: 'proxy_set_header Host' },
              ', ',
              { code: 'http-request set-header Host' },
              '), do not add one.',
            ),
          ]
        : [
            prose(
              `In ${sender.noun}: send `,
              { code: 'Host: NAME[:PORT]' },
              '. Health checks and hand-written probes are the usual places (HAProxy: ',
              { code: 'http-check send hdr Host NAME' },
              ').',
            ),
          ],
      logWords: isRepeated
        ? ['nginx: client sent duplicate host header', 'Go: 400 Bad Request: too many Host headers']
        : [
            'Envoy: 400 missing_host_header',
            'nginx: client sent HTTP/1.1 request without "Host" header',
            'Go: 400 Bad Request: missing required Host header',
          ],
      sources: ['RFC 9112 section 3.2'],
      remark: isRepeated ? 'Host twice' : 'no Host',
      ...(isRepeated ? {} : { tail: ['… no Host line'] }),
    };
  },
});
