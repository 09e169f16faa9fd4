import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { Facts } from '../facts.ts';
import { type Shortcoming, shortcomingEvidence, shortcomings } from '../quality.ts';
import { Draft, Impact, type Rule } from '../rule.ts';
import { capitalize, enumerate, prose } from '../words.ts';

/** Kinds that are normal by themselves: told in the line of quality, and no finding. */
const NORMAL: ReadonlySet<Shortcoming['kind']> = new Set(['midstream']);

/** What the capture lacks, in one finding, before any verdict is trusted. */
export const captureQuality: Rule = {
  id: 'capture-quality',
  looksFor: 'octets, directions or packets that the capture lacks',
  unseen: (facts) => (facts.tables.packets.rows === 0 ? 'no packet was captured' : undefined),
  find(facts) {
    const all = shortcomings(facts);
    const [first, ...rest] = all.filter(({ kind }) => !NORMAL.has(kind));
    return first === undefined ? [] : [tell(facts, first, rest, all)];
  },
};

function tell(
  facts: Facts,
  first: Shortcoming,
  rest: readonly Shortcoming[],
  all: readonly Shortcoming[],
): Draft {
  const found = [first, ...rest];
  const isGrave = found.some(({ share }) => share >= THRESHOLDS.QUALITY_SHARE);
  const flows = [...new Set(found.flatMap((one) => one.flows))];
  const packets = [...new Set(found.map(({ packet }) => packet))].sort((a, b) => a - b);
  return new Draft('capture-quality', {
    impact: isGrave ? Impact.CAN_BREAK : Impact.ODD,
    title: isGrave ? `The capture is incomplete: ${first.words}` : `About the capture: ${first.words}`,
    scope: enumerate(found.map(({ words }) => words)),
    lead: prose(all.map(({ sentence }) => sentence).join(' ')),
    count: first.count,
    flows,
    packets,
    whyItMatters: prose([...new Set(found.map(({ consequence }) => consequence))].join(' ')),
    whatToChange: [...new Set(found.map(({ remedy }) => remedy))].map((remedy) => prose(remedy)),
    logWords: found.some(({ kind }) => kind === 'dropped' || kind === 'gap')
      ? [
          'tcpdump: … packets dropped by kernel',
          'Wireshark: TCP Previous segment not captured, ACKed unseen segment',
        ]
      : [],
    sources: ['RFC 9293 section 3.4'],
    evidence: [shortcomingEvidence(facts, first), ...rest.map((one) => shortcomingEvidence(facts, one))],
    certainty: 'certain',
    caveats: [
      `${capitalize(first.words)}: counted over the whole capture.`,
      ...(found.some(({ kind }) => kind === 'dropped')
        ? []
        : ['Whether the capturing system dropped packets is not recorded in this file, or it reports none.']),
    ],
    time: facts.time(first.packet),
  });
}
