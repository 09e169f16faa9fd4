import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './installed.ts';
import { CLIENT, createNetwork, removeNetwork, SERVER, spawnAt } from './network.ts';
import { GRPC_PATHS, GRPC_PORT, grpcRequest, HTTP2_PATHS, HTTP2_PORT, http2Servers } from './http2-server.ts';
import { writeServer } from './server.ts';

/** Octets of the mixed capture, and packets of the one with small packets. */
const MIXED_OCTETS = 1_000_000_000;
const SMALL_PACKETS = 2_400_000;

/** Milliseconds one capture may take. */
const PATIENCE = 240_000;

const scripts = fileURLToPath(new URL('traffic/', import.meta.url));

interface Traffic {
  readonly name: 'mixed' | 'small' | 'http2' | 'grpc';
  /** Options of tcpdump that end the capture by themselves; else octets end it, or the clients when all are done. */
  readonly stop: readonly string[];
  readonly octets: number;
  /** Programs and their options. */
  readonly clients: readonly (readonly [program: string, ...options: string[]])[];
}

/** Exchanges of the captures of HTTP/2 and gRPC. */
const STREAMS = '500000';

const wrk = (
  name: string,
  threads: number,
  connections: number,
  address: string,
): readonly [string, ...string[]] => [
  'wrk',
  ...['--duration', `${PATIENCE / 1000}s`, '--timeout', '10s', '--script', `${scripts}${name}.lua`],
  ...['--threads', String(threads), '--connections', String(connections), address],
];
const h2load = (...options: readonly string[]): readonly [string, ...string[]] => [
  'h2load',
  ...['-n', STREAMS, '-c', '16', '-m', '10', ...options],
];

const trafficOf = (work: string): readonly Traffic[] => [
  {
    name: 'mixed',
    stop: [],
    octets: MIXED_OCTETS,
    clients: [
      wrk('mixed', 1, 24, `http://${SERVER.address}/`),
      wrk('mixed', 1, 3, `https://${SERVER.address}/`),
    ],
  },
  {
    name: 'small',
    stop: ['-c', String(SMALL_PACKETS)],
    octets: Infinity,
    clients: [wrk('small', 1, 64, `http://${SERVER.address}:8080/`)],
  },
  {
    name: 'http2',
    stop: [],
    octets: Infinity,
    clients: [h2load(...HTTP2_PATHS.map((path) => `http://${SERVER.address}:${HTTP2_PORT}/${path}`))],
  },
  {
    name: 'grpc',
    stop: [],
    octets: Infinity,
    clients: [
      h2load(
        ...['-H', 'content-type: application/grpc', '-H', 'te: trailers', '-d', grpcRequest(work)],
        ...GRPC_PATHS.map((path) => `http://${SERVER.address}:${GRPC_PORT}/${path}`),
      ),
    ],
  },
];

/** What a program said on stderr, and how it ends. */
interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<void>;
}

function watch(child: ChildProcess): Running {
  let said = '';
  child.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  child.stdout?.resume();
  const ended = new Promise<void>((end, fail) => {
    child.once('exit', () => end());
    child.once('error', fail);
  });
  return { child, said: () => said, ended };
}

async function until(isTrue: () => boolean, what: string, milliseconds: number): Promise<void> {
  for (const end = Date.now() + milliseconds; !isTrue(); await pause(20))
    if (Date.now() > end) throw new Error(`${what} took longer than ${milliseconds / 1000} s`);
}

const octetsOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** Captures one kind of traffic into a file and answers tcpdump's last words. */
async function capture(traffic: Traffic, path: string): Promise<string> {
  // A buffer of 512 MiB (-B counts KiB): the writer may fall behind for a while.
  const options = ['-i', SERVER.device, '-n', '-s', '0', '-B', '524288', '-Z', 'root', '-w', path];
  const tcpdump = watch(spawnAt(SERVER, 'tcpdump', [...options, ...traffic.stop, 'tcp']));
  let isOver = false;
  void tcpdump.ended.finally(() => (isOver = true));
  const clients: Running[] = [];
  try {
    await until(() => isOver || tcpdump.said().includes('listening on'), 'starting tcpdump', 10_000);
    for (const [program, ...options] of traffic.clients)
      clients.push(watch(spawnAt(CLIENT, program, options)));
    const clientsState = { areDone: false };
    void Promise.all(clients.map(({ ended }) => ended)).finally(() => (clientsState.areDone = true));
    await until(
      () => isOver || clientsState.areDone || octetsOf(path) >= traffic.octets,
      `capturing ${traffic.name} traffic`,
      PATIENCE,
    );
    // What the kernel still holds comes with the next packets, or not before this long.
    if (clientsState.areDone) await pause(2000);
  } finally {
    for (const { child } of clients) child.kill('SIGKILL');
    tcpdump.child.kill('SIGINT');
    await Promise.all([...clients.map(({ ended }) => ended), tcpdump.ended]);
  }
  return tcpdump.said();
}

/** Packets that the kernel could not give to tcpdump; undefined where tcpdump did not say. */
function droppedPackets(said: string): number | undefined {
  const [, dropped] = /(\d+) packets? dropped by kernel/.exec(said) ?? [];
  return dropped === undefined ? undefined : Number(dropped);
}

async function make(traffic: Traffic, folder: string): Promise<string> {
  const partial = `${folder}/${traffic.name}.partial`;
  const path = `${folder}/${traffic.name}.pcap`;
  try {
    const said = await capture(traffic, partial);
    const dropped = droppedPackets(said);
    if (dropped === undefined) throw new Error(`tcpdump failed: ${said}`);
    if (dropped > 0)
      console.log(`${traffic.name}: the kernel dropped ${dropped} packets; the capture has gaps`);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
  console.log(`${path}: ${(octetsOf(path) / 1e6).toFixed(0)} MB`);
  return path;
}

/** What must be installed, and the Debian package that has it. */
const PACKAGES = {
  ip: 'iproute2',
  ethtool: 'ethtool',
  nginx: 'nginx-light',
  wrk: 'wrk',
  h2load: 'nghttp2-client',
  nghttpd: 'nghttp2-server',
  tcpdump: 'tcpdump',
  openssl: 'openssl',
} as const;

/** Captures real traffic between nginx and wrk, nghttpd and h2load, into four files or the `wanted` ones (mixed, small, http2, grpc), and answers their paths. */
export async function makeCaptures(out: string, wanted: readonly string[]): Promise<readonly string[]> {
  if (process.getuid?.() !== 0)
    throw new Error('Making captures needs root, for network namespaces and tcpdump');
  const missing = Object.entries(PACKAGES).filter(([program]) => !isInstalled(program));
  if (missing.length > 0)
    throw new Error(`Making captures needs: apt-get install ${missing.map(([, name]) => name).join(' ')}`);
  const folder = resolve(out);
  const work = `${folder}/work`;
  const made: string[] = [];
  mkdirSync(work, { recursive: true });
  const servers: Running[] = [];
  try {
    createNetwork();
    servers.push(watch(spawnAt(SERVER, 'nginx', ['-p', work, '-c', writeServer(work)])));
    for (const options of http2Servers(work)) servers.push(watch(spawnAt(SERVER, 'nghttpd', options)));
    await until(() => octetsOf(`${work}/nginx.pid`) > 0, 'starting nginx', 10_000);
    for (const traffic of trafficOf(work))
      if (wanted.length === 0 || wanted.includes(traffic.name)) made.push(await make(traffic, folder));
  } catch (error) {
    for (const server of servers) if (server.said()) console.error(server.said());
    throw error;
  } finally {
    for (const { child } of servers) child.kill('SIGTERM');
    await Promise.all(servers.map(({ ended }) => ended));
    removeNetwork();
    rmSync(work, { recursive: true, force: true });
  }
  return made;
}
