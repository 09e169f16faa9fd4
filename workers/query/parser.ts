import { LIMITS } from '../../src/model/limits.ts';
import { failed, ok, type Result } from '../../src/model/result.ts';
import type { FilterError } from '../api.ts';
import type { Chain, Element, Node, Operand, Quoted, Relation, Word } from './ast.ts';
import { tokenize, type Token } from './lexer.ts';

/** Every spelling of a relation. */
export const RELATIONS: Readonly<Record<string, Relation>> = {
  '==': '==',
  eq: '==',
  any_eq: '==',
  '===': '===',
  all_eq: '===',
  '!=': '!=',
  ne: '!=',
  all_ne: '!=',
  '!==': '!==',
  '~=': '!==',
  any_ne: '!==',
  '>': '>',
  gt: '>',
  '>=': '>=',
  ge: '>=',
  '<': '<',
  lt: '<',
  '<=': '<=',
  le: '<=',
  contains: 'contains',
  matches: 'matches',
  '~': 'matches',
};

const LOGICAL: Readonly<Record<string, 'and' | 'or' | 'xor' | 'not'>> = {
  and: 'and',
  AND: 'and',
  '&&': 'and',
  or: 'or',
  OR: 'or',
  '||': 'or',
  xor: 'xor',
  XOR: 'xor',
  '^^': 'xor',
  not: 'not',
  NOT: 'not',
  '!': 'not',
};

/** Loosest first, as in Wireshark 4. */
const BINDING = ['or', 'xor', 'and'] as const;

/** Carries an error out of the descent; never leaves this file. */
class SyntaxFailure extends Error {
  readonly error: FilterError;

