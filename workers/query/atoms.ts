import type { View } from '../api.ts';
import type { Core } from '../core.ts';
import type { Comparison, Element, Membership, Operand, Relation, Span } from './ast.ts';
import type { Bitset } from './bitset.ts';
import { FilterFailure } from './failure.ts';
import { isFieldLike, unknownField } from './field-lookup.ts';
import { booleanOf, durationOf, momentOf, networkOf, numberOf, octetsOf, type Literal } from './literals.ts';
import { compareOctets, equalOctets, includesOctets } from './octets.ts';
import { bindOperand, hasField, sourceOf, typeName, type BoundOperand } from './operand.ts';
import { selectFieldPairs } from './pairs.ts';
import { patternTest } from './patterns.ts';
import { PASSED, remembering, select, Verdict, type Domain, type KeyTest } from './source.ts';

/** A test that is checked and can be evaluated, on the rows of its own domain. */
export interface Atom {
  readonly domain: Domain;
  select(): Bitset;
}

type Order = (difference: number) => boolean;

const ORDERS: Readonly<Record<Exclude<Relation, 'contains' | 'matches'>, Order>> = {
  '==': (difference) => difference === 0,
  '===': (difference) => difference === 0,
  '!=': (difference) => difference !== 0,
  '!==': (difference) => difference !== 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
};

/** Whether a relation asks for all values or for any, unless the filter says. */
function quantifierOf(node: Comparison): 'any' | 'all' {
  if (node.quantifier) return node.quantifier;
  return node.relation === '===' || node.relation === '!=' ? 'all' : 'any';
}

const FLIPPED: Readonly<Partial<Record<Relation, Relation>>> = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' };

/** Checks a comparison: of a field with a value (in either order), or of two fields. */
export function comparisonAtom(core: Core, node: Comparison): Atom {
  const quantifier = quantifierOf(node);
  if (!hasField(node.left) && hasField(node.right)) {
    if (node.relation === 'contains' || node.relation === 'matches') {
      throw new FilterFailure(`The field stands before ${node.relation}, the text after it`, node.left);
    }
    const flipped: Comparison = {
      ...node,
      relation: FLIPPED[node.relation] ?? node.relation,
      left: node.right,
      right: node.left,
    };
    return comparisonAtom(core, flipped);
  }
  const left = bindOperand(core, node.left);
  if (hasField(node.right)) {
    const right = bindOperand(core, node.right);
    if (node.relation === 'contains' || node.relation === 'matches') {
      throw new FilterFailure(`${node.relation} needs a text after it, not a field`, right);
    }
    return selectFieldPairs(core, left, right, ORDERS[node.relation], quantifier);
  }
  return atom(core, left, testOf(core, left, node.relation, literalOf(node.right)), quantifier);
}

/** Checks a membership. */
export function membershipAtom(core: Core, node: Membership): Atom {
  const operand = bindOperand(core, node.operand);
  const tests = node.elements.map((element) => elementTest(core, operand, element));
  return atom(core, operand, anyOf(tests), node.quantifier ?? 'any');
}

/** Rows where the operand is there, in any of some atoms; of bits, where any is set. */
export function existenceAtoms(core: Core, operand: Operand): (view: View) => readonly Atom[] {
  const bound = bindOperand(core, operand);
  const { values } = bound;
  if (values.type === 'presence') {
    return (view) =>
      values.sources(view).map((source) => ({
        domain: source.domain,
        select: () => select(core, source, () => PASSED, 'any'),
      }));
  }
  const isText = values.type === 'text' && !bound.isLength;
  const exists: ValueTest = isText
    ? { kind: 'text', passes: () => true }
    : { kind: 'number', passes: bound.isBits ? (value) => value !== 0 : () => true };
  const found = [atom(core, bound, exists, 'any')];
  return () => found;
}

/** A test of one value. Addresses are tested by their row. */
type ValueTest =
  | { readonly kind: 'number'; readonly passes: (value: number) => boolean }
  | { readonly kind: 'text'; readonly passes: (value: Uint8Array) => boolean };

function atom(core: Core, operand: BoundOperand, test: ValueTest, quantifier: 'any' | 'all'): Atom {
  const source = sourceOf(operand);
  return {
    domain: source.domain,
    select: () => select(core, source, keyTest(core, operand, test), quantifier),
  };
}

function keyTest(core: Core, operand: BoundOperand, test: ValueTest): KeyTest {
  const { values, convert } = operand;
  if (values.type === 'text') {
    const converted = (value: Uint8Array): Uint8Array => (convert ? convert(value) : value);
    const { dictionary } = values;
    if (test.kind === 'number') return dictionary.test((value) => test.passes(converted(value).length));
    return dictionary.test(convert ? (value) => test.passes(converted(value)) : test.passes);
  }
  if (test.kind === 'text') throw new Error('InvariantError: text test of a number');
  const { passes } = test;
  const verdict: KeyTest = (key) => (passes(key) ? PASSED : Verdict.EXISTS);
  const isAddress = values.type === 'ipv4' || values.type === 'ipv6';
  return isAddress ? remembering(verdict, core.tables.addresses.rows) : verdict;
}

