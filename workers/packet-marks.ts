import { PacketMark } from '../src/model/packet.ts';

/** Wireshark's zero_window_probe_ack: a zero window that answers a probe. It has the marks of both. */
export const PROBE_ANSWER = PacketMark.ZERO_WINDOW | PacketMark.ZERO_WINDOW_PROBE;

/** The words of a packet's marks, in the order of the list; {@link PROBE_ANSWER} may be in it like a mark. */
export function markWords(
  marks: number,
  words: readonly (readonly [mark: number, word: string])[],
): readonly string[] {
  const isAnswer = (marks & PROBE_ANSWER) === PROBE_ANSWER;
  return words
    .filter(([mark]) =>
      mark === PacketMark.ZERO_WINDOW_PROBE ? (marks & mark) !== 0 && !isAnswer : (marks & mark) === mark,
    )
    .map(([, word]) => word);
}
