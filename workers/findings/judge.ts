import { FlowMark } from '../../src/model/flow.ts';
import type { FlowRow } from '../../src/model/units.ts';
import type { Facts } from './facts.ts';
import { formatCount } from '../../src/model/format.ts';

/** How sure a finding can be on this capture, and why. */
export interface Verdict {
  readonly certainty: 'certain' | 'possible';
  readonly caveats: readonly string[];
}

/**
 * Judges what the capture can prove about a flow. `rests` is the sentence for a complete capture; `needs` says whether the
 * finding rests on what was *not* seen (an answer that is missing), or only on octets that are there.
 */
export function judge(
  facts: Facts,
  flows: readonly FlowRow[],
  needs: 'absence' | 'octets',
  rests: string,
  doubts: readonly string[] = [],
): Verdict {
  const caveats: string[] = [];
  let isCertain = doubts.length === 0;
  for (const flow of flows) {
    const marks = facts.marks(flow);
    const stream = `stream ${formatCount(facts.stream(flow))}`;
    if (marks & FlowMark.ONE_SIDED) {
      caveats.push(`Only one direction of ${stream} was captured: what the other side sent is unknown.`);
      isCertain = false;
    }
    if (marks & FlowMark.GAP) {
      const { lostOctets } = facts.tables.directions;
      const lost = lostOctets(flow * 2) + lostOctets(flow * 2 + 1);
      caveats.push(`${formatCount(lost)} octets of ${stream} are missing in the capture.`);
      if (needs === 'absence') isCertain = false;
    }
    if (marks & FlowMark.CAPPED) {
      caveats.push(`Part of ${stream} was not reassembled: a limit of the analysis was reached.`);
      if (needs === 'absence') isCertain = false;
    }
    if (marks & FlowMark.SNAPPED) {
      caveats.push(`Packets of ${stream} were cut by the snap length: some of their octets are unknown.`);
      if (needs === 'absence') isCertain = false;
    }
    if (marks & FlowMark.MIDSTREAM) {
      caveats.push(`The capture began after the connection of ${stream} did: what came before is unknown.`);
    }
  }
  const all = [...doubts, ...caveats];
  const first = isCertain ? rests : 'The capture does not prove it.';
  return { certainty: isCertain ? 'certain' : 'possible', caveats: [first, ...all] };
}
