import type { Core } from '../core.ts';
import type { Atom } from './atoms.ts';
import { FilterFailure } from './failure.ts';
import { compareOctets } from './octets.ts';
import { sourceOf, typeName, type BoundOperand } from './operand.ts';
import { PASSED, selectPairs, Verdict } from './source.ts';

/** A comparison of two fields of the same rows: `frame.len > frame.cap_len`. */
export function selectFieldPairs(
  core: Core,
  left: BoundOperand,
  right: BoundOperand,
  order: (difference: number) => boolean,
  quantifier: 'any' | 'all',
): Atom {
  const leftSource = sourceOf(left);
  const rightSource = sourceOf(right);
  if (typeName(left) !== typeName(right)) {
    throw new FilterFailure(
      `${left.name} is ${typeName(left)}, and ${right.name} is ${typeName(right)}`,
      right,
    );
  }
  if (leftSource.domain !== rightSource.domain) {
    throw new FilterFailure(
      `${left.name} and ${right.name} are not properties of the same thing and cannot be compared here`,
      right,
    );
  }
  const compare = comparerOf(core, left, right);
  return {
    domain: leftSource.domain,
    select: () => selectPairs(core, leftSource, rightSource, (a, b) => compare(a, b, order), quantifier),
  };
}

type PairTest = (a: number, b: number, order: (difference: number) => boolean) => number;

function comparerOf(core: Core, left: BoundOperand, right: BoundOperand): PairTest {
  if (left.values.type === 'text' && right.values.type === 'text') {
    const valuesOf = (operand: BoundOperand, key: number): readonly Uint8Array[] => {
      if (operand.values.type !== 'text') return [];
      const values = operand.values.dictionary.values(key);
      return operand.convert ? values.map(operand.convert) : values;
    };
    const areLengths = left.isLength && right.isLength;
    return (a, b, order) => {
      let verdict = 0;
      let isAll = true;
      for (const x of valuesOf(left, a)) {
        for (const y of valuesOf(right, b)) {
          verdict |= Verdict.EXISTS;
          if (order(areLengths ? x.length - y.length : compareOctets(x, y))) verdict |= Verdict.ANY;
          else isAll = false;
        }
      }
      return verdict !== 0 && isAll ? verdict | Verdict.ALL : verdict;
    };
  }
  if (left.isLength || right.isLength) {
    throw new FilterFailure('A length can be compared with a number or another length here', right);
  }
  if (left.values.type === 'ipv4' || left.values.type === 'ipv6') {
    const { word0, word1, word2, word3 } = core.tables.addresses;
    const words = [word0, word1, word2, word3];
    const difference = (a: number, b: number): number => {
      if (a === b) return 0;
      for (const word of words) if (word(a) !== word(b)) return word(a) - word(b);
      return 0;
    };
    return (a, b, order) => (order(difference(a, b)) ? PASSED : Verdict.EXISTS);
  }
  return (a, b, order) => (order(a - b) ? PASSED : Verdict.EXISTS);
}
