import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './installed.ts';
import { CLIENT, createNetwork, removeNetwork, SERVER, spawnAt } from './network.ts';
import { writeServer } from './server.ts';

/** Octets of the mixed capture, and packets of the one with small packets. */
const MIXED_OCTETS = 1_000_000_000;
const SMALL_PACKETS = 2_400_000;

/** Milliseconds one capture may take. */
const PATIENCE = 240_000;

const scripts = fileURLToPath(new URL('traffic/', import.meta.url));

interface Traffic {
  readonly name: 'mixed' | 'small';
  /** Options of tcpdump that end the capture by themselves; else octets end it. */
  readonly stop: readonly string[];
  readonly octets: number;
  /** What wrk is started with, once or several times. */
  readonly clients: readonly (readonly string[])[];
}

const script = (name: string): readonly string[] => ['--script', `${scripts}${name}.lua`];

const TRAFFIC: readonly Traffic[] = [
  {
    name: 'mixed',
    stop: [],
    octets: MIXED_OCTETS,
    clients: [
      ['--threads', '1', '--connections', '24', ...script('mixed'), `http://${SERVER.address}/`],
      ['--threads', '1', '--connections', '3', ...script('mixed'), `https://${SERVER.address}/`],
    ],
  },
  {
    name: 'small',
    stop: ['-c', String(SMALL_PACKETS)],
    octets: Infinity,
    clients: [
      ['--threads', '1', '--connections', '64', ...script('small'), `http://${SERVER.address}:8080/`],
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
    for (const client of traffic.clients)
      clients.push(
        watch(spawnAt(CLIENT, 'wrk', ['--duration', `${PATIENCE / 1000}s`, '--timeout', '10s', ...client])),
      );
    await until(
      () => isOver || octetsOf(path) >= traffic.octets,
      `capturing ${traffic.name} traffic`,
      PATIENCE,
    );
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
  tcpdump: 'tcpdump',
  openssl: 'openssl',
} as const;

/** Captures real HTTP traffic between nginx and wrk into `mixed.pcap` and `small.pcap`, and answers their paths. */
export async function makeCaptures(out: string): Promise<readonly string[]> {
  if (process.getuid?.() !== 0)
    throw new Error('Making captures needs root, for network namespaces and tcpdump');
  const missing = Object.entries(PACKAGES).filter(([program]) => !isInstalled(program));
  if (missing.length > 0)
    throw new Error(`Making captures needs: apt-get install ${missing.map(([, name]) => name).join(' ')}`);
  const folder = resolve(out);
  const work = `${folder}/work`;
  const made: string[] = [];
  mkdirSync(work, { recursive: true });
  let server: Running | undefined;
  try {
    createNetwork();
    server = watch(spawnAt(SERVER, 'nginx', ['-p', work, '-c', writeServer(work)]));
    await until(() => octetsOf(`${work}/nginx.pid`) > 0, 'starting nginx', 10_000);
    for (const traffic of TRAFFIC) made.push(await make(traffic, folder));
  } catch (error) {
    if (server?.said()) console.error(server.said());
    throw error;
  } finally {
    server?.child.kill('SIGTERM');
    await server?.ended;
    removeNetwork();
    rmSync(work, { recursive: true, force: true });
  }
  return made;
}
