/** Where a part of a filter stands in its text: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Relations between values; `!=` holds when all values differ, `!==` when any does (Wireshark 4). */
export type Relation = '==' | '===' | '!=' | '!==' | '>' | '>=' | '<' | '<=' | 'contains' | 'matches';

/** A word as written: a field, or a value without quotes. Which of them is decided when the filter is compiled. */
export interface Word extends Span {
  readonly kind: 'word';
  readonly text: string;
}

/** A quoted text. */
export interface Quoted extends Span {
  readonly kind: 'quoted';
  readonly text: string;
  /** The text as octets: UTF-8, but for `\xff`, which is the one octet. */
  readonly octets: Uint8Array;
}

/** A function of one operand: `lower(http.host)`. */
export interface Call extends Span {
  readonly kind: 'call';
  readonly name: string;
  readonly operand: Operand;
}

/** Bits of a number: `tcp.flags & 0x02`. */
export interface BitAnd extends Span {
  readonly kind: 'bitand';
  readonly left: Operand;
  readonly right: Operand;
}

/** What can stand beside a relation. */
export type Operand = Word | Quoted | Call | BitAnd;

/** A value or a range of values in braces. */
export interface Element extends Span {
  readonly low: Word | Quoted;
  readonly high: Word | Quoted | undefined;
}

/** An operand alone: the field is there, or the bits are not 0. */
export interface Exists extends Span {
  readonly kind: 'exists';
  readonly operand: Operand;
}

/** Two operands and their relation. */
export interface Comparison extends Span {
  readonly kind: 'comparison';
  readonly relation: Relation;
  /** `any` or `all` before the left operand; else the relation's own. */
  readonly quantifier: 'any' | 'all' | undefined;
  readonly left: Operand;
  readonly right: Operand;
}

/** `tcp.port in {80, 443, 8000..8999}`. */
export interface Membership extends Span {
  readonly kind: 'membership';
  readonly quantifier: 'any' | 'all' | undefined;
  readonly operand: Operand;
  readonly elements: readonly Element[];
}

/** Negation. */
export interface Not extends Span {
  readonly kind: 'not';
  readonly operand: Node;
}

/** A chain of one logical operator. */
export interface Chain extends Span {
  readonly kind: 'and' | 'or' | 'xor';
  readonly operands: readonly Node[];
}

/** What a display filter says. */
export type Node = Exists | Comparison | Membership | Not | Chain;

function operandText(operand: Operand): string {
  switch (operand.kind) {
    case 'word':
      return operand.text;
    case 'quoted':
      return JSON.stringify(operand.text);
    case 'call':
      return `${operand.name}(${operandText(operand.operand)})`;
    case 'bitand':
      return `(& ${operandText(operand.left)} ${operandText(operand.right)})`;
  }
}

/** The tree in one line, operators first, for tests. */
export function nodeText(node: Node): string {
  switch (node.kind) {
    case 'exists':
      return operandText(node.operand);
    case 'comparison': {
      const relation = node.quantifier ? `${node.quantifier} ${node.relation}` : node.relation;
      return `(${relation} ${operandText(node.left)} ${operandText(node.right)})`;
    }
    case 'membership': {
      const elements = node.elements.map((element) =>
        element.high ? `${operandText(element.low)}..${operandText(element.high)}` : operandText(element.low),
      );
      const relation = node.quantifier ? `${node.quantifier} in` : 'in';
      return `(${relation} ${operandText(node.operand)} {${elements.join(', ')}})`;
    }
    case 'not':
      return `(not ${nodeText(node.operand)})`;
    case 'and':
    case 'or':
    case 'xor':
      return `(${node.kind} ${node.operands.map(nodeText).join(' ')})`;
  }
}
