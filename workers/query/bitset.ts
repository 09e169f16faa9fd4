/** A set of rows of one table: one bit a row, 32 to a word. Bits past `size` are 0. */
export class Bitset {
  readonly size: number;
  readonly words: Uint32Array;

  constructor(size: number) {
    this.size = size;
    this.words = new Uint32Array((size + 31) >>> 5);
  }

  has(row: number): boolean {
    return (((this.words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
  }

  /** Adds a row; one past the end is left out. */
  add(row: number): void {
    const at = row >>> 5;
    if (row < this.size) this.words[at] = (this.words[at] ?? 0) | (1 << (row & 31));
  }

  /** How many rows are in the set. */
  get count(): number {
    let count = 0;
    for (const word of this.words) count += bits(word);
    return count;
  }

  /** The rows in the set, ascending. */
  rows(): Uint32Array {
    const rows = new Uint32Array(this.count);
    let at = 0;
    this.words.forEach((word, index) => {
      for (let rest = word; rest !== 0; rest &= rest - 1) {
        rows[at++] = (index << 5) + 31 - Math.clz32(rest & -rest);
      }
    });
    return rows;
  }

  /** Takes out what is not in the other set. */
  intersect(other: Bitset): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) & (other.words[at] ?? 0);
  }

  /** Adds what is in the other set. */
  unite(other: Bitset): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) | (other.words[at] ?? 0);
  }

  /** Keeps what is in exactly one of both sets. */
  differ(other: Bitset): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) ^ (other.words[at] ?? 0);
  }

  /** Turns the set into its complement. */
  invert(): void {
    const { words, size } = this;
    for (let at = 0; at < words.length; at++) words[at] = ~(words[at] ?? 0);
    const rest = size & 31;
    if (rest !== 0) words[words.length - 1] = (words[words.length - 1] ?? 0) & ((1 << rest) - 1);
  }
}

/** Bits set in a word. */
function bits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return (((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
