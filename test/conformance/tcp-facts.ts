import { PacketMark } from '../../src/model/packet.ts';
import { PROBE_ANSWER } from '../../workers/packet-marks.ts';

/** What tshark says of one packet, by a letter each: the field after `tcp.analysis.`, and our marks. */
export const MARKS = {
  r: ['retransmission', PacketMark.RETRANSMISSION],
  f: ['fast_retransmission', PacketMark.FAST_RETRANSMISSION],
  s: ['spurious_retransmission', PacketMark.SPURIOUS_RETRANSMISSION],
  o: ['out_of_order', PacketMark.OUT_OF_ORDER],
  d: ['duplicate_ack', PacketMark.DUP_ACK],
  l: ['lost_segment', PacketMark.LOST_SEGMENT],
  u: ['ack_lost_segment', PacketMark.ACKED_UNSEEN],
  k: ['keep_alive', PacketMark.KEEP_ALIVE],
  a: ['keep_alive_ack', PacketMark.KEEP_ALIVE_ACK],
  w: ['window_full', PacketMark.WINDOW_FULL],
  z: ['zero_window', PacketMark.ZERO_WINDOW],
  p: ['zero_window_probe', PacketMark.ZERO_WINDOW_PROBE],
  b: ['zero_window_probe_ack', PROBE_ANSWER],
  c: ['window_update', PacketMark.WINDOW_UPDATE],
  n: ['reused_ports', PacketMark.PORTS_REUSED],
} as const satisfies Readonly<Record<string, readonly [field: string, mark: number]>>;

export type Letter = keyof typeof MARKS;

/** The letters, in the order of the table. */
export const LETTERS = Object.keys(MARKS).filter((letter): letter is Letter => letter in MARKS);

/** What tshark says of a flow. */
export interface FlowFacts {
  readonly completeness: number;
  /** iRTT in nanoseconds. */
  readonly roundTrip: number | undefined;
}

/** What tshark says of the TCP of a capture. */
export interface CaptureFacts {
  /** `corpus/…` or `captures/…`, of this project's fixtures. */
  readonly path: string;
  /** Packets with TCP. */
  readonly packets: number;
  /** Letters of each packet that has any, by its number. */
  readonly marks: ReadonlyMap<number, string>;
  /** By tcp.stream. */
  readonly flows: ReadonlyMap<number, FlowFacts>;
}

/** One line of tcp-analysis.tsv: `path ⇥ packets ⇥ 5d 7lu ⇥ 0:31:123456 1:8:`. */
export function writeFacts({ path, packets, marks, flows }: CaptureFacts): string {
  const ofPackets = [...marks].map(([packet, letters]) => `${packet}${letters}`);
  const ofFlows = [...flows].map(
    ([stream, { completeness, roundTrip }]) => `${stream}:${completeness}:${roundTrip ?? ''}`,
  );
  return [path, packets, ofPackets.join(' '), ofFlows.join(' ')].join('\t');
}

/** Reads such a line. */
export function readFacts(line: string): CaptureFacts {
  const [path = '', packets = '', ofPackets = '', ofFlows = ''] = line.split('\t');
  const marks = new Map<number, string>();
  for (const [, number = '', letters = ''] of ofPackets.matchAll(/(\d+)([a-z]+)/g)) {
    marks.set(Number(number), letters);
  }
  const flows = new Map<number, FlowFacts>();
  for (const [, stream = '', completeness = '', time = ''] of ofFlows.matchAll(/(\d+):(\d+):(\d*)/g)) {
    const roundTrip = time === '' ? undefined : Number(time);
    flows.set(Number(stream), { completeness: Number(completeness), roundTrip });
  }
  return { path, packets: Number(packets), marks, flows };
}

/** Our marks of a packet as letters. */
export function lettersOf(marks: number): string {
  const isAnswer = (marks & PROBE_ANSWER) === PROBE_ANSWER;
  return LETTERS.filter((letter) => {
    const [, mark] = MARKS[letter];
    if (letter === 'p' && isAnswer) return false;
    return (marks & mark) === mark;
  }).join('');
}
