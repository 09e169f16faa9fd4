import { createServer } from 'node:http';
import { PATIENCE } from './driver.ts';

/** A server of this machine that takes whatever reaches it, and remembers. */
export interface Sink {
  readonly address: string;
  /** The paths that were asked for, each once, sorted. */
  reached(): readonly string[];
  /** Settles when every path was asked for; rejects with those that are missing. */
  waitFor(paths: readonly string[]): Promise<void>;
  forget(): void;
  stop(): Promise<void>;
}

/** Starts a sink on a free port. */
export async function startSink(): Promise<Sink> {
  const paths = new Set<string>();
  let look = (): void => undefined;
  const server = createServer((request, response) => {
    paths.add(request.url ?? '');
    look();
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end();
  });
  server.on('upgrade', (request, socket) => {
    paths.add(request.url ?? '');
    look();
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('InvariantError: a TCP server has a port');
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    reached: () => [...paths].filter((path) => path !== '/favicon.ico').sort(),
    waitFor(wanted) {
      return new Promise((resolve, reject) => {
        const missing = (): readonly string[] => wanted.filter((path) => !paths.has(path));
        const timer = setTimeout(
          () => reject(new Error(`Never reached the sink: ${missing().join(', ')}`)),
          PATIENCE,
        );
        look = () => {
          if (missing().length > 0) return;
          clearTimeout(timer);
          resolve();
        };
        look();
      });
    },
    forget: () => paths.clear(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
