import { formatCount, formatDuration } from '../../../src/model/format.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import { Impact } from '../rule.ts';
import { noEndings } from '../unseen.ts';
import { equalWaits, waited, waitsOf } from '../waiting.ts';
import { capitalize, code, prose } from '../words.ts';
import { arrival, lateAnswer } from './timeout.ts';

/** The client's FIN or RST before the first octet of an answer. What a proxy does because its caller left is no case of its own. */
export const clientGaveUp = endedExchangeRule({
  id: 'client-gave-up',
  looksFor: 'a client that closes before an answer comes',
  foldedTitle: 'Clients that closed before an answer came',
  unseen: noEndings,
  candidates: (facts) => waitsOf(facts, 'gave-up'),
  // It may be meant: a page that was left, a search that was typed on.
  least: () => Impact.CAN_BREAK,
  tell,
});

function tell(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const { client, server } = participants;
  const time = formatDuration(waited(instance));
  const did = close.how === 'RST' ? 'reset the connection' : 'closed the connection';
  const same = equalWaits(facts, 'gave-up', instance);
  return {
    title: `${capitalize(client.noun)} gave up after ${time} without an answer`,
    lead: prose(
      `${capitalize(client.noun)} sent `,
      code(exchange.request?.startLine ?? ''),
      `, waited ${time} and `,
      { strong: `${did} before an answer came` },
      '.',
      arrival(instance),
      lateAnswer(instance),
      same >= 3
        ? ` ${formatCount(same)} of them waited about as long: that is a timeout, not a person.`
        : undefined,
    ),
    whyItMatters: prose(
      `${capitalize(server.noun)} had not failed yet, and the request may be carried out all the same: where it is repeated, the work is done twice. It may also be meant (a page that was left).`,
    ),
    whatToChange: [
      prose(
        `Compare ${time} with the timeout of ${client.noun} (its HTTP client, the gateway before it, Istio `,
        { code: 'VirtualService' },
        ' ',
        { code: 'timeout' },
        ', a probe’s ',
        { code: 'timeoutSeconds' },
        '): timeouts grow from the inside out, so that who is nearest to the work gives up first and says why.',
      ),
      prose(`Look for what made ${server.noun} slow at that time.`),
    ],
    logWords: [
      'Envoy, in front of the server: 0 DC downstream_remote_disconnect',
      'nginx: 499, or client prematurely closed connection while waiting for upstream',
      'HAProxy: termination state CH-- or CD--',
      'Go: context canceled',
      'Java: java.io.IOException: Broken pipe; ClientAbortException',
      'curl, as the client: (28) Operation timed out',
    ],
    sources: ['RFC 9112 section 9.5'],
    closeLabel: `${close.how} after ${time} without an answer`,
    tail: [`… no answer; ${close.how} of ${client.noun} after ${time}`],
    quotesRequest: true,
    rests: `Both directions were captured, and no octet of ${server.noun} is missing before the ${close.how}; why ${client.noun} closed is not in the packets.`,
  };
}
