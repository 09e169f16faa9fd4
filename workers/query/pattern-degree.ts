/** What is known of a part of a pattern. */
interface Part {
  /** How many repetitions without limit can stand in one match. */
  readonly degree: number;
  /** Whether the same text can be matched in more than one way or length. */
  readonly isVariable: boolean;
  /** The literal it begins with; undefined for a class, a group or nothing. */
  readonly first: string | undefined;
}

const MANY = 20;

/**
 * How the time to match a JavaScript pattern grows with the length n of a text: at worst n to this power (one more for the place to
 * begin). Undefined where it may grow exponentially: a group that repeats without limit around a part that can match the same text
 * in several ways. The pattern is known to compile.
 */
export function worstDegree(pattern: string): number | undefined {
  return new PatternReader(pattern).read();
}

class PatternReader {
  readonly #pattern: string;
  #at = 0;
  #isExponential = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(): number | undefined {
    const { degree } = this.#alternatives();
    return this.#isExponential ? undefined : degree;
  }

  #alternatives(): Part {
    const branches = [this.#sequence()];
    while (this.#pattern[this.#at] === '|') {
      this.#at++;
      branches.push(this.#sequence());
    }
    const [first] = branches;
    const letters = branches.map((branch) => branch.first?.toLowerCase());
    const isClear = !letters.includes(undefined) && new Set(letters).size === letters.length;
    return {
      degree: Math.max(...branches.map((branch) => branch.degree)),
      isVariable: branches.some((branch) => branch.isVariable) || (branches.length > 1 && !isClear),
      first: branches.length === 1 ? first?.first : undefined,
    };
  }

  #sequence(): Part {
    let degree = 0;
    let isVariable = false;
    let first: string | undefined;
    for (let index = 0; ; index++) {
      const character = this.#pattern[this.#at];
      if (character === undefined || character === '|' || character === ')') break;
      const atom = this.#repeated(this.#atom());
      if (index === 0) ({ first } = atom);
      degree = Math.min(MANY, degree + atom.degree);
      isVariable ||= atom.isVariable;
    }
    return { degree, isVariable, first };
  }

  #atom(): Part {
    const character = this.#pattern[this.#at++];
    if (character === '(') {
      const prefix = /^\?(?:[:=!]|<[=!]|<[^>]*>)/.exec(this.#pattern.slice(this.#at));
      this.#at += prefix?.[0].length ?? 0;
      const inner = this.#alternatives();
      this.#at++;
      return inner;
    }
    if (character === '[') {
      while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ']') {
        this.#at += this.#pattern[this.#at] === '\\' ? 2 : 1;
      }
      this.#at++;
      return { degree: 0, isVariable: false, first: undefined };
    }
    if (character === '\\') {
      const escaped = this.#pattern[this.#at++] ?? '';
      const isBackReference = /[1-9k]/.test(escaped);
      const first = /\w/.test(escaped) ? undefined : escaped;
      return { degree: isBackReference ? 1 : 0, isVariable: isBackReference, first };
    }
    const isLiteral = character !== '.' && character !== '^' && character !== '$';
    return { degree: 0, isVariable: false, first: isLiteral ? character : undefined };
  }

  #repeated(atom: Part): Part {
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#pattern.slice(this.#at));
    if (!match) return atom;
    this.#at += match[0].length;
    const [whole, low = '', comma = '', high = ''] = match;
    const isUnlimited = /^[*+]/.test(whole) || (comma !== '' && high === '');
    if (!isUnlimited) {
      const most = whole.startsWith('?') ? 1 : Number(high === '' ? low : high);
      const isFixed = !whole.startsWith('?') && comma === '';
      // A long bounded repetition of a variable part is as bad as one without limit.
      if (atom.isVariable && most > MANY) this.#isExponential = true;
      const own = !isFixed && most > MANY ? 1 : 0;
      return {
        degree: Math.min(MANY, atom.degree * Math.max(1, most) + own),
        isVariable: atom.isVariable || !isFixed,
        first: isFixed ? atom.first : undefined,
      };
    }
    if (atom.isVariable) this.#isExponential = true;
    return { degree: 1, isVariable: true, first: undefined };
  }
}
