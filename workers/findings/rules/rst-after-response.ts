import { MessageState } from '../../../src/model/exchange.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import { statusText } from '../correlate.ts';
import { endedExchangeRule } from '../ended-exchange.ts';
import { endingsOf } from '../endings.ts';
import { noEndings } from '../unseen.ts';
import { Impact } from '../rule.ts';
import { formatDuration } from '../../../src/model/format.ts';
import { capitalize, code, prose } from '../words.ts';

/**
 * RST after a complete answer with nothing outstanding. Many proxies and clients drop connections so: a note. What a violation in
 * the answer explains was folded there; a caller who was told a 5xx makes it an error.
 */
export const rstAfterResponse = endedExchangeRule({
  id: 'rst-after-response',
  looksFor: 'a RST after a complete answer',
  foldedTitle: 'Connections closed with RST after complete answers',
  unseen: noEndings,
  candidates: (facts) => endingsOf(facts, 'reset-after-response'),
  kind: (facts, ended) => (facts.sender(ended.packet) === facts.clientOf(ended.flow) ? 'client' : 'server'),
  least: () => Impact.ODD,
  tell: ({ exchange, close, participants, felt }) => {
    const { client, server } = participants;
    const isClient = close.side === exchange.client;
    const who = isClient ? client : server;
    const after = close.time - (exchange.response?.end ?? close.time);
    const isIdle = after > THRESHOLDS.REACTION;
    const answer = statusText(exchange);
    const isWhole = exchange.request === undefined || exchange.request.state === MessageState.COMPLETE;
    const before = isWhole ? 'and no request was outstanding' : 'before the whole request was sent';
    return {
      title:
        felt !== undefined
          ? `${capitalize(who.noun)} reset the connection after a complete answer and ${felt}`
          : isIdle
            ? `Idle connections closed with RST by ${who.noun}, after complete answers`
            : `Connections closed with RST by ${who.noun}, after complete answers`,
      lead: prose(
        'The answer ',
        code(answer),
        ` was complete ${before}; ${formatDuration(after)} later ${who.noun} sent RST instead of FIN.`,
        felt === undefined && isWhole ? ' Nothing was lost.' : undefined,
      ),
      whyItMatters: prose(
        felt === undefined
          ? 'Many proxies (HAProxy for every idle upstream connection) and clients close this way: it saves the waiting that a FIN asks for. In a graph of resets it looks worse than it is.'
          : 'The answer broke no rule that Offwire knows, and yet it did not reach the caller: the proxy has a reason of its own to refuse it (a limit on header or content size, a response policy).',
      ),
      whatToChange:
        felt === undefined
          ? [prose('Nothing, as far as these connections go. Leave them out when you count resets.')]
          : [
              prose(
                `Look in the log of ${who.noun} for the reason it gives for this answer (header limits, content limits, response filters).`,
              ),
            ],
      logWords:
        felt === undefined
          ? ['HAProxy, nginx, Envoy: nothing', 'Node server: ECONNRESET on the idle socket']
          : ['Envoy: UPE upstream_reset_before_response_started{protocol_error}', 'HAProxy: PH--'],
      sources: ['RFC 9293 section 3.10.7.4', 'RFC 9112 section 9.5'],
      closeLabel: `RST, ${formatDuration(after)} after the answer`,
      tail: [`… complete; RST ${formatDuration(after)} later`],
      rests: 'The answer before the RST is complete, and no request followed it.',
    };
  },
});
