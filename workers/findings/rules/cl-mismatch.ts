import { Violation } from '../../../src/model/exchange.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { type Facts, NO_FLOW } from '../facts.ts';
import { stalledBeforeItsEnd, wasCutByItsSender } from '../endings.ts';
import { type FaultInstance, type FaultWords, messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { capitalize, code, prose } from '../words.ts';
import { DUP_TE } from './dup-te.ts';

/** Whether octets after a response answer no request: the capture must show all requests to say so. */
function isUnasked(facts: Facts, messageRow: number): boolean {
  if ((messageRow & 1) === 0) return false;
  const flow = facts.tables.exchanges.flow(messageRow >>> 1);
  return flow !== NO_FLOW && !facts.isPartial(flow) && (facts.marks(flow) & FlowMark.SNAPPED) === 0;
}

/** Closed short of Content-Length, or octets after it with no request outstanding (RFC 9112 section 8). */
export const clMismatch = messageFaultRule({
  id: 'cl-mismatch',
  looksFor: 'content shorter or longer than Content-Length',
  mask: Violation.CONTENT_CUT | Violation.EXCESS_OCTETS,
  yieldsTo:
    DUP_TE |
    Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH |
    Violation.CONTENT_LENGTH_CONFLICT |
    Violation.CONTENT_LENGTH_INVALID,
  foldedTitle: 'Content of another length than announced',
  // A RST is another story (rst-mid-response): it says nothing about the length.
  isMeant: (facts, row) => {
    const { messages } = facts.tables;
    if ((messages.violations(row) & Violation.EXCESS_OCTETS) !== 0) return isUnasked(facts, row);
    return wasCutByItsSender(facts, row) || stalledBeforeItsEnd(facts, row);
  },
  kind: (facts, row) => facts.tables.messages.violations(row) & Violation.CONTENT_CUT,
  least: (instance) => {
    const { message } = instance;
    const isShort = (message.violations & Violation.CONTENT_CUT) !== 0;
    return isShort && !message.isRequest && !hasStalled(instance) ? Impact.BROKE : Impact.CAN_BREAK;
  },
  tell: (instance) => {
    if ((instance.message.violations & Violation.CONTENT_CUT) === 0) return tellLong(instance);
    return hasStalled(instance) ? tellStalled(instance) : tellShort(instance);
  },
});

/** Whether the client closed first, after the server had fallen silent. */
function hasStalled({ facts, exchange, message }: Omit<FaultInstance, 'impact'>): boolean {
  return !message.isRequest && stalledBeforeItsEnd(facts, exchange.row * 2 + 1);
}

/** Nothing more came of the content for so long that the client gave up. */
function tellStalled(instance: FaultInstance): FaultWords {
  const { facts, exchange, message, sender, receiver } = instance;
  const announced = message.section === 0 ? NaN : facts.tables.sections.contentLength(message.section - 1);
  const missing = announced - message.bodyOctets;
  const close = facts.closes(exchange.flow).find(({ side }) => side === exchange.client);
  const waited = formatDuration((close?.time ?? message.end) - message.end);
  const counts = `${formatCount(message.bodyOctets)} of ${formatCount(announced)} octets`;
  return {
    ...tellShort(instance),
    deed: `stopped sending ${formatAmount(missing, 'octet')} short of its Content-Length`,
    saw: prose(
      `${capitalize(receiver.noun)} got ${counts} of content, then nothing for ${waited}, and `,
      { strong: 'gave up waiting' },
      '.',
    ),
    whyItMatters: prose(
      "The reader waits for octets that were announced. If they were never to come (the length is wrong), every such answer hangs until somebody's timeout.",
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: check that `,
        { code: 'Content-Length' },
        ' counts the octets that are sent (octets, not characters; after compression, not before). Leave it to the framework.',
      ),
      prose(`If it is right: find out what ${sender.noun} waited for in the middle of the content.`),
    ],
    remark: 'never finished',
    doubts: [`${capitalize(receiver.noun)} closed first: more octets might have come later.`],
    tail: [`… ${counts} of content, then nothing for ${waited}`],
  };
}

function tellShort({ facts, exchange, message, sender, receiver }: FaultInstance): FaultWords {
  const what = message.isRequest ? 'request' : 'answer';
  const section = message.section;
  const announced = section === 0 ? NaN : facts.tables.sections.contentLength(section - 1);
  const line = facts.lines(section).find((text) => /^content-length[ \t]*:/i.test(text));
  const head = message.isRequest ? message.startLine : `${exchange.status} ${exchange.reason}`.trim();
  const octets = formatCount(message.bodyOctets);
  const counts = Number.isNaN(announced) ? octets : `${octets} of ${formatCount(announced)}`;
  return {
    deed: Number.isNaN(announced)
      ? `closed the connection before its ${what} was complete`
      : `closed the connection ${formatAmount(announced - message.bodyOctets, 'octet')} short of its Content-Length`,
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      code(head),
      ...(line === undefined ? [] : [' with ', code(line)]),
      `, then ${octets} octets of content and ${sender.noun}'s FIN: `,
      {
        strong: Number.isNaN(announced)
          ? `the ${what} is incomplete`
          : `${formatCount(announced - message.bodyOctets)} octets never came`,
      },
      '.',
    ),
    whyItMatters: prose(
      'The reader has to take the message for incomplete: it must not be used or cached as if it were whole, and the connection is lost.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: look at its log at the time of the FIN for a crash, an out-of-memory kill, an exception or a write timeout in the middle of the content.`,
      ),
      prose(
        'If nothing failed there: ',
        { code: 'Content-Length' },
        ' was counted wrong (characters instead of octets, or before the content was compressed or rewritten). Leave it to the framework.',
      ),
    ],
    logWords: message.isRequest
      ? [
          'nginx: client prematurely closed connection',
          'Envoy: DC downstream_remote_disconnect',
          'Go: unexpected EOF',
        ]
      : [
          'Envoy: UC upstream_reset_after_response_started{connection_termination}',
          'nginx: upstream prematurely closed connection while reading upstream',
          'HAProxy: termination state SD--',
          'Java: Premature end of Content-Length delimited message body',
          'Go: unexpected EOF',
          'Node: aborted (ECONNRESET)',
          'curl: (18) transfer closed with outstanding read data remaining',
        ],
    sources: ['RFC 9112 section 8', 'RFC 9112 section 6.3'],
    remark: 'cut short',
    tellsAnswer: false,
    tail: [`… ${counts} octets of content, then FIN`],
  };
}

