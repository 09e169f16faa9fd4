import { decodeText } from '../core.ts';
import type { Span } from './ast.ts';
import { FilterFailure } from './failure.ts';
import { worstDegree } from './pattern-degree.ts';

/** Characters of a pattern; a pattern is typed by hand. */
const PATTERN_CHARACTERS = 1000;

/** Steps that one match may take at worst: about a second. Longer texts are searched in their first part only. */
const STEPS = 3e8;

/** Milliseconds that all matches of one filter may take together. */
const BUDGET = 10_000;

/** Classes that PCRE knows by name. */
const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  punct: '!-\\/:-@\\[-`{-~',
};

/** A test of texts by a regular expression, in upper and lower case alike unless it begins with `(?-i)`. */
export function patternTest(pattern: string, span: Span): (octets: Uint8Array) => boolean {
  if (pattern.length > PATTERN_CHARACTERS) {
    throw new FilterFailure(
      `The pattern has ${pattern.length} characters; the limit is ${PATTERN_CHARACTERS}`,
      span,
    );
  }
  const options = /^\(\?(-?i)\)/.exec(pattern);
  const source = translate(options ? pattern.slice(options[0].length) : pattern, span);
  const expression = compile(source, options?.[1] === '-i' ? '' : 'i', span);
  const degree = worstDegree(source);
  if (degree === undefined) {
    throw new FilterFailure(
      'Something repeats without limit inside a group that does too, like (a+)+; matching could take forever',
      span,
    );
  }
  const longest = longestText(degree);
  // V8 interprets a pattern the first time, ten times slower, and compiles it when it is used again.
  for (let round = 0; round < 2; round++) expression.test('');
  let spent = 0;
  return (octets) => {
    const text = decodeText(octets);
    const start = performance.now();
    const isMatch = expression.test(text.length > longest ? text.slice(0, longest) : text);
    spent += performance.now() - start;
    if (spent > BUDGET) {
      throw new FilterFailure(
        `Matching took more than ${BUDGET / 1000} seconds; use a simpler pattern`,
        span,
      );
    }
    return isMatch;
  };
}

/** Characters of a text that are searched: n of them take some n^d/d! steps, where d - 1 parts repeat without limit. */
function longestText(degree: number): number {
  const order = degree + 1;
  let factorial = 1;
  for (let factor = 2; factor <= order; factor++) factorial *= factor;
  return Math.min(65_536, Math.floor((STEPS * factorial) ** (1 / order)));
}

function compile(source: string, flags: string, span: Span): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message.replace(/^.*: /s, '') : String(error);
    throw new FilterFailure(`The pattern is no regular expression: ${reason}`, span);
  }
}

/** What PCRE writes differently from JavaScript; what JavaScript would read as something else is refused. */
function translate(pattern: string, span: Span): string {
  const refused = /\\[KRXGQE]|\(\?[>|#R0-9&]|\(\?[imsxnJU^-]+[):]|\(\*/.exec(pattern.replace(/\\\\/g, '..'));
  if (refused) throw new FilterFailure(`Patterns with ${refused[0]} are not supported here`, span);
  return pattern
    .replace(/\[:(\^?)(\w+):\]/g, (whole, not: string, name: string) =>
      not === '' ? (POSIX_CLASSES[name] ?? whole) : whole,
    )
    .replace(/\\(.)/gs, (whole, letter: string) => {
      if (letter === 'A') return '^';
      if (letter === 'z' || letter === 'Z') return '$';
      return letter === 'h' ? '[ \\t]' : whole;
    })
    .replace(/\(\?P</g, '(?<');
}
