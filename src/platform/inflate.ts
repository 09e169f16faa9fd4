/** Undoes base64 and gzip: how the core and the samples are kept inside the page. */
export async function inflate(gzipBase64: string): Promise<Uint8Array<ArrayBuffer>> {
  const octets = Uint8Array.from(atob(gzipBase64), (character) => character.charCodeAt(0));
  const plain = new Blob([octets]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}
