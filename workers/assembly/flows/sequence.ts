// Sequence numbers are compared here only: they wrap (RFC 9293 section 3.4).

/** How far a is behind b: negative where it is before. */
export function distance(a: u32, b: u32): i32 {
  return <i32>(a - b);
}

/** Whether a comes before b. */
export function isBefore(a: u32, b: u32): bool {
  return <i32>(a - b) < 0;
}

/** Whether a comes after b. */
export function isAfter(a: u32, b: u32): bool {
  return <i32>(a - b) > 0;
}
