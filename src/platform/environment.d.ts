/** The worker's whole program as text: workers/analysis.worker.ts, bundled as one classic script. */
declare module 'virtual:analysis-worker' {
  export const source: string;
}

/** build/core.wasm: gzip, then base64. */
declare module 'virtual:core-wasm' {
  export const gzipBase64: string;
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
