/** Sorts rows by keys, each at the row's place: stable, rows whose key is NaN last in either order. */
export function sortByKeys(rows: Uint32Array, keys: Float64Array, isDescending: boolean): Uint32Array {
  const count = rows.length;
  const { low, high } = sortableWords(keys, isDescending);
  let order: Uint32Array<ArrayBuffer> = new Uint32Array(count);
  for (let at = 0; at < count; at++) order[at] = at;
  let other: Uint32Array<ArrayBuffer> = new Uint32Array(count);
  for (const words of [low, high]) {
    for (const shift of [0, 16]) {
      if (!pass(words, shift, order, other)) continue;
      [order, other] = [other, order];
    }
  }
  for (let at = 0; at < count; at++) other[at] = rows[order[at] ?? 0] ?? 0;
  return other;
}

/** Keys as two words each, which compare as unsigned numbers like the keys do. */
function sortableWords(
  keys: Float64Array,
  isDescending: boolean,
): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const low = new Uint32Array(keys.length);
  const high = new Uint32Array(keys.length);
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  const top = TOP_WORD;
  const turn = isDescending ? 0xffffffff : 0;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? NaN;
    if (key !== key) {
      low[at] = 0xffffffff;
      high[at] = 0xffffffff;
      continue;
    }
    // -0 is 0. A negative number's bits are turned over, a positive one's sign bit is set.
    number[0] = key + 0;
    const upper = words[top] ?? 0;
    const flip = upper & 0x80000000 ? 0xffffffff : 0;
    low[at] = (words[1 - top] ?? 0) ^ flip ^ turn;
    high[at] = upper ^ (flip | 0x80000000) ^ turn;
  }
  return { low, high };
}

/** Which 32-bit half of a number in memory has the sign: the second on little-endian machines. */
const TOP_WORD = new Uint32Array(Float64Array.of(-0).buffer)[0] === 0 ? 1 : 0;

/** One stable pass of a radix sort over 16 bits; false where they are all the same and nothing was moved. */
function pass(words: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const starts = new Uint32Array(65_537);
  for (const word of words) {
    const digit = (word >>> shift) & 0xffff;
    starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
  }
  for (let digit = 0; digit < 65_536; digit++) {
    if (starts[digit + 1] === words.length) return false;
    starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
  }
  for (const row of from) {
    const digit = ((words[row] ?? 0) >>> shift) & 0xffff;
    const at = starts[digit] ?? 0;
    to[at] = row;
    starts[digit] = at + 1;
  }
  return true;
}