  constructor(message: string, at: { readonly start: number; readonly end: number }) {
    super(message);
    this.error = { message, start: at.start, end: at.end };
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], end: Token) {
    this.#tokens = tokens;
    this.#end = end;
  }

  parse(): Node {
    const node = this.#chain(0);
    const token = this.#token;
    if (token.kind === 'end') return node;
    if (token.text === ')') throw new SyntaxFailure('This ")" has no "(" before it', token);
    throw new SyntaxFailure(afterTest(token), token);
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  #peek(ahead: number): Token {
    return this.#tokens[this.#at + ahead] ?? this.#end;
  }

  #take(): Token {
    const token = this.#token;
    this.#at++;
    return token;
  }

  #isSymbol(text: string, token = this.#token): boolean {
    return token.kind === 'symbol' && token.text === text;
  }

  #deeper<T>(at: Token, read: () => T): T {
    if (++this.#depth > LIMITS.FILTER_DEPTH) {
      throw new SyntaxFailure(`The filter is nested more than ${LIMITS.FILTER_DEPTH} deep here`, at);
    }
    const value = read();
    this.#depth--;
    return value;
  }

  #chain(level: number): Node {
    const kind = BINDING[level];
    if (kind === undefined) return this.#negation();
    const first = this.#chain(level + 1);
    const operands = [first];
    while (logical(this.#token) === kind) {
      this.#take();
      operands.push(this.#chain(level + 1));
    }
    const last = operands[operands.length - 1] ?? first;
    return operands.length === 1
      ? first
      : ({ kind, operands, start: first.start, end: last.end } satisfies Chain);
  }

  #negation(): Node {
    const start = this.#token.start;
    let isNegated = false;
    let wasNegated = false;
    while (logical(this.#token) === 'not') {
      isNegated = !isNegated;
      wasNegated = true;
      this.#take();
    }
    const operand = this.#primary();
    if (!isNegated) return wasNegated ? { ...operand, start } : operand;
    return { kind: 'not', operand, start, end: operand.end };
  }

  #primary(): Node {
    const token = this.#token;
    if (!this.#isSymbol('(')) return this.#test();
    this.#take();
    const node = this.#deeper(token, () => this.#chain(0));
    if (!this.#isSymbol(')')) {
      if (this.#token.kind === 'end') throw new SyntaxFailure('This "(" is never closed', token);
      throw new SyntaxFailure(afterTest(this.#token), this.#token);
    }
    const close = this.#take();
    const next = this.#token;
    if (relation(next)) {
      throw new SyntaxFailure('Parentheses hold whole tests; a relation needs its field without them', next);
    }
    return { ...node, start: token.start, end: close.end };
  }

  /** One test, or several in a chain: `1024 < tcp.port < 2048`. */
  #test(): Node {
    const quantifier = this.#quantifier();
    let left = this.#operand();
    const tests: Node[] = [];
    for (;;) {
      const token = this.#token;
      const isNegated = token.text === 'not' && token.kind === 'word' && this.#peek(1).text === 'in';
      if (isNegated || (token.kind === 'word' && token.text === 'in')) {
        this.#at += isNegated ? 2 : 1;
        const { elements, end } = this.#set();
        const { start } = left;
        const node: Node = { kind: 'membership', quantifier, operand: left, elements, start, end };
        tests.push(isNegated ? { kind: 'not', operand: node, start, end } : node);
        break;
      }
      const found = relation(token);
      if (found === undefined) break;
      this.#take();
      if (this.#isSymbol('{')) {
        throw new SyntaxFailure('A set needs the operator "in": tcp.port in {80, 443}', token);
      }
      const right = this.#operand(token);
      const { start } = left;
      tests.push({
        kind: 'comparison',
        relation: found,
        quantifier,
        left,
        right,
        start,
        end: right.end,
      });
      left = right;
    }
    const [first] = tests;
    if (first === undefined) return { kind: 'exists', operand: left, start: left.start, end: left.end };
    if (tests.length === 1) return first;
    return { kind: 'and', operands: tests, start: first.start, end: left.end };
  }

  #quantifier(): 'any' | 'all' | undefined {
    const token = this.#token;
    if (token.kind !== 'word' || (token.text !== 'any' && token.text !== 'all')) return undefined;
    if (this.#peek(1).kind !== 'word') return undefined;
    this.#take();
    return token.text;
  }

  #operand(before?: Token): Operand {
    const left = this.#simpleOperand(before);
    if (this.#isSymbol('[')) {
      throw new SyntaxFailure('Slices are not supported here; use contains or matches', this.#slice());
    }
    if (!this.#isSymbol('&')) return left;
    const token = this.#take();
    const right = this.#simpleOperand(token);
    return { kind: 'bitand', left, right, start: left.start, end: right.end };
  }

  #slice(): { readonly start: number; readonly end: number } {
    const start = this.#token.start;
    let end = this.#token.end;
    for (let ahead = 1; this.#peek(ahead).kind !== 'end'; ahead++) {
      end = this.#peek(ahead).end;
      if (this.#isSymbol(']', this.#peek(ahead))) break;
    }
    return { start, end };
  }

  #simpleOperand(before: Token | undefined): Operand {
    const token = this.#take();
    const { start, end } = token;
    if (token.kind === 'quoted')
      return { kind: 'quoted', text: token.text, octets: token.octets, start, end };
    if (token.kind === 'end') {
      throw new SyntaxFailure(
        before ? `A value is missing after "${before.text}"` : 'A test is missing at the end',
        { start: Math.max(0, start - 1), end },
      );
    }
    if (token.kind === 'symbol' || logical(token) !== undefined || relation(token) !== undefined) {
      throw new SyntaxFailure(noOperand(token, before), token);
    }
    if (!this.#isSymbol('(')) return { kind: 'word', text: token.text, start, end };
    return this.#deeper(token, () => this.#call(token));
  }

  #call(name: Token): Operand {
    this.#take();
    const operand = this.#operand(name);
    if (this.#isSymbol(',')) {
      throw new SyntaxFailure(`${name.text}() takes one operand here`, this.#token);
    }
    if (!this.#isSymbol(')')) {
      throw new SyntaxFailure(`${name.text}( needs a ")" here`, this.#token);
    }
    const close = this.#take();
    return { kind: 'call', name: name.text, operand, start: name.start, end: close.end };
  }

  #set(): { readonly elements: readonly Element[]; readonly end: number } {
    const open = this.#token;
    if (!this.#isSymbol('{')) {
      throw new SyntaxFailure('"in" needs a set in braces: {80, 443, 8000..8999}', open);
    }
    this.#take();
    const elements: Element[] = [];
    for (;;) {
      if (this.#isSymbol('}')) {
        const close = this.#take();
        if (elements.length > 0) return { elements, end: close.end };
        throw new SyntaxFailure('The set is empty', { start: open.start, end: close.end });
      }
      if (this.#token.kind === 'end') throw new SyntaxFailure('This "{" is never closed', open);
      const low = this.#value();
      let high: Word | Quoted | undefined;
      if (this.#isSymbol('..')) {
        this.#take();
        high = this.#value();
      }
      elements.push({ low, high, start: low.start, end: (high ?? low).end });
      if (this.#isSymbol(',')) this.#take();
    }
  }

  #value(): Word | Quoted {
    const token = this.#take();
    const { start, end, text } = token;
    if (token.kind === 'quoted') return { kind: 'quoted', text, octets: token.octets, start, end };
    if (token.kind === 'word') return { kind: 'word', text, start, end };
    throw new SyntaxFailure('A value is missing here', token);
  }
}

function logical(token: Token): 'and' | 'or' | 'xor' | 'not' | undefined {
  return token.kind === 'quoted' ? undefined : lookUp(LOGICAL, token.text);
}

function relation(token: Token): Relation | undefined {
  return token.kind === 'quoted' ? undefined : lookUp(RELATIONS, token.text);
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function afterTest(token: Token): string {
  if (token.text === '=') return 'Equality is written == (or eq)';
  if (token.text === '|') return 'Or is written || (or or)';
  if (token.text === '^') return 'Exclusive or is written ^^ (or xor)';
  if (token.text === '[') return 'Slices are not supported here; use contains or matches';
  if (/^[+*/%-]$/.test(token.text)) return 'Arithmetic is not supported here';
  if (token.text === '#') return 'Layers (#1) are not supported here: the fields are of the innermost layer';
  return `"${token.text}" was not expected here; join tests with and, or`;
}

function noOperand(token: Token, before: Token | undefined): string {
  if (token.text === '/' && before) return 'Texts need quotes here: "/path"';
  if (token.text === '@') return 'Raw octets (@field) are not supported here';
  if (token.text === '$') return 'References ($) are not supported here';
  if (token.text === '}' || token.text === ')') return `A test is missing before "${token.text}"`;
  return before
    ? `A value was expected after "${before.text}", not "${token.text}"`
    : `A field was expected here, not "${token.text}"`;
}

/** Parses a display filter that is not empty. */
export function parseFilter(text: string): Result<Node, FilterError> {
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  const end: Token = { kind: 'end', text: '', start: text.length, end: text.length };
  try {
    return ok(new Parser(tokens.value, end).parse());
  } catch (error) {
    if (error instanceof SyntaxFailure) return failed(error.error);
    throw error;
  }
}
