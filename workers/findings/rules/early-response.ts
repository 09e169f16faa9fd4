import { formatCount, formatDuration } from '../../../src/model/format.ts';
import { statusText } from '../correlate.ts';
import { endedExchangeRule } from '../ended-exchange.ts';
import { endingsOf } from '../endings.ts';
import { Impact } from '../rule.ts';
import { noEndings } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

/** A final answer while the request is still being sent, and a RST for the rest: the answer may get lost with it. */
export const earlyResponse = endedExchangeRule({
  id: 'early-response',
  looksFor: 'an answer before the end of the request, and a RST for the rest',
  foldedTitle: 'Uploads that were answered and reset before their end',
  unseen: noEndings,
  candidates: (facts) => endingsOf(facts, 'early'),
  least: () => Impact.CAN_BREAK,
  tell: ({ facts, exchange, close, participants }) => {
    const { client, server } = participants;
    const { request } = exchange;
    const announced = request?.section ? facts.tables.sections.contentLength(request.section - 1) : NaN;
    const sent = formatCount(request?.bodyOctets ?? 0);
    const amount = Number.isNaN(announced) ? `${sent} octets` : `${sent} of ${formatCount(announced)} octets`;
    const answer = statusText(exchange);
    const lastData = facts.tables.directions.lastDataPacket(exchange.flow * 2 + exchange.client);
    const sentOn = lastData > (exchange.response?.firstPacket ?? 0);
    const after = formatDuration(close.time - (exchange.response?.start ?? close.time));
    return {
      title: `${capitalize(server.noun)} answered ${answer} before the request was sent, and reset the connection`,
      lead: prose(
        `${capitalize(client.noun)} was still sending `,
        code(request?.startLine ?? ''),
        `, ${amount} of content in all, when ${server.noun} answered `,
        code(answer),
        `. ${sentOn ? `${capitalize(client.noun)} sent on, and ` : ''}${after} after the begin of the answer ${sentOn ? server.noun : 'it'} `,
        { strong: 'reset the connection' },
        '.',
      ),
      whyItMatters: prose(
        `A RST takes away what ${client.noun} has received and not read yet: instead of ${answer} it may see a broken connection, and a proxy makes a 502 or 503 of it.`,
      ),
      whatToChange: [
        prose(
          `In ${server.noun}: read the rest of the request (or a good part of it) before closing, nginx `,
          { code: 'lingering_close' },
          ', Go ',
          { code: 'io.Copy(io.Discard, r.Body)' },
          ', Node ',
          { code: 'req.resume()' },
          '.',
        ),
        prose(
          `If ${answer} is about the size: raise the limit (nginx `,
          { code: 'client_max_body_size' },
          ', Envoy ',
          { code: 'buffer' },
          ' filter, Spring ',
          { code: 'max-request-size' },
          '), or send less.',
        ),
        prose('In the client: ', { code: 'Expect: 100-continue' }, ' asks before it sends the content.'),
      ],
      logWords: [
        'Envoy: 503 UC upstream_reset_before_response_started{connection_termination}, or 413',
        'nginx: writev() failed (104: Connection reset by peer) while sending request to upstream',
        'HAProxy: termination state SD--, or 502',
        'curl: (55) Send failure: Connection reset by peer; (56)',
        'Java: java.net.SocketException: Broken pipe; Connection reset by peer',
        'Node: EPIPE, ECONNRESET',
      ],
      sources: ['RFC 9112 section 9.6', 'RFC 9110 section 10.1.1'],
      closeLabel: 'RST, request not read',
      tail: [`… ${amount} of content of the request were sent; RST ${after} after the begin of the answer`],
      rests: `The request as far as it was sent, the answer and the RST were captured; whether ${client.noun} could read the answer is not in the packets.`,
    };
  },
});
