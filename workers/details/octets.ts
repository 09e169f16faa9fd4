/** Octets of a value that are written out; the hex view has the rest. */
const SHOWN_OCTETS = 32;

/** Octets as hexadecimal, the first ones where they are many. */
export function hexOctets(octets: Uint8Array): string {
  const shown = Array.from(octets.subarray(0, SHOWN_OCTETS), hexOctet).join(' ');
  return octets.length > SHOWN_OCTETS ? `${shown} …` : shown;
}

/** An octet as two hexadecimal digits. */
export function hexOctet(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}
