import type { Finding } from '../../model/finding.ts';

/** How a finding is named in the address: its rule, and from the second of a rule on its number: `dup-te`, `dup-te.2`. */
export function findingIds(findings: readonly Pick<Finding, 'rule'>[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule }) => {
    const number = (seen.get(rule) ?? 0) + 1;
    seen.set(rule, number);
    return number === 1 ? rule : `${rule}.${number}`;
  });
}
