import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A host of dist/, as `npm start` serves it, that counts. */
export interface Host {
  readonly address: string;
  /** Every request that reached it, in order: `GET /index.html`. */
  readonly requests: readonly string[];
  /** Ends it; open connections are cut. */
  stop(): Promise<void>;
}

/** Serves a folder, dist/ where none is given, on a free port of this machine. */
export async function startHost(folder = `${root}dist`): Promise<Host> {
  const server = await preview({
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const requests: string[] = [];
  const http = server.httpServer;
  http.on('request', (request: { method?: string; url?: string }) => {
    requests.push(`${request.method} ${request.url}`);
  });
  const address = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${portOf(http.address())}/`;
  return { address, requests, stop: () => server.close() };
}

function portOf(address: unknown): number {
  if (typeof address === 'object' && address !== null && 'port' in address) return Number(address.port);
  throw new Error('InvariantError: a server that listens has a port');
}
