// xxHash64 (the xxHash specification, version 0.1.1, section "XXH64 algorithm"): the checksum of Zstandard frames (RFC 8878 section
// 3.1.1). JavaScript has no fast integers of 64 bits: each is two halves of 32, and products are made of halves of 16.

/** A constant of 64 bits: its halves, and the quarters of the lower half. */
interface Constant {
  readonly high: number;
  readonly low: number;
  readonly top: number;
  readonly bottom: number;
}

function constant(high: number, low: number): Constant {
  return { high, low, top: low >>> 16, bottom: low & 0xffff };
}

const PRIME1 = constant(0x9e3779b1, 0x85ebca87);
const PRIME2 = constant(0xc2b2ae3d, 0x27d4eb4f);
const PRIME3 = constant(0x165667b1, 0x9e3779f9);
const PRIME4 = constant(0x85ebca77, 0xc2b2ae63);
const PRIME5 = constant(0x27d4eb2f, 0x165667c5);

/** The octets of four lanes. */
const STRIPE = 32;

// The number at hand: results of 64 bits come back in these, since an object for each would cost more than the hash.
let high = 0;
let low = 0;

function set(toHigh: number, toLow: number): void {
  high = toHigh | 0;
  low = toLow | 0;
}

function add(otherHigh: number, otherLow: number): void {
  const sum = (low >>> 0) + (otherLow >>> 0);
  high = (high + otherHigh + (sum > 0xffffffff ? 1 : 0)) | 0;
  low = sum | 0;
}

function multiply({ high: otherHigh, low: otherLow, top, bottom }: Constant): void {
  const ownTop = low >>> 16;
  const ownBottom = low & 0xffff;
  const upper = ownTop * bottom;
  const lower = ownBottom * top;
  const carry = (((ownBottom * bottom) >>> 16) + (upper & 0xffff) + (lower & 0xffff)) >>> 16;
  const product = ownTop * top + (upper >>> 16) + (lower >>> 16) + carry;
  high = (product + Math.imul(high, otherLow) + Math.imul(low, otherHigh)) | 0;
  low = Math.imul(low, otherLow);
}

/** Turns the number left by fewer than 32 bits. */
function turn(bits: number): void {
  const before = high;
  high = (before << bits) | (low >>> (32 - bits));
  low = (low << bits) | (before >>> (32 - bits));
}

/** One input of a lane, whose halves are the number at hand. */
function round(laneHigh: number, laneLow: number): void {
  multiply(PRIME2);
  add(laneHigh, laneLow);
  turn(31);
  multiply(PRIME1);
}

/** xxHash64 with seed 0 over octets that come piece by piece. */
export class XxHash64 {
  /** Four lanes: the lower half, then the higher one. */
  readonly #lanes = new Int32Array(8);
  /** Octets that do not fill a stripe yet. */
  readonly #held = new Uint8Array(STRIPE);
  #heldOctets = 0;
  #octets = 0;

  constructor() {
    set(PRIME1.high, PRIME1.low);
    add(PRIME2.high, PRIME2.low);
    this.#keep(0);
    set(PRIME2.high, PRIME2.low);
    this.#keep(1);
    set(~PRIME1.high, ~PRIME1.low);
    add(0, 1);
    this.#keep(3);
  }

  #keep(lane: number): void {
    this.#lanes[lane * 2] = low;
    this.#lanes[lane * 2 + 1] = high;
  }

  add(octets: Uint8Array): void {
    this.#octets += octets.length;
    let at = 0;
    if (this.#heldOctets > 0) {
      at = Math.min(STRIPE - this.#heldOctets, octets.length);
      this.#held.set(octets.subarray(0, at), this.#heldOctets);
      this.#heldOctets += at;
      if (this.#heldOctets < STRIPE) return;
      this.#stripes(this.#held, 0, STRIPE);
      this.#heldOctets = 0;
    }
    const end = at + ((octets.length - at) & ~(STRIPE - 1));
    this.#stripes(octets, at, end);
    this.#held.set(octets.subarray(end));
    this.#heldOctets = octets.length - end;
  }

  #stripes(octets: Uint8Array, from: number, to: number): void {
    const lanes = this.#lanes;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    for (let at = from; at < to; at += STRIPE) {
      for (let lane = 0; lane < 4; lane++) {
        low = view.getInt32(at + lane * 8, true);
        high = view.getInt32(at + lane * 8 + 4, true);
        round(lanes[lane * 2 + 1] ?? 0, lanes[lane * 2] ?? 0);
        lanes[lane * 2] = low;
        lanes[lane * 2 + 1] = high;
      }
    }
  }

  #load(lane: number): void {
    set(this.#lanes[lane * 2 + 1] ?? 0, this.#lanes[lane * 2] ?? 0);
  }

  /** The hash of what was added so far: its halves. */
  get value(): { readonly high: number; readonly low: number } {
    if (this.#octets >= STRIPE) this.#merge();
    else set(PRIME5.high, PRIME5.low);
    add(Math.floor(this.#octets / 2 ** 32), this.#octets >>> 0);
    this.#rest();
    set(high, low ^ (high >>> 1));
    multiply(PRIME2);
    set(high ^ (high >>> 29), low ^ ((low >>> 29) | (high << 3)));
    multiply(PRIME3);
    return { high: high >>> 0, low: (low ^ high) >>> 0 };
  }

  /** All lanes in one. */
  #merge(): void {
    let [sumHigh, sumLow] = [0, 0];
    [1, 7, 12, 18].forEach((bits, lane) => {
      this.#load(lane);
      turn(bits);
      add(sumHigh, sumLow);
      [sumHigh, sumLow] = [high, low];
    });
    for (let lane = 0; lane < 4; lane++) {
      this.#load(lane);
      round(0, 0);
      set(high ^ sumHigh, low ^ sumLow);
      multiply(PRIME1);
      add(PRIME4.high, PRIME4.low);
      [sumHigh, sumLow] = [high, low];
    }
  }

  /** What fills no stripe. */
  #rest(): void {
    const view = new DataView(this.#held.buffer, 0, this.#heldOctets);
    let at = 0;
    for (; view.byteLength - at >= 8; at += 8) {
      const [sumHigh, sumLow] = [high, low];
      set(view.getInt32(at + 4, true), view.getInt32(at, true));
      round(0, 0);
      set(high ^ sumHigh, low ^ sumLow);
      turn(27);
      multiply(PRIME1);
      add(PRIME4.high, PRIME4.low);
    }
    if (view.byteLength - at >= 4) {
      const [sumHigh, sumLow] = [high, low];
      set(0, view.getInt32(at, true));
      multiply(PRIME1);
      set(high ^ sumHigh, low ^ sumLow);
      turn(23);
      multiply(PRIME2);
      add(PRIME3.high, PRIME3.low);
      at += 4;
    }
    for (; at < view.byteLength; at++) {
      const [sumHigh, sumLow] = [high, low];
      set(0, view.getUint8(at));
      multiply(PRIME5);
      set(high ^ sumHigh, low ^ sumLow);
      turn(11);
      multiply(PRIME1);
    }
  }
}
