import { PacketMark } from '../../src/model/packet.ts';
import type { Core } from '../../workers/core.ts';
import { Transport } from '../../workers/roles.ts';
import { type CaptureFacts, type Letter, LETTERS, lettersOf, MARKS } from './tcp-facts.ts';

/** A packet or a flow of which tshark says something else. */
export interface TcpDifference {
  readonly path: string;
  /** `packet 5`, `completeness 0` (tcp.stream 0) or `iRTT 0`. */
  readonly what: string;
  readonly expected: string;
  readonly ours: string;
}

/** Counts over all captures. */
export class TcpAgreement {
  packets = 0;
  equal = 0;
  /** Packets that both or either give a mark, and those on which the marks agree. */
  marked = 0;
  markedEqual = 0;
  /** Packets that are known as captured twice, which tshark takes for sent twice. */
  duplicates = 0;
  readonly marks = new Map<Letter, { equal: number; missing: number; extra: number }>(
    LETTERS.map((letter) => [letter, { equal: 0, missing: 0, extra: 0 }]),
  );
  flows = 0;
  completeness = 0;
  roundTrips = 0;
  roundTripsEqual = 0;

  /** Percent of the marks that either gives on which they agree. */
  percentOf(letter: Letter): number {
    const { equal, missing, extra } = this.marks.get(letter) ?? { equal: 0, missing: 0, extra: 0 };
    const all = equal + missing + extra;
    return all === 0 ? 100 : (100 * equal) / all;
  }

  /** The table for people. */
  toString(): string {
    const line = (cells: readonly (string | number)[]): string =>
      cells.map((cell, at) => (at === 0 ? String(cell).padEnd(26) : String(cell).padStart(9))).join('');
    const percent = (part: number, all: number): string => ((100 * part) / Math.max(1, all)).toFixed(2);
    return [
      line(['tcp.analysis.…', 'equal', 'missing', 'extra', 'percent']),
      ...LETTERS.map((letter) => {
        const { equal, missing, extra } = this.marks.get(letter) ?? { equal: 0, missing: 0, extra: 0 };
        return line([MARKS[letter][0], equal, missing, extra, this.percentOf(letter).toFixed(2)]);
      }),
      '',
      `packets with equal marks   ${this.equal} of ${this.packets}, ${percent(this.equal, this.packets)} %`,
      `of those with any mark     ${this.markedEqual} of ${this.marked}, ${percent(this.markedEqual, this.marked)} %`,
      `captured twice, left out   ${this.duplicates}`,
      `tcp.completeness           ${this.completeness} of ${this.flows}, ${percent(this.completeness, this.flows)} %`,
      `tcp.analysis.initial_rtt   ${this.roundTripsEqual} of ${this.roundTrips}, ${percent(this.roundTripsEqual, this.roundTrips)} %`,
    ].join('\n');
  }
}

/** Compares a capture with what tshark says; adds to the counts, and answers where they differ. */
export function compareTcp(
  facts: CaptureFacts,
  core: Core,
  agreement: TcpAgreement,
): readonly TcpDifference[] {
  return [...comparePackets(facts, core, agreement), ...compareFlows(facts, core, agreement)];
}

function comparePackets(facts: CaptureFacts, core: Core, agreement: TcpAgreement): readonly TcpDifference[] {
  const { packets } = core.tables;
  const found: TcpDifference[] = [];
  let differing = 0;
  for (let row = 0; row < packets.rows; row++) {
    const marks = packets.marks(row);
    const expected = facts.marks.get(row + 1) ?? '';
    const ours = lettersOf(marks);
    if (expected === '' && ours === '') continue;
    if (marks & PacketMark.DUPLICATE) {
      agreement.duplicates++;
      continue;
    }
    agreement.marked++;
    if (expected === ours) agreement.markedEqual++;
    else {
      differing++;
      found.push({ path: facts.path, what: `packet ${row + 1}`, expected, ours });
    }
    for (const letter of LETTERS) {
      const counts = agreement.marks.get(letter);
      if (!counts) continue;
      const [isExpected, isOurs] = [expected.includes(letter), ours.includes(letter)];
      if (isExpected && isOurs) counts.equal++;
      else if (isExpected) counts.missing++;
      else if (isOurs) counts.extra++;
    }
  }
  agreement.packets += facts.packets;
  agreement.equal += facts.packets - differing;
  return found;
}

/** A difference below this is rounding: nanoseconds of captures that span years. */
const TOLERANCE = 1001;

function compareFlows(facts: CaptureFacts, core: Core, agreement: TcpAgreement): readonly TcpDifference[] {
  const { flows, packets } = core.tables;
  const found: TcpDifference[] = [];
  for (let flow = 0; flow < flows.rows; flow++) {
    const stream = flows.number(flow);
    const expected = flows.transport(flow) === Transport.TCP ? facts.flows.get(stream) : undefined;
    if (!expected) continue;
    const { path } = facts;
    const differ = (what: string, theirs: number | undefined, ours: number | undefined): void => {
      found.push({
        path,
        what: `${what} ${stream}`,
        expected: String(theirs ?? ''),
        ours: String(ours ?? ''),
      });
    };
    // 0 is what tshark says at the first packet of a flow, also where there is no other.
    if (expected.completeness !== 0) agreement.flows++;
    if (expected.completeness === flows.completeness(flow)) agreement.completeness++;
    else if (expected.completeness !== 0)
      differ('completeness', expected.completeness, flows.completeness(flow));
    const to = flows.roundTripTo(flow);
    const span = to === 0 ? 0 : packets.time(to - 1) - packets.time(flows.roundTripFrom(flow) - 1);
    // tshark does not tell an iRTT of 0.
    const time = span === 0 ? undefined : span;
    if (time === undefined && expected.roundTrip === undefined) continue;
    agreement.roundTrips++;
    if (Math.abs((time ?? NaN) - (expected.roundTrip ?? NaN)) < TOLERANCE) agreement.roundTripsEqual++;
    else differ('iRTT', expected.roundTrip, time);
  }
  return found;
}
