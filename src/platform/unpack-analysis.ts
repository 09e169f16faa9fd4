import { dictionaryScript, packed, programOctets, unpacker } from 'virtual:analysis';
import { octetsOf } from './inflate.ts';
import { undoLzma } from './undo-lzma.ts';

/** What an analysis worker runs on. */
export interface UnpackedAnalysis {
  /** The worker's program. */
  readonly script: Blob;
  /** Compiled on a thread of the browser's. */
  readonly core: WebAssembly.Module;
}

/** Unpacks the worker's program and the core: some milliseconds. */
export async function unpackAnalysis(): Promise<UnpackedAnalysis> {
  const octets = await undoLzma(packed, octetsOf(unpacker));
  return {
    script: new Blob([dictionaryScript, octets.subarray(0, programOctets)], { type: 'text/javascript' }),
    core: await WebAssembly.compile(octets.subarray(programOctets)),
  };
}
