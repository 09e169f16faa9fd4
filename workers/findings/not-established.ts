import type { FlowRow } from '../../src/model/units.ts';
import type { ExchangeFacts } from './facts.ts';
import type { Group, Groups } from './group.ts';
import type { Participants } from './roles.ts';
import { type Claims, Draft, type ImpactLevel, type Rule, type Statement } from './rule.ts';

/** A connection that did not come about, looked at closely. */
export interface NotEstablished {
  readonly flow: FlowRow;
  readonly downstream: ExchangeFacts | undefined;
  readonly participants: Participants;
  readonly felt: string | undefined;
  readonly impact: ImpactLevel;
}

/** The draft of each group of connections that did not come about: the one with the greatest impact is the example. */
export function draftsOf<One extends NotEstablished>(
  rule: Rule,
  claims: Claims,
  groups: Groups<number>,
  examine: (flow: FlowRow) => One | undefined,
  tell: (best: One, examined: readonly One[], group: Group<number>) => Statement,
): readonly Draft[] {
  return groups.largest().flatMap((group) => {
    const examined = group.broken.map(examine).filter((one) => one !== undefined);
    const first = examined[0];
    if (first === undefined) return [];
    const best = examined.reduce((a, b) => (b.impact > a.impact ? b : a), first);
    const draft = new Draft(rule.id, tell(best, examined, group));
    for (const { flow, downstream, felt } of examined) {
      claims.flow(flow, draft);
      if (downstream !== undefined && felt !== undefined) claims.downstream(downstream, draft);
    }
    return [draft];
  });
}
