import { Framing, MessageMark, MessageState } from '../../src/model/exchange.ts';
import type { Evidence, Prose } from '../../src/model/finding.ts';
import { FlowMark } from '../../src/model/flow.ts';
import type { FlowRow } from '../../src/model/units.ts';
import { statusText } from './correlate.ts';
import { evidenceOf, exampleLadder, scopeOf } from './example.ts';
import { judge } from './judge.ts';
import type { FaultInstance, FaultWords } from './message-fault.ts';
import { quoteMessage } from './quote.ts';
import { Impact, type Statement } from './rule.ts';
import { formatAmount, formatCount, formatDuration } from '../../src/model/format.ts';
import { type Close, NO_FLOW } from './facts.ts';
import { capitalize, prose, routeOf } from './words.ts';

/** Puts the rule's words, the receiver's reaction and the evidence together. */
export function tellMessageFault(
  best: FaultInstance,
  words: FaultWords,
  instances: readonly FaultInstance[],
  flows: Iterable<FlowRow>,
  count: number,
): Statement {
  const { facts, exchange, message, reaction, downstream, sender } = best;
  const doubts = [...(words.doubts ?? [])];
  if (message.marks & MessageMark.GAP) doubts.push('Octets of this very message are missing in the capture.');
  if (message.marks & MessageMark.RESYNCHRONIZED) {
    doubts.push('Reading began inside the byte stream: where this message begins is inferred.');
  }
  const verdict = judge(
    facts,
    exchange.flow === NO_FLOW ? [] : [exchange.flow],
    'octets',
    exchange.flow === NO_FLOW
      ? 'The HAR file reports these lines; what was on the wire is not in it.'
      : reaction?.close === undefined
        ? 'The header section is quoted as it was captured; no octet of it is missing.'
        : `Both directions were captured, and no packet is missing around the ${reaction.close.how}.`,
    doubts,
  );
  const packets = instances.flatMap((instance) => [
    instance.message.firstPacket,
    ...(instance.reaction?.close === undefined ? [] : [instance.reaction.close.packet]),
    ...(instance.reaction?.felt !== undefined ? [instance.downstream?.response?.firstPacket ?? 0] : []),
  ]);
  const close = reaction?.close;
  const isConnection = close?.how === 'FIN' || close?.how === 'RST';
  const key =
    close === undefined
      ? undefined
      : { packet: close.packet, label: closeLabel(best), ...(isConnection ? {} : { side: close.side }) };
  const ladder = exampleLadder(facts, best, {
    ...(key === undefined ? {} : { key }),
    ...(message.isRequest ? { requestRemark: words.remark } : { remark: words.remark }),
    ...(close !== undefined && !message.isRequest && message.state !== MessageState.COMPLETE
      ? { body: ', never read to the end' }
      : {}),
  });
  const tail = words.tail ?? bodyTail(best);
  return {
    impact: best.impact,
    title: `${capitalize(sender.noun)} ${words.deed}${consequence(best)}`,
    scope: scopeOf(
      facts,
      instances.map((one) => one.exchange),
      flows,
      best.participants,
      count,
    ),
    lead: prose(words.saw, ...outcome(best, words.tellsAnswer ?? true), repeats(count)),
    count,
    flows: [...flows],
    packets: [...new Set(packets.filter((packet) => packet !== 0))].sort((a, b) => a - b),
    whyItMatters: words.whyItMatters,
    whatToChange: words.whatToChange,
    logWords: words.logWords,
    sources: words.sources,
    evidence: faultEvidence(best),
    ...verdict,
    ...(ladder === undefined ? {} : { ladder }),
    quote: quoteMessage(facts, exchange, message, { tail }),
    time: downstream?.request?.start ?? exchange.request?.start ?? message.start,
  };
}

/** ", so the proxy reset the connection": what the title says of the reaction. */
function consequence({ reaction, receiver, message }: FaultInstance): string {
  if (reaction === undefined) return '';
  const { close } = reaction;
  if (close !== undefined && close.how !== 'FIN') return `, so ${receiver.noun} ${didClose(close)}`;
  if (message.isRequest && reaction.status !== undefined)
    return `, so ${receiver.noun} refused it with ${reaction.status}`;
  if (reaction.close === undefined) return `, so ${receiver.noun} ${reaction.felt ?? 'gave up'}`;
  return `, so ${receiver.noun} closed the connection`;
}

