// Timestamps: any resolution to nanoseconds since 1970, then relative to the first packet.

let hasStart: bool = false;
let start: i64 = 0;

const BILLION: i64 = 1_000_000_000;

/** Time of the first packet: whole seconds since 1970. */
export function startSeconds(): f64 {
  return <f64>floorSeconds();
}

/** Time of the first packet: nanoseconds within its second. */
export function startNanoseconds(): f64 {
  return <f64>(start - floorSeconds() * BILLION);
}

function floorSeconds(): i64 {
  const seconds = start / BILLION;
  return start < seconds * BILLION ? seconds - 1 : seconds;
}

/** For what is no packet: the time that others count from, where none set it before. */
export function setStart(seconds: f64, nanoseconds: f64): void {
  sinceStart(<i64>seconds * BILLION + <i64>nanoseconds);
}

/** Nanoseconds since the first packet, which sets the start. */
export function sinceStart(time: i64): f64 {
  if (!hasStart) {
    hasStart = true;
    start = time;
  }
  return <f64>(time - start);
}

/** Nanoseconds of a count of units, if_tsresol as in pcapng: 10^-n, or 2^-n where bit 7 is set. */
export function unitsToNanoseconds(units: u64, resolution: u32): i64 {
  const exponent = resolution & 0x7f;
  if (resolution & 0x80) {
    if (exponent == 0) return <i64>units * BILLION;
    if (exponent > 63) return 0;
    const seconds = units >> exponent;
    let fraction = units & (((<u64>1) << exponent) - 1);
    // Keep 32 bits of the fraction, so that the product fits.
    let bits = exponent;
    if (bits > 32) {
      fraction >>= bits - 32;
      bits = 32;
    }
    return <i64>seconds * BILLION + <i64>((fraction * <u64>BILLION) >> bits);
  }
  let time = <i64>units;
  for (let power = exponent; power < 9; power++) time *= 10;
  for (let power = exponent; power > 9; power--) time = <i64>(<u64>time / 10);
  return time;
}
