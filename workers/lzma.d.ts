/** The package has no types of its own; what is used of it. */
declare module 'lzma' {
  /** Packs octets in the format `.lzma`; what comes out are octets with a sign. */
  export function compress(octets: Uint8Array, mode: number): readonly number[];
}
