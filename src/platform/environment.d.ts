/** What the analysis runs on (workers/build-programs.ts). */
declare module 'virtual:analysis' {
  /** build/unpack.wasm in base64. */
  export const unpacker: string;
  /** workers/analysis.worker.ts, and behind its text build/core.wasm: LZMA, then base64. */
  export const packed: string;
  /** Where the program ends and the core begins. */
  export const programOctets: number;
  /** A script that must run before the program: the dictionary of Brotli in the global variable `brotliDictionary`. */
  export const dictionaryScript: string;
}

/** The captures of public/samples: gzip, then base64. */
declare module 'virtual:samples' {
  export const files: readonly {
    readonly name: string;
    readonly octets: number;
    readonly gzipBase64: string;
  }[];
}

/** Trusted Types (https://w3c.github.io/trusted-types/), as far as they are used; TypeScript's lib has none of it. */
declare var trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL(address: string): string },
      ): { createScriptURL(address: string): string };
    }
  | undefined;

/** Version in package.json. */
declare const OFFWIRE_VERSION: string;
