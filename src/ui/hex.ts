/** Octets a line of the hex view. */
export const LINE_OCTETS = 16;

/** A stretch of octets. */
export interface OctetRange {
  readonly start: number;
  readonly length: number;
}

/** `6f`. */
export function hexOctet(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

/** The character of an octet, a middle dot where there is none to be seen. */
export function printable(octet: number): string {
  return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '·';
}

/** Position of a line's first octet, at least four hex digits: `01f0`. */
export function hexOffset(offset: number): string {
  return offset.toString(16).padStart(4, '0');
}

/** Whether an octet lies in a range. */
export function isIn(range: OctetRange | undefined, at: number): boolean {
  return range !== undefined && at >= range.start && at < range.start + range.length;
}

/** Index of the field that an octet belongs to: the shortest that covers it, of equals the deepest; -1 for none. */
export function fieldAt(fields: readonly (OctetRange & { readonly depth: number })[], at: number): number {
  let found = -1;
  let best: (OctetRange & { readonly depth: number }) | undefined;
  fields.forEach((field, index) => {
    if (!isIn(field, at)) return;
    const isBetter =
      best === undefined ||
      field.length < best.length ||
      (field.length === best.length && field.depth >= best.depth);
    if (!isBetter) return;
    best = field;
    found = index;
  });
  return found;
}

/** A classic dump: offset, hex, characters; for saving and for the text-only places. */
export function hexDump(octets: Uint8Array, firstOffset = 0): string {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += LINE_OCTETS) {
    const line = [...octets.subarray(at, at + LINE_OCTETS)];
    const left = line.slice(0, 8).map(hexOctet).join(' ');
    const right = line.slice(8).map(hexOctet).join(' ');
    const hex = `${left.padEnd(23)}  ${right.padEnd(23)}`;
    lines.push(`${hexOffset(firstOffset + at)}  ${hex}  ${line.map(printable).join('')}`);
  }
  return lines.join('\n');
}