/** Sentences on what the receiver did, and what the user felt. */
function outcome(instance: FaultInstance, tellsAnswer: boolean): Prose {
  const { facts, reaction, receiver, message, exchange, impact } = instance;
  const who = capitalize(receiver.label === 'client' ? receiver.noun : nounOf(receiver));
  if (reaction === undefined) {
    if (impact >= Impact.BROKE || !tellsAnswer) return [];
    if (exchange.flow !== NO_FLOW && facts.marks(exchange.flow) & FlowMark.ONE_SIDED)
      return [` What ${receiver.noun} made of it is not in the capture.`];
    if (!message.isRequest) return [` ${who} read it all the same here; others refuse it.`];
    return exchange.response === undefined
      ? [` No answer of ${receiver.noun} is in the capture.`]
      : [` ${who} answered it all the same here; others refuse it.`];
  }
  if (message.isRequest) {
    if (reaction.status !== undefined) {
      return [` ${who} `, { strong: `refused the request: ${statusText(exchange)}` }, '.'];
    }
    const unanswered = exchange.response === undefined ? ' without an answer' : '';
    const did = `${didClose(reaction.close)}${unanswered}`;
    return [` ${who} `, { strong: did }, `${later(reaction.after)}.`];
  }
  const parts: Prose[number][] = [];
  const did = didClose(reaction.close);
  if (reaction.felt !== undefined && reaction.close !== undefined) {
    parts.push(` ${who} dropped the answer, ${did}${later(reaction.after)} and `);
    parts.push({ strong: reaction.felt }, '.');
  } else if (reaction.felt !== undefined) {
    parts.push(` ${who} `, { strong: reaction.felt }, '.');
  } else {
    parts.push(` ${who} `, { strong: did }, `${later(reaction.after)}.`);
  }
  if (!tellsAnswer) return parts;
  const content =
    message.bodyOctets > 0 ? ` with ${formatAmount(message.bodyOctets, 'octet')} of content on the wire` : '';
  parts.push(` ${capitalize(instance.sender.noun)} did answer: ${statusText(exchange)}${content}.`);
  return parts;
}

/** What a receiver did, after its name. */
function didClose(close: Close | undefined): string {
  const error = close?.error === undefined ? '' : ` (${close.error})`;
  switch (close?.how) {
    case 'RST':
      return 'reset the connection';
    case 'RST_STREAM':
      return `reset the stream${error}`;
    case 'GOAWAY':
      return `ended the connection with GOAWAY${error}`;
    default:
      return 'closed the connection';
  }
}

function nounOf(role: { readonly label: string; readonly noun: string }): string {
  return role.noun === 'the proxy' && role.label !== 'proxy' ? role.label : role.noun;
}

function later(after: number | undefined): string {
  return after === undefined || Number.isNaN(after) ? '' : ` ${formatDuration(after)} later`;
}

function repeats(count: number): string | undefined {
  return count > 1 ? ` The same in ${formatCount(count)} messages; this is the clearest.` : undefined;
}

function closeLabel({ reaction, message }: FaultInstance): string {
  const { how = '', error } = reaction?.close ?? {};
  if (error !== undefined) return `${how} ${error}`;
  if (message.isRequest) return `${how}, no answer`;
  return message.state === MessageState.COMPLETE ? `${how}, answer refused` : `${how}, answer unfinished`;
}

function bodyTail({ message, reaction }: FaultInstance): readonly string[] {
  if (!(message.bodyOctets > 0)) return [];
  const octets = formatAmount(message.bodyOctets, 'octet');
  const what = message.framing === Framing.CHUNKED ? `${octets} of chunks` : `${octets} of content`;
  if (message.state === MessageState.COMPLETE) return [`… ${what}`];
  if (reaction?.close === undefined) return [`… ${what}, unfinished`];
  const by = reaction.close.how === 'RST' ? 'the reset' : `the ${reaction.close.how}`;
  return [`… ${what}, cut off by ${by}`];
}

function faultEvidence(instance: FaultInstance): readonly [Evidence, ...Evidence[]] {
  const { facts, exchange, message, reaction, downstream, receiver } = instance;
  if (exchange.flow === NO_FLOW) {
    const label = `exchange ${exchange.method} ${routeOf(exchange.target)}`;
    return [{ kind: 'exchange', exchange: exchange.row, label }];
  }
  const first: Evidence = {
    kind: 'packet',
    packet: message.firstPacket,
    label: `packet ${formatCount(message.firstPacket)}, the ${message.isRequest ? 'request' : 'answer'}`,
  };
  return evidenceOf(facts, first, {
    exchange,
    downstream,
    ...(reaction?.close === undefined
      ? {}
      : { close: { packet: reaction.close.packet, label: `${reaction.close.how} of ${receiver.noun}` } }),
  });
}
