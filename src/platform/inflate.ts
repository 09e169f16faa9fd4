/** Undoes base64. */
export function octetsOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Undoes base64 and gzip: how the samples are kept inside the page. */
export async function inflate(gzipBase64: string): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Blob([octetsOf(gzipBase64)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}
