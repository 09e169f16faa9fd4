/** What vite.config.ts makes of the workers' sources: classic scripts, and all that the analysis needs in one packed stream. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compress } from 'lzma';
import { build, type Plugin, type Rolldown } from 'vite';
import { Http2Error } from '../src/model/http2-registries.ts';
import { LIMITS } from '../src/model/limits.ts';
import { CONSTANTS } from '../src/model/schema.ts';
import { THRESHOLDS } from '../src/model/thresholds.ts';
import { WebSocketOpcode } from '../src/model/websocket-registry.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const CORE = `${root}build/core.wasm`;
const UNPACKER = `${root}build/unpack.wasm`;
const DICTIONARY = 'workers/bodies/brotli/dictionary-data.ts';
/** A window of 1 MiB; the modes above are slower and pack no better. */
const LZMA_MODE = 4;
const FAST_MODE = 1;

/** Sets of numbers by the names they are imported under. */
const SETS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...CONSTANTS,
  LIMITS,
  THRESHOLDS,
  Http2Error,
  WebSocketOpcode,
};

/**
 * Puts the number where a program names a constant of the vocabulary: `MessageState.COMPLETE` becomes `(1)`. No bundler does so with
 * the members of an object; it makes the programs smaller, and spares them to look the numbers up.
 */
export function inlineConstants(): Plugin {
  return {
    name: 'offwire:inline-constants',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!id.startsWith(root) || id.includes('/node_modules/') || !id.endsWith('.ts')) return undefined;
      // Behind `typeof` it is a type.
      return code.replace(
        /(?<!typeof |[\w.$])([A-Z]\w+)\.([A-Z][A-Z0-9_]*)\b/g,
        (member, set: string, name: string) => {
          const value = SETS[set]?.[name];
          return typeof value === 'number' ? `(${value})` : member;
        },
      );
    },
  };
}

/** How a script is bundled. */
export interface ScriptOptions {
  /** Names that stand for text of the program. */
  readonly define?: Record<string, string>;
  /** The global variable that holds what the entry exports. */
  readonly name?: string;
  /** Files that are not bundled, and the global variables in which other scripts put what they export. */
  readonly globals?: Record<string, string>;
}

/** A program as one classic script: Chromium runs no module worker from file://. */
export async function bundleScript(
  entry: string,
  { define = {}, name, globals = {} }: ScriptOptions = {},
): Promise<Rolldown.OutputChunk> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    define,
    plugins: [inlineConstants()],
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {
        input: root + entry,
        external: Object.keys(globals),
        preserveEntrySignatures: name === undefined ? false : 'strict',
        output: { format: 'iife', globals, ...(name === undefined ? {} : { name }) },
      },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if ('output' in output) return output.output[0];
  }
  throw new Error(`Nothing came out of ${entry}.`);
}

/** What `virtual:analysis` exports (src/platform/environment.d.ts), and the files that it was made of. */
export interface PackedAnalysis {
  readonly parts: {
    readonly unpacker: string;
    readonly packed: string;
    readonly programOctets: number;
    readonly dictionaryScript: string;
  };
  readonly files: readonly string[];
}

/**
 * The worker's program and the core, packed together with LZMA, which takes a sixth less than gzip. The dictionary of Brotli, which
 * does not compress, stays outside, in a script that runs before the program.
 */
export async function packAnalysis(isForDevelopment: boolean): Promise<PackedAnalysis> {
  const program = await bundleScript('workers/analysis.worker.ts', {
    globals: { [root + DICTIONARY]: 'brotliDictionary' },
  });
  const dictionary = await bundleScript(DICTIONARY, { name: 'brotliDictionary' });
  const text = Buffer.from(program.code);
  return {
    parts: {
      unpacker: readFileSync(UNPACKER).toString('base64'),
      packed: packWithLzma(
        Buffer.concat([text, readFileSync(CORE)]),
        isForDevelopment ? FAST_MODE : LZMA_MODE,
      ),
      programOctets: text.length,
      dictionaryScript: dictionary.code,
    },
    files: [CORE, UNPACKER, ...program.moduleIds, ...dictionary.moduleIds],
  };
}

/** LZMA, then base64. */
export function packWithLzma(content: Uint8Array, mode = LZMA_MODE): string {
  const octets = compress(content, mode);
  return Buffer.from(Int8Array.from(octets).buffer).toString('base64');
}