function literalOf(operand: Operand): Literal {
  if (operand.kind === 'quoted') return operand;
  if (operand.kind !== 'word') throw new FilterFailure('A value is needed here', operand);
  if (isFieldLike(operand.text)) throw unknownField(operand);
  return operand;
}

/** The test of a relation with a value; fails where they do not fit. */
function testOf(core: Core, operand: BoundOperand, relation: Relation, literal: Literal): ValueTest {
  const isText = operand.values.type === 'text' && !operand.isLength;
  if (relation === 'contains' || relation === 'matches') {
    if (operand.values.type === 'presence') {
      throw new FilterFailure(
        `The octets of packets are not kept to search by; ${relation} needs a field with a text, like http.host`,
        operand,
      );
    }
    if (!isText) {
      throw new FilterFailure(
        `${relation} needs a text, and ${operand.name} is ${typeName(operand)}`,
        operand,
      );
    }
    if (relation === 'matches') return { kind: 'text', passes: patternTest(literal.text, literal) };
    const part = octetsOf(literal, true);
    return { kind: 'text', passes: (value) => includesOctets(value, part) };
  }
  const order = ORDERS[relation];
  if (isText) {
    const wanted = octetsOf(literal, false);
    const isEquality = relation === '==' || relation === '===';
    if (isEquality) return { kind: 'text', passes: (value) => equalOctets(value, wanted) };
    return { kind: 'text', passes: (value) => order(compareOctets(value, wanted)) };
  }
  const compare = comparer(core, operand, literal);
  return { kind: 'number', passes: (value) => order(compare(value)) };
}

/** A value's distance from a literal, in sign; 0 where it is equal, or in the network. */
function comparer(core: Core, operand: BoundOperand, literal: Literal): (value: number) => number {
  const { values, name } = operand;
  switch (values.type) {
    case 'ipv4':
    case 'ipv6':
      return addressComparer(core, literal, name, values.type === 'ipv4' ? 4 : 6);
    case 'text':
    case 'number':
    case 'boolean':
    case 'duration':
    case 'moment': {
      const wanted = scalarOf(core, operand, literal);
      return (value) => value - wanted;
    }
    case 'presence':
      throw new FilterFailure(`${name} is there or not, it has no value: use it alone`, operand);
  }
}

function scalarOf(core: Core, operand: BoundOperand, literal: Literal): number {
  switch (operand.values.type) {
    case 'boolean':
      return booleanOf(literal, operand.name);
    case 'duration':
      return durationOf(literal, operand.name);
    case 'moment':
      return momentOf(literal, operand.name, core.start);
    default:
      return numberOf(literal, operand.name, operand.names);
  }
}

function addressComparer(
  core: Core,
  literal: Literal,
  name: string,
  ipVersion: 4 | 6,
): (row: number) => number {
  const { words, masks } = networkOf(literal, name, ipVersion);
  const { word0, word1, word2, word3 } = core.tables.addresses;
  const difference = (word: number, index: 0 | 1 | 2 | 3): number =>
    ((word & masks[index]) >>> 0) - ((words[index] & masks[index]) >>> 0);
  if (ipVersion === 4) return (row) => difference(word3(row), 3);
  return (row) =>
    difference(word0(row), 0) ||
    difference(word1(row), 1) ||
    difference(word2(row), 2) ||
    difference(word3(row), 3);
}

function elementTest(core: Core, operand: BoundOperand, { low, high }: Element): ValueTest {
  if (!high) return testOf(core, operand, '==', literalOf(low));
  const from = testOf(core, operand, '>=', literalOf(low));
  const to = testOf(core, operand, '<=', literalOf(high));
  return allOf(from, to, { start: low.start, end: high.end });
}

function allOf(a: ValueTest, b: ValueTest, span: Span): ValueTest {
  if (a.kind === 'number' && b.kind === 'number') {
    return { kind: 'number', passes: (value) => a.passes(value) && b.passes(value) };
  }
  if (a.kind === 'text' && b.kind === 'text') {
    return { kind: 'text', passes: (value) => a.passes(value) && b.passes(value) };
  }
  throw new FilterFailure('Both ends of a range are of one kind', span);
}

function anyOf(tests: readonly ValueTest[]): ValueTest {
  const numbers = tests.flatMap((test) => (test.kind === 'number' ? [test.passes] : []));
  if (numbers.length > 0) {
    return { kind: 'number', passes: (value) => numbers.some((passes) => passes(value)) };
  }
  const texts = tests.flatMap((test) => (test.kind === 'text' ? [test.passes] : []));
  return { kind: 'text', passes: (value) => texts.some((passes) => passes(value)) };
}
