import { Malformed } from './bits.ts';
import { DICTIONARY_BASE64 } from './dictionary-data.ts';

/** By the length of a word: bits of its index (RFC 7932 section 8). */
const INDEX_BITS = [0, 0, 0, 0, 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5];

/** Where the words of each length begin. */
const OFFSETS = INDEX_BITS.map((_, length) =>
  INDEX_BITS.slice(0, length).reduce((sum, bits, shorter) => sum + (bits === 0 ? 0 : shorter << bits), 0),
);

/** Kinds of transforms besides omitting the last 1 to 9 octets (1 to 9) and the first 1 to 9 (12 to 20). */
const [UPPERCASE_FIRST, UPPERCASE_ALL, OMIT_FIRST] = [10, 11, 11];

/** The transforms (RFC 7932 appendix B): prefix, kind (0 none) and suffix of each, between tildes. */
const TRANSFORMS = (
  '|0|~|0| ~ |0| ~|12|~|10| ~|0| the ~ |0|~s |0| ~|0| of ~|10|~|0| and ~|13|~|1|~, |0| ~|0|' +
  ', ~ |10| ~|0| in ~|0| to ~e |0| ~|0|"~|0|.~|0|">~|0|\n~|3|~|0|]~|0| for ~|14|~|2|~|0| a ~' +
  "|0| that ~ |10|~|0|. ~.|0|~ |0|, ~|15|~|0| with ~|0|'~|0| from ~|0| by ~|16|~|17|~ the |" +
  '0|~|4|~|0|. The ~|11|~|0| on ~|0| as ~|0| is ~|7|~|1|ing ~|0|\n\t~|0|:~ |0|. ~|0|ed ~|20|~' +
  '|18|~|6|~|0|(~|10|, ~|8|~|0| at ~|0|ly ~ the |0| of ~|5|~|9|~ |10|, ~|10|"~.|0|(~|11| ~|' +
  '10|">~|0|="~ |0|.~.com/|0|~ the |0| of the ~|10|\'~|0|. This ~|0|,~.|0| ~|10|(~|10|.~|0| ' +
  'not ~ |0|="~|0|er ~ |11| ~|0|al ~ |11|~|0|=\'~|11|"~|10|. ~ |0|(~|0|ful ~ |10|. ~|0|ive ~' +
  '|0|less ~|11|\'~|0|est ~ |10|.~|11|">~ |0|=\'~|10|,~|0|ize ~|11|.~\xc2\xa0|0|~ |0|,~|10|="~|11|=' +
  '"~|0|ous ~|11|, ~|10|=\'~ |10|,~ |11|="~ |11|, ~|11|,~|11|(~|11|. ~ |11|.~|11|=\'~ |11|. ~' +
  " |10|=\"~ |11|='~ |10|='"
)
  .split('~')
  .map((transform) => {
    const [prefix = '', kind = '', suffix = ''] = transform.split('|');
    const octets = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    return { prefix: octets(prefix), kind: Number(kind), suffix: octets(suffix) };
  });

/** The dictionary as it is shipped: a Brotli stream that uses no dictionary. */
export function packedDictionary(): Uint8Array {
  return Uint8Array.from(atob(DICTIONARY_BASE64), (letter) => letter.charCodeAt(0));
}

/** The word of the static dictionary that a distance beyond the window stands for, transformed (RFC 7932 section 8). */
export function dictionaryWord(dictionary: Uint8Array, length: number, identifier: number): Uint8Array {
  const bits = INDEX_BITS[length] ?? 0;
  const transform = TRANSFORMS[identifier >> bits];
  if (bits === 0 || transform === undefined)
    throw new Malformed('a distance is larger than what came before');
  const start = (OFFSETS[length] ?? 0) + (identifier & ((1 << bits) - 1)) * length;
  const { prefix, kind, suffix } = transform;
  const from = kind > OMIT_FIRST ? Math.min(length, kind - OMIT_FIRST) : 0;
  const to = kind > 0 && kind < UPPERCASE_FIRST ? Math.max(0, length - kind) : length;
  const word = dictionary.slice(start + from, start + to);
  if (kind === UPPERCASE_FIRST) upperCase(word, 0);
  else if (kind === UPPERCASE_ALL) for (let at = 0; at < word.length;) at += upperCase(word, at);
  const whole = new Uint8Array(prefix.length + word.length + suffix.length);
  whole.set(prefix);
  whole.set(word, prefix.length);
  whole.set(suffix, prefix.length + word.length);
  return whole;
}

/** The standard's rough upper case for UTF-8; answers how many octets the character has. */
function upperCase(word: Uint8Array, at: number): number {
  const first = word[at] ?? 0;
  if (first < 0xc0) {
    if (first >= 97 && first <= 122) word[at] = first ^ 32;
    return 1;
  }
  const [next, flip] = first < 0xe0 ? [1, 32] : [2, 5];
  if (at + next < word.length) word[at + next] = (word[at + next] ?? 0) ^ flip;
  return next + 1;
}
