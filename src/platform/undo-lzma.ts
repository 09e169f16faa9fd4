/** What workers/assembly/unpack exports. */
interface Unpacker {
  readonly memory: WebAssembly.Memory;
  /** Room for as many octets; answers where. */
  reserve(octets: number): number;
  /** Unpacks the text that stands there; answers where. */
  unpack(characters: number): number;
  unpackedOctets(): number;
}

function isUnpacker(exports: WebAssembly.Exports): exports is WebAssembly.Exports & Unpacker {
  return ['memory', 'reserve', 'unpack', 'unpackedOctets'].every((name) => name in exports);
}

/** Undoes base64 and LZMA; `unpacker` is build/unpack.wasm. */
export async function undoLzma(
  text: string,
  unpacker: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { instance } = await WebAssembly.instantiate(unpacker);
  const { exports } = instance;
  if (!isUnpacker(exports)) throw new Error('InvariantError: the unpacker is another program');
  const start = exports.reserve(text.length);
  new TextEncoder().encodeInto(text, new Uint8Array(exports.memory.buffer, start));
  const at = exports.unpack(text.length);
  return new Uint8Array(exports.memory.buffer, at, exports.unpackedOctets());
}
