import type { RuleId } from '../../src/model/finding.ts';
import type { Draft } from './rule.ts';

/**
 * Puts the cause first: what explains a failure that somebody was told, then what broke an exchange, then what can break one, then
 * what is odd. Equal ones in the order of the registry (causes before symptoms), then the more frequent, then the earlier.
 */
export function rank(drafts: readonly Draft[], order: readonly RuleId[]): readonly Draft[] {
  const place = new Map(order.map((rule, at) => [rule, at]));
  const at = (draft: Draft): number => place.get(draft.rule) ?? order.length;
  return [...drafts].sort(
    (a, b) =>
      b.statement.impact - a.statement.impact ||
      at(a) - at(b) ||
      b.statement.count - a.statement.count ||
      a.statement.time - b.statement.time,
  );
}
