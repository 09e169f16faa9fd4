import type { ConversationMessage } from '../../src/model/conversation.ts';
import type { Analysis } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

/** A message in a line: "← packet kind size "content" (label) [encoding] ! caveat". */
export function messageLine(message: ConversationMessage): string {
  const content = message.isText
    ? JSON.stringify(new TextDecoder().decode(message.octets))
    : Buffer.from(message.octets).toString('hex');
  return [
    message.side === 0 ? '→' : '←',
    message.packet,
    message.kind,
    message.size,
    message.octets.length > 100 ? `${content.slice(0, 20)}… of ${message.octets.length}` : content,
    ...(message.label === '' ? [] : [`(${message.label})`]),
    ...(message.encoding === undefined ? [] : [`[${message.encoding}]`]),
    ...(message.caveat === undefined ? [] : [`! ${message.caveat}`]),
  ].join(' ');
}

/** All messages of an exchange, part by part. */
export async function messagesOf(
  analysis: Analysis,
  exchange = 0,
): Promise<{ readonly messages: readonly ConversationMessage[]; readonly problem: string | undefined }> {
  const messages: ConversationMessage[] = [];
  let problem: string | undefined;
  for (let from: number | undefined = 0; from !== undefined;) {
    const part = await analysis.conversation(exchange, from);
    messages.push(...(part?.messages ?? []));
    problem = part?.problem;
    from = part?.next;
  }
  return { messages, problem };
}

/** The messages of an exchange of a drawn capture, in a line each, and the problem as the last line. */
export async function conversationLines(capture: Capture, exchange = 0): Promise<readonly string[]> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  if (!result.ok) throw new Error(result.error.message);
  const { messages, problem } = await messagesOf(analysis, exchange);
  return [...messages.map(messageLine), ...(problem === undefined ? [] : [`problem: ${problem}`])];
}