function tellLong({ facts, exchange, message, sender, receiver }: FaultInstance): FaultWords {
  const line = facts.lines(message.section).find((text) => /^content-length[ \t]*:/i.test(text));
  const head = message.isRequest ? message.startLine : `${exchange.status} ${exchange.reason}`.trim();
  return {
    deed:
      line === undefined
        ? 'sent more octets than its answer has'
        : 'sent more octets than its Content-Length says',
    saw: prose(
      `${capitalize(receiver.noun)} got `,
      code(head),
      ...(line === undefined ? [] : [' with ', code(line)]),
      `, and after the end of that answer more octets, while no request was outstanding.`,
    ),
    whyItMatters: prose(
      'On a kept connection those octets would be read as the answer to the next request. A careful client closes the connection; a careless one hands out the wrong answer.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: `,
        { code: 'Content-Length' },
        ' was counted too small (characters instead of octets, or before the content was rewritten). Leave it to the framework.',
      ),
      prose('Content after a 204, a 304 or an answer to HEAD is the same fault: those have none.'),
    ],
    logWords: [
      'nginx: upstream sent more data than specified in "Content-Length" header while reading upstream',
      'Go: Unsolicited response received on idle HTTP channel',
      'Envoy: UPE (protocol_error) where the extra octets are read as an answer',
      'curl: Excess found in a read',
    ],
    sources: ['RFC 9112 section 6.3', 'RFC 9112 section 9.2'],
    remark: 'octets after it',
    tail: [`… ${formatAmount(message.bodyOctets, 'octet')} of content, then more octets`],
  };
}
