/** Writes numbers in one byte order, one after another. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  readonly #isLittle: boolean;
  #length = 0;

  constructor(isBigEndian: boolean) {
    this.#isLittle = !isBigEndian;
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  octets(octets: Uint8Array): this {
    this.#parts.push(octets);
    this.#length += octets.length;
    return this;
  }

  #number(width: number, write: (view: DataView) => void): this {
    const octets = new Uint8Array(width);
    write(new DataView(octets.buffer));
    return this.octets(octets);
  }

  u8(value: number): this {
    return this.#number(1, (view) => view.setUint8(0, value));
  }

  u16(value: number): this {
    return this.#number(2, (view) => view.setUint16(0, value, this.#isLittle));
  }

  u32(value: number): this {
    return this.#number(4, (view) => view.setUint32(0, value, this.#isLittle));
  }

  u64(value: bigint): this {
    return this.#number(8, (view) => view.setBigUint64(0, BigInt.asUintN(64, value), this.#isLittle));
  }

  /** Zero octets up to a multiple of four. */
  pad(): this {
    return this.octets(new Uint8Array((4 - (this.#length % 4)) % 4));
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
